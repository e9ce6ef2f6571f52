"""Stay, fine-tune through an API, or self-host: three options from one scenario.

An option is the model itself with some inputs replaced, so its flows come from the model's own equations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from roi_engine import option_equations
from roi_engine.appraisal import Appraisal
from roi_engine.breakeven import crossings, nearest_crossing, sampled
from roi_engine.cashflow import MODEL, figure, for_arrays
from roi_engine.errors import UnknownName, did_you_mean
from roi_engine.graph import Graph, equations_of
from roi_engine.inputs import normal_form
from roi_engine.metrics import largest_rounding, settled
from roi_engine.scenario import INPUTS, Scenario

_EQUATIONS = equations_of(option_equations)
cheaper = _EQUATIONS.pop("cheaper")

OPTIONS = Graph(MODEL.equations | _EQUATIONS)
"""The model, and what staying costs."""

_AT_VALUE = MODEL.given("npv")
"""What is read off a present value."""

LABELS = {"STAY": "Stay", "API": "Fine-tuned API", "SELFHOSTED": "Self-hosted"}
"""The options by name."""

REPLACED: dict[str, dict[str, Any]] = {
    "API": {"serving": "per_token", "training_hours": 0.0, "storage_gb": 0.0, "operations_monthly_cost": 0.0},
    "SELFHOSTED": {"serving": "self_hosted", "training_tokens_m": 0.0, "hosting_monthly_fee": 0.0},
}
"""The inputs that make an option of a scenario; both bear the one-off costs and the retraining."""

NEEDED = {
    "API": ("api_priced", "no price of a fine-tuned API model: give finetuned_cost_per_1k_tokens or a token mix."),
    "SELFHOSTED": ("fleet_sized", "no fleet: give serving_gpu_hourly_rate and serving_tokens_per_second."),
}
"""The equation that says whether an option has figures, and why it has none."""

COMPARED = "Compared."
"""The note of an option that has figures."""

CALLS = "baseline_monthly_api_calls"


@dataclass(frozen=True)
class Option:
    """One option; a figure is None where undefined.

    That is so for an option that lacks inputs, and for the payback of staying.

    npv : against staying.
    pv_cost : the present value of all that it costs, review and traffic that has not moved included.
    rank : 1 is the cheapest; equals share a rank.
    ranking_changes_at : the calls per month nearest the scenario's at which its rank changes, infinite where none does.
    note : why there are no figures.
    """

    name: str
    npv: float | None = None
    pv_cost: float | None = None
    equivalent_monthly_cost: float | None = None
    payback_months: float | None = None
    rank: int | None = None
    ranking_changes_at: float | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return LABELS[self.name]

    def as_dict(self) -> dict[str, Any]:
        """Every figure by name."""
        return asdict(self)


@dataclass(frozen=True)
class RankingChange:
    """A volume above which one of two options is cheaper, and below it the other.

    calls : per month.
    cheaper_above, cheaper_below : the names of the options.
    """

    calls: float
    cheaper_above: str
    cheaper_below: str


class Options:
    """The options of one scenario, each figure calculated when it is first asked for.

    inputs : every input by name, as `Scenario.inputs` gives them.
    """

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = dict(inputs)

    @cached_property
    def notes(self) -> dict[str, str]:
        """Why an option has no figures; empty where it has."""
        given = OPTIONS.evaluate(self.inputs, [equation for equation, _ in NEEDED.values()])
        return {"STAY": ""} | {name: "" if given[equation] else why for name, (equation, why) in NEEDED.items()}

    @property
    def available(self) -> list[str]:
        """The options that the scenario gives figures for."""
        return [name for name in LABELS if not self.notes[name]]

    def appraisal(self, name: str) -> Appraisal:
        """The model in the mode of an option other than staying."""
        return Appraisal({**self.inputs, **REPLACED[name]})

    @cached_property
    def pv_costs(self) -> dict[str, float]:
        """Present value of each available option's cost: that of staying less its NPV."""
        stay = self._pv_stay(self.inputs)
        return {name: stay - self._npv(name, self.inputs) for name in self.available}

    def rank(self, name: str) -> int:
        """1 and the number of cheaper options; a difference that is only rounding is none."""
        costs = self.pv_costs
        rounding = largest_rounding(max(map(abs, costs.values())))
        return 1 + sum(int(cheaper(cost, costs[name], rounding)) for cost in costs.values())

    @cached_property
    def ranking_changes(self) -> list[RankingChange]:
        """Every volume at which two options change places, rising."""
        base = float(self.inputs[CALLS])
        changes = []
        for one, other in combinations(self.available, 2):

            def difference(calls: Any, one: str = one, other: str = other) -> Any:
                inputs = {**for_arrays(self.inputs), CALLS: calls}
                gap = self._npv(one, inputs) - self._npv(other, inputs)
                return settled(gap, largest_rounding(self._pv_stay(inputs)))

            points, values = sampled(difference, INPUTS[CALLS], base)
            for value, above in crossings(difference, False, points, values):
                cheaper, dearer = (one, other) if above else (other, one)
                changes.append(RankingChange(value, cheaper, dearer))
        return sorted(changes, key=lambda change: change.calls)

    def ranking_changes_at(self, name: str) -> float:
        """The volume nearest the scenario's at which the rank of an option changes."""
        own = [each for each in self.ranking_changes if name in (each.cheaper_above, each.cheaper_below)]
        if not own:
            return math.inf
        return nearest_crossing([(each.calls, True) for each in own], float(self.inputs[CALLS]))[0]

    def option(self, name: str) -> Option:
        """An option with all its figures."""
        if self.notes[name]:
            return Option(name, note=self.notes[name])
        return Option(
            name,
            npv=self.npv(name),
            pv_cost=self.pv_cost(name),
            equivalent_monthly_cost=self.equivalent_monthly_cost(name),
            payback_months=self.payback_months(name),
            rank=self.rank(name),
            ranking_changes_at=self.ranking_changes_at(name),
        )

    def npv(self, name: str) -> float:
        """NPV against staying."""
        return float(self._npv(name, self.inputs))

    def pv_cost(self, name: str) -> float:
        """Present value of all that the option costs."""
        return self.pv_costs[name]

    def equivalent_monthly_cost(self, name: str) -> float:
        """The level monthly amount with the same present value as the cost."""
        inputs = {**self.inputs, "npv": self.pv_costs[name]}
        return float(_AT_VALUE.evaluate(inputs, ("equivalent_monthly",))["equivalent_monthly"])

    def payback_months(self, name: str) -> float | None:
        """Payback against staying; staying has none."""
        return None if name == "STAY" else self.appraisal(name).payback_months

    def all(self) -> list[Option]:
        """Every option, staying first."""
        return [self.option(name) for name in LABELS]

    @staticmethod
    def _npv(name: str, inputs: Mapping[str, Any]) -> Any:
        return 0.0 if name == "STAY" else figure({**inputs, **REPLACED[name]}, "npv")

    @staticmethod
    def _pv_stay(inputs: Mapping[str, Any]) -> Any:
        return OPTIONS.evaluate(inputs, ("pv_stay",), inputs["months_to_amortize"])["pv_stay"]


def changed_equations(name: str) -> list[str]:
    """The model's equations that an option changes, each after those that it takes.

    >>> changed_equations("API")[:2], "calls_served" in changed_equations("API")
    (['training_cost', 'contingency_cost'], False)
    """
    replaced = set(REPLACED[name])
    return [each for each in MODEL.order(["net_cash_flow"]) if replaced & set(MODEL.leaves(each))]


def compare_options(scenario: Scenario) -> Options:
    """Stay, fine-tune through an API or self-host, from one scenario.

        PV cost(stay) = Σ (calls · growth · price + review cost · growth) discounted
        PV cost(option) = PV cost(stay) − NPV(option)

    scenario : a valid one; an option for which it gives no figures says why in its note.
    Returns `Options`, whose ``all()`` are the options. The volumes at which the ranking changes are searched as
    `break_even` does.
    Source: docs/method.md, "Options".

    >>> from roi_engine.reference import REFERENCE
    >>> [(each.name, each.rank, each.note[:8]) for each in compare_options(REFERENCE).all()]
    [('STAY', 2, ''), ('API', 1, ''), ('SELFHOSTED', None, 'no fleet')]
    """
    return Options(scenario.inputs())


def find_option(name: str) -> str:
    """The option of a name or label, whatever its case, spaces and hyphens.

    Raises `UnknownName` with a guess.

    >>> find_option("Self-hosted"), find_option("fine-tuned API")
    ('SELFHOSTED', 'API')
    """
    word = normal_form(name)
    for known, label in LABELS.items():
        if word in (normal_form(known), normal_form(label)):
            return known
    raise UnknownName(f'There is no option "{name}".{did_you_mean(name.upper(), LABELS)} Known: {", ".join(LABELS)}.')
