"""A simulation draw by draw: NPV and payback of each, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roi_engine.many import appraise_many
from roi_engine.scenario import Scenario
from roi_engine.simulation.lattice import PARTS, Lattice, generating_vector, shifts
from roi_engine.simulation.simulation import DEFAULT_SEED
from roi_engine.simulation.statistics import PERCENTILES, STATISTICS, mean_of_worst, percentile
from roi_engine.simulation.uncertain_inputs import Uncertainty

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trials:
    """The draws of a simulation one by one, part after part.

    uncertainty : what varies.
    generators : the number z of each coordinate.
    shifts : of each coordinate the shifts of the parts.
    npv : in money.
    payback : months; infinite is never.
    """

    uncertainty: Uncertainty
    generators: tuple[int, ...]
    shifts: tuple[tuple[float, ...], ...]
    npv: FloatArray
    payback: FloatArray

    @property
    def points(self) -> int:
        """The draws of a part."""
        return len(self.npv) // PARTS

    def figures(self) -> dict[str, float]:
        """What the draws say, by the names of `STATISTICS`."""
        return self._figures_of(self.npv, self.payback)

    def figures_of_parts(self) -> list[dict[str, float]]:
        """The same of each part alone."""
        parts = (self.npv.reshape(PARTS, -1), self.payback.reshape(PARTS, -1))
        return [self._figures_of(npv, payback) for npv, payback in zip(*parts, strict=True)]

    def _figures_of(self, npv: FloatArray, payback: FloatArray) -> dict[str, float]:
        import numpy as np

        in_order, horizon = np.sort(npv), self.uncertainty.scenario.months_to_amortize
        found = {
            "MEAN": npv.mean(),
            "SD": npv.std(ddof=1),
            **{name: percentile(in_order, share) for name, share in PERCENTILES.items()},
            "CVAR": mean_of_worst(in_order, worst_is_high=False),
            "PROBLOSS": (npv < 0).mean(),
            "PROBPAYBACK": (payback <= horizon).mean(),
        }
        return {name: float(found[name]) for name in STATISTICS}


def trials_of(scenario: Scenario, draws: int, seed: int = DEFAULT_SEED) -> Trials:
    """Every draw of a simulation; horizon and discount rate are held.

    scenario : with ranges.
    draws : count, a multiple of 8.
    seed : of the shifts.
    Raises `ScenarioError` for ranges that cannot be drawn from.

    >>> from roi_engine.reference import REFERENCE
    >>> found = trials_of(REFERENCE.with_inputs(ranges={"calls": {"low": 2e6, "high": 9e6}}), 16)
    >>> found.npv.round().tolist()[:2], found.payback.round(2).tolist()[:2]
    ([14798.0, 19913.0], [0.03, 0.02])
    """
    uncertainty = Uncertainty(scenario)
    count = len(uncertainty.names)
    _, columns = uncertainty.columns(Lattice(count, draws, seed).points(0, draws))
    figures = appraise_many(scenario, columns, ("npv", "payback_months"))
    own_shifts = tuple(zip(*shifts(count, seed), strict=True))
    return Trials(uncertainty, generating_vector()[:count], own_shifts, figures["npv"], figures["payback_months"])
