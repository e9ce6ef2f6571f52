"""What the Inputs sheet asks between cells is what the engine asks of a file, as IronCalc computes it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from roi_engine import REFERENCE, Scenario
from roi_engine.errors import FtRoiError, ScenarioError
from roi_engine.quantity import DISTRIBUTION, SERVING, STORAGE_TIMING
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import ASKED_FOR
from roi_engine.worksheet.block import read_block
from templates.building.book import FILL_IN
from templates.building.formula import Formula, formula_of, if_error
from templates.building.input_rules import MODE, default_beside, no_range, refusal
from templates.building.typed_or_default import Bounds, choice_in, in_use, is_a_choice
from templates.building.validation import bounds
from tests.ironcalc_cells import calculated

ASKED = sorted({*ASKED_FOR, "serving"})
MIX = {"input_tokens": 900.0, "output_tokens": 100.0, "input_price_per_m": 2.5, "output_price_per_m": 10.0}
SAME_AFFAIR = {"monthly_review_cost": "review_cost_per_call", "serving_tokens_per_call": "tokens_per_call"}
"""Inputs of which the engine tells where the sheet tells of another one: either mends it."""

Typed = Mapping[str, float | str | None]


def mix(side: str, **others: float | None) -> dict[str, float | None]:
    return {f"{side}_{field}": value for field, value in {**MIX, **others}.items()}


FLEET: Typed = {"serving": "self_hosted", "serving_gpu_hourly_rate": 2.0, "serving_tokens_per_second": 900.0}
NAMED: Mapping[str, Typed] = {
    "nothing else": {},
    "shares": mix("baseline", cached_share=0.7, cached_write_share=0.6) | mix("finetuned"),
    "shares of one": mix("baseline", cached_share=0.7, cached_write_share=0.3) | mix("finetuned"),
    "the other model's share and the baseline's": mix("baseline", cached_share=0.7)
    | mix("finetuned")
    | mix("switch", cached_write_share=0.6),
    "the baseline's shares alone": mix("baseline", cached_share=0.7, cached_write_share=0.6)
    | mix("finetuned")
    | mix("switch"),
    "a share above one": mix("baseline", cached_share=1.2) | mix("finetuned"),
    "a mix without written tokens": mix("baseline", output_tokens=None) | mix("finetuned"),
    "a share and no mix": {"finetuned_cached_share": 0.5, "tokens_per_call": 500.0},
    "one price of the other model": {"switch_output_price_per_m": 2.0},
    "tokens of the other model": mix("switch", input_tokens=None) | {"tokens_per_call": 500.0},
    "tokens of the baseline": mix("baseline") | mix("switch", input_tokens=None) | {"tokens_per_call": 500.0},
    "one token": mix("baseline"),
    "one token of a fleet": {**FLEET, **mix("baseline")},
    "a fleet with its own tokens": {**FLEET, **mix("baseline"), "serving_tokens_per_call": 700.0},
    "a fleet": {**FLEET, "finetuned_cost_per_1k_tokens": None},
    "a fleet of nothing": {**FLEET, "serving_gpu_hourly_rate": 0.0, "serving_tokens_per_second": None},
    "a fleet of nothing, spelt otherwise": {**FLEET, "serving": " Self-Hosted", "serving_gpu_hourly_rate": 0.0},
    "a fleet, spelt otherwise": {**FLEET, "serving": "SELF HOSTED", "finetuned_cost_per_1k_tokens": None},
    "an error for a mode": {"serving": "#N/A"},
    "an error for a fleet's price": {**FLEET, "serving_gpu_hourly_rate": "#DIV/0!"},
    "an error for the tokens of a fleet": {**FLEET, **mix("baseline"), "serving_tokens_per_call": "#REF!"},
    "an error for the tokens": {**mix("baseline"), "tokens_per_call": "#VALUE!"},
    "an error beside a review cost": {"review_cost_per_call": 0.1, "monthly_review_cost": "#N/A"},
    "an error beside a share": {
        **mix("baseline", cached_write_share=0.6),
        "baseline_cached_share": "#NUM!",
        **mix("finetuned"),
    },
    "review twice": {"review_cost_per_call": 0.1},
    "review by the call": {"review_cost_per_call": 0.1, "monthly_review_cost": None},
    "no review cost": {"monthly_review_cost": None},
}


def at_random(number: int) -> Typed:
    """A few of the cells, typed or emptied."""
    chance = random.Random(number)
    given: dict[str, float | str | None] = {}
    for side in ("baseline", "finetuned", "switch"):
        if chance.random() < 0.5:
            given |= mix(side)
    for name in chance.sample(ASKED, 2):
        given[name] = None
        if name == "serving":
            given[name] = chance.choice(["per_token", "self_hosted"])
        elif chance.random() < 0.6:
            given[name] = chance.choice([0.0, 0.3, 0.6, 1.0]) if "share" in name else chance.choice([0.0, 1.0, 500.0])
    if chance.random() < 0.3:
        given |= FLEET
    return given


CASES = {**NAMED, **{f"random {number}": at_random(number) for number in range(200)}}


def refused_by_the_engine(typed: Typed) -> set[str]:
    given = {**REFERENCE.given(), **typed}
    try:
        Scenario(**{name: value for name, value in given.items() if value is not None})
    except ScenarioError as error:
        return {SAME_AFFAIR.get(each.place, each.place) for each in error.problems}
    return set()


def test_cells_are_refused_where_the_engine_refuses_the_scenario(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, typed in enumerate(CASES.values(), 1):
        given = {**REFERENCE.given(), **typed}
        cells = {name: sheet.cell(row, column) for column, name in enumerate(ASKED, 1)}
        for name, cell in cells.items():
            cell.value = given.get(name)
        formulas = {name: Formula(cell.coordinate, cell.value) for name, cell in cells.items()}
        mode = formulas[MODE]
        formulas[MODE] = if_error(in_use(INPUTS[MODE], mode, "per_token", is_a_choice(SERVING, mode)), FILL_IN)
        for column, name in enumerate(ASKED, 1 + len(ASKED)):
            empty, why = default_beside(INPUTS[name], formulas), refusal(INPUTS[name], formulas)
            is_refused = Formula(f'AND({cells[name].coordinate}="",{formula_of(empty).text}="{FILL_IN}")', None)
            if why is not None:
                is_refused = Formula(f"OR({is_refused.text},IFERROR({why.holds.text},FALSE))", None)
            sheet.cell(row, column).value = f"={is_refused.text}"
    content = BytesIO()
    book.save(content)
    (shown,) = calculated(content.getvalue(), tmp_path / "rules.xlsx").values()
    refusals = 0
    for row, (case, typed) in enumerate(CASES.items(), 1):
        places = {name: sheet.cell(row, column).coordinate for column, name in enumerate(ASKED, 1 + len(ASKED))}
        found = {SAME_AFFAIR.get(name, name) for name, place in places.items() if shown[place]}
        expected = refused_by_the_engine(typed)
        beyond = {name for name in expected if isinstance(typed.get(name), float) and _is_illegal(name, typed[name])}
        if any(f"{side}_input_tokens" in expected for side in ("baseline", "finetuned")):
            beyond.add("tokens_per_call")  # the sheet takes a mix without prompt tokens for none
        assert found - beyond == expected - beyond, case
        refusals += bool(expected)
    assert 50 < refusals < len(CASES) - 50


def _is_illegal(name: str, value: Any) -> bool:
    lowest, highest = bounds(INPUTS[name])
    return not lowest <= value <= highest


RANGES: Mapping[str, tuple[str, Any, Any, Any, Any]] = {
    "none": ("gpu_hourly_rate", 2.0, None, None, None),
    "a shape of none": ("gpu_hourly_rate", 2.0, None, None, "bell"),
    "a range": ("gpu_hourly_rate", 2.0, 1.0, 3.0, "pert"),
    "an empty low": ("gpu_hourly_rate", 2.0, None, 3.0, "uniform"),
    "upside down": ("gpu_hourly_rate", 2.0, 3.0, 1.0, None),
    "another value": ("gpu_hourly_rate", 9.0, 1.0, 3.0, None),
    "below zero": ("gpu_hourly_rate", 2.0, -1.0, 3.0, None),
    "a share above one": ("baseline_batch_share", 0.5, 0.2, 1.5, None),
    "half a month": ("months_to_amortize", 12.0, 6.5, 18.0, None),
    "a text": ("gpu_hourly_rate", 2.0, "one", 3.0, None),
    "an error for a low": ("gpu_hourly_rate", 2.0, "#N/A", 3.0, None),
    "an error for a high alone": ("serving_gpu_hourly_rate", 2.0, None, "#DIV/0!", None),
    "an error for a shape": ("gpu_hourly_rate", 2.0, 1.0, 3.0, "#NAME?"),
    "a shape in other letters": ("gpu_hourly_rate", 2.0, 1.0, 3.0, " PERT"),
    "a shape in two words": ("gpu_hourly_rate", 2.0, 1.0, 3.0, "log normal"),
    "a shape that is none": ("gpu_hourly_rate", 2.0, 1.0, 3.0, "bell"),
    "of a fleet": ("serving_gpu_hourly_rate", 2.0, 1.0, 3.0, None),
    "of a fleet that costs nothing": ("serving_gpu_hourly_rate", 2.0, 0.0, 3.0, None),
    "of a fleet that cost nothing": ("serving_gpu_hourly_rate", None, None, 3.0, None),
    "of a fleet, an empty low": ("serving_gpu_hourly_rate", 2.0, None, 3.0, None),
}


SPELLINGS = [
    "self_hosted", " Self-Hosted ", "SELF  HOSTED", "self--hosted", "selfhosted", "Per Token", "Monthly", "PERT ",
    "log-normal", "Lognormal", "up-front", "7",
]  # fmt: skip


def test_a_choice_is_read_from_a_cell_as_the_engine_reads_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    expected: dict[str, Any] = {}
    for row, typed in enumerate(SPELLINGS, 1):
        cell = Formula(f"$A{row}", typed)
        sheet.cell(row, 1).value = typed
        for column, quantity in enumerate((SERVING, STORAGE_TIMING, DISTRIBUTION), 2):
            place = sheet.cell(row, column)
            read = is_a_choice(quantity, cell).where(choice_in(cell, quantity), "none")
            place.value = f"=LOWER({read.text})"
            try:
                expected[place.coordinate] = quantity.check(typed)
            except FtRoiError:
                expected[place.coordinate] = "none"
            assert read.value == expected[place.coordinate]
    content = BytesIO()
    book.save(content)
    (shown,) = calculated(content.getvalue(), tmp_path / "choices.xlsx").values()
    assert {place: shown[place] for place in expected} == expected
    assert len({*expected.values()}) == 6


def test_ranges_are_refused_where_the_engine_refuses_the_block(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    refused = {}
    for row, (name, *typed) in enumerate(RANGES.values(), 1):
        for column, content in enumerate(typed, 1):
            sheet.cell(row, column).value = content
        value, low, high, shape = (Formula(f"{letter}{row}", each) for letter, each in zip("ABCD", typed, strict=True))
        ends = (low, high, shape)
        lowest, highest = (formula_of(each) for each in bounds(INPUTS[name]))
        legal = Bounds(lowest, highest, formula_of(int(INPUTS[name].quantity.whole)))
        sheet.cell(row, 5).value = f"={no_range(INPUTS[name], value, legal, ends).text}"
        titles = ("input", "value", "low", "high", "distribution")
        given = [(each, each_value, None, None, None) for each, each_value in REFERENCE.given().items() if each != name]
        if name.startswith("baseline_"):
            given += [(each, figure, None, None, None) for each, figure in (mix("baseline") | mix("finetuned")).items()]
        try:
            read_block((titles, *given, (name, *typed)))
            refused[f"E{row}"] = False
        except ScenarioError:
            refused[f"E{row}"] = True
    content = BytesIO()
    book.save(content)
    (shown,) = calculated(content.getvalue(), tmp_path / "ranges.xlsx").values()
    assert {place: shown[place] != "" for place in refused} == refused
    assert shown["E5"] == "low above high" and 5 < sum(refused.values()) < len(RANGES)
