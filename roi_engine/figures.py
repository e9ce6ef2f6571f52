"""What each figure of a scenario and of an option is, declared once.

Sheets, the terminal, letters, JSON and the worksheet functions take label, unit, sentence and error from here and
keep only their own order and grouping. docs/figures.md prints the table, and which surface shows which figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from roi_engine import quantity as q
from roi_engine.errors import FtRoiError, OutOfRange, ZeroDivisor
from roi_engine.quantity import Quantity


@dataclass(frozen=True)
class Figure:
    """What one figure is.

    name : what gives it in Python, and its key in JSON.
    label : what people call it, on every surface.
    quantity : the kind of number, with its unit.
    sentence : what it is.
    function : the FT_ function that gives it; empty where none does.
    code : how FT_WHATIF and ``--metric`` ask for it, or FT_OPTION for an option's; empty where they do not.
    equation : the model's equation that gives it, where that has another name.
    share_of : what a share is a share of, which its quantity does not know.
    once_called : the label that it had, which workbooks and people still say; empty where it has none.
    undefined : when it has no value; empty where it always has one.
    error : what a cell shows then.
    """

    name: str
    label: str
    quantity: Quantity
    sentence: str
    function: str = ""
    code: str = ""
    equation: str = ""
    share_of: str = ""
    once_called: str = ""
    undefined: str = ""
    error: type[FtRoiError] = OutOfRange

    @property
    def full_sentence(self) -> str:
        """What it is, and the error that stands for it where it is undefined.

        >>> FIGURES["roi"].full_sentence
        'Net return over total cost, a fraction (1 = 100 %). #DIV/0! when nothing is spent.'
        """
        return f"{self.sentence} {self.error.code} {self.undefined}." if self.undefined else self.sentence

    @property
    def equation_name(self) -> str:
        """The model's equation that gives it.

        >>> FIGURES["upfront"].equation_name, FIGURES["roi"].equation_name
        ('upfront_cost', 'roi')
        """
        return self.equation or self.name

    def unit_in(self, currency: str) -> str:
        """The unit with the currency written in; of a share, what it is a share of.

        >>> FIGURES["npv"].unit_in("EUR"), FIGURES["roi"].unit_in("EUR")
        ('EUR', 'of total cost')
        """
        return self.share_of or self.quantity.unit_in(currency)

    def heading(self, currency: str = "") -> str:
        """The label with its unit, for places that have no column of units.

        Money tells its unit where a currency is given; a percentage and a ratio need none.

        >>> FIGURES["payback_months"].heading(), FIGURES["npv"].heading(), FIGURES["npv"].heading("EUR")
        ('Payback (months)', 'NPV', 'NPV (EUR)')
        """
        told = self.quantity.kind == "months" or (currency and self.quantity.kind == "money")
        unit = self.unit_in(currency) if told else ""
        return f"{self.label} ({unit})" if unit else self.label

    def of(self, source: object) -> Any:
        """The figure of an `Appraisal` or an `Option`, unrounded.

        None is undefined, infinity is never.
        """
        value = getattr(source, self.name)
        return value() if callable(value) else value


def _by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


FIGURES: dict[str, Figure] = _by_name((
    # upfront and cost
    Figure(
        "training_cost", "Training", q.MONEY,
        "Cost of training: GPU-hours times their price (with a block also GPUs, runs and billed tokens), "
        "without contingency.",
        function="FT_TRAINCOST",
    ),
    Figure(
        "one_off_cost", "One-off costs", q.MONEY,
        "Data, engineering, evaluation and other upfront cost, without contingency.",
    ),
    Figure(
        "contingency_cost", "Contingency", q.MONEY,
        "The reserve on training and one-off costs.",
    ),
    Figure(
        "storage_cost", "Storage over the horizon", q.MONEY,
        "Cost of keeping model and checkpoints over the whole horizon, whether counted at once or monthly.",
        function="FT_STORAGECOST",
    ),
    Figure(
        "upfront", "Total upfront", q.MONEY,
        "Everything spent at month 0: training, one-off costs, contingency and storage counted upfront, "
        "before risk adjustment.",
        function="FT_UPFRONT", code="UPFRONT", equation="upfront_cost",
    ),
    Figure(
        "total_running_cost", "Running costs over the horizon", q.MONEY,
        "Operations, hosting, retraining and storage counted monthly, before risk adjustment.",
    ),
    Figure(
        "total_cost", "Total cost", q.MONEY,
        "Upfront and running costs over the horizon, risk-adjusted. Serving is not in it: it is netted against "
        "the old bill.",
        function="FT_TOTALCOST", code="TOTALCOST",
    ),
    # benefits
    Figure(
        "monthly_inference_savings", "Inference savings", q.SIGNED_MONEY_PER_MONTH,
        "Saving on inference per month: the baseline's bill less the fine-tuned model's (with a block the "
        "risk-adjusted average over the horizon).",
        function="FT_INFSAVE",
    ),
    Figure(
        "monthly_review_savings", "Review savings", q.SIGNED_MONEY_PER_MONTH,
        "Saving on human review per month: review cost times the share of errors that disappear (with a block "
        "the risk-adjusted average).",
        function="FT_REVSAVE",
    ),
    Figure(
        "monthly_benefit", "Monthly benefit", q.SIGNED_MONEY_PER_MONTH,
        "Benefit per month: inference and review savings together (with a block the risk-adjusted average over "
        "the horizon).",
        function="FT_MONTHLY",
    ),
    Figure(
        "total_benefit", "Total benefit", q.SIGNED_MONEY,
        "Benefit over the whole horizon: net return plus total cost.",
        function="FT_BENEFIT", code="BENEFIT",
    ),
    # metrics
    Figure(
        "net_roi", "Net return", q.SIGNED_MONEY,
        "Net return over the horizon in money: every benefit less every cost, not discounted.",
        function="FT_NETROI", code="NETROI", once_called="Net ROI",
    ),
    Figure(
        "roi", "ROI", q.RETURN,
        "Net return over total cost, a fraction (1 = 100 %).",
        function="FT_ROI", code="ROI", share_of="of total cost",
        undefined="when nothing is spent", error=ZeroDivisor,
    ),
    Figure(
        "roi_total", "ROI, serving included", q.RETURN,
        "Net return over every new cost, the fine-tuned model's bill too, a fraction.",
        share_of="of every new cost", undefined="when nothing is spent", error=ZeroDivisor,
    ),
    Figure(
        "payback_months", "Payback", q.DURATION,
        "Months until the cash flow has recovered its outlay for good, interpolated within the month; the text "
        "Never when it does not.",
        function="FT_PAYBACK", code="PAYBACK",
    ),
    Figure(
        "npv", "NPV", q.SIGNED_MONEY,
        "Net present value in money at an effective annual rate. Month 0 is not discounted (Excel's NPV discounts "
        "its first flow).",
        function="FT_NPV", code="NPV",
    ),
    Figure(
        "roi_present_value", "ROI in present values", q.RETURN,
        "NPV over the present value of every cost, the fine-tuned model's bill too, a fraction: the ROI of TEI "
        "studies.",
        share_of="of PV of costs", undefined="when nothing is spent", error=ZeroDivisor,
    ),
    Figure(
        "discounted_payback_months", "Discounted payback", q.DURATION,
        "Months until the discounted cash flow has recovered its outlay, within the horizon; the text Never when "
        "it does not.",
        function="FT_DPAYBACK", code="DPAYBACK",
    ),
    Figure(
        "irr_annual", "IRR", q.ANNUAL_RETURN,
        "Internal rate of return, effective per year.",
        function="FT_IRR", code="IRR",
        undefined="where no rate is a return: a loan, several rates, none, or nothing invested",
    ),
    Figure(
        "irr_monthly", "IRR, monthly", q.MONTHLY_RETURN,
        "Internal rate of return per month.",
        undefined="where no rate is a return",
    ),
    Figure(
        "mirr_annual", "MIRR", q.ANNUAL_RETURN,
        "Modified internal rate of return, effective per year: outflows financed and inflows reinvested at given "
        "rates.",
        function="FT_MIRR", code="MIRR", undefined="unless both occur",
    ),
    Figure(
        "mirr_monthly", "MIRR, monthly", q.MONTHLY_RETURN,
        "Modified internal rate of return per month.",
        undefined="unless both outflows and inflows occur",
    ),
    Figure(
        "profitability_index", "Profitability index", q.RATIO,
        "Profitability index: present value of what comes back per unit spent at month 0.",
        function="FT_PI", code="PI", undefined="when nothing is spent then", error=ZeroDivisor,
    ),
    Figure(
        "equivalent_monthly", "Equivalent monthly value", q.SIGNED_MONEY_PER_MONTH,
        "The level monthly amount with the same present value: compares decisions of unequal horizon.",
        function="FT_EQUIVMONTHLY", code="EQUIVMONTHLY",
    ),
    Figure(
        "pv_cost", "PV of cost", q.MONEY,
        "Present value of all that this plan costs, review and traffic that has not moved included: compares "
        "scenarios whose baselines differ.",
    ),
    # verdict
    Figure(
        "worthwhile", "Worthwhile", q.YES_NO,
        "TRUE when the net return over the horizon is above zero, else FALSE.",
        function="FT_WORTHIT",
    ),
))  # fmt: skip
"""The figures of a scenario by name, in the order of the Breakdown."""

_WITHOUT_FIGURES = "where the scenario gives no figures for the option"

OPTION_FIGURES: dict[str, Figure] = _by_name((
    Figure(
        "npv", "NPV against staying", q.SIGNED_MONEY,
        "Net present value of taking the option in place of staying.",
        function="FT_OPTION", code="NPV", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "npv_best", "NPV against the best other", q.SIGNED_MONEY,
        "Net present value of taking the option in place of the best other one that has figures.",
        function="FT_OPTION", code="NPVBEST", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "pv_cost", "PV of cost", q.MONEY,
        "Present value of all that the option costs, review and traffic that has not moved included.",
        function="FT_OPTION", code="PVCOST", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "equivalent_monthly_cost", "Equivalent monthly cost", q.MONEY_PER_MONTH,
        "The level monthly amount with the same present value as the cost.",
        function="FT_OPTION", code="EQUIVMONTHLY", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "payback_months", "Payback", q.DURATION,
        "Months until the option has recovered its outlay against staying; infinite when it does not.",
        function="FT_OPTION", code="PAYBACK", undefined=f"of staying, and {_WITHOUT_FIGURES}",
    ),
    Figure(
        "bill", "Monthly bill", q.MONEY_PER_MONTH,
        "A month with all traffic moved, at first-month prices: serving, hosting fee, the operations that it bears.",
        function="FT_OPTION", code="BILL", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "rank", "Rank", q.RANK,
        "1 for the cheapest; equals share a rank.",
        function="FT_OPTION", code="RANK", undefined=_WITHOUT_FIGURES,
    ),
    Figure(
        "ranking_changes_at", "Rank changes at", q.CALLS,
        "The calls per month nearest the scenario's at which the rank changes; infinite where none does.",
        function="FT_OPTION", code="VOLUME", undefined=_WITHOUT_FIGURES,
    ),
))  # fmt: skip
"""The figures of an option by name, in the order of the Options sheet."""
