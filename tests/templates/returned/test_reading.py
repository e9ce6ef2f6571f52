"""A filled workbook read back: exactly its scenario, whatever was done to the file, and every problem at its cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from roi_engine import REFERENCE, Scenario
from roi_engine.scenario import INPUTS, find_input
from templates.building.book import Edition
from templates.returned.reading import Reading, read_workbook
from templates.xlsx.untrusted_package import UnreadableWorkbook
from tests.builds import build_workbook
from tests.random_scenarios import random_scenarios
from tests.slow_cases import some
from tests.workbook_cells import samples_and_edges
from tests.workbook_edits import with_cells, with_name, with_part

SUPPORT = samples_and_edges()["support-classifier"]
ANNOTATED = REFERENCE.with_inputs(
    name='=cmd|"/c calc"!A1',
    description="+1 -1 @ tab\there, <b>&amp; _x0041_ é 漢",
    currency="EUR",
    ranges={
        "gpu_hourly_rate": {"low": 1.2, "high": 4, "distribution": "uniform"},
        "months_to_amortize": {"low": 6, "high": 24},
    },
    sources={"gpu_hourly_rate": "-list price, read 2026-08-05", "name": "@us"},
    notes={"monthly_review_cost": "=two people, one day a week\nand a half"},
)

SCENARIOS = {"support": SUPPORT, "annotated": ANNOTATED, "reference": REFERENCE}


@cache
def made(name: str, edition: Edition = "native") -> bytes:
    return build_workbook(SCENARIOS[name], edition=edition)


def edited(content: bytes, change: Callable[[openpyxl.Workbook], Any]) -> bytes:
    """The workbook after openpyxl loaded, changed and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def typed(values: dict[str, Any], content: bytes | None = None) -> Reading:
    """The support sample with other values typed into cells, such as ``C9`` or the name of an input."""

    def change(book: openpyxl.Workbook) -> None:
        for name, value in values.items():
            address = address_of(book, name) if name in INPUTS else name
            book["Inputs"][address].value = value

    if all(isinstance(value, (str, int, float)) and str(value)[:1] not in "=#" for value in values.values()):
        return read_workbook(with_cells(content or made("reference"), values))  # the same, much sooner
    return read_workbook(edited(content or made("reference"), change))


def address_of(book: openpyxl.Workbook, name: str) -> str:
    (_, address), *_ = book.defined_names[f"in_{name}"].destinations
    return address.replace("$", "")


def same(reading: Reading, scenario: Scenario) -> bool:
    """Whether a reading gives exactly a scenario, annotations and all."""
    return reading.checked().model_dump() == scenario.model_dump()


MIX = {
    "baseline_input_tokens": 600,
    "baseline_output_tokens": 50,
    "baseline_input_price_per_m": 2,
    "baseline_output_price_per_m": 8,
}


def row_of(name: str) -> int:
    """The row of an input on the sheet Inputs."""
    return read_workbook(made("reference")).places[name].row


def problems(reading: Reading) -> list[str]:
    return [str(each) for each in reading.problems]


@pytest.mark.parametrize(("name", "edition"), [("annotated", "wired"), ("support", "native"), ("reference", "values")])
def test_a_workbook_reads_back_to_exactly_its_scenario(name: str, edition: Edition) -> None:
    reading = read_workbook(made(name, edition))
    assert same(reading, SCENARIOS[name])
    assert reading.notes == () and reading.provenance.edition == edition
    assert reading.provenance.fingerprint == reading.checked().fingerprint()


VARIOUS = {each.name: each for each in random_scenarios(10, seed=5)} | samples_and_edges()


@pytest.mark.parametrize("name", some(VARIOUS, slow=["random 0", "nothing"]))
def test_random_scenarios_read_back_exactly(name: str) -> None:
    assert same(read_workbook(build_workbook(VARIOUS[name], edition="values")), VARIOUS[name])


def test_provenance_tells_who_and_when() -> None:
    def sign(root: Any) -> None:
        (saver,) = root.xpath("//*[local-name()='lastModifiedBy']")
        saver.text = "Jane\nDoe"

    reading = read_workbook(with_part(made("support"), "docProps/core.xml", sign))
    assert reading.provenance.version and reading.provenance.scenario_name == "Support classifier"
    assert (
        reading.provenance.last_modified_by == "Jane Doe" and "last saved by Jane Doe" in reading.provenance.in_words()
    )


# --- filled and mistreated --------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["native", "values"])
def test_sheets_that_hold_no_input_are_not_parsed(edition: Edition) -> None:
    book = read_workbook(made("reference", edition)).book
    assert [each for each in book.package.elements if "/sheet" in each] == [book.parts["Inputs"]]


def test_what_openpyxl_fills_in_is_read() -> None:
    values = {"training_hours": 40, "discount_rate": None, "serving": "Self hosted", "serving_gpu_hourly_rate": 2.5,
              "serving_tokens_per_second": 900, "name": 2026, "gpu_count": 2}  # fmt: skip
    reading = typed(values)
    expected = {**REFERENCE.given(), **values, "name": "2026", "serving": "self_hosted"}
    expected.pop("discount_rate")
    assert same(reading, Scenario(**expected))


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    """A value as it stood elsewhere: a text that begins with = stays one."""
    cell = sheet.cell(row, column)
    formula = isinstance(value, str) and value.startswith(("=IF(", "=AND("))
    cell.value = value
    if isinstance(value, str) and not formula:
        cell.data_type = "s"


def _insert_rows(book: openpyxl.Workbook) -> None:
    """Rows 1 to 3 inserted above, as a program does: names move along."""
    sheet = book["Inputs"]
    for row in range(sheet.max_row, 0, -1):
        for cell in list(sheet[row]):
            _put(sheet, row + 3, cell.column, cell.value)
            if row <= 3:
                cell.value = None
    for name in book.defined_names.values():
        if name.attr_text.startswith("'Inputs'!"):
            (_, address), *_ = name.destinations
            ends = [openpyxl.utils.cell.coordinate_from_string(each) for each in address.replace("$", "").split(":")]
            name.attr_text = "Inputs!" + ":".join(f"${column}${row + 3}" for column, row in ends)


def _insert_rows_below_the_names(book: openpyxl.Workbook) -> None:
    """Rows inserted by a script that leaves the names where they were."""
    before = {name: each.attr_text for name, each in book.defined_names.items()}
    _insert_rows(book)
    for name, text in before.items():
        book.defined_names[name].attr_text = text


def _rename(book: openpyxl.Workbook) -> None:
    book["Inputs"].title = "Bob's (final) inputs"
    for name in book.defined_names.values():
        name.attr_text = name.attr_text.replace("'Inputs'!", "'Bob''s (final) inputs'!")


def _copy_sheet(book: openpyxl.Workbook) -> None:
    """A copy with other figures and names of its own: the workbook's names count."""
    copy = book.copy_worksheet(book["Inputs"])
    for name in list(book.defined_names.values()):
        if name.attr_text.startswith("'Inputs'!"):
            local = DefinedName(name.name, attr_text=name.attr_text.replace("'Inputs'!", f"'{copy.title}'!"))
            copy.defined_names.add(local)
    copy[address_of(book, "training_hours")].value = 99_999


def _remove_names(book: openpyxl.Workbook) -> None:
    for name in list(book.defined_names):
        del book.defined_names[name]


def _break_names(book: openpyxl.Workbook) -> None:
    for name in book.defined_names.values():
        name.attr_text = "Inputs!#REF!" if name.name.startswith("in_") else "#REF!"


def _sort(book: openpyxl.Workbook) -> None:
    """The table sorted by its labels: cells move, names stay."""
    sheet = book["Inputs"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    rows.sort(key=lambda row: str(row[0]).lower())
    for at, row in enumerate(rows, start=5):
        for column, value in enumerate(row, start=1):
            _put(sheet, at, column, value)


def _translate(book: openpyxl.Workbook) -> None:
    sheet = book["Inputs"]
    for column, title in enumerate(
        (
            "Eingabe",
            "Wert",
            "Einheit",
            "Tief",
            "Hoch",
            "Verteilung",
            "Wie erzeugt",
            "Antwort",
            "Quelle",
            "Notiz",
        ),
        1,
    ):
        sheet.cell(4, column).value = title
    for row in range(5, sheet.max_row + 1):
        sheet.cell(row, 1).value = f"Übersetzt {row}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    some(
        [
            _insert_rows,
            _insert_rows_below_the_names,
            _rename,
            _copy_sheet,
            _remove_names,
            _break_names,
            _sort,
            _translate,
        ],
        [_insert_rows, _remove_names, _sort],
        slow=[],
    ),
)
def test_what_people_do_to_a_sheet_changes_nothing(change: Callable[[openpyxl.Workbook], None]) -> None:
    assert same(read_workbook(edited(made("annotated"), change)), ANNOTATED)


def test_names_that_lead_elsewhere_are_told_in_one_line() -> None:
    def insert(book: openpyxl.Workbook) -> None:
        book["Inputs"].insert_rows(12)

    reading = read_workbook(edited(made("reference"), insert))
    assert same(reading, REFERENCE) and len(reading.notes) == 1
    assert " inputs are read by their labels, as their names lead elsewhere; the first: " in reading.notes[0]


def test_a_figure_that_is_struck_out_is_told() -> None:
    def strike(book: openpyxl.Workbook) -> None:
        for name, struck in (("training_hours", True), ("storage_gb", False)):
            book["Inputs"][address_of(book, name)].font = Font(strike=struck)

    place = f"Inputs!B{row_of('training_hours')}"
    assert read_workbook(edited(made("reference"), strike)).notes == (
        f"Read, though struck out: training_hours at {place}.",
    )


def test_a_deleted_row_is_told() -> None:
    def delete(book: openpyxl.Workbook) -> None:
        for name in ("training_hours", "peak_factor"):
            row = int(address_of(book, name)[1:])
            for cell in book["Inputs"][row]:
                cell.value = None
            book.defined_names[f"in_{name}"].attr_text = "Inputs!#REF!"
            del book.defined_names[name]

    reading = read_workbook(edited(made("reference"), delete))
    assert problems(reading) == [
        "training_hours: Missing. GPU-hours of training; wall-clock hours when the GPU count is above 1. Give a number "
        "(GPU-hours). Its cell is not found: the name in_training_hours points to a cell that was deleted."
    ]
    assert reading.notes == (
        "peak_factor: the name in_peak_factor points to a cell that was deleted, and no row is labelled so; "
        "its default counts.",
    )


@pytest.mark.parametrize(
    ("crafted", "reason"),
    [
        ("[1]Inputs!$B$7", "points into another workbook"),
        ("'C:\\x\\[y.xlsx]Inputs'!$B$7", "points into another workbook"),
        ("Inputs!$B:$B", "points to several cells"),
        ("Inputs!$B$7:$B$9", "points to several cells"),
        ('WEBSERVICE("x")', "does not point to a cell of this workbook"),
        ("OFFSET(Inputs!$B$7,1,1)", "does not point to a cell of this workbook"),
        ("Inputs!$XFE$1", "does not point to a cell of this workbook"),
        ("Inputs!$A$9999999", "does not point to a cell of this workbook"),
        ("12", "does not point to a cell of this workbook"),
        ("Inputs!$B$14", "points to Inputs!B14, in the row of storage_gb"),
    ],
)
def test_a_crafted_name_counts_for_nothing(crafted: str, reason: str) -> None:
    reading = read_workbook(with_name(made("reference"), "in_training_hours", crafted))
    assert same(reading, REFERENCE)
    (note,) = reading.notes
    assert note.startswith(f"training_hours: the name in_training_hours {reason}; read from Inputs!B"), note


def test_a_hand_made_table_of_labels_is_read() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "My plan"
    for label, value in (("Training time", 24), ("gpu_hourly_rate", 1.5), ("storage_gb", 28), ("Storage price", 0.02),
                         ("API calls (calls / month)", 5e6), ("baseline_cost", 0.3), ("finetuned_cost", 0.05),
                         ("accuracy", 0.12), ("Review cost", 2000), ("months", 12), ("Colour", "red")):  # fmt: skip
        sheet.append([None, label, value])
    saved = io.BytesIO()
    book.save(saved)
    reading = read_workbook(saved.getvalue())
    assert reading.checked().inputs() == {**REFERENCE.inputs(), "name": "", "description": "", "model_size_b": 0}
    assert str(reading.places["training_hours"]) == "'My plan'!C1" and reading.provenance.version == ""


FIGURES = {
    "Training time": 24, "gpu_hourly_rate": 1.5, "storage_gb": 28, "Storage price": 0.02, "API calls": 5e6,
    "baseline_cost": 0.3, "finetuned_cost": 0.05, "accuracy": 0.12, "Review cost": 2000, "months": 12,
}  # fmt: skip


def table_by_hand(titles: list[str], *factors: float | None, rows_between: int = 0) -> bytes:
    """A table of labels with a column of figures for each factor."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Our plan"])
    sheet.append(titles or [None])
    for _ in range(rows_between):
        sheet.append([None])
    for label, value in FIGURES.items():
        sheet.append([label, *(None if factor is None else round(value * factor, 9) for factor in factors)])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("titles", "factors", "ends"),
    [
        (["Driver", "Low", "Base", "High"], (0.5, 1, 1.5), (0.5, 1.5)),
        (["", "Minimum", "Most likely", "Maximum"], (0.5, 1, 1.5), (0.5, 1.5)),
        (["", "Base case (USD)", "Lower end", "Upper end"], (1, 0.5, 1.5), (0.5, 1.5)),
        (["", "P10", "Median", "P90"], (0.5, 1, 1.5), (0.5, 1.5)),
        (["", "Pessimistic", "Expected", "Optimistic"], (0.5, 1, 1.5), (0.5, 1.5)),
        (["", "Pessimistic", "Expected", "Optimistic"], (1.5, 1, 0.5), (0.5, 1.5)),
        (["", "Worst case", "Best estimate", "Best case"], (1.5, 1, 0.5), (0.5, 1.5)),
        (["", "Bear", "Base", "Bull"], (1.5, 1, 0.5), (0.5, 1.5)),
        (["", "High", "Low", "Value"], (1.5, 0.5, 1), (0.5, 1.5)),
        (["", "Best", "Realistic", "Worst"], (0.5, 1, 1.5), (0.5, 1.5)),
        (["", "Low estimate", "High estimate", "Estimate"], (0.5, 1.5, 1), (0.5, 1.5)),
        (["", "No.", "Base"], (3, 1), None),
        (["", "FY25", "Value", "FY26"], (0.5, 1, 1.5), None),
        (["", "Value", "EUR", "USD"], (1, 0.5, 1.5), None),
        (["", "Unit", "Amount"], (None, 1), None),
    ],
)
@pytest.mark.parametrize("rows_between", [0, 2])
def test_columns_of_a_hand_made_table_are_told_apart(titles, factors, ends, rows_between) -> None:
    scenario = read_workbook(table_by_hand(titles, *factors, rows_between=rows_between)).checked()
    assert scenario.inputs() == {**REFERENCE.inputs(), "name": "", "description": "", "model_size_b": 0}
    if ends is None:
        assert not scenario.ranges
    else:
        found = {name: (span.low, span.high) for name, span in scenario.ranges.items()}
        wanted = {name: tuple(round(getattr(REFERENCE, name) * each, 9) for each in ends) for name in found}
        assert len(found) == len(FIGURES) and found == wanted


@pytest.mark.parametrize(
    ("titles", "factors", "named"),
    [
        (["", "FY25", "FY26"], (0.5, 1), '"FY25", "FY26"'),
        (["", "Low", "High"], (0.5, 1.5), '"Low", "High"'),
        (["", "Base", "Expected"], (0.5, 1), '"Base", "Expected"'),
        (["", "Base", "FY26"], (1, 1.5), '"Base", "FY26"'),
        (["", "Last year", "Expected"], (0.5, 1), '"Last year", "Expected"'),
        (["", "Current", "Target"], (0.5, 1), '"Current", "Target"'),
        (["", "Q1", "Q2"], (0.5, 1), '"Q1", "Q2"'),
        (["", 2026, 2027], (0.5, 1), '"2026", "2027"'),
        (["", "Base", "Worst"], (1, 0.5), '"Base", "Worst"'),
        (["", "Low", "Base", "High", "Bear", "Bull"], (0.5, 1, 1.5, 0.4, 1.6), '"Low", "Base", "High", "Bear"'),
        ([], (0.5, 1, 1.5), "one without a title, one without a title"),
    ],
)
def test_nobody_guesses_which_column_of_a_hand_made_table_is_the_value(titles, factors, named) -> None:
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(table_by_hand(titles, *factors))
    assert f"several columns hold figures: {named}" in str(refused.value)
    assert "Title that column Value, or delete the others." in str(refused.value)


def test_figures_that_are_titled_as_one_end_alone_are_asked_about() -> None:
    with pytest.raises(UnreadableWorkbook, match=r'the figures are titled "Low"\. Are these the values\?'):
        read_workbook(table_by_hand(["", "Low"], 0.5))


def test_columns_and_sheets_that_are_left_out_are_told() -> None:
    reading = read_workbook(table_by_hand(["", "Value", "EUR", "High", "USD"], 1, 2, 3, 4))
    assert reading.notes == ('The columns "EUR", "USD" hold figures beside the values on the sheet Sheet; not read.',)
    assert reading.checked().ranges["training_hours"].untyped == "low"  # and that is asked about

    def copied(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book["Sheet"]).title = "Last year"

    reading = read_workbook(edited(table_by_hand(["", "Value"], 1), copied))
    assert reading.notes == ("Inputs also stand on Last year; read is the sheet Sheet alone.",)


def two_tables(titles: list[str], *factors: float | None, apart: bool, factor: float) -> bytes:
    """A table by hand and a copy of it with other figures: on another sheet, or beside it."""

    def copied(book: openpyxl.Workbook) -> None:
        first = book["Sheet"]
        last = first.max_column
        sheet = book.create_sheet("Last year") if apart else first
        for row in list(first.iter_rows(max_col=last)):
            for cell in row:
                value = cell.value * factor if isinstance(cell.value, (int, float)) else cell.value
                sheet.cell(cell.row, cell.column + (0 if apart else last + 1), value)

    return edited(table_by_hand(titles, *factors), copied)


@pytest.mark.parametrize(("apart", "other"), [(True, "'Last year'!B3"), (False, "Sheet!E3")])
def test_nobody_guesses_which_of_two_tables_is_meant(apart: bool, other: str) -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read_workbook(two_tables(["", "Value"], 1, apart=apart, factor=0.5))
    assert str(caught.value) == (
        f"Inputs stand in two tables, from Sheet!B3 and {other} down. Which are meant? Keep one of the two."
    )


def test_a_table_whose_values_nobody_can_tell_does_not_make_way_for_another() -> None:
    def with_a_short_table(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Old", 0)
        for row, label in enumerate(list(FIGURES)[:6], start=1):
            sheet.cell(row, 1, label)
            sheet.cell(row, 2, 1)

    with pytest.raises(UnreadableWorkbook, match="several columns hold figures"):
        read_workbook(edited(table_by_hand(["", "Plan", "Actual"], 1, 2), with_a_short_table))


@pytest.mark.parametrize(
    ("name", "label", "unit", "sentence"),
    [
        ("months_to_amortize", "Horizon (years)", None, '"years" is written beside it, and it counts in months.'),
        ("months_to_amortize", "Horizon:", "years", '"years" is written beside it, and it counts in months.'),
        ("storage_gb", "Storage kept", "TB", '"TB" is written beside it, and it counts in GB.'),
        ("monthly_review_cost", "Review cost", "kEUR", '"kEUR" is written beside it, and it counts in USD / month.'),
        ("monthly_review_cost", "Review cost", "USD '000", '"USD \'000" is written beside it, and it counts in USD'),
        (
            "baseline_monthly_api_calls",
            "Calls",
            "(000s)",
            '"(000s)" is written beside it, and it counts in calls / month.',
        ),
        ("monthly_review_cost", "Review cost (EUR per month)", None, '"EUR per month" is written beside it'),
        ("baseline_monthly_api_calls", "API calls (thousands)", None, '"thousands" is written beside it'),
        ("baseline_cost_per_1k_tokens", "Baseline price", "$ / 1M tokens", "it counts in USD / 1k tokens."),
        ("accuracy_improvement_percent", "Review cost avoided", "pp", "FT_ERRORCUT turns them into it."),
    ],
)
@pytest.mark.parametrize("titles", [["Driver", "Value", "Unit"], []])
def test_a_figure_in_another_unit_is_no_figure(
    titles: list[str], name: str, label: str, unit: str | None, sentence: str
) -> None:
    def written(book: openpyxl.Workbook) -> None:
        sheet = book["Sheet"]
        for column, title in enumerate(titles or ["", "", ""], start=1):
            sheet.cell(2, column, title or None)
        for row, each in enumerate(FIGURES, start=3):
            sheet.cell(row, 3, find_input(each).quantity.unit_in("USD"))
        row = [find_input(each).name for each in FIGURES].index(name) + 3
        sheet.cell(row, 1, label)
        sheet.cell(row, 3, unit)

    reading = read_workbook(edited(table_by_hand(["", ""], 1), written))
    assert len(reading.problems) == 1 and reading.problems[0].place.endswith(f" {name}")
    assert sentence in reading.problems[0].sentence


def test_figures_beside_labels_that_are_no_inputs_are_told() -> None:
    def with_others(book: openpyxl.Workbook) -> None:
        sheet = book["Sheet"]
        last = sheet.max_row
        for row, (label, value) in enumerate([("WACC", 0.14), ("Enginering time", 400)], start=last + 1):
            sheet.cell(row, 1, label)
            sheet.cell(row, 2, value)
        sheet.cell(last + 4, 1, "Checked in")
        sheet.cell(last + 4, 2, 2026)

    reading = read_workbook(edited(table_by_hand(["", "Value"], 1), with_others))
    row = 3 + len(FIGURES)
    assert reading.notes == (
        f'Figures beside labels that are no input\'s: "WACC" at Sheet!B{row}, "Enginering time" at Sheet!B{row + 1}; '
        "not read.",
    )


def test_formulas_that_no_program_has_calculated_are_told_one_by_one() -> None:
    def calculated(book: openpyxl.Workbook) -> None:
        for row in range(3, 3 + len(FIGURES)):
            book["Sheet"].cell(row, 2).value = "=1+1"

    reading = read_workbook(edited(table_by_hand(["", "Value"], 1), calculated))
    assert len(reading.problems) == len(FIGURES) and "It holds the formula =1+1." in problems(reading)[0]


def test_a_column_of_values_that_are_texts_is_not_passed_over() -> None:
    def spelled(book: openpyxl.Workbook) -> None:
        for row in range(3, 3 + len(FIGURES)):
            book["Sheet"].cell(row, 3).value = "ten"

    reading = read_workbook(edited(table_by_hand(["", "Low", "Base", "High"], 0.5, 1, 1.5), spelled))
    assert reading.scenario is None and '"ten" is a text, not a number' in problems(reading)[0]


# --- problems ---------------------------------------------------------------------------------------------------


def test_every_problem_is_told_at_once_with_its_cell() -> None:
    reading = typed(
        {
            "training_hours": "24 h",
            "gpu_hourly_rate": "1,5",
            "storage_gb": "=4*7",
            "storage_monthly_rate": True,
            "baseline_monthly_api_calls": "5,000,000",
            "baseline_cost_per_1k_tokens": date(2026, 12, 1),
            "finetuned_cost_per_1k_tokens": "cheap",
            "accuracy_improvement_percent": 12,
            "monthly_review_cost": None,
            "months_to_amortize": 12.5,
            "contingency": "12 %",
            "storage_timing": "yearly",
            "discount_rate": "#DIV/0!",
            "D12": "low",
            "E14": 3,
            "D14": 50,
            "D16": 4_000_000,  # beside a text, which lies outside of no range
            "E16": 6_000_000,
        }
    )
    assert reading.scenario is None
    assert problems(reading) == [
        'Inputs!B12 training_hours: "24 h" is a text, not a number. Did you mean 24? Type the number alone.',
        'Inputs!D12 training_hours low: "low" is a text, not a number. Type a number of at least 0.',
        'Inputs!B13 gpu_hourly_rate: "1,5" is a text, not a number. Did you mean 1.5? Type the number alone.',
        "Inputs!B14 storage_gb: It holds the formula =4*7. Type the figure itself, or take what formulas show: "
        "--use-cached of ft-roi read and collect.",
        "Inputs!D14 storage_gb low: low 50 is above high 3. Exchange the two.",
        "Inputs!B15 storage_monthly_rate: It is TRUE. Type a number of at least 0.",
        'Inputs!B16 baseline_monthly_api_calls: "5,000,000" is a text, not a number. Did you mean 5000000? Type the '
        "number alone.",
        "Inputs!B17 baseline_cost_per_1k_tokens: It is the date 2026-12-01. Type a number of at least 0.",
        'Inputs!B18 finetuned_cost_per_1k_tokens: "cheap" is a text, not a number. Type a number of at least 0.',
        "Inputs!B19 accuracy_improvement_percent: 12 is above 1. Did you mean 12 % (0.12)?",
        "Inputs!B20 monthly_review_cost: Missing. What people spend on checking answers today. Give a number "
        "(currency / month). Or give review_cost_per_call, which follows the calls.",
        "Inputs!B21 months_to_amortize: 12.5 is not a whole number. Type 12 or 13.",
        'Inputs!B28 storage_timing: "yearly" is not one of the choices. Choose "upfront" or "monthly".',
        'Inputs!B35 contingency: "12 %" is a text, not a number. Did you mean 12 % (0.12)? Type the number alone.',
        f"Inputs!B{row_of('discount_rate')} discount_rate: It shows #DIV/0!. Type a number above -1 and at most 3.",
    ]


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("baseline_monthly_api_calls", {"D16": 2e6, "E16": 9e6}),
        ("months_to_amortize", {"D21": 20, "E21": 30}),
        ("accuracy_improvement_percent", {"D19": 0.1, "E19": 0.2}),
        ("baseline_cached_share", {"tokens_per_call": 650, "baseline_cached_write_share": 0.5, **MIX}),
        ("tokens_per_call", MIX),
    ],
)
def test_nothing_is_told_of_what_stands_in_for_a_wrong_value(name: str, beside: dict[str, Any]) -> None:
    (problem,) = problems(typed({name: "many", **beside}))
    assert f' {name}: "many" is a text, not a number.' in problem


@pytest.mark.parametrize("cell", ["2027-11", 46692, date(2027, 11, 5)])
def test_the_first_month_is_read_as_the_sheet_reads_it(cell: Any) -> None:
    assert typed({"start_month": cell}).checked().start_month == "2027-11"


@pytest.mark.parametrize("cell", ["2027-13", "Nov 27", 2027, 0.5, True])
def test_a_first_month_that_is_none_is_told_at_its_cell(cell: Any) -> None:
    (problem,) = problems(typed({"start_month": cell}))
    assert problem.startswith(f"Inputs!B{row_of('start_month')} start_month: ")
    assert problem.endswith("Type year and month, such as 2027-01.")


def test_a_first_month_in_words_is_asked_about_at_its_cell() -> None:
    (problem,) = problems(typed({"start_month": "Nov 2027"}))
    place = f"Inputs!B{row_of('start_month')} start_month"
    assert problem == f'{place}: "Nov 2027" is no month as it is written here. Did you mean 2027-11?'


def test_currencies_written_in_two_ways_are_read_as_one() -> None:
    assert [typed({"currency": text}).checked().currency for text in ("USD ", "usd", "US$")] == ["USD"] * 3


@pytest.mark.slow
def test_a_formulas_value_is_taken_on_request_only() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Inputs"][address_of(book, "training_hours")].value = "=20+4"

    content = edited(made("reference"), change)
    reading = read_workbook(content, use_cached=True)
    assert problems(reading)[0].endswith("Its formula has no value yet. Open the file, save it, and read it again.")


# --- files that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK", "The file is damaged."),
        (b"a;b\n1;2\n", "It is text, such as .csv"),
        (b"%PDF-1.7 ...", "It is a PDF."),
        (b"<html><table/></html>", "It is a web page."),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "Excel 97 to 2003"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(64) + "EncryptedPackage".encode("utf-16-le"), "It has a password."),
    ],
)
def test_a_file_that_is_no_workbook_is_named(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableWorkbook, match=sentence):
        read_workbook(content)


def test_a_workbook_of_somebody_else_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Amount"])  # type: ignore[union-attr]
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(UnreadableWorkbook, match="It is no workbook of FT ROI"):
        read_workbook(tmp_path / "other.xlsx")


@pytest.mark.parametrize(
    ("column", "text", "key", "letter"),
    [
        ("B", "Anna_x0000_", "name", "letter 5 (U+0000)"),
        ("B", "_x0008_two_x0008_", "description", "letter 1 (U+0008)"),
        ("B", "_x001F_", "currency", "letter 1 (U+001F)"),
        ("B", "_x000B_", "gpu_hourly_rate", "letter 1 (U+000B)"),
        ("B", "_x007F_1.5", "gpu_hourly_rate", "letter 1 (U+007F)"),
        ("B", "_x009B_", "serving", "letter 1 (U+009B)"),
        ("D", "_x001B_", "gpu_hourly_rate low", "letter 1 (U+001B)"),
        ("E", "9_x0007_", "gpu_hourly_rate high", "letter 2 (U+0007)"),
        ("F", "_xFFFF_", "gpu_hourly_rate distribution", "letter 1 (U+FFFF)"),
        ("H", "ask_x001B_ed", "gpu_hourly_rate answer", "letter 4 (U+001B)"),
        ("I", "list_x001B_ price", "gpu_hourly_rate source", "letter 5 (U+001B)"),
        ("J", "_xFFFE_read", "gpu_hourly_rate note", "letter 1 (U+FFFE)"),
    ],
)
def test_a_cell_with_a_control_character_is_not_taken_for_empty(column: str, text: str, key: str, letter: str) -> None:
    address = f"{column}{row_of(key.split()[0])}"
    reading = typed({address: text})
    assert problems(reading) == [
        f"Inputs!{address} {key}: It holds a control character, which nobody sees: {letter}. Type it anew."
    ]
    assert reading.scenario is None


def test_marks_of_old_code_pages_are_blanks_between_words() -> None:
    typing = {f"B{row_of('name')}": "Anna_x0092_s team", f"J{row_of('gpu_hourly_rate')}": "_x0093_read_x0094_ today"}
    scenario = typed(typing).checked()
    assert scenario.name == "Anna s team" and scenario.notes["gpu_hourly_rate"] == "read  today"


def test_line_breaks_and_tabs_are_typed_by_people() -> None:
    scenario = typed({"B7": "one_x000D_\ntwo\tthree"}).checked()
    assert scenario.description.split() == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("name", "text", "guess"),
    [
        ("months_to_amortize", "2 years", "24 months"),
        ("monthly_review_cost", "24k per year", "2000 a month"),
        ("baseline_monthly_api_calls", "5 million", "5000000"),
        ("baseline_monthly_api_calls", "5,00,000", "500000"),
        ("training_hours", "\uff11\uff12", "12"),
        ("model_size_b", "8B", "8"),
        ("model_size_b", "7000 million parameters", "7"),
        ("training_tokens_m", "12 million tokens", "12"),
        ("training_tokens_m", "800k", "0.8"),
        ("storage_monthly_rate", "0.023", "0.023"),
        ("storage_monthly_rate", "0,023", "0.023"),
    ],
)
def test_a_guess_at_a_typed_text_is_right_when_it_is_followed(name: str, text: str, guess: str) -> None:
    (problem,) = problems(typed({name: text}))
    assert f'{name}: "{text}" is a text, not a number. Did you mean {guess}? Type the number alone.' in problem


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("3000 EUR", "USD", "Type the amount in USD, the number alone."),
        ("€3000", "chf", "Type the amount in CHF, the number alone."),
        ("$3000", "EUR", "Type the amount in EUR, the number alone."),
        ("$3000", "CAD", "Did you mean 3000? Type the number alone."),
        ("3000 EUR", "Euro", "Did you mean 3000? Type the number alone."),
    ],
)
def test_money_of_another_currency_is_no_guess(text: str, currency: str, said: str) -> None:
    (problem,) = problems(typed({"monthly_review_cost": text, "currency": currency}))
    assert problem.endswith(f'monthly_review_cost: "{text}" is a text, not a number. {said}')


@pytest.mark.parametrize("text", ["12 pp", "two years", "0.3 per million", "12 apples"])
def test_of_a_text_that_is_not_understood_nothing_is_guessed(text: str) -> None:
    (problem,) = problems(typed({"accuracy_improvement_percent": text}))
    assert "Did you mean" not in problem
