"""The workbook of the LAMBDA names: sound, live, and stored as Excel 365 stores dynamic arrays."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pytest

from roi_engine import functions
from templates.lambdas.functions_workbook import FIRST_ROW, Column, Example, build_functions_workbook
from templates.lambdas.printed_functions import NOT_COVERED, lambda_names
from templates.package_check import check_package
from templates.xlsx.finishing import parts_by_title
from tests import open_xml_sdk
from tests.workbook_edits import parts_of

WHEN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
COVERED = [each for each in functions() if each not in NOT_COVERED]


@cache
def made() -> bytes:
    return build_functions_workbook(generated=WHEN)


@cache
def cached() -> Any:
    return openpyxl.load_workbook(BytesIO(made()), data_only=True)


def calculated(content: bytes, folder: Path) -> Any:
    path = folder / "functions.xlsx"
    path.write_bytes(content)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    return model


def pages() -> list[Any]:
    return cached().worksheets[1:]


def examples(page: Any) -> dict[str, int]:
    """The functions of a page with their rows."""
    column = ord(Column.FUNCTION.letter) - 64
    rows = range(FIRST_ROW + 1, page.max_row + 1)
    return {name: row for row in rows if (name := page.cell(row, column).value) in functions()}


def test_every_covered_function_has_an_example_on_the_page_of_its_family() -> None:
    shown = {name: page.title for page in pages() for name in examples(page)}
    assert shown == {name: functions()[name].family for name in COVERED}


def test_the_first_page_lists_every_name() -> None:
    names = [row[0].value for row in cached().worksheets[0].iter_rows() if str(row[0].value).startswith("FT_")]
    assert [each for each in names if each in lambda_names()] == list(lambda_names())


@pytest.mark.slow(seconds=2)
def test_it_is_sound(tmp_path: Path) -> None:
    assert list(check_package(made())) == []
    assert build_functions_workbook(generated=WHEN) == made()
    if reason := open_xml_sdk.missing():
        pytest.skip(reason)
    path = tmp_path / "functions.xlsx"
    path.write_bytes(made())
    assert open_xml_sdk.validate(path) == []


def test_every_example_is_a_dynamic_array_with_its_value() -> None:
    parts = parts_of(made())
    for title, part in parts_by_title(parts).items():
        arrays = re.findall(r"<c ([^>]*)><f ([^>]*)>([^<]*)</f><v(/>|>[^<]*</v>)", parts[part].decode())
        assert len(arrays) == (0 if title == "Names" else len(examples(cached()[title]))), title
        assert all('cm="1"' in cell and 't="array"' in formula for cell, formula, _, _ in arrays)
    assert "XLDAPR" in parts["xl/metadata.xml"].decode()
    assert parts["[Content_Types].xml"].decode().count("sheetMetadata+xml") == 1


def test_the_cached_values_are_what_the_names_give(tmp_path: Path) -> None:
    model = calculated(made(), tmp_path)
    stored = openpyxl.load_workbook(BytesIO(made()))
    compared = 0
    for sheet, page in enumerate(stored.worksheets):
        for address, area in page.array_formulae.items():
            for cell in (cell for row in as_rows(page[area]) for cell in row):
                shown = model.get_cell_value(sheet, cell.row, cell.column)
                value = cached().worksheets[sheet][cell.coordinate].value
                if isinstance(value, str) or value is None:
                    assert shown == (value or ""), (page.title, address)
                else:
                    assert shown == pytest.approx(value, rel=1e-9, abs=0), (page.title, address)
                compared += 1
    assert compared > len(COVERED) + 100


def as_rows(cells: Any) -> Any:
    return cells if isinstance(cells, tuple) else ((cells,),)


def test_the_examples_follow_the_scenario_of_their_page(tmp_path: Path) -> None:
    model = calculated(made(), tmp_path)
    (sheet,) = (at for at, page in enumerate(cached().worksheets) if page.title == "Capital budgeting")
    page = cached().worksheets[sheet]
    labels = {page.cell(row, ord(Example.LABEL.letter) - 64).value: row for row in range(FIRST_ROW + 1, FIRST_ROW + 13)}
    model.set_user_input(sheet, labels["Training time"], ord(Example.VALUE.letter) - 64, "124")
    model.evaluate()
    row, column = examples(page)["FT_NPV"], ord(Column.VALUE.letter) - 64
    assert model.get_cell_value(sheet, row, column) == pytest.approx(page.cell(row, column).value - 150)
