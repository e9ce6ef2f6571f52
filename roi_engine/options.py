"""Four options from one scenario.

Stay, change to another general model, fine-tune through an API, or self-host.

An option is the model itself with some quantities replaced, so its flows come from the model's own equations. The one
that the scenario is has nothing replaced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any

from roi_engine import option_equations
from roi_engine.breakeven import crossings, nearest_crossing, sampled
from roi_engine.cashflow import MODEL, for_arrays
from roi_engine.errors import UnknownName, did_you_mean
from roi_engine.graph import Graph, equations_of
from roi_engine.inputs import normal_form
from roi_engine.metrics import largest_rounding, settled
from roi_engine.option_equations import COMPARED
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.value import where

_EQUATIONS = equations_of(option_equations)
cheaper = _EQUATIONS.pop("cheaper")

OPTIONS = Graph(MODEL.equations | _EQUATIONS)
"""The model, and what the options take beside it."""

_AT_VALUE = MODEL.given("npv")
"""What is read off a present value."""

LABELS = {
    "STAY": "Stay", "SWITCH": "Another general model", "API": "Fine-tuned API", "SELFHOSTED": "Self-hosted",
}  # fmt: skip
"""The options by name."""

MODES = {"API": "per_token", "SELFHOSTED": "self_hosted"}
"""How the fine-tuned options are served: the option of the scenario's own mode is the scenario."""

REPLACED: dict[str, dict[str, Any]] = {
    "SWITCH": {
        "serving": "per_token", "upfront_cost": 0.0, "storage_each_month": 0.0, "finetuned_cost_per_call": 0.0,
        "finetuned_price_change": 0.0, "accuracy_improvement_percent": 0.0, "go_live_delay": 0, "ramp_months": 0,
        "parallel_months": 0, "operations_monthly_cost": 0.0, "hosting_monthly_fee": 0.0, "monthly_gain_decay": 0.0,
        "retraining_interval": 0,
    },
    "API": {"serving": "per_token", "training_hours": 0.0, "storage_gb": 0.0},
    "SELFHOSTED": {"serving": "self_hosted"},
}  # fmt: skip
"""What stands in an option in place of the scenario's own, where it is not the scenario.

The rest follows from how it is served: see `equations.trains_through_api`, `upkeep`, `hosting_fee`.
"""

TAKEN: dict[str, dict[str, str]] = {
    "SWITCH": {
        "upfront_cost": "switch_upfront_cost",
        "finetuned_cost_per_call": "switch_cost_per_call",
        "finetuned_price_change": "switch_yearly_change",
        "accuracy_improvement_percent": "switch_accuracy_improvement_percent",
    }
}
"""The quantities that stand in place of the scenario's, where they are no plain figures."""

COMPARISONS = {"SWITCH": "switch_compared", "API": "api_compared", "SELFHOSTED": "selfhosted_compared"}
"""The equation that says whether an option has figures."""

NOTES = {"SWITCH": "switch_note", "API": "api_note", "SELFHOSTED": "selfhosted_note"}
"""The equation that says why, and what an option leaves out."""

CALLS = "baseline_monthly_api_calls"
_STAYING = "PV cost(stay)"


def _graph(name: str) -> Graph:
    return OPTIONS.given(*(each for each in REPLACED[name] if each in OPTIONS.equations))


GRAPHS = {name: _graph(name) for name in REPLACED}
"""The model of each option: what is replaced is given."""


def replaced(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The quantities of an option in place of the scenario's, on any carrier.

    name : of an option other than staying.
    known : the scenario's inputs, and what `TAKEN` names.

    >>> replaced("API", {"serving": "per_token", "training_hours": 24.0, "storage_gb": 28.0})
    {'serving': 'per_token', 'training_hours': 24.0, 'storage_gb': 28.0}
    """
    taken = TAKEN.get(name, {})
    values = {each: known[taken[each]] if each in taken else plain for each, plain in REPLACED[name].items()}
    if name not in MODES:
        return values
    own = known["serving"] == MODES[name]
    return {each: plain if each == "serving" else where(own, known[each], plain) for each, plain in values.items()}


@dataclass(frozen=True)
class Option:
    """One option; a figure is None where undefined.

    That is so for an option that lacks inputs, and for the payback of staying.

    npv : against staying.
    npv_best : against the best other option that has figures.
    pv_cost : the present value of all that it costs, review and traffic that has not moved included.
    bill : of a month with all traffic moved, at first-month prices, with the operations that it bears.
    rank : 1 is the cheapest; equals share a rank.
    ranking_changes_at : the calls per month nearest the scenario's at which its rank changes, infinite where none does.
    note : what it leaves out, or why there are no figures.
    """

    name: str
    npv: float | None = None
    npv_best: float | None = None
    pv_cost: float | None = None
    equivalent_monthly_cost: float | None = None
    payback_months: float | None = None
    bill: float | None = None
    rank: int | None = None
    ranking_changes_at: float | None = None
    note: str = COMPARED

    @property
    def label(self) -> str:
        """What people call it."""
        return LABELS[self.name]

    @property
    def compared(self) -> bool:
        """Whether it has figures."""
        return self.pv_cost is not None

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

    @property
    def own(self) -> str:
        """The option that the scenario is."""
        return next(name for name, mode in MODES.items() if mode == self.inputs["serving"])

    @cached_property
    def notes(self) -> dict[str, str]:
        """What each option leaves out, or why it has no figures."""
        found = OPTIONS.evaluate(self.inputs, NOTES.values())
        return {"STAY": COMPARED} | {name: found[equation] for name, equation in NOTES.items()}

    @property
    def not_borne(self) -> str:
        """What is given and the scenario does not bear, in words; empty for nothing."""
        return str(OPTIONS.evaluate(self.inputs, ("not_borne",))["not_borne"])

    @cached_property
    def available(self) -> list[str]:
        """The options that the scenario gives figures for."""
        found = OPTIONS.evaluate(self.inputs, COMPARISONS.values())
        return [name for name in LABELS if name == "STAY" or found[COMPARISONS[name]]]

    def cash_flow(self, name: str) -> list[float]:
        """The signed flows of an option other than staying, against staying."""
        flows: list[float] = _evaluated(name, self.inputs, "net_cash_flow")
        return flows

    @cached_property
    def pv_costs(self) -> dict[str, float]:
        """Present value of each available option's cost: that of staying less its NPV."""
        stay = _pv_stay(self.inputs)
        return {name: stay - self._npvs[name] for name in self.available}

    @cached_property
    def _npvs(self) -> dict[str, float]:
        return {name: float(_npv(name, self.inputs)) for name in self.available}

    def best_other(self, name: str) -> str:
        """The best of the other options that have figures; of equals the first."""
        return max((each for each in self.available if each != name), key=self._npvs.__getitem__)

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
        known: dict[str, Any] = {}

        def at(name: str, calls: Any) -> Any:
            """An option's NPV, or what staying costs; over the grid of all pairs once."""
            if isinstance(calls, float):
                return self._at_calls(name, calls)
            if name not in known:
                known[name] = self._at_calls(name, calls)
            return known[name]

        for one, other in combinations(self.available, 2):

            def difference(calls: Any, one: str = one, other: str = other) -> Any:
                return settled(at(one, calls) - at(other, calls), largest_rounding(at(_STAYING, calls)))

            points, values = sampled(difference, INPUTS[CALLS], base)
            for value, above in crossings(difference, False, points, values):
                cheaper, dearer = (one, other) if above else (other, one)
                changes.append(RankingChange(value, cheaper, dearer))
        return sorted(changes, key=lambda change: change.calls)

    def _at_calls(self, name: str, calls: Any) -> Any:
        """An option's NPV, or what staying costs, at other calls."""
        inputs = {**for_arrays(self.inputs), CALLS: calls}
        return _pv_stay(inputs) if name == _STAYING else _npv(name, inputs)

    def ranking_changes_at(self, name: str) -> float:
        """The volume nearest the scenario's at which the rank of an option changes."""
        own = [each for each in self.ranking_changes if name in (each.cheaper_above, each.cheaper_below)]
        if not own:
            return math.inf
        return nearest_crossing([(each.calls, True) for each in own], float(self.inputs[CALLS]))[0]

    def option(self, name: str) -> Option:
        """An option with all its figures."""
        if name not in self.available:
            return Option(name, note=self.notes[name])
        return Option(
            name,
            npv=self.npv(name),
            npv_best=self.npv_best(name),
            pv_cost=self.pv_cost(name),
            equivalent_monthly_cost=self.equivalent_monthly_cost(name),
            payback_months=self.payback_months(name),
            bill=self.bill(name),
            rank=self.rank(name),
            ranking_changes_at=self.ranking_changes_at(name),
            note=self.notes[name],
        )

    def npv(self, name: str) -> float:
        """NPV against staying."""
        return self._npvs[name]

    def npv_best(self, name: str) -> float:
        """NPV against the best other option: how much less it costs."""
        return self._npvs[name] - self._npvs[self.best_other(name)]

    def pv_cost(self, name: str) -> float:
        """Present value of all that the option costs."""
        return self.pv_costs[name]

    def equivalent_monthly_cost(self, name: str) -> float:
        """The level monthly amount with the same present value as the cost."""
        inputs = {**self.inputs, "npv": self.pv_costs[name]}
        return float(_AT_VALUE.evaluate(inputs, ("equivalent_monthly",))["equivalent_monthly"])

    def payback_months(self, name: str) -> float | None:
        """Payback against staying; staying has none."""
        return None if name == "STAY" else float(_evaluated(name, self.inputs, "payback_months"))

    def bill(self, name: str) -> float:
        """A month with all traffic moved, at first-month prices.

        The operations that the option bears are in it, review is not.
        """
        if name == "STAY":
            return float(OPTIONS.evaluate(self.inputs, ("stay_bill_now",))["stay_bill_now"])
        return float(_evaluated(name, self.inputs, "bill_now"))

    def all(self) -> list[Option]:
        """Every option, staying first."""
        return [self.option(name) for name in LABELS]


def _evaluated(name: str, inputs: Mapping[str, Any], quantity: str) -> Any:
    """A quantity of the model when it is an option other than staying."""
    taken = [each for each in TAKEN.get(name, {}).values() if each in OPTIONS.equations]
    known = {**inputs, **(OPTIONS.evaluate(inputs, taken) if taken else {})}
    values = {**inputs, **replaced(name, known)}
    return GRAPHS[name].evaluate(values, (quantity,), inputs["months_to_amortize"])[quantity]


def _npv(name: str, inputs: Mapping[str, Any]) -> Any:
    return 0.0 if name == "STAY" else _evaluated(name, inputs, "npv")


def _pv_stay(inputs: Mapping[str, Any]) -> Any:
    return MODEL.evaluate(inputs, ("pv_stay",), inputs["months_to_amortize"])["pv_stay"]


@cache
def changed_equations(name: str) -> tuple[str, ...]:
    """The model's equations that an option changes, each after those that it takes.

    >>> changed_equations("API")[:2], "calls_served" in changed_equations("API")
    (('gpu_training_cost', 'trains_on_gpus'), False)
    """
    graph, replaced = GRAPHS[name], {*REPLACED[name]}
    return tuple(each for each in graph.order(["net_cash_flow"]) if replaced & {*graph.leaves(each)})


def compare_options(scenario: Scenario) -> Options:
    """Stay, another general model, a fine-tuned API or self-hosting, side by side.

        PV cost(stay) = Σ (calls · growth · price + review cost · growth) discounted
        PV cost(option) = PV cost(stay) − NPV(option)

    scenario : a valid one; an option for which it gives no figures says why in its note.
    Returns `Options`, whose ``all()`` are the options. The one that the scenario is has the scenario's own figures. The
    volumes at which the ranking changes are searched as `break_even` does.
    Source: docs/method.md, "Options".

    >>> from roi_engine.reference import REFERENCE
    >>> [(each.name, each.rank, each.compared) for each in compare_options(REFERENCE).all()]
    [('STAY', 2, True), ('SWITCH', None, False), ('API', 1, True), ('SELFHOSTED', None, False)]
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
