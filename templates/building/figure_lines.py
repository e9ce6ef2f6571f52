"""The figures of the Breakdown, line by line: label, unit, FT_ function, native formula, and the equation in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from templates.building import styles
from templates.building.book import Book
from templates.building.formula import Formula, if_error
from templates.building.native_figures import native_figure
from templates.building.quantities import Quantities

TOLERANCE = 1e-9
RATE_TOLERANCE = 1e-6
"""Spreadsheet programs stop refining an internal rate of return earlier than the engine does."""


@dataclass(frozen=True)
class Line:
    """One figure.

    quantity : its name in the model, whose equation is the ordinary formula. function : the FT_ function with
    its own arguments, or none. defined : whether it always has a value; elsewhere n/a stands where it has none.
    """

    name: str
    label: str
    unit: str
    number_format: str
    quantity: str
    words: str
    function: tuple[Any, ...] = ()
    defined: bool = True
    tolerance: float = TOLERANCE

    def native(self, known: Quantities) -> Formula:
        """The ordinary formula over the cells of the model and of the figures above."""
        return native_figure(self.quantity, known)

    def wired(self, book: Book, block: Formula, native: Formula) -> Formula:
        """The FT_ function on the whole block; the ordinary formula for a figure that has none."""
        if not self.function:
            return native
        name, *own = self.function
        called = book.ft(name, *own, block)
        if isinstance(called.value, bool):
            return called.where("Yes", "No")
        return called if self.defined else if_error(called, "n/a")


CURRENCY, PER_MONTH = "{currency}", "{currency} / month"
MONEY, FRACTION, RETURN, PLAIN = styles.SMALL_MONEY, styles.FRACTION, styles.RATE_OF_RETURN, "0.00"
_SAVED = "× (1 − benefit risk)"
_SPENT = "× (1 + cost risk)"

LINES: tuple[Line | str, ...] = (
    "Upfront costs",
    Line("training", "Training", CURRENCY, MONEY, "training_cost",
         "GPU-hours × price × GPUs × runs + million training tokens × price", ("FT_TRAINCOST",)),
    Line("one_off", "One-off costs", CURRENCY, MONEY, "one_off_cost",
         "data + engineering hours × pay + evaluation + other"),
    Line("contingency_amount", "Contingency", CURRENCY, MONEY, "contingency_cost",
         "(training + one-off costs) × contingency"),
    Line("storage", "Storage over the horizon", CURRENCY, MONEY, "storage_cost",
         "GB × price per GB-month × months", ("FT_STORAGECOST",)),
    Line("upfront", "Total upfront", CURRENCY, MONEY, "upfront_cost",
         "training + one-off costs + contingency + storage counted upfront", ("FT_UPFRONT",)),
    Line("running", "Running costs over the horizon", CURRENCY, MONEY, "total_running_cost",
         "operations, hosting, retraining, storage"),
    Line("total_cost", "Total cost", CURRENCY, MONEY, "total_cost",
         f"(upfront + running costs of every month) {_SPENT}", ("FT_TOTALCOST",)),
    "Monthly benefits (averages over the horizon)",
    Line("inference_savings", "Inference savings", PER_MONTH, MONEY, "monthly_inference_savings",
         f"baseline bill {_SAVED} − fine-tuned bill {_SPENT}", ("FT_INFSAVE",)),
    Line("review_savings", "Review savings", PER_MONTH, MONEY, "monthly_review_savings",
         f"review cost avoided {_SAVED} − review cost added {_SPENT}", ("FT_REVSAVE",)),
    Line("monthly_benefit", "Monthly benefit", PER_MONTH, MONEY, "monthly_benefit",
         "total benefit / months", ("FT_MONTHLY",)),
    "Benefits over the horizon",
    Line("benefit", "Total benefit", CURRENCY, MONEY, "total_benefit", "net ROI + total cost", ("FT_BENEFIT",)),
    "Metrics",
    Line("net_roi", "Net ROI", CURRENCY, MONEY, "net_roi", "sum of all cash flows", ("FT_NETROI",)),
    Line("roi", "ROI", "of total cost", FRACTION, "roi", "net ROI / total cost", ("FT_ROI",), defined=False),
    Line("roi_total", "ROI, serving included", "of every new cost", FRACTION, "roi_total",
         "net ROI / (upfront + running costs + fine-tuned bill, risk-adjusted)"),
    Line("payback", "Payback", "months", PLAIN, "payback_months",
         "moment at which the cumulative cash flow is recovered for good", ("FT_PAYBACK",)),
    Line("npv", "NPV", CURRENCY, MONEY, "npv",
         "cash flows discounted at the effective annual rate; month 0 undiscounted", ("FT_NPV", None)),
    Line("discounted_payback", "Discounted payback", "months", PLAIN, "discounted_payback_months",
         "payback of the discounted cash flow, within the horizon", ("FT_DPAYBACK", None)),
    Line("irr", "IRR", "per year", RETURN, "irr_annual",
         "effective annual rate at which NPV is zero; n.m. above 1,000 %", ("FT_IRR",), False, RATE_TOLERANCE),
    Line("mirr", "MIRR", "per year", RETURN, "mirr_annual",
         "rate that turns financed outflows into reinvested inflows, at the discount rate",
         ("FT_MIRR", None, None), defined=False),
    Line("profitability_index", "Profitability index", "×", PLAIN, "profitability_index",
         "1 + NPV / outlay", ("FT_PI", None), defined=False),
    Line("equivalent_monthly", "Equivalent monthly value", PER_MONTH, MONEY, "equivalent_monthly",
         "level monthly amount with the same NPV", ("FT_EQUIVMONTHLY", None)),
    "Verdict",
    Line("worthwhile", "Worthwhile", "", styles.GENERAL, "worthwhile", "net ROI above zero", ("FT_WORTHIT",)),
)  # fmt: skip
