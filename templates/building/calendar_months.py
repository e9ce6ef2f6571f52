"""The calendar months of a horizon by ordinary formulas."""

from __future__ import annotations

from typing import Any

from roi_engine.quantity import FIRST_YEAR, LAST_YEAR, START_MONTH
from templates.building.formula import Formula


def calendar_start(start_month: Formula, in_range: Formula) -> Formula:
    """The months from the year 0 to month 1; empty where no month is typed.

    start_month : what is typed, a text such as 2027-01 or a date.
    in_range : the cell that says whether that is a month.
    """
    cell = start_month.text
    year, month = _year_and_month(cell)
    months = f"IF(ISNUMBER({cell}),YEAR({cell})*12+MONTH({cell}),{year}*12+{month})-1"
    shown = START_MONTH.check(start_month.value or "")
    value = int(shown[:4]) * 12 + int(shown[5:]) - 1 if shown else ""
    return Formula(f'IF({in_range.text}<>"OK","",IF(TRIM({cell})="","",{months}))', value)


def month_in_range(start_month: Formula) -> Formula:
    """OK for what the engine takes as a month, and for nothing; FAIL for the rest.

    start_month : what is typed.
    """
    cell = start_month.text
    year, month = _year_and_month(cell)
    of_text = f"AND({_is_year(f'0+{year}')},ROUNDUP({month}/12,0)=1)"
    is_month = f"IF(ISNUMBER({cell}),{_is_year(f'YEAR({cell})')},{of_text})"
    START_MONTH.check(start_month.value or "")  # what a workbook is made from is a month
    return Formula(f'IFERROR(IF(TRIM({cell})="","OK",IF({is_month},"OK","FAIL")),"FAIL")', "OK")


def _is_year(year: str) -> str:
    return f"MEDIAN({FIRST_YEAR},{year},{LAST_YEAR})={year}"


def _year_and_month(cell: str) -> tuple[str, str]:
    """The parts of a text before its first hyphen, and from there to the next."""
    first = f'FIND("-",{cell})'
    return f"LEFT({cell},{first}-1)", f'MID({cell},{first}+1,FIND("-",{cell}&"-",{first}+1)-{first}-1)'


def calendar_month(month: Any, calendar_start: Any) -> Any:
    """The calendar month; empty for month 0, and where no start is typed."""
    known = isinstance(calendar_start.value, int)
    months = calendar_start.value + month.value - 1 if known and month.value else None
    shown = "" if months is None else f"{months // 12}-{months % 12 + 1:02}"
    months_text = f"{calendar_start.text}+{month.text}-1"
    text = f'INT(({months_text})/12)&"-"&RIGHT("0"&MOD({months_text},12)+1,2)'
    return Formula(f'IF(OR({calendar_start.text}="",{month.text}=0),"",{text})', shown)
