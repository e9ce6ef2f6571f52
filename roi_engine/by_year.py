"""The table by year: what each year brings and costs, and its present value.

The shape of TEI studies and of budgets. A column is a sum over months of the model's own rows, so the columns *Total*
and *Present value* end in the net return and in the NPV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from roi_engine.cashflow import MODEL, horizon
from roi_engine.metrics import total
from roi_engine.quantity import month_of_year

INITIAL, TOTAL, PRESENT_VALUE = "Initial", "Total", "Present value"
"""The columns beside the years."""
MONTHS_A_YEAR = 12
MONTH_NAMES = "JanFebMarAprMayJunJulAugSepOctNovDec"

Risk = Literal["benefit_risk", "cost_risk"]


@dataclass(frozen=True)
class Line:
    """A line of the table.

    quantity : the monthly quantity of the model that it adds up.
    risk : the input that adjusts it; none where the quantity is adjusted already.
    sums : the lines that it is the sum of, where it is one.
    """

    name: str
    label: str
    quantity: str
    risk: Risk | None = None
    sums: tuple[str, ...] = ()


LINES: dict[str, Line] = {
    line.name: line
    for line in (
        Line("avoided_bill", "Avoided bill", "baseline_spend", "benefit_risk"),
        Line("review_avoided", "Review cost avoided", "review_savings", "benefit_risk"),
        Line("benefits", "Benefits", "avoided_bill", sums=("avoided_bill", "review_avoided")),
        Line("upfront", "Upfront cost", "outlay", "cost_risk"),
        Line("new_bill", "New bill", "finetuned_spend", "cost_risk"),
        Line("added_review", "Review cost added", "added_review", "cost_risk"),
        Line("running", "Running costs", "running_cost", "cost_risk"),
        Line("costs", "Costs", "new_bill", sums=("upfront", "new_bill", "added_review", "running")),
        Line("net", "Net", "net_cash_flow"),
        Line("cumulative", "Cumulative", "cumulative"),
    )
}
"""The lines by name, from the top. The model's avoided and new bill are those with all that goes with them."""


def risk_adjusted(line: Line, amount: Any, inputs: Mapping[str, Any]) -> Any:
    """An amount of a line, adjusted for risk: benefits are cut, costs are raised.

        benefit · (1 − benefit risk), cost · (1 + cost risk)

    inputs : the two risks by name, on the amount's carrier.

    >>> risk_adjusted(LINES["new_bill"], 100.0, {"cost_risk": 0.25})
    125.0
    """
    if line.risk == "benefit_risk":
        return amount * (1 - inputs["benefit_risk"])
    return amount * (1 + inputs["cost_risk"]) if line.risk == "cost_risk" else amount


@dataclass(frozen=True)
class Year:
    """One year of the horizon.

    first_month, last_month : of the horizon, from 1.
    starts, ends : the calendar months of these, empty where no start is known.
    """

    number: int
    first_month: int
    last_month: int
    starts: str = ""
    ends: str = ""

    @property
    def months(self) -> int:
        """How many months it has: 12, or fewer in the last year."""
        return self.last_month - self.first_month + 1

    @property
    def label(self) -> str:
        """What the year is called.

        >>> Year(1, 1, 12, "Mar 2027", "Feb 2028").label, Year(3, 25, 30).label
        ('Year 1 (Mar 2027–Feb 2028)', 'Year 3, 6 months')
        """
        short = "" if self.months == MONTHS_A_YEAR else f", {self.months} month{'s' * (self.months > 1)}"
        return f"Year {self.number}{short}" + (f" ({self.starts}–{self.ends})" if self.starts else "")


def years_of(months: int, start_month: str = "") -> tuple[Year, ...]:
    """The years of a horizon.

    start_month : the calendar month of month 1, such as 2027-03; empty where it is not known.

    >>> [year.label for year in years_of(14)]
    ['Year 1', 'Year 2, 2 months']
    """
    ends = range(MONTHS_A_YEAR, months + MONTHS_A_YEAR, MONTHS_A_YEAR)
    spans = [(last - MONTHS_A_YEAR + 1, min(last, months)) for last in ends]
    return tuple(
        Year(number, first, last, *(calendar_name(month_of_year(start_month, month)) for month in (first, last)))
        for number, (first, last) in enumerate(spans, start=1)
    )


def calendar_name(month: str) -> str:
    """A calendar month as a reader calls it.

    >>> calendar_name("2027-03"), calendar_name("")
    ('Mar 2027', '')
    """
    if not month:
        return ""
    year, number = month.split("-")
    return f"{MONTH_NAMES[3 * int(number) - 3 : 3 * int(number)]} {year}"


@dataclass(frozen=True)
class ByYear:
    """The table.

    lines : for the name of each line its figures, one for each of ``columns``: floats, or arrays over scenarios; None
        where a column has none.
    """

    years: tuple[Year, ...]
    lines: Mapping[str, Sequence[Any]]

    @property
    def columns(self) -> list[str]:
        """Initial, the years, Total, Present value."""
        return [INITIAL, *(year.label for year in self.years), TOTAL, PRESENT_VALUE]

    def as_dict(self) -> dict[str, list[Any]]:
        """The names of the columns, and each line by its name."""
        return {"columns": self.columns, **{name: [*figures] for name, figures in self.lines.items()}}


def by_year(inputs: Mapping[str, Any]) -> ByYear:
    """Every year's benefits and costs, risk-adjusted, in total and in present value.

        year k = Σ over its months, present value = Σ amount(t) · (1 + r)^(−t/12)

    inputs : every input by name, as `Scenario.inputs` gives them; floats, or arrays over scenarios.
    Returns money. Initial is month 0, a year 12 months from month 1 on; the last one may be shorter. *Cumulative* is
    the sum of the net up to the end of a year, and has neither total nor present value.
    Source: docs/method.md, "By year".

    >>> from roi_engine.reference import REFERENCE
    >>> table = by_year(REFERENCE.inputs())
    >>> table.columns, [round(figure, 2) for figure in table.lines["net"]]
    (['Initial', 'Year 1', 'Total', 'Present value'], [-42.72, 17880.0, 17837.28, 16944.01])
    """
    months = horizon(inputs)
    quantities = {line.quantity: None for line in LINES.values()}
    wanted = (*quantities, "year", "discount_factor", "net_roi", "npv")
    found = MODEL.evaluate(inputs, wanted, inputs["months_to_amortize"])
    years = years_of(months, str(inputs.get("start_month") or ""))
    lines: dict[str, list[Any]] = {}
    for name, line in LINES.items():
        row = [risk_adjusted(line, amount, inputs) for amount in found[line.quantity]]
        if name == "cumulative":
            lines[name] = [row[0], *(row[year.last_month] for year in years), None, None]
            continue
        sums = [
            total(each for each, at in zip(row, found["year"], strict=True) if at == k) for k in range(len(years) + 1)
        ]
        present = total(each * factor for each, factor in zip(row, found["discount_factor"], strict=True))
        lines[name] = [*sums, total(row), present]
    lines["net"][-2:] = found["net_roi"], found["npv"]
    return ByYear(years, lines)
