"""The Inputs sheet refuses what the engine refuses, in every edition: no figure, no error, and why in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from roi_engine import REFERENCE, Scenario
from templates.building.book import FILL_IN, Edition
from tests.builds import build_workbook
from tests.ironcalc_cells import calculated
from tests.slow_cases import some
from tests.workbook_cells import named_cells, stored_cells
from tests.workbook_edits import with_cells

MIX = {"input_tokens": 900.0, "output_tokens": 100.0, "input_price_per_m": 2.5, "output_price_per_m": 10.0}
PRICED_BY_MIX = Scenario(
    **{**REFERENCE.given(), **{f"{side}_{each}": MIX[each] for side in ("baseline", "finetuned") for each in MIX}}
)
OTHER = Scenario(**{**PRICED_BY_MIX.given(), "name": "Other"})
REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "shares": (
        {"baseline_cached_share": 0.7, "baseline_cached_write_share": 0.6},
        "1 of 17 figures is missing or not legal: Baseline cache write share (with the cached share over 1)",
    ),
    "a mix without a price": (
        {"baseline_input_price_per_m": None},
        "1 of 16 figures is missing: Baseline input price",
    ),
    "a fleet of nothing": (
        {"serving": "self_hosted"},
        "2 of 18 figures are missing or not legal: Serving GPU price (0 for self-hosted serving), "
        "Replica throughput (in + out) (0 for self-hosted serving)",
    ),
    "low above high": (
        {"gpu_hourly_rate low": 3.0, "gpu_hourly_rate high": 1.0},
        "1 of 16 figures is missing or not legal: Training GPU price (low above high)",
    ),
    "a shape that is none": (
        {"gpu_hourly_rate low": 1.0, "gpu_hourly_rate high": 3.0, "gpu_hourly_rate distribution": "bell"},
        "1 of 16 figures is missing or not legal: Training GPU price (its low, high or distribution)",
    ),
    "an error for figures": (
        {"training_hours": "#N/A", "serving": "#DIV/0!", "serving_gpu_hourly_rate": "#REF!"},
        "3 of 18 figures are missing or not legal: Training time, Serving mode, Serving GPU price",
    ),
    "an error for a high": (
        {"serving_gpu_hourly_rate high": "#N/A"},
        "1 of 17 figures is missing or not legal: Serving GPU price (its low, high or distribution)",
    ),
}
ENDS = {"low": "D", "high": "E", "distribution": "F"}
EDITIONS: tuple[Edition, ...] = ("native", "lambda")


@cache
def _built(edition: Edition, several: bool = False) -> bytes:
    return build_workbook(PRICED_BY_MIX, edition=edition, others=[OTHER] if several else ())


def _edited(content: bytes, edits: Mapping[str, Any]) -> bytes:
    names, cells = named_cells(content), {}
    for key, value in edits.items():
        name, _, end = key.partition(" ")
        _, address = names[f"in_{name}"]
        cells[address.replace("B", ENDS[end]) if end else address] = value
    return with_cells(content, cells)


def _errors(book: Mapping[str, Mapping[str, Any]], content: bytes) -> list[str]:
    """The errors that were calculated, and not typed."""
    stored = stored_cells(content)
    return [
        f"{title}!{address} {value}"
        for title, cells in book.items()
        for address, value in cells.items()
        if isinstance(value, str) and value.startswith("#") and stored[title][address].formula is not None
    ]


def _assert_waits(book: Mapping[str, Mapping[str, Any]], content: bytes, said: str) -> None:
    names = named_cells(content)

    def shown(name: str) -> Any:
        title, address = names[name]
        return book[title][address]

    assert shown("answer") == said
    assert {shown(name) for name in ("out_npv", "out_net_roi", "out_payback", "check_state")} == {FILL_IN}
    assert _errors(book, content) == []


@pytest.mark.parametrize(
    ("edition", "case"),
    some(
        [(edition, case) for edition in EDITIONS for case in REFUSED],
        slow=[("native", "shares"), ("native", "an error for figures")],
    ),
)
def test_a_workbook_waits_where_its_block_would_be_refused(edition: Edition, case: str, tmp_path: Path) -> None:
    edits, said = REFUSED[case]
    content = _edited(_built(edition), edits)
    _assert_waits(calculated(content, tmp_path / "book.xlsx"), content, said)


@pytest.mark.full(seconds=20)
@pytest.mark.needs_libreoffice
def test_so_does_one_whose_functions_refuse_the_block(tmp_path: Path) -> None:
    for case, (edits, said) in REFUSED.items():
        content = _edited(_built("wired"), edits)
        path, computed = tmp_path / "book.xlsx", tmp_path / f"{case}.xlsx"
        path.write_bytes(content)
        done = CliRunner().invoke(ft_roi, ["recalc", str(path), "-o", str(computed)])
        assert done.exit_code == 0, done.output
        stored = stored_cells(computed.read_bytes())
        book = {title: {address: cell.value for address, cell in cells.items()} for title, cells in stored.items()}
        _assert_waits(book, content, said)


@pytest.mark.full(seconds=4)
def test_a_scenario_that_is_not_in_use_waits_alone(tmp_path: Path) -> None:
    content = _built("native", several=True)
    names, cells = named_cells(content), stored_cells(content)["Scenarios"]
    (row,) = (each[1:] for each, cell in cells.items() if cell.value == "Serving mode" and each[0] == "A")
    book = calculated(with_cells(content, {f"D{row}": "self_hosted"}, "Scenarios"), tmp_path / "book.xlsx")
    title, address = names["out_npv"]
    assert isinstance(book[title][address], float)
    (row,) = (each[1:] for each, cell in cells.items() if cell.value == "NPV" and each[0] == "A" and int(each[1:]) < 14)
    assert isinstance(book["Scenarios"][f"C{row}"], float) and book["Scenarios"][f"D{row}"] == FILL_IN
    assert _errors(book, content) == []
