"""A figure as an ordinary formula: the model's equation, or Excel's own function."""

from __future__ import annotations

from templates.building import flow_metrics
from templates.building.formula import Formula, if_error
from templates.building.quantities import Quantities, by_equation, quantity_of


def native_figure(name: str, cells: Quantities) -> Formula:
    """A quantity of the model by ordinary formulas.

    NPV and IRR are Excel's own functions over the net cash flow, and a MIRR that is undefined reads n/a.
    """
    if name == "npv":
        return flow_metrics.npv(cells["discount_rate"], cells["first_net_cash_flow"], cells["later_net_cash_flow"])
    if name == "irr_annual":
        return flow_metrics.irr(cells)
    if name == "mirr_annual":
        return if_error(by_equation(name, cells), "n/a")
    if name == "worthwhile":
        return (cells["net_roi"] > 0).where("Yes", "No")
    return quantity_of(name, cells)
