"""Everything that the model says about one scenario.

`appraise` it and read the metrics off the result.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from roi_engine.by_year import ByYear, by_year
from roi_engine.cashflow import MODEL, figure, horizon
from roi_engine.errors import FtRoiError, OutOfRange, UnknownName, did_you_mean
from roi_engine.explanation import Step, explain, find_equation
from roi_engine.figures import FIGURES
from roi_engine.flow_metrics import FLOWS
from roi_engine.internal_rate import InternalRate, internal_rate
from roi_engine.quantity import Quantity
from roi_engine.scenario import Scenario

_FIGURES = (
    "net_cash_flow", "upfront_cost", "training_cost", "one_off_cost", "contingency_cost", "storage_cost",
    "total_running_cost", "total_cost", "monthly_inference_savings", "monthly_review_savings", "monthly_benefit",
    "total_benefit", "flow_size", "net_roi", "roi", "roi_total", "payback_months", "npv", "roi_present_value",
    "profitability_index", "equivalent_monthly",
)  # fmt: skip
"""What is calculated together when the first of them is asked for."""

_OF_FLOWS = ("discounted_payback_months", "mirr_monthly", "mirr_annual")
"""What few ask for: read off the cash flow when the first of them is asked for."""

_INTERNAL_RATES = ("irr_monthly", "irr_annual")
"""Roots, which take longer than all the rest."""

_AT_RATES = MODEL.given("finance_rate", "reinvest_rate")
"""The model at rates of its own for outflows and inflows."""


class Appraisal:
    """The metrics of one scenario, calculated when the first is asked for.

    inputs : every input by name, as `Scenario.inputs` gives them.

    Money is in the scenario's currency, rates are decimals per year unless the name says monthly, paybacks are months.
    None means undefined, infinity means never.

    >>> from roi_engine.reference import REFERENCE
    >>> round(appraise(REFERENCE).net_roi, 2)
    17837.28
    """

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = dict(inputs)

    @cached_property
    def _figures(self) -> dict[str, Any]:
        return MODEL.evaluate(self.inputs, _FIGURES, self.months)

    @cached_property
    def _of_flows(self) -> dict[str, Any]:
        return self._read_off_flows(_OF_FLOWS)

    @cached_property
    def _internal_rates(self) -> dict[str, Any]:
        return self._read_off_flows(_INTERNAL_RATES)

    def _read_off_flows(self, names: tuple[str, ...]) -> dict[str, Any]:
        return FLOWS.evaluate({**self.inputs, "net_cash_flow": self.cash_flow}, names, self.months)

    def figure(self, name: str) -> float | None:
        """A fixed quantity of the model, by the name of its equation.

        Returns a number in the quantity's own unit; None where it is undefined.

        >>> from roi_engine.reference import REFERENCE
        >>> appraise(REFERENCE).figure("baseline_cost_per_call")
        0.0003
        """
        if name in _FIGURES:
            return defined(self._figures[name])
        if name in _OF_FLOWS:
            return defined(self._of_flows[name])
        if name in _INTERNAL_RATES:
            return defined(self._internal_rates[name])
        return defined(figure(self.inputs, name))

    def _always(self, name: str) -> float:
        return float(self._figures[name])

    @property
    def months(self) -> int:
        """The horizon H."""
        return horizon(self.inputs)

    @property
    def cash_flow(self) -> list[float]:
        """The signed flows of months 0…H."""
        flows: list[float] = self._figures["net_cash_flow"]
        return flows

    # upfront and cost

    @property
    def training_cost(self) -> float:
        """Training, without contingency."""
        return self._always("training_cost")

    @property
    def one_off_cost(self) -> float:
        """Data, engineering, evaluation and other upfront cost, without contingency."""
        return self._always("one_off_cost")

    @property
    def contingency_cost(self) -> float:
        """The reserve on training and one-off costs."""
        return self._always("contingency_cost")

    @property
    def storage_cost(self) -> float:
        """The horizon's storage, under either timing."""
        return self._always("storage_cost")

    @property
    def upfront(self) -> float:
        """The outlay at month 0, before risk adjustment."""
        return self._always("upfront_cost")

    @property
    def total_running_cost(self) -> float:
        """Σ running cost, before risk adjustment."""
        return self._always("total_running_cost")

    @property
    def total_cost(self) -> float:
        """(upfront + Σ running cost) · (1 + cost risk)."""
        return self._always("total_cost")

    # benefit per month: averages over months 1…H, risk-adjusted, so that they add up to the benefit

    @property
    def monthly_inference_savings(self) -> float:
        """Baseline spend avoided less fine-tuned spend."""
        return self._always("monthly_inference_savings")

    @property
    def monthly_review_savings(self) -> float:
        """Review cost avoided less review cost added."""
        return self._always("monthly_review_savings")

    @property
    def monthly_benefit(self) -> float:
        """The total benefit, per month."""
        return self._always("monthly_benefit")

    @property
    def total_benefit(self) -> float:
        """Net return plus total cost."""
        return self._always("total_benefit")

    # metrics

    @property
    def flow_size(self) -> float:
        """Σ |CF|, against which rounding is measured."""
        return self._always("flow_size")

    @property
    def net_roi(self) -> float:
        """Σ CF; a sum that is only rounding counts as zero."""
        return self._always("net_roi")

    @property
    def roi(self) -> float | None:
        """Net return over total cost."""
        return self.figure("roi")

    @property
    def roi_total(self) -> float | None:
        """Net return over every new cost, serving included."""
        return self.figure("roi_total")

    @property
    def payback_months(self) -> float:
        """Months until the outlay is recovered for good."""
        return self._always("payback_months")

    @property
    def worthwhile(self) -> bool:
        """Whether the net return is above zero."""
        return self.net_roi > 0

    def npv(self, discount_rate: float | None = None) -> float:
        """Net present value, at the scenario's rate or another."""
        return self._at(discount_rate)._always("npv")

    def discounted_payback_months(self, discount_rate: float | None = None) -> float:
        """Months until the discounted flows are recovered within the horizon."""
        return float(self._at(discount_rate)._of_flows["discounted_payback_months"])

    def roi_present_value(self, discount_rate: float | None = None) -> float | None:
        """NPV over the present value of every cost."""
        return self._at(discount_rate).figure("roi_present_value")

    def profitability_index(self, discount_rate: float | None = None) -> float | None:
        """1 + NPV over the outlay."""
        return self._at(discount_rate).figure("profitability_index")

    def equivalent_monthly(self, discount_rate: float | None = None) -> float:
        """The level monthly amount with the same present value."""
        return self._at(discount_rate)._always("equivalent_monthly")

    def pv_cost(self, discount_rate: float | None = None) -> float:
        """The present value of all that this plan costs.

        Review and traffic that has not moved are in it.
        """
        return float(figure(self._at(discount_rate).inputs, "pv_cost"))

    def _at(self, discount_rate: float | None) -> Appraisal:
        """The same decision at a discount rate: an input replaced."""
        if discount_rate is None:
            return self
        return Appraisal({**self.inputs, "discount_rate": float(discount_rate)})

    @property
    def irr_monthly(self) -> float | None:
        """The internal rate of return per month, where it is a return."""
        return self.figure("irr_monthly")

    @property
    def irr_annual(self) -> float | None:
        """The internal rate of return, effective per year, where it is a return."""
        return self.figure("irr_annual")

    @property
    def irr_reason(self) -> str:
        """Why no rate is a return, in words; empty where one is."""
        return self._internal_rate.reason

    @property
    def irr_is_ambiguous(self) -> bool:
        """Whether the flows have several internal rates of return."""
        return len(self._internal_rate.roots) > 1

    @cached_property
    def _internal_rate(self) -> InternalRate:
        return internal_rate(self.cash_flow)

    def mirr_monthly(self, finance_rate: float | None = None, reinvest_rate: float | None = None) -> float | None:
        """The modified internal rate of return per month.

        finance_rate : at which outflows are financed, effective, as decimal per year; the discount rate where none is
            given.
        reinvest_rate : at which inflows are reinvested, likewise.
        Returns a decimal per month, None where it is undefined.
        """
        return self._mirr("mirr_monthly", finance_rate, reinvest_rate)

    def mirr_annual(self, finance_rate: float | None = None, reinvest_rate: float | None = None) -> float | None:
        """The modified internal rate of return, effective per year.

        finance_rate, reinvest_rate : as for `mirr_monthly`.
        Returns a decimal per year, None where it is undefined.
        """
        return self._mirr("mirr_annual", finance_rate, reinvest_rate)

    def _mirr(self, name: str, *rates: float | None) -> float | None:
        if rates == (None, None):
            return self.figure(name)
        own = float(self.inputs["discount_rate"])
        finance_rate, reinvest_rate = (own if rate is None else float(rate) for rate in rates)
        inputs = {**self.inputs, "finance_rate": finance_rate, "reinvest_rate": reinvest_rate}
        return defined(_AT_RATES.evaluate(inputs, (name,), self.months)[name])

    @cached_property
    def by_year(self) -> ByYear:
        """Every year's benefits and costs, in total and in present value."""
        return by_year(self.inputs)

    def explain(self, name: str) -> list[Step]:
        """How a figure comes about: every step with its value and equation.

        name : a metric's name or label, such as NPV, or the name of an equation.
        Returns `Step` objects, the figure first.
        Raises `UnknownName` with a guess.

        >>> from roi_engine.reference import REFERENCE
        >>> npv, discounted, *_ = appraise(REFERENCE).explain("NPV")
        >>> npv.equation, discounted.equation
        ('NPV = Σ CF(t) · (1 + r)^(−t/12)', 'net_cash_flow * discount_factor')
        """
        return explain(self.inputs, equation_named(name))

    def as_dict(self) -> dict[str, Any]:
        """Every metric under its public name, unrounded.

        None is undefined, infinity is never.
        """
        return {
            "upfront": self.upfront,
            "total_cost": self.total_cost,
            "net_roi": self.net_roi,
            "roi": self.roi,
            "roi_total": self.roi_total,
            "payback_months": self.payback_months,
            "npv": self.npv(),
            "roi_present_value": self.roi_present_value(),
            "discounted_payback_months": self.discounted_payback_months(),
            "irr_monthly": self.irr_monthly,
            "irr_annual": self.irr_annual,
            "mirr_monthly": self.mirr_monthly(),
            "mirr_annual": self.mirr_annual(),
            "profitability_index": self.profitability_index(),
            "equivalent_monthly": self.equivalent_monthly(),
            "worthwhile": self.worthwhile,
            "by_year": self.by_year.as_dict(),
            "cash_flow": self.cash_flow,
        }


def appraise(scenario: Scenario) -> Appraisal:
    """The metrics of a scenario.

    scenario : a valid scenario.
    Returns an `Appraisal`, whose properties are the metrics.

    >>> from roi_engine.reference import REFERENCE
    >>> appraise(REFERENCE).worthwhile
    True
    """
    return Appraisal(scenario.inputs())


@dataclass(frozen=True)
class Metric:
    """A metric that can be asked for by name.

    label : what people call it.
    quantity : its unit and kind.
    equation : the name of its equation.
    """

    name: str
    label: str
    quantity: Quantity
    equation: str
    undefined: type[FtRoiError] = OutOfRange

    def of(self, appraisal: Appraisal) -> float | None:
        """Its value; None where it is undefined."""
        return appraisal.figure(self.equation)


_IN_ORDER = (
    "net_roi", "roi", "payback_months", "npv", "discounted_payback_months", "irr_annual", "mirr_annual",
    "profitability_index", "total_benefit", "upfront", "total_cost", "equivalent_monthly",
)  # fmt: skip
METRICS: dict[str, Metric] = {
    each.code: Metric(each.code, each.label, each.quantity, each.equation_name, each.error)
    for each in map(FIGURES.__getitem__, _IN_ORDER)
}
"""The metrics that worksheet functions and the command line accept by name."""
_ONCE_CALLED = {each.once_called: each.code for each in FIGURES.values() if each.once_called and each.code}
METRIC_WORDS = {word.upper(): each for each in METRICS.values() for word in (each.label, each.name)}
METRIC_WORDS |= {word.upper(): METRICS[code] for word, code in _ONCE_CALLED.items()}
"""The metrics by every word that means one, in capitals."""


def find_metric(name: str, among: Collection[str] = ()) -> Metric:
    """The metric of a name or a label, or of one that it had, whatever its case.

    among : the names that may be asked for, which the error lists; every metric's when left out.
    Raises `UnknownName` with a guess.

    >>> find_metric("npv").label, find_metric("Net return").name, find_metric("Net ROI").name
    ('NPV', 'NETROI', 'NETROI')
    """
    metric = METRIC_WORDS.get(name.strip().upper()) if isinstance(name, str) else None
    if metric is None:
        known = among or METRICS
        raise UnknownName(
            f'There is no metric "{name}".{did_you_mean(str(name).upper(), known)} Known: {", ".join(known)}.'
        )
    return metric


def equation_named(name: str) -> str:
    """The equation that a figure's name or label, or its own name, means.

    Of a sum over the months it is the month's. Raises `UnknownName` with a guess.

    >>> equation_named("PAYBACK"), equation_named("Discounted payback"), equation_named("upfront_cost")
    ('payback_months', 'discounted_payback_months', 'upfront_cost')
    >>> equation_named("PV of cost"), equation_named("total_running_cost")
    ('pv_cost', 'running_cost')
    """
    words = {word: each.equation_name for each in FIGURES.values() for word in (each.label, each.equation_name)}
    figures = {word: MODEL.quantity_of(equation) for word, equation in words.items()}
    figures |= {word: metric.equation for metric in METRICS.values() for word in (metric.name, metric.label)}
    figures |= {word: METRICS[code].equation for word, code in _ONCE_CALLED.items()}
    return find_equation(name, figures)


def defined(value: Any) -> float | None:
    """A figure as a float; None where it is undefined."""
    return None if math.isnan(value) else float(value)
