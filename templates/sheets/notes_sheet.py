"""The Notes sheet: a log of assumptions, what the model leaves out, prices."""

from __future__ import annotations

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine.prices.named_prices import SOURCE
from roi_engine.prices.price_tables import table_date_in_words
from roi_engine.scenario import INPUTS
from templates.building.book import Book, group_title, page, protect
from templates.building.columns import Columns, put_titles, span, widths


class Column(Columns):
    """The log of assumptions."""

    TOPIC = "A", "Input or topic", 34
    ASSUMPTION = "B", "Assumption or question", 72
    SOURCE = "C", "Source, or who knows", 40
    STATE = "D", "State", 16


STATES = ("open", "agreed", "to check")
FIRST_ROW = 4
EMPTY_ROWS = 8
LEFT_OUT = (
    "Taxes, inflation and financing: flows are before tax, in the money of the scenario.",
    "Revenue: better answers may sell more; only the avoided bill and the avoided review count.",
    "Latency, availability, data protection and the cost of changing a vendor.",
    "Discounts for volume or commitment: enter the price that is paid, or a change of price a year.",
    "Batches of calls that wait in a queue of a self-hosted fleet: it is sized for its peak.",
    "What people do with the time that they save: the review cost avoided counts as money not spent.",
)


def add_notes_sheet(book: Book) -> None:
    """Writes the sheet: the scenario's sources begin the log, empty rows follow."""
    about = "Write down what is assumed, where it comes from, and what is open."
    sheet = book.sheet("Notes", widths(Column), "Notes", about)
    row = _add_log(book, sheet) + 2
    row = _paragraphs(book, sheet, row, "What the model leaves out", LEFT_OUT) + 2
    row = _paragraphs(book, sheet, row, "Prices", (f"Made with the {table_date_in_words()}.", *_looked_up(book)))
    sheet.freeze_panes = Column.TOPIC.at(FIRST_ROW + 1)
    page(sheet, span(Column.TOPIC, Column.STATE, 1, row), f"1:{FIRST_ROW}", tall=1)
    protect(sheet)


def _add_log(book: Book, sheet: Worksheet) -> int:
    """The log as a table to write in; returns its last row."""
    sources, notes = book.scenario.sources, book.scenario.notes
    entries = [
        (declared.label, notes.get(name, ""), sources.get(name, ""), "")
        for name, declared in INPUTS.items()
        if name in sources or name in notes
    ]
    put_titles(book, sheet, FIRST_ROW, Column)
    row = FIRST_ROW
    for entry in [*entries, *[("", "", "", "")] * EMPTY_ROWS]:
        row += 1
        for column, text in zip(Column, entry, strict=True):
            book.put(sheet, column.at(row), text or None, "Annotation")
    log = Table(displayName="assumptions", ref=span(Column.TOPIC, Column.STATE, FIRST_ROW, row))
    log.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(log)
    sheet.add_data_validation(_states(Column.STATE.rows(FIRST_ROW + 1, row)))
    return row


def _looked_up(book: Book) -> list[str]:
    """The figures of the scenario that a price table gave."""
    sources = book.scenario.sources.items()
    found = [f"{INPUTS[name].label}: {source}" for name, source in sources if source.startswith(SOURCE)]
    return found or ["No figure of this scenario was looked up in a price table."]


def _states(area: str) -> DataValidation:
    rule = DataValidation(type="list", formula1=f'"{",".join(STATES)}"', allow_blank=True)
    rule.promptTitle = rule.errorTitle = "State"
    rule.prompt = f"{', '.join(STATES)}; or nothing."
    rule.error = f"Choose {' or '.join(STATES)}, or leave it empty."
    rule.showInputMessage = rule.showErrorMessage = True
    rule.add(area)
    return rule


def _paragraphs(book: Book, sheet: Worksheet, row: int, title: str, sentences: tuple[str, ...]) -> int:
    group_title(book, sheet, row, title, Column.STATE.letter)
    for sentence in sentences:
        row += 1
        book.put(sheet, Column.TOPIC.at(row), sentence, "Explanatory Text")
        sheet[Column.TOPIC.at(row)].alignment = Alignment(vertical="center")
    return row
