"""How cells look: named styles, number formats; every contrast ≥ 4.5 : 1."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.workbook import Workbook

from roi_engine.currencies import decimals_of
from roi_engine.quantity import START_MONTH, Quantity

FONT = "Calibri"
INK = "1F1F1F"
INPUT_INK, INPUT_PAPER = "0B3D91", "FFF8E1"
OUTPUT_PAPER = "DCE9F7"
GOOD_INK, GOOD_PAPER = "0B5C2B", "E2F2E5"
BAD_INK, BAD_PAPER = "9C1C1C", "FBE4E4"
QUIET_INK = "595959"
TITLE_INK = "12355B"
HEADER_INK, HEADER_PAPER = "FFFFFF", "12355B"
GROUP_PAPER = "EEF2F6"
RULE = "C9CED4"
WORKINGS_TAB = "BFC5CC"
"""The tab of a sheet that others are calculated by; those that are read have the ink of titles."""
FADED_INK, PAPER = "636363", "FFFFFF"

PAIRS = {
    "Input": (INPUT_INK, INPUT_PAPER),
    "Calculation": (INK, PAPER),
    "Output": (INK, OUTPUT_PAPER),
    "Good": (GOOD_INK, GOOD_PAPER),
    "Bad": (BAD_INK, BAD_PAPER),
    "Explanatory Text": (QUIET_INK, PAPER),
    "Title": (TITLE_INK, PAPER),
    "Column title": (HEADER_INK, HEADER_PAPER),
    "Group": (TITLE_INK, GROUP_PAPER),
    "Answer": (INK, PAPER),
    "Figure": (INK, OUTPUT_PAPER),
    "Figure title": (QUIET_INK, OUTPUT_PAPER),
    "Annotation": (INPUT_INK, PAPER),
    "Unit": (QUIET_INK, PAPER),
    "Column title right": (HEADER_INK, HEADER_PAPER),
    "Beyond the horizon": (FADED_INK, PAPER),
}
"""Ink and paper of every style: a test holds their contrast."""

BUILT_IN = {
    "Input": 20, "Output": 21, "Calculation": 22, "Good": 26, "Bad": 27, "Explanatory Text": 53, "Title": 15,
}  # fmt: skip
"""Excel's numbers for the familiar style names, whose looks are ours."""

MONEY = '#,##0_);(#,##0);"–"_)'
HEADLINE_MONEY = "#,##0;(#,##0);0"
"""Of a large figure and of a row: a zero that is one."""
SMALL_MONEY = '#,##0.00_);(#,##0.00);"–"_)'
PRICE = "#,##0.00####"
CALL_PRICE = "0.000000"
FRACTION = "#,##0.0%"
RATE_OF_RETURN = '[>10]"n.m.";[<0]-0.0%;0.0%'
"""Above 1,000 % a year a rate of return is not meaningful: the cell keeps the number and shows n.m."""
MONTHS = '0.0" months"'
WHOLE = "#,##0"
NUMBER = "[<1000]General;#,##0"
"""As many decimals as a number has, and none from 1,000 on."""
RATIO = '0.0"x"'
GENERAL = "General"
AS_TYPED = "@"
"""Of a text that a program would take for a date."""
FACTOR = "0.0000"
ANY_SIZE = "#,##0.00"
ROUNDED_NUMBER = "[<1000]0.0;#,##0"
"""Of a number that was searched for, whose further decimals say nothing."""
ROUNDED_PRICE = "[<0.01]0.00####;[<1]0.00##;#,##0.00"
"""Of a price that was searched for."""
AXIS = NUMBER
"""A negative number must fall into the first section, or one that writes its minus: LibreOffice drops it elsewhere."""
LOWEST, HIGHEST = '[<=-1000000000000000]"none";[<0]-General;General', '[<1000000000000000]General;"none"'
"""Of bounds, where a number beyond all size stands for none."""
BOUNDS_OF_A_SHARE = '[<=-1000000000000000]"none";[<0]-0.0%;0.0%', '[<1000000000000000]0.0%;"none"'
"""The lowest and the highest of what is shown in per cent."""
PAYBACK = "[<1]0.00;#,##0.0"
ONE_DECIMAL = "#,##0.0_);(#,##0.0);0.0_)"
LONG_PAYBACK = '[>120]"> 10 years";[<1]0.00;0.0'
"""In a grid, where paybacks are compared: beyond ten years nobody counts months."""
MOMENT = '0.00;-0.00;""'

NO_CENTS_FROM = 1e6
"""Amounts that are shown without cents."""
_WITHOUT_CENTS = {SMALL_MONEY: MONEY}
WHOLE_PRICE = "[<1]0.00##;[<100]0.00;#,##0"
"""Of a currency without a minor unit: decimals only where there is little before them."""
_WITHOUT_DECIMALS = {**_WITHOUT_CENTS, PRICE: WHOLE_PRICE, ROUNDED_PRICE: WHOLE_PRICE, CALL_PRICE: WHOLE_PRICE}

_BY_KIND = {
    "money": MONEY,
    "price": PRICE,
    "fraction": FRACTION,
    "months": WHOLE,
    "count": WHOLE,
    "number": NUMBER,
    "ratio": NUMBER,
}


def number_format(quantity: Quantity) -> str:
    """The number format of an input or a result."""
    return AS_TYPED if quantity is START_MONTH else _BY_KIND.get(quantity.kind, GENERAL)


def money_formats(currency: str, largest: float) -> dict[str, str]:
    """What stands for some number formats: whole amounts where nobody counts decimals.

    currency : its code.
    largest : the largest amount of the workbook.

    >>> SMALL_MONEY in money_formats("EUR", 2e6), SMALL_MONEY in money_formats("EUR", 2e4)
    (True, False)
    >>> money_formats("JPY", 2e4)[PRICE]
    '[<1]0.00##;[<100]0.00;#,##0'
    """
    if not decimals_of(currency):
        return _WITHOUT_DECIMALS
    return _WITHOUT_CENTS if largest >= NO_CENTS_FROM else {}


def add_styles(book: Workbook) -> None:
    """Registers the named styles."""
    line = Side(style="thin", color=RULE)
    boxed = Border(left=line, right=line, top=line, bottom=line)
    open_cell, closed = Protection(locked=False), Protection(locked=True)

    def style(name: str, *, size: float = 10, bold: bool = False, border: Border | None = None, **options: Any) -> None:
        ink, paper = PAIRS[name]
        fill = PatternFill("solid", fgColor=paper) if paper != PAPER else PatternFill()
        alignment = options.get("alignment") or Alignment(vertical="center")
        book.add_named_style(
            NamedStyle(
                name=name,
                font=Font(name=FONT, size=size, bold=bold, color=ink),
                fill=fill,
                border=border or Border(),
                alignment=alignment,
                protection=options.get("protection") or closed,
                builtinId=BUILT_IN.get(name),
            )
        )

    style("Input", border=boxed, protection=open_cell)
    style("Calculation")
    style("Output", bold=True, border=boxed)
    style("Good", bold=True, alignment=Alignment(horizontal="center", vertical="center"))
    style("Bad", bold=True, alignment=Alignment(horizontal="center", vertical="center"))
    style("Explanatory Text", size=9, alignment=Alignment(vertical="center"))
    style("Title", size=16, bold=True)
    style("Column title", bold=True, alignment=Alignment(vertical="center", wrap_text=True))
    style("Column title right", bold=True, alignment=Alignment(horizontal="right", vertical="center", wrap_text=True))
    style("Unit", size=9, alignment=Alignment(horizontal="left", vertical="center", indent=1))
    style("Group", bold=True)
    style("Answer", size=13, bold=True)
    style("Figure", size=14, bold=True, alignment=Alignment(horizontal="left", vertical="center", indent=1))
    style("Figure title", size=9, alignment=Alignment(horizontal="left", vertical="center", indent=1))
    style("Annotation", size=9, protection=open_cell, alignment=Alignment(vertical="center", wrap_text=True))
    style("Beyond the horizon")
