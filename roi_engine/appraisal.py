"""Everything that the model says about one scenario: `appraise` it and read the metrics off the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from roi_engine import metrics
from roi_engine.cashflow import MODEL, horizon
from roi_engine.errors import FtRoiError, OutOfRange, UnknownName, did_you_mean
from roi_engine.figures import FIGURES
from roi_engine.internal_rate import irr, irr_roots
from roi_engine.quantity import Quantity
from roi_engine.scenario import Scenario

_ROWS = (
    "net_cash_flow", "baseline_spend", "finetuned_spend", "review_savings", "added_review", "running_cost",
)  # fmt: skip
_FIXED = ("upfront_cost", "training_cost", "one_off_cost", "contingency_cost", "storage_cost")


class Appraisal:
    """The metrics of one scenario, each calculated when it is first asked for.

    inputs : every input by name, as `Scenario.inputs` gives them.
    Money is in the scenario's currency, rates are decimals per year unless the name says monthly, paybacks
    are months. None means undefined, infinity means never.

    >>> from roi_engine.reference import REFERENCE
    >>> round(appraise(REFERENCE).net_roi, 2)
    17837.28
    """

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = dict(inputs)

    @cached_property
    def _figures(self) -> dict[str, Any]:
        return MODEL.evaluate(self.inputs, _FIXED + _ROWS, horizon(self.inputs))

    @property
    def months(self) -> int:
        """The horizon H."""
        return horizon(self.inputs)

    @property
    def cash_flow(self) -> list[float]:
        """The signed flows of months 0…H."""
        flows: list[float] = self._figures["net_cash_flow"]
        return flows

    def _fixed(self, name: str) -> float:
        return float(self._figures[name])

    def _average(self, name: str) -> float:
        """The mean of a row over months 1…H."""
        return _number(metrics.total(self._figures[name][1:])) / self.months

    # upfront and cost

    @property
    def training_cost(self) -> float:
        """Training, without contingency."""
        return self._fixed("training_cost")

    @property
    def one_off_cost(self) -> float:
        """Data, engineering, evaluation and other upfront cost, without contingency."""
        return self._fixed("one_off_cost")

    @property
    def contingency_cost(self) -> float:
        """The reserve on training and one-off costs."""
        return self._fixed("contingency_cost")

    @property
    def storage_cost(self) -> float:
        """The horizon's storage, under either timing."""
        return self._fixed("storage_cost")

    @property
    def upfront(self) -> float:
        """The outlay at month 0, before risk adjustment."""
        return self._fixed("upfront_cost")

    @property
    def total_running_cost(self) -> float:
        """Σ running cost, before risk adjustment."""
        return _number(metrics.total(self._figures["running_cost"]))

    @cached_property
    def total_cost(self) -> float:
        """(upfront + Σ running cost) · (1 + cost risk)."""
        running = metrics.total(self._figures["running_cost"])
        return _number(metrics.total_cost(self.upfront, running, self.inputs["cost_risk"]))

    # benefit per month: averages over months 1…H, risk-adjusted, so that they add up to the benefit

    @property
    def monthly_inference_savings(self) -> float:
        """Baseline spend avoided less fine-tuned spend."""
        return self._risk_adjusted("baseline_spend", "finetuned_spend")

    @property
    def monthly_review_savings(self) -> float:
        """Review cost avoided less review cost added."""
        return self._risk_adjusted("review_savings", "added_review")

    def _risk_adjusted(self, avoided: str, spent: str) -> float:
        risks = self.inputs["benefit_risk"], self.inputs["cost_risk"]
        return _number(metrics.monthly_saving(self._average(avoided), self._average(spent), *risks))

    @property
    def monthly_benefit(self) -> float:
        """The total benefit, per month."""
        return self.total_benefit / self.months

    @property
    def total_benefit(self) -> float:
        """Net ROI plus total cost."""
        return self.net_roi + self.total_cost

    # metrics

    @cached_property
    def net_roi(self) -> float:
        """Σ CF; a sum that is only rounding counts as zero."""
        return _number(metrics.net_roi(self.cash_flow))

    @property
    def roi(self) -> float | None:
        """Net ROI over total cost."""
        return _defined(metrics.roi(self.net_roi, self.total_cost))

    @property
    def roi_total(self) -> float | None:
        """Net ROI over every new cost, serving included."""
        figures = self._figures
        cost = metrics.total_cost_with_serving(
            self.upfront,
            metrics.total(figures["running_cost"]),
            metrics.total(figures["finetuned_spend"]),
            self.inputs["cost_risk"],
        )
        return _defined(metrics.roi(self.net_roi, cost))

    @cached_property
    def payback_months(self) -> float:
        """Months until the outlay is recovered for good."""
        return _number(metrics.payback(self.cash_flow))

    @property
    def worthwhile(self) -> bool:
        """Whether the net ROI is above zero."""
        return self.net_roi > 0

    def npv(self, discount_rate: float | None = None) -> float:
        """Net present value, at the scenario's rate or another."""
        return _number(metrics.npv(self._rate(discount_rate), self.cash_flow))

    def discounted_payback_months(self, discount_rate: float | None = None) -> float:
        """Months until the discounted flows are recovered within the horizon."""
        return _number(metrics.discounted_payback(self._rate(discount_rate), self.cash_flow))

    def profitability_index(self, discount_rate: float | None = None) -> float | None:
        """1 + NPV over the outlay."""
        return _defined(metrics.profitability_index(self.npv(discount_rate), self.cash_flow[0]))

    def equivalent_monthly(self, discount_rate: float | None = None) -> float:
        """The level monthly amount with the same present value."""
        rate = self._rate(discount_rate)
        return _number(metrics.equivalent_monthly(self.npv(rate), rate, self.months))

    @cached_property
    def irr_monthly(self) -> float | None:
        """The internal rate of return per month."""
        return irr(self.cash_flow)

    @property
    def irr_annual(self) -> float | None:
        """The internal rate of return, effective per year."""
        return None if self.irr_monthly is None else _number(metrics.annual_rate(self.irr_monthly))

    @cached_property
    def irr_is_ambiguous(self) -> bool:
        """Whether the flows have several internal rates of return."""
        return len(irr_roots(self.cash_flow)) > 1

    def mirr_monthly(self, finance_rate: float | None = None, reinvest_rate: float | None = None) -> float | None:
        """The modified internal rate of return per month."""
        return _defined(metrics.mirr(self.cash_flow, self._rate(finance_rate), self._rate(reinvest_rate)))

    def mirr_annual(self, finance_rate: float | None = None, reinvest_rate: float | None = None) -> float | None:
        """The modified internal rate of return, effective per year."""
        monthly = self.mirr_monthly(finance_rate, reinvest_rate)
        return None if monthly is None else _number(metrics.annual_rate(monthly))

    def _rate(self, rate: float | None) -> float:
        return float(self.inputs["discount_rate"] if rate is None else rate)

    def as_dict(self) -> dict[str, Any]:
        """Every metric under its public name, unrounded; None is undefined, infinity is never."""
        return {
            "upfront": self.upfront,
            "total_cost": self.total_cost,
            "net_roi": self.net_roi,
            "roi": self.roi,
            "roi_total": self.roi_total,
            "payback_months": self.payback_months,
            "npv": self.npv(),
            "discounted_payback_months": self.discounted_payback_months(),
            "irr_monthly": self.irr_monthly,
            "irr_annual": self.irr_annual,
            "mirr_monthly": self.mirr_monthly(),
            "mirr_annual": self.mirr_annual(),
            "profitability_index": self.profitability_index(),
            "equivalent_monthly": self.equivalent_monthly(),
            "worthwhile": self.worthwhile,
            "cash_flow": self.cash_flow,
        }


def appraise(scenario: Scenario) -> Appraisal:
    """The metrics of a scenario.

    scenario : a valid scenario. Returns an `Appraisal`, whose properties are the metrics.

    >>> from roi_engine.reference import REFERENCE
    >>> appraise(REFERENCE).worthwhile
    True
    """
    return Appraisal(scenario.inputs())


@dataclass(frozen=True)
class Metric:
    """A metric that can be asked for by name: what people call it, its quantity, how it is read."""

    name: str
    label: str
    quantity: Quantity
    of: Callable[[Appraisal], float | None]
    undefined: type[FtRoiError] = OutOfRange


_IN_ORDER = (
    "net_roi", "roi", "payback_months", "npv", "discounted_payback_months", "irr_annual", "mirr_annual",
    "profitability_index", "total_benefit", "upfront", "total_cost", "equivalent_monthly",
)  # fmt: skip
METRICS: dict[str, Metric] = {
    figure.code: Metric(figure.code, figure.label, figure.quantity, figure.of, figure.error)
    for figure in map(FIGURES.__getitem__, _IN_ORDER)
}
"""The metrics that worksheet functions and the command line accept by name."""


def find_metric(name: str) -> Metric:
    """The metric of a name, whatever its case; raises `UnknownName` with a guess.

    >>> find_metric("npv").label
    'NPV'
    """
    metric = METRICS.get(name.strip().upper()) if isinstance(name, str) else None
    if metric is None:
        raise UnknownName(
            f'There is no metric "{name}".{did_you_mean(str(name).upper(), METRICS)} Known: {", ".join(METRICS)}.'
        )
    return metric


def _number(value: Any) -> float:
    """An equation's result on floats, as the float that it is."""
    return float(value)


def _defined(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)
