"""The calendar months of a horizon by ordinary formulas."""

from __future__ import annotations

from typing import Any

from roi_engine.quantity import START_MONTH
from templates.building.formula import Formula


def calendar_start(start_month: Formula) -> Formula:
    """The months from the year 0 to month 1; empty where no start is typed.

    start_month : what is typed, a text such as 2027-01 or a date.
    """
    cell = start_month.text
    year, month = f'LEFT({cell},FIND("-",{cell})-1)', f'MID({cell},FIND("-",{cell})+1,2)'
    months = f"IF(ISNUMBER({cell}),YEAR({cell})*12+MONTH({cell}),{year}*12+{month})-1"
    shown = START_MONTH.check(start_month.value or "")
    value = int(shown[:4]) * 12 + int(shown[5:]) - 1 if shown else ""
    return Formula(f'IF({cell}="","",IFERROR({months},""))', value)


def calendar_month(month: Any, calendar_start: Any) -> Any:
    """The calendar month; empty for month 0, and where no start is typed."""
    known = isinstance(calendar_start.value, int)
    months = calendar_start.value + month.value - 1 if known and month.value else None
    shown = "" if months is None else f"{months // 12}-{months % 12 + 1:02}"
    months_text = f"{calendar_start.text}+{month.text}-1"
    text = f'INT(({months_text})/12)&"-"&RIGHT("0"&MOD({months_text},12)+1,2)'
    return Formula(f'IF(OR({calendar_start.text}="",{month.text}=0),"",{text})', shown)
