"""The Summary: one story of net return and NPV, in words and in colour."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine import break_even, load_scenario
from templates.building import styles
from tests import libreoffice
from tests.builds import build_workbook
from tests.slow_cases import some
from tests.workbook_cells import samples_and_edges, stored_cells, with_inputs

ONE_STORY = Path(__file__).parents[2] / "one_story"
LOSES_TODAY = "Pays back in 33.3 months and returns 800 USD over 36 months, but at 10 % a year it loses 644 USD."


@cache
def _made(file: str, edition: Any) -> bytes:
    return build_workbook(load_scenario(ONE_STORY / file), edition=edition)


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["wired"], slow=[]))
def test_the_sentence_speaks_of_npv_where_that_says_otherwise(edition: str) -> None:
    summary = stored_cells(_made("npv-negative.toml", edition))["Summary"]
    assert summary["A5"].value == LOSES_TODAY
    assert summary["A8"].value == "at 10 % a year"


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["wired", "native", "values"])
def test_the_colour_of_the_sentence_follows_npv(edition: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_made("npv-negative.toml", edition)))["Summary"]
    (rules,) = [rules for area, rules in sheet.conditional_formatting._cf_rules.items() if "A5" in str(area.sqref)]
    looks = {rule.formula[0]: rule.dxf.font.color.rgb[-6:] for rule in rules}
    assert looks == {"N(out_npv)>=0.5": styles.GOOD_INK, "N(out_npv)<=-0.5": styles.BAD_INK}


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_an_edited_discount_rate_changes_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "edited.xlsx"
    path.write_bytes(with_inputs(_made("npv-negative.toml", "native"), {"discount_rate": 0.0525}))
    summary = stored_cells(libreoffice.recalculate(path, tmp_path / "computed").read_bytes())["Summary"]
    assert summary["A5"].value == (
        "Pays back in 33.3 months and returns 800 USD over 36 months, but at 5.25 % a year it loses 9 USD."
    )
    assert summary["A8"].value == "at 5.25 % a year"


@pytest.mark.full(seconds=3)
@pytest.mark.parametrize("edition", ["wired", "native"])
def test_the_month_from_which_going_back_pays_is_named(edition: str) -> None:
    cells = stored_cells(_made("wears-out.toml", edition))["Summary"].values()
    question = "From month 13 on every month loses. Going back after month 12 would lose 2,774 (NPV -3,336) instead of"
    assert any(str(cell.value).startswith(question) for cell in cells)


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["native"], slow=[]))
def test_the_summary_says_where_the_npv_turns_and_how_far_that_is(edition: Any) -> None:
    scenario = samples_and_edges()["support-classifier"]
    cells = stored_cells(build_workbook(scenario, edition=edition))["Summary"]
    shown = {cells[f"A{row}"].value: [cells[f"{letter}{row}"].value for letter in "BCD"] for row in range(13, 17)}
    assert len(shown) == 4 and "Horizon" not in shown
    calls, accuracy = shown["API calls"], shown["Review cost avoided (error reduction)"]
    turns = break_even(scenario, "calls", "NPV").value
    assert turns is not None
    assert calls == [900_000, pytest.approx(turns), f"may fall by {round(100 - turns / 9_000)} %"]
    turns = break_even(scenario, "accuracy", "NPV").value
    assert turns is not None
    assert accuracy == [0.3, pytest.approx(turns), f"may fall by {30 - 100 * turns:.1f} points"]


@pytest.mark.slow
def test_an_input_where_the_npv_turns_is_at_the_edge() -> None:
    scenario = samples_and_edges()["support-classifier"]
    turns = break_even(scenario, "calls", "NPV").value
    cells = stored_cells(build_workbook(scenario.with_inputs(calls=turns), edition="values"))["Summary"]
    assert {cells[f"D{row}"].value for row in range(13, 17)} == {"is at the edge"}


@pytest.mark.full(seconds=3)
def test_what_turns_nothing_alone_says_so_and_a_loss_has_to_change() -> None:
    cells = stored_cells(build_workbook(samples_and_edges()["loss"]))["Summary"]
    shown = {cells[f"A{row}"].value: (cells[f"C{row}"].value, cells[f"D{row}"].value) for row in range(13, 17)}
    assert shown["Training GPUs"] == ("no value", "cannot turn the sign alone")
    assert shown["Training time"] == (pytest.approx(105.7247, abs=1e-3), "has to fall by 98 %")
    nothing = stored_cells(build_workbook(samples_and_edges()["nothing"]))["Summary"]
    assert "What would have to be true" not in {cell.value for cell in nothing.values()}
