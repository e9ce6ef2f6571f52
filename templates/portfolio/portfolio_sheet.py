"""The portfolio's first sheet.

Totals, and a row for every returned workbook with its metrics, its ranks and where it comes from.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine._version import __version__
from roi_engine.figures import FIGURES, OPTION_FIGURES, Figure
from roi_engine.input_checks import InputWarning
from roi_engine.options import MODES
from roi_engine.quantity import ANNUAL_RETURN
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.worksheet.catalogue import functions
from templates.building import styles
from templates.building.book import Book, column_titles, group_title, page, protect
from templates.building.formula import Formula, formula_of, if_error, is_number, joined
from templates.returned.returned_workbook import ReturnedWorkbook

FIGURES_OF_A_ROW = {"net_roi": "F", "roi": "G", "payback_months": "H", "npv": "I", "irr_annual": "J", "pv_cost": "K"}
"""The figures of a returned workbook, and the column of each."""
_WIDTHS = {"F": 14, "G": 11, "H": 11, "I": 14, "J": 10, "K": 14}
COLUMNS = (
    ("#", 5), ("Scenario", 30), ("Who", 30), ("In totals", 9), ("Currency", 10),
    *((f">{FIGURES[name].heading()}", _WIDTHS[column]) for name, column in FIGURES_OF_A_ROW.items()),
    (f">{FIGURES['npv'].label} rank in its currency", 11), (f">{FIGURES['payback_months'].label} rank", 10),
    ("#", 5), ("Remark", 34), ("Saved", 18), ("File", 30), ("Made by", 18), ("Warnings", 10), ("First warning", 60),
)  # fmt: skip
LAST_OF_PAGE_1, LAST = "M", get_column_letter(len(COLUMNS))
TOTALS_ROW = 5
COUNTED, LEFT_OUT = "Yes", "No"
NO_RANK = "–"
MONEY = "#,##0;-#,##0;0"
_LOOKS = {"money": MONEY, "fraction": styles.FRACTION, "months": styles.PAYBACK}
_WRAPPED = Alignment(vertical="center", wrap_text=True)
_INDENTED = Alignment(horizontal="left", vertical="center", indent=1, wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center")
_LEFT = Alignment(horizontal="left", vertical="center")
_MIDDLE = Alignment(horizontal="center", vertical="center")
SCALE = 58
"""Per cent at which the columns of either page fit on A4."""


@dataclass(frozen=True)
class Entry:
    """A returned workbook with a scenario, under its number.

    remark : what to know before counting it in.
    """

    number: int
    answer: ReturnedWorkbook
    scenario: Scenario
    remark: str
    counted: bool

    @property
    def heading(self) -> str:
        """The number, the scenario's name, who, and the file."""
        parts = [self.scenario.name or "Unnamed", self.answer.who, self.answer.file]
        return f"{self.number}  " + "  ·  ".join(filter(None, parts))


def in_portfolio(answers: Sequence[ReturnedWorkbook]) -> list[Entry]:
    """The returned workbooks that have a scenario, numbered.

    Those that repeat another, or the example, are not counted at first.
    """
    entries: list[Entry] = []
    first: dict[str, Entry] = {}
    for answer in answers:
        if answer.scenario is None:
            continue
        twin = first.get(answer.figures)
        remark = ""
        if answer.is_the_example:
            remark = "Nothing was filled in: these are the example's inputs."
        elif twin:
            remark = f"The same inputs as number {twin.number}."
        entry = Entry(len(entries) + 1, answer, answer.scenario, remark, not remark)
        first.setdefault(answer.figures, entry)
        entries.append(entry)
    return entries


def currencies_of(entries: Sequence[Entry]) -> list[str]:
    """The currencies as first written, the most frequent first.

    The letters' case makes no difference to a sheet.
    """
    written: dict[str, str] = {}
    for entry in entries:
        written.setdefault(entry.scenario.currency.casefold(), entry.scenario.currency)
    counts = Counter(entry.scenario.currency.casefold() for entry in entries if entry.counted)
    return [written[key] for key in sorted(written, key=lambda key: -counts[key])]


def add_portfolio_sheet(
    book: Book, answers: Sequence[ReturnedWorkbook], entries: Sequence[Entry], moment: datetime
) -> Worksheet:
    """The sheet with its frame and what was looked at.

    `fill_portfolio_sheet` adds totals and rows.
    """
    wrong = len(answers) - len(entries)
    files = "1 file" if len(answers) == 1 else f"{len(answers)} files"
    problems = "none has problems" if not wrong else f"{wrong} with problems: see the sheet Problems"
    made = f"Collected by FT ROI {__version__} on {moment:%Y-%m-%d %H:%M} UTC."
    sheet = book.sheet(
        "Portfolio",
        (width for _, width in COLUMNS),
        "Portfolio",
        f"{len(entries)} {'answer' if len(entries) == 1 else 'answers'} from {files}; {problems}. {made}",
    )
    if not entries:
        page(sheet, f"A1:{LAST_OF_PAGE_1}3")
        protect(sheet)
    return sheet


def fill_portfolio_sheet(book: Book, sheet: Worksheet, entries: Sequence[Entry], blocks: Mapping[int, Formula]) -> None:
    """Writes the totals by currency, and a row for every entry."""
    currencies = currencies_of(entries)
    title_row = TOTALS_ROW + len(currencies) + 3
    first, last = title_row + 1, title_row + len(entries)
    column_titles(book, sheet, title_row, (title for title, _ in COLUMNS))
    sheet.row_dimensions[title_row].height = 40
    cells = {entry.number: _add_row(book, sheet, title_row + entry.number, entry, blocks) for entry in entries}
    for name, column, values in (
        ("portfolio_numbers", "A", [entry.number for entry in entries]),
        ("portfolio_names", "B", [cells[entry.number]["B"].value for entry in entries]),
        ("portfolio_who", "C", [entry.answer.who for entry in entries]),
        ("portfolio_counted", "D", [COUNTED if entry.counted else LEFT_OUT for entry in entries]),
        ("portfolio_currencies", "E", [entry.scenario.currency for entry in entries]),
        ("portfolio_net_roi", "F", [cells[entry.number]["F"].value for entry in entries]),
        ("portfolio_paybacks", "H", [cells[entry.number]["H"].value for entry in entries]),
        ("portfolio_npvs", "I", [cells[entry.number]["I"].value for entry in entries]),
    ):
        book.define(name, sheet, f"{column}{first}:{column}{last}", values)
    before = _Before(entries, book.names["portfolio_npvs"].value, book.names["portfolio_paybacks"].value)
    for entry in entries:
        _add_ranks(book, sheet, title_row + entry.number, entry, cells[entry.number], before)
    _add_totals(book, sheet, currencies, entries)
    counting = DataValidation(type="list", formula1=f'"{COUNTED},{LEFT_OUT}"', showErrorMessage=True)
    counting.errorTitle, counting.error = "In totals", f"Choose {COUNTED} or {LEFT_OUT}."
    counting.add(f"D{first}:D{last}")
    sheet.add_data_validation(counting)
    _fade_what_is_not_counted(sheet, f"A{first}:{LAST}{last}", f"$D{first}")
    sheet.auto_filter.ref = f"A{title_row}:{LAST}{last}"
    sheet.freeze_panes = f"C{title_row + 1}"
    page(sheet, f"A1:{LAST}{last}", f"{title_row}:{title_row}")
    _on_two_pages(sheet)
    protect(sheet)
    sheet.protection.autoFilter = False
    sheet.protection.sort = False


def _on_two_pages(sheet: Worksheet) -> None:
    """Prints the figures on one page, and where they come from on the next.

    That is done by a break, which Excel ignores when the sheet is to fit.
    """
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.page_setup.scale = SCALE
    sheet.col_breaks = ColBreak(brk=(Break(id=column_index_from_string(LAST_OF_PAGE_1)),))


def _add_row(book: Book, sheet: Worksheet, row: int, entry: Entry, blocks: Mapping[int, Formula]) -> dict[str, Formula]:
    """Writes one entry; returns the cells that totals and ranks read."""
    answer, n = entry.answer, book.names
    cells = {"A": book.put(sheet, f"A{row}", entry.number, "Calculation", styles.WHOLE)}
    name, currency = n[f"answer_{entry.number}_name"], n[f"answer_{entry.number}_currency"]
    shown = (name == "").where("Unnamed", name)
    cells["B"] = book.put(sheet, f"B{row}", shown)
    cells["E"] = book.put(sheet, f"E{row}", currency)
    cells["D"] = book.put(sheet, f"D{row}", COUNTED if entry.counted else LEFT_OUT, "Input")
    book.align(sheet[f"D{row}"], _MIDDLE)
    for figure, column in _columns_of_figures():
        metric = if_error(_asked(book, figure, entry, blocks[entry.number]), "n/a")
        cells[column] = book.put(sheet, f"{column}{row}", metric, "Calculation", _look(figure))
        book.align(sheet[f"{column}{row}"], _RIGHT)
    texts = (
        ("C", answer.who),
        ("O", entry.remark),
        ("N", entry.number),
        ("P", _moment(answer.provenance.modified)),
        ("Q", answer.file),
        ("R", _made_by(answer)),
        ("S", len(answer.warnings)),
        ("T", _in_words(answer.warnings[0]) if answer.warnings else ""),
    )
    for column, value in texts:
        book.put(sheet, f"{column}{row}", value, "Calculation", "yyyy-mm-dd hh:mm" if column == "P" else None)
        if isinstance(value, int):
            book.align(sheet[f"{column}{row}"], _MIDDLE)
        elif isinstance(value, str):
            book.align(sheet[f"{column}{row}"], _INDENTED if column == "O" else _WRAPPED)
            mark_as_text(sheet, f"{column}{row}")
    book.align(sheet[f"A{row}"], _MIDDLE)
    book.align(sheet[f"E{row}"], _INDENTED)
    book.align(sheet[f"P{row}"], _LEFT)
    book.align(sheet[f"B{row}"], _WRAPPED)
    mark_as_text(sheet, f"B{row}")
    mark_as_text(sheet, f"E{row}")
    lines = max(
        -(-len(text) // width) for text, width in ((entry.scenario.name, 30), (answer.who, 30), (entry.remark, 34),
                                                   (answer.file, 30), (texts[7][1], 72))
    )  # fmt: skip
    sheet.row_dimensions[row].height = 15 * max(1, lines)
    return cells


def _columns_of_figures() -> list[tuple[Figure, str]]:
    return [(FIGURES[name], column) for name, column in FIGURES_OF_A_ROW.items()]


def _asked(book: Book, figure: Figure, entry: Entry, block: Formula) -> Formula:
    """A figure by its function.

    The PV of cost is that of the option that the scenario is.
    """
    if figure.function:
        return book.ft(figure.function, *_at_the_scenarios_rate(figure), block)
    serving = book.names.get(f"answer_{entry.number}_serving", formula_of(INPUTS["serving"].default))
    own = (serving == MODES["SELFHOSTED"]).where("SELFHOSTED", "API")
    return book.ft("FT_OPTION", own, OPTION_FIGURES[figure.name].code, block)


def _at_the_scenarios_rate(figure: Figure) -> list[None]:
    """The arguments before the scenario, all left empty."""
    return [None for _ in functions()[figure.function].own]


def _look(figure: Figure) -> str:
    return styles.RATE_OF_RETURN if figure.quantity is ANNUAL_RETURN else _LOOKS[figure.quantity.kind]


def mark_as_text(sheet: Worksheet, address: str) -> None:
    """Keeps a text that begins like a formula a text (quotePrefix).

    Also when somebody opens its cell and presses Enter.
    """
    cell = sheet[address]
    if cell.data_type == "s" and str(cell.value)[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True


def _moment(text: str) -> datetime | str:
    """When a file was saved, as a date that can be sorted by; UTC."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M UTC")
    except ValueError:
        return text


def _in_words(warning: InputWarning) -> str:
    return f"{INPUTS[warning.input_name].label}: {warning.sentence}"


def _made_by(answer: ReturnedWorkbook) -> str:
    version, edition = answer.provenance.version, answer.provenance.edition
    return " ".join(filter(None, (f"FT ROI {version}" if version else "unknown", edition and f"({edition})")))


def _add_ranks(
    book: Book, sheet: Worksheet, row: int, entry: Entry, cells: Mapping[str, Formula], before: _Before
) -> None:
    """Writes the places of an entry.

    By NPV among those of its currency, and by payback among all that pay back.
    """
    counted = cells["D"] == COUNTED
    mine, soon = cells["I"], cells["H"]
    better, earlier = before.by_npv(entry, mine.value), before.by_payback(soon.value)
    above = Formula(
        f'SUMPRODUCT((portfolio_counted="{COUNTED}")*(portfolio_currencies={cells["E"].text})'
        f"*ISNUMBER(portfolio_npvs)*(portfolio_npvs>{mine.text}))",
        better,
    )
    sooner = Formula(
        f'SUMPRODUCT((portfolio_counted="{COUNTED}")*ISNUMBER(portfolio_paybacks)*(portfolio_paybacks<{soon.text}))',
        earlier,
    )
    for column, cell, ahead in (("L", mine, above), ("M", soon, sooner)):
        rank = (counted & is_number(cell)).where(ahead + 1, NO_RANK)
        book.put(sheet, f"{column}{row}", rank, "Calculation", styles.WHOLE)
        book.align(sheet[f"{column}{row}"], _RIGHT)


class _Before:
    """How many of the entries that count stand before one.

    The figures are sorted once.
    """

    def __init__(self, entries: Sequence[Entry], npvs: Sequence[Any], paybacks: Sequence[Any]) -> None:
        self._npvs: dict[str, list[float]] = {}
        self._paybacks: list[float] = []
        for entry, npv, payback in zip(entries, npvs, paybacks, strict=True):
            if entry.counted and _number(npv):
                self._npvs.setdefault(entry.scenario.currency.casefold(), []).append(npv)
            if entry.counted and _number(payback):
                self._paybacks.append(payback)
        for values in (*self._npvs.values(), self._paybacks):
            values.sort()

    def by_npv(self, entry: Entry, npv: Any) -> int:
        """Those of its currency with a higher NPV."""
        values = self._npvs.get(entry.scenario.currency.casefold(), [])
        return len(values) - bisect_right(values, npv) if _number(npv) else 0

    def by_payback(self, payback: Any) -> int:
        """Those that pay back sooner."""
        return bisect_left(self._paybacks, payback) if _number(payback) else 0


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _add_totals(book: Book, sheet: Worksheet, currencies: Sequence[str], entries: Sequence[Entry]) -> None:
    """A row for each currency; there is no total over several."""
    n = book.names
    group_title(book, sheet, TOTALS_ROW - 1, "Totals of the answers that count", LAST_OF_PAGE_1)
    for column, title in (
        ("E", "Currency"),
        ("D", "Answers"),
        ("F", FIGURES["net_roi"].label),
        ("I", FIGURES["npv"].label),
    ):
        book.put(sheet, f"{column}{TOTALS_ROW - 1}", title or None, "Group")
        if column in "DFI":
            book.align(sheet[f"{column}{TOTALS_ROW - 1}"], _RIGHT)
    book.align(sheet[f"E{TOTALS_ROW - 1}"], _INDENTED)
    for offset, currency in enumerate(currencies):
        row = TOTALS_ROW + offset
        mine = [
            index
            for index, entry in enumerate(entries)
            if entry.counted and entry.scenario.currency.casefold() == currency.casefold()
        ]
        cell = book.put(sheet, f"E{row}", currency, "Output")
        book.align(sheet[f"E{row}"], _INDENTED)
        mark_as_text(sheet, f"E{row}")
        chosen = f'(portfolio_currencies={cell.text})*(portfolio_counted="{COUNTED}")'
        book.put(sheet, f"D{row}", Formula(f"SUMPRODUCT({chosen})", len(mine)), "Output", styles.WHOLE)
        for column, name in (("F", "portfolio_net_roi"), ("I", "portfolio_npvs")):
            total = sum(value for index in mine if _number(value := n[name].value[index]))
            book.put(
                sheet, f"{column}{row}", Formula(f"SUMPRODUCT({chosen},{name})", total), "Output", "#,##0;-#,##0;0"
            )
    row = TOTALS_ROW + len(currencies)
    book.define("portfolio_currency_list", sheet, f"E{TOTALS_ROW}:E{row - 1}", list(currencies))
    if len(currencies) > 1:
        text = "There is no total over several currencies, and NPV ranks hold within a currency."
        book.put(sheet, f"B{row}", text, "Explanatory Text")
    counted, total = sum(entry.counted for entry in entries), len(entries)
    share = joined(
        "Counted: ", Formula(f'COUNTIF(portfolio_counted,"{COUNTED}")', counted),
        " of ", Formula("COUNT(portfolio_numbers)", total), " answers",
    )  # fmt: skip
    book.put(sheet, "A3", share, "Explanatory Text")


def _fade_what_is_not_counted(sheet: Worksheet, cells: str, first: str) -> None:
    rule = FormulaRule(formula=[f'{first}="{LEFT_OUT}"'])
    rule.dxf = DifferentialStyle(font=Font(color=styles.FADED_INK, italic=True))
    sheet.conditional_formatting.add(cells, rule)
