"""No text is cut and no number reads ###, on the screen or on paper: measured with Carlito, in every edition."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest

from roi_engine import REFERENCE, Scenario
from roi_engine.quantity import Quantity
from templates.building import styles
from templates.building.book import Edition
from templates.building.text_width import lines_of, text_width
from templates.xlsx.shown_numbers import text_shown
from tests import cut_texts, libreoffice, node_readers
from tests.builds import build_template, build_workbook
from tests.slow_cases import full, some
from tests.workbook_cells import samples_and_edges, with_inputs

EDITIONS: tuple[Edition, ...] = ("wired", "native", "lambda", "values")
YEN: dict[str, Any] = {
    "training_hours": 200, "gpu_hourly_rate": 450, "storage_gb": 100, "storage_monthly_rate": 3, "calls": 900_000,
    "baseline_cost": 0.4, "finetuned_cost": 0.1, "tokens_per_call": 2_500, "review_cost": 1_300_000, "months": 24,
    "currency": "JPY", "data_preparation_cost": 4_000_000, "engineering_hours": 600, "engineering_rate": 12_000,
}  # fmt: skip
"""Eleven million yen."""
SCENARIOS: Mapping[str, Scenario] = {
    **{name: each for name, each in samples_and_edges().items() if name in ("support-classifier", "loss", "never")},
    "yen": REFERENCE.with_inputs(**YEN),
    "a trillion": REFERENCE.with_inputs(
        currency="KRW", calls=25_000_000_000, tokens_per_call=1_500, review_cost=30_000_000_000,
        data_preparation_cost=999_000_000_000, months=36,
    ),
    "a trillion euros": REFERENCE.with_inputs(
        currency="EUR", calls=25_000_000_000, tokens_per_call=1_500, operations_monthly_cost=1e12, months=24
    ),
    "five years": REFERENCE.with_inputs(
        currency="EUR", months=60, monthly_growth=0.01, calls=90_000_000, data_preparation_cost=400_000,
        review_cost=600_000,
    ),
    "eight years": REFERENCE.with_inputs(months=96, start_month="2027-01"),
}  # fmt: skip
LEAST_POINTS = 6


def _books(folder: Path, edition: Edition) -> dict[str, Path]:
    books = {name: build_workbook(scenario, edition=edition) for name, scenario in SCENARIOS.items()}
    if edition != "values":
        books["template"] = build_template(edition=edition)
    several = [SCENARIOS[name].with_inputs(name=name, currency="EUR") for name in ("never", "a trillion", "yen")]
    books["several"] = build_workbook(several[0], edition=edition, others=several[1:])
    if edition == "native":
        books["live"] = build_workbook(SCENARIOS["support-classifier"], edition=edition, live_grids=True, trials=128)
    for name, content in books.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    return {name: folder / f"{name}.xlsx" for name in books}


@pytest.mark.needs_carlito
@pytest.mark.parametrize("edition", [full(each) for each in EDITIONS])
def test_every_text_fits_its_cell_and_is_printed_large_enough(edition: Edition, tmp_path: Path) -> None:
    paths = _books(tmp_path, edition)
    cut = cut_texts.cut_texts(list(paths.values()))
    assert {path.name: texts for path, texts in cut.items() if texts} == {}
    small = {
        f"{name}, {title}": points
        for name, path in paths.items()
        for title, points in cut_texts.smallest_print(path).items()
        if points < LEAST_POINTS
    }
    assert small == {}


@pytest.mark.full(seconds=3)
@pytest.mark.needs_carlito
def test_a_text_that_is_cut_is_found(tmp_path: Path) -> None:
    path = tmp_path / "cut.xlsx"
    book = openpyxl.load_workbook(_written(tmp_path / "book.xlsx", SCENARIOS["never"]))
    sheet = book["By year"]
    sheet.column_dimensions["C"].width = 4
    sheet["B4"] = "a unit that its column does not hold"
    book["Notes"].page_setup.fitToHeight = book["Notes"].page_setup.fitToWidth = 1
    book["Notes"].column_dimensions["D"].width = 200
    book.save(path)
    (found,) = cut_texts.cut_texts([path]).values()
    assert any("'By year'" in each or each.startswith("By year!B4") for each in found)
    assert any(each.startswith("By year!C") for each in found)
    assert cut_texts.smallest_print(path)["Notes"] < LEAST_POINTS


def _written(path: Path, scenario: Scenario, edition: Edition = "values") -> Path:
    path.write_bytes(build_workbook(scenario, edition=edition))
    return path


@pytest.mark.needs_carlito
@pytest.mark.parametrize("bold", [False, True])
def test_the_table_of_advances_is_carlito_s(bold: bool) -> None:
    letters = [chr(code) for code in (*range(32, 127), *range(161, 256)) if code not in (173, 180, 184)]
    for letter in (*letters, *"–—’“”…−≥≤→€"):
        for size in (9, 10, 16):
            measured = cut_texts.width_of(letter, size, bold)
            assert text_width(letter, size, bold) == pytest.approx(measured, abs=0.01), letter


UNKNOWN_TO_SHEETJS = styles.PRICE
NEVER_BELOW_ZERO = (styles.PAYBACK, styles.NUMBER)
NUMBERS = (0, 0.4, 2.6, 7, 12.26, 999.4, 12_345.678, 900_000, 1_234_567.8, 1e12, -0.4, -37.6, -12_345.67, -1e12)
FORMATS = (
    styles.MONEY, styles.HEADLINE_MONEY, styles.SMALL_MONEY, styles.PRICE, styles.CALL_PRICE, styles.FRACTION,
    styles.RATE_OF_RETURN, styles.MONTHS, styles.WHOLE, styles.RATIO, styles.FACTOR, styles.ANY_SIZE, styles.PAYBACK,
    styles.MOMENT, styles.NUMBER,
)  # fmt: skip


def _bare(text: str) -> str:
    """Without the bracket, which stands for a space of its width too."""
    return text.strip().removesuffix(")").removeprefix("(")


@pytest.mark.needs_carlito
def test_numbers_are_shown_as_sheetjs_shows_them(tmp_path: Path) -> None:
    """What columns are measured by, beside a formatter of another maker."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    cells = list(itertools.product(FORMATS, NUMBERS))
    for row, (code, number) in enumerate(cells, start=1):
        sheet.cell(row, 1, number).number_format = code
    book.save(tmp_path / "numbers.xlsx")
    shown = node_readers.shown([tmp_path / "numbers.xlsx"])[str(tmp_path / "numbers.xlsx")]["Sheet"]
    different = [
        (code, number, ours, theirs)
        for row, (code, number) in enumerate(cells, start=1)
        if code != UNKNOWN_TO_SHEETJS
        and (number >= 0 or code not in NEVER_BELOW_ZERO)
        and _bare(ours := text_shown(code, number)) != _bare(theirs := shown.get(f"A{row}", ("", ""))[1])
    ]
    assert different == []


@pytest.mark.slow(seconds=2)
@pytest.mark.needs_carlito
@pytest.mark.parametrize("edition", some(EDITIONS, ["lambda"], slow=[]))
def test_nothing_is_cut_in_the_plan_of_millions_of_yen(edition: Edition, tmp_path: Path) -> None:
    path = _written(tmp_path / "yen.xlsx", SCENARIOS["yen"], edition)
    assert cut_texts.cut_texts([path])[path] == [] and min(cut_texts.smallest_print(path).values()) >= LEAST_POINTS


@pytest.mark.full(seconds=20)
@pytest.mark.needs_libreoffice
def test_libreoffice_prints_no_number_signs_also_after_an_edit(tmp_path: Path) -> None:
    """A plan of thousands whose calls become a million times as many: what does not fit shrinks."""
    made = build_workbook(SCENARIOS["support-classifier"], edition="native")
    edited = with_inputs(made, {"baseline_monthly_api_calls": 900_000_000_000, "other_upfront_cost": 1e12})
    books = {"made": made, "edited": edited, "yen": build_workbook(SCENARIOS["a trillion"], edition="native")}
    for name, content in books.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(content)
        if name == "edited":
            path = libreoffice.recalculate(path, tmp_path / "recalculated")
        printed = pypdf.PdfReader(libreoffice.to_pdf(path, tmp_path / "out"))
        pages = [page.extract_text() for page in printed.pages]
        assert len(pages) > 10 and not [number for number, text in enumerate(pages, start=1) if "###" in text], name


@pytest.mark.parametrize(
    ("currency", "largest", "shown"),
    [("EUR", 1_234.5, "1,234.50"), ("EUR", 1_234_567.8, "1,234,568"), ("JPY", 1_234.5, "1,234"), ("IDR", 12.0, "12")],
)
def test_money_has_cents_only_where_somebody_counts_them(currency: str, largest: float, shown: str) -> None:
    formats = styles.money_formats(currency, largest)
    code = formats.get(styles.SMALL_MONEY, styles.SMALL_MONEY)
    assert text_shown(code, largest).strip().rstrip(")") == shown


def test_a_count_has_no_trailing_point() -> None:
    count = styles.number_format(Quantity("count of calls", "calls", "number"))
    assert [text_shown(count, number) for number in (900_000, 5_000, 2.5, 4)] == ["900,000", "5,000", "2.5", "4"]


def test_prices_have_the_decimals_that_say_something() -> None:
    searched = [text_shown(styles.ROUNDED_PRICE, price) for price in (14.768669, 0.5, 0.987654, 0.000712345)]
    assert searched == ["14.77", "0.50", "0.9877", "0.000712"]
    yen = [text_shown(styles.WHOLE_PRICE, price) for price in (240, 1.2, 0.6, 0.0125)]
    assert yen == ["240", "1.20", "0.60", "0.0125"]


def test_a_long_word_takes_the_lines_that_it_needs() -> None:
    assert lines_of("a" * 100, 100, 10) >= 7 and lines_of("", 100, 10) == 1
