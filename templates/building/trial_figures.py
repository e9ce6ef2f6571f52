"""The figures of trials in cells, by ordinary formulas over their NPV and payback."""

from __future__ import annotations

from dataclasses import dataclass

from roi_engine.simulation.statistics import PERCENTILES
from templates.building.formula import NOT_AVAILABLE, Formula, function


@dataclass(frozen=True)
class TrialCells:
    """Some trials: all of them, or those of a part.

    npv, payback : their cells.
    count : how many there are.
    worst : how many of them are a twentieth.
    horizon : in months.
    """

    npv: Formula
    payback: Formula
    count: Formula
    worst: Formula
    horizon: Formula

    def figure(self, name: str, share: Formula, value: float) -> Formula:
        """A figure by its name; n/a where a trial could not be calculated.

        share : the cell of what is asked of a percentile.
        value : the figure.
        """
        complete = function("COUNT", self.npv, value=self.count.value) == self.count
        return complete.where(self._formula(name, share, value), NOT_AVAILABLE)

    def _formula(self, name: str, share: Formula, value: float) -> Formula:
        if name in PERCENTILES:
            return function("PERCENTILE", self.npv, share, value=value)
        if name == "MEAN":
            return function("AVERAGE", self.npv, value=value)
        if name == "SD":
            return function("STDEV", self.npv, value=value)
        if name == "CVAR":
            return self._mean_of_worst(value)
        counted = {"PROBLOSS": f'COUNTIF({self.npv.text},"<0")'}.get(name)
        counted = counted or f'COUNTIF({self.payback.text},"<="&{self.horizon.text})'
        return Formula(f"{counted}/{self.count.text}", value)

    def _mean_of_worst(self, value: float) -> Formula:
        """All below the last of the worst, and that one as often as it takes.

        So equal trials count right.
        """
        npv, worst = self.npv.text, self.worst.text
        last = f"SMALL({npv},{worst})"
        below = f"SUMPRODUCT(--({npv}<{last}),{npv})"
        return Formula(f"({below}+({worst}-SUMPRODUCT(--({npv}<{last})))*{last})/{worst}", value)
