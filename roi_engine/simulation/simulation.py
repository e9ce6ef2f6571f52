"""A scenario simulated: a figure's range, its drivers, what knowing is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from roi_engine.appraisal import METRICS, Metric, find_metric
from roi_engine.errors import OutOfRange, UnknownName, did_you_mean
from roi_engine.many import CHUNK, EQUATION_OF, appraise_many
from roi_engine.quantity import DRAWS, SEED
from roi_engine.scenario import INPUTS, Scenario, find_input
from roi_engine.simulation.bins import Bins
from roi_engine.simulation.estimate import UNDEFINED, Estimate, without_each_part
from roi_engine.simulation.histogram import DEFAULT_STEPS, Step, histogram
from roi_engine.simulation.lattice import PARTS, Lattice, generating_vector
from roi_engine.simulation.statistics import STATISTICS, share_of, statistics_of
from roi_engine.simulation.total_order import total_order
from roi_engine.simulation.uncertain_inputs import Uncertainty

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

DEFAULT_DRAWS = 16_384
"""Eight lattices of 2,048 points: the same everywhere, so that every place shows one number."""

MOST_DRAWS = int(DRAWS.high)
"""As many points as the generating vector was made for."""

DEFAULT_SEED = 1

DRAWS_OF_TOTALS = 8_192
"""Draws at most of each run of a total-order index; there are as many runs as inputs, and one more."""

NOT_SIMULATED = ("IRR", "MIRR")
SIMULATED = tuple(name for name in METRICS if name not in NOT_SIMULATED)
OF_NET_RETURN = ("NETROI", "ROI")
"""Metrics whose loss is told by the net return; that of all others by the NPV, on which the decision is taken."""

WORST_IS_HIGH = ("PAYBACK", "DPAYBACK", "UPFRONT", "TOTALCOST")

_PUBLIC = {equation: name for name, equation in EQUATION_OF.items()}


@dataclass(frozen=True)
class Driver:
    """What an uncertain input does to the figure.

    name, label : the input's.
    alone : the share of the spread that it explains by itself (first order).
    worth : what knowing it before the decision is worth, in money.
    """

    name: str
    label: str
    alone: Estimate
    worth: Estimate


@dataclass(frozen=True, eq=False)
class Simulation:
    """A figure over many draws of the uncertain inputs.

    scenario, metric, draws, seed, with_choices : what was asked for.
    results : the metric in every draw (money, fraction or months; infinite is never).
    statistics : figures by the names of `STATISTICS`.
    perfect_knowledge : what knowing everything before the decision is worth, in money (EVPI).
    held : inputs with a range that are chosen and were held at their values.
    notes : sentences about the distributions.
    """

    scenario: Scenario
    metric: Metric
    draws: int
    seed: int
    with_choices: bool
    results: FloatArray = field(repr=False)
    statistics: Mapping[str, Estimate]
    drivers: tuple[Driver, ...]
    perfect_knowledge: Estimate
    held: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def discounted(self) -> bool:
        """Whether a loss, and what knowing is worth, are told by the NPV."""
        return self.metric.name not in OF_NET_RETURN

    def statistic(self, name: str) -> Estimate:
        """A figure by its name, whatever its case; raises `UnknownName` with a guess."""
        word = name.strip().upper()
        if word not in self.statistics:
            known = ", ".join(STATISTICS)
            raise UnknownName(f'There is no statistic "{name}".{did_you_mean(word, STATISTICS)} Known: {known}.')
        return self.statistics[word]

    def driver(self, name: str) -> Driver:
        """What an input does, by its name, short name or label.

        Raises `UnknownName` for no input, `OutOfRange` for one that does not vary here.
        """
        wanted = find_input(name).name
        found = next((each for each in self.drivers if each.name == wanted), None)
        if found is None:
            why = "is held at its value" if wanted in self.held else "has no range"
            raise OutOfRange(f"{wanted} {why}: knowing it is worth nothing here.")
        return found

    @property
    def ranked(self) -> list[Driver]:
        """The drivers, the one that explains most first; the order of inputs breaks ties."""
        return sorted(self.drivers, key=lambda driver: -round(driver.alone.value or 0.0, 4))

    def correlated_with(self, name: str) -> set[str]:
        """The drivers that rise or fall together with an input, by their names."""
        pairs = [{first, second} for first, second, value in self.scenario.correlated_pairs() if value]
        return {driver.name for driver in self.drivers if {name, driver.name} in pairs}

    @property
    def explained_alone(self) -> float | None:
        """The share of the spread that inputs explain one by one.

        The rest comes from their combinations. Undefined where inputs are correlated: each then counts for what goes
        with it too, so their shares overlap and have no sum.
        """
        if any(self.correlated_with(driver.name) for driver in self.drivers):
            return None
        shares = [driver.alone.value for driver in self.drivers]
        return None if None in shares else min(math.fsum(share or 0.0 for share in shares), 1.0)

    def histogram(self, steps: int = DEFAULT_STEPS) -> list[Step]:
        """How the draws are spread over equal steps between round numbers.

        steps : how many. Raises `OutOfRange` where every draw is never.
        """
        return histogram(self.results, steps)

    @cached_property
    def totals(self) -> dict[str, Estimate]:
        """For each driver the share of the spread that it has a part in (total order).

        Raises `OutOfRange` where inputs are correlated, and where there are too many.
        """
        uncertainty = Uncertainty(self.scenario, self.with_choices)
        if uncertainty.correlation:
            raise OutOfRange(
                "There is no total share for inputs that are correlated: none of them varies while the others stay. "
                "What each explains alone holds."
            )
        if 2 * len(uncertainty.names) > len(generating_vector()):
            raise OutOfRange(f"Total shares are there for {len(generating_vector()) // 2} inputs at most.")
        if self.explained_alone is None:
            return dict.fromkeys(uncertainty.names, UNDEFINED)
        public = _public_name(self.metric)

        def figure(points: list[FloatArray]) -> FloatArray:
            _, columns = uncertainty.columns(points)
            return appraise_many(self.scenario, columns, (public,))[public]

        draws = min(self.draws, DRAWS_OF_TOTALS)
        found = total_order(figure, len(uncertainty.names), draws, self.seed)
        return dict(zip(uncertainty.names, found, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Every figure by name, unrounded; null is undefined."""
        return {
            "metric": self.metric.name,
            "draws": self.draws,
            "seed": self.seed,
            "statistics": {name: estimate.as_dict() for name, estimate in self.statistics.items()},
            "importance": {each.name: each.alone.as_dict() for each in self.drivers},
            "value_of_knowing": {
                "everything": self.perfect_knowledge.as_dict(),
                **{each.name: each.worth.as_dict() for each in self.drivers},
            },
            "held": list(self.held),
            "notes": list(self.notes),
        }


def simulate(
    scenario: Scenario,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    metric: str = "NPV",
    with_choices: bool = False,
) -> Simulation:
    """A metric over many draws of all inputs that have a range.

    scenario : with ranges; pert, triangular, uniform, normal or lognormal between low and high.
    draws : count, a multiple of 8 up to 1,048,576; powers of 2 are the most exact.
    seed : count. The same seed gives the same figures.
    metric : a name of `METRICS` (NETROI, NPV, PAYBACK …) but IRR and MIRR.
    with_choices : whether horizon and discount rate vary too, where they have ranges.
    Returns a `Simulation`.
    Raises `ScenarioError` for ranges that cannot be drawn from, `OutOfRange` for draws, seed or metric that cannot be.
    Source: docs/simulation.md.

    >>> from roi_engine.reference import REFERENCE
    >>> uncertain = REFERENCE.with_inputs(ranges={"calls": {"low": 2e6, "high": 9e6, "distribution": "uniform"}})
    >>> found = simulate(uncertain, metric="NETROI").statistic("MEAN")
    >>> round(found.value), round(found.half_width)
    (19337, 0)
    """
    chosen = _simulated_metric(metric)
    count = _checked("draws", DRAWS, draws)
    start = _checked("seed", SEED, seed)
    uncertainty = Uncertainty(scenario, with_choices)
    if len(uncertainty.names) > len(generating_vector()):
        raise OutOfRange(f"draws have {len(generating_vector())} coordinates at most.")
    run = _Run(scenario, uncertainty, chosen, count)
    run.draw(Lattice(len(uncertainty.names), count, start))
    return Simulation(
        scenario=scenario,
        metric=chosen,
        draws=count,
        seed=start,
        with_choices=with_choices,
        results=run.results,
        statistics=run.statistics(),
        drivers=run.drivers(),
        perfect_knowledge=run.perfect_knowledge(),
        held=uncertainty.held,
        notes=uncertainty.notes,
    )


def _simulated_metric(name: str) -> Metric:
    metric = find_metric(name, SIMULATED)
    if metric.name in NOT_SIMULATED:
        raise OutOfRange(
            f"{metric.name} is not simulated: in some draws no rate is a return, and the rest would look better than "
            "the plan is. Ask for NPV."
        )
    return metric


def _checked(name: str, quantity: Any, value: Any) -> int:
    try:
        return int(quantity.check(value))
    except OutOfRange as error:
        raise OutOfRange(f"{name}: {error}") from None


def _public_name(metric: Metric) -> str:
    return _PUBLIC.get(metric.equation, metric.equation)


class _Run:
    """The draws of one simulation, taken in chunk by chunk."""

    def __init__(self, scenario: Scenario, uncertainty: Uncertainty, metric: Metric, draws: int) -> None:
        import numpy as np

        self.scenario, self.uncertainty, self.metric = scenario, uncertainty, metric
        self.figure = _public_name(metric)
        self.decision = "net_roi" if metric.name in OF_NET_RETURN else "npv"
        self.results, self.gains = np.empty(draws), np.empty(draws)
        self.pays_back = np.empty(draws, dtype=bool)
        self.bins = [Bins() for _ in uncertainty.names]
        self.gain_bins = self.bins if self.figure == self.decision else [Bins() for _ in uncertainty.names]

    def draw(self, lattice: Lattice) -> None:
        """Appraises every draw."""
        for start in range(0, lattice.draws, CHUNK):
            self._take_in(lattice, start, min(start + CHUNK, lattice.draws))
        self._refuse_undefined()

    def _take_in(self, lattice: Lattice, start: int, stop: int) -> None:
        import numpy as np

        probabilities, columns = self.uncertainty.columns(lattice.points(start, stop))
        figures = appraise_many(
            self.scenario, columns, tuple(dict.fromkeys((self.figure, self.decision, "payback_months")))
        )
        self.results[start:stop] = figures[self.figure]
        self.gains[start:stop] = figures[self.decision]
        horizon = columns.get("months_to_amortize", self.scenario.months_to_amortize)
        self.pays_back[start:stop] = figures["payback_months"] <= horizon
        part = np.arange(start, stop) // lattice.in_part
        for own, gain, probability in zip(self.bins, self.gain_bins, probabilities, strict=True):
            own.add(part, probability, figures[self.figure])
            if gain is not own:
                gain.add(part, probability, figures[self.decision])

    def _refuse_undefined(self) -> None:
        import numpy as np

        undefined = int(np.isnan(self.results).sum() or np.isnan(self.gains).sum())
        if undefined:
            raise OutOfRange(
                f"{self.metric.name} is undefined in {undefined:,} of {len(self.results):,} draws: a cost of 0, or a "
                "figure too large for a number. Ask for NETROI or NPV, or narrow the ranges."
            )

    def statistics(self) -> dict[str, Estimate]:
        """The statistics in the order of `STATISTICS`."""
        found = statistics_of(self.results, self.metric.name in WORST_IS_HIGH)
        found |= {"PROBLOSS": share_of(self.gains < 0), "PROBPAYBACK": share_of(self.pays_back)}
        return {name: found[name] for name in STATISTICS}

    def drivers(self) -> tuple[Driver, ...]:
        """What each uncertain input does."""
        variances = self._variances()
        return tuple(
            Driver(
                name,
                INPUTS[name].label,
                own.explained(variances) if variances is not None else UNDEFINED,
                gain.value_of_knowing(),
            )
            for name, own, gain in zip(self.uncertainty.names, self.bins, self.gain_bins, strict=True)
        )

    def _variances(self) -> FloatArray | None:
        """The variance without each part, and of all; None where there is none."""
        import numpy as np

        if not np.isfinite(self.results).all() or not self.results.std() > 0:
            return None
        parts = self.results.reshape(PARTS, -1)
        found = [float(np.delete(parts, each, axis=0).var()) for each in range(PARTS)]
        return np.array([*found, float(parts.var())])

    def perfect_knowledge(self) -> Estimate:
        """What knowing everything is worth: E[max(0, y)] − max(0, E[y])."""
        import numpy as np

        parts = self.gains.reshape(PARTS, -1)
        won, mean = np.maximum(parts, 0).mean(axis=1), parts.mean(axis=1)
        return without_each_part(lambda counted: float(won[counted].mean() - max(0.0, float(mean[counted].mean()))))
