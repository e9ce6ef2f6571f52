"""The lines of the Breakdown: its figures in groups, each equation in words."""

from __future__ import annotations

from dataclasses import dataclass

from roi_engine.appraisal import METRICS
from roi_engine.figures import FIGURES, Figure

TOLERANCE = 1e-9
RATE_TOLERANCE = 1e-6
"""Spreadsheet programs stop refining an internal rate of return earlier than the engine does."""


@dataclass(frozen=True)
class Line:
    """One figure of the scenario.

    name : what its cells are called after out_ and native_.
    figure_name : in the table of figures.
    words : how it is calculated.
    """

    name: str
    figure_name: str
    words: str
    tolerance: float = TOLERANCE

    @property
    def figure(self) -> Figure:
        """What the figure is."""
        return FIGURES[self.figure_name]


_SAVED = "× (1 − benefit risk)"
_SPENT = "× (1 + cost risk)"

LINES: tuple[Line | str, ...] = (
    "Upfront costs",
    Line("training", "training_cost", "GPU-hours × price × GPUs × runs, or million training tokens × price"),
    Line("one_off", "one_off_cost", "data + engineering hours × pay + evaluation + other"),
    Line("contingency_amount", "contingency_cost", "(training + one-off costs) × contingency"),
    Line("storage", "storage_cost", "GB × price per GB-month × months"),
    Line("upfront", "upfront", "training + one-off costs + contingency + storage counted upfront"),
    Line("running", "total_running_cost", "operations, hosting, retraining, storage"),
    Line("total_cost", "total_cost", f"(upfront + running costs of every month) {_SPENT}"),
    "Monthly benefits (averages over the horizon)",
    Line("inference_savings", "monthly_inference_savings", f"baseline bill {_SAVED} − fine-tuned bill {_SPENT}"),
    Line("review_savings", "monthly_review_savings", f"review cost avoided {_SAVED} − review cost added {_SPENT}"),
    Line("monthly_benefit", "monthly_benefit", "total benefit / months"),
    "Benefits over the horizon",
    Line("benefit", "total_benefit", "net return + total cost"),
    "Metrics",
    Line("net_roi", "net_roi", "sum of all cash flows"),
    Line("roi", "roi", "net return / total cost"),
    Line("roi_total", "roi_total", "net return / (upfront + running costs + fine-tuned bill, risk-adjusted)"),
    Line("payback", "payback_months", "moment at which the cumulative cash flow is recovered for good"),
    Line("npv", "npv", "cash flows discounted at the effective annual rate; month 0 undiscounted"),
    Line("roi_present_value", "roi_present_value", "NPV / present value of every cost, the new bill too"),
    Line("discounted_payback", "discounted_payback_months", "payback of the discounted cash flow, within the horizon"),
    Line(
        "irr",
        "irr_annual",
        "effective annual rate at which NPV is zero, where it is a return; n.m. above 1,000 %",
        RATE_TOLERANCE,
    ),
    Line("mirr", "mirr_annual", "rate that turns financed outflows into reinvested inflows, at the discount rate"),
    Line("profitability_index", "profitability_index", "1 + NPV / outlay"),
    Line("equivalent_monthly", "equivalent_monthly", "level monthly amount with the same NPV"),
    Line("pv_cost", "pv_cost", "bill and review of staying, discounted − NPV"),
    "Verdict",
    Line("worthwhile", "worthwhile", "net return above zero"),
)

_BY_CODE = {line.figure.code: line for line in LINES if isinstance(line, Line)}
METRIC_LINES = {metric: _BY_CODE[metric] for metric in METRICS}
"""The line of every metric that a cell can name."""
