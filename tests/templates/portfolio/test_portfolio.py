"""The portfolio workbook: a row for each answer, totals, ranks and order that follow, and nothing dropped."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi
from addin.libreoffice.office import Office
from addin.libreoffice.safe_copy import safe_copy
from roi_engine import REFERENCE, Problem, Scenario, appraise, check_inputs
from templates.building.book import NEEDS_FUNCTIONS
from templates.portfolio.entries import in_portfolio
from templates.portfolio.portfolio_inputs_sheet import PortfolioInputsSheet
from templates.portfolio.portfolio_sheet import Column
from templates.portfolio.portfolio_workbook import build_portfolio, build_without_failing
from templates.portfolio.row_figures import FIGURES_OF_A_ROW, calculate_row
from templates.returned.provenance import Provenance
from templates.returned.returned_workbook import ReturnedWorkbook
from tests import libreoffice, open_xml_sdk
from tests.slow_cases import some
from tests.workbook_cells import same, samples_and_edges

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EDGES = samples_and_edges()
COLUMNS = {
    "number": 1, "scenario": 2, "who": 3, "counted": 4, "currency": 5, "net_roi": 6, "roi": 7, "payback": 8, "npv": 9,
    "irr": 10, "pv_cost": 11, "npv_rank": 12, "payback_rank": 13, "remark": 15, "saved": 16, "file": 17, "made_by": 18,
    "warnings": 19, "first_warning": 20,
}  # fmt: skip


def test_a_figure_of_a_row_has_its_column() -> None:
    missing = [name for name in FIGURES_OF_A_ROW if name.upper() not in Column.__members__]
    assert missing == [], "give it a column of its name, in capitals, in templates/portfolio/portfolio_sheet.py"


def answer(scenario: Scenario, file: str = "a.xlsx", **provenance: str) -> ReturnedWorkbook:
    return ReturnedWorkbook(file, scenario, warnings=tuple(check_inputs(scenario)), provenance=Provenance(**provenance))


def moved(name: str, **changes: Any) -> Scenario:
    return REFERENCE.with_inputs(name=name, **changes)


def opened(content: bytes, values: bool = True) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def rows(book: openpyxl.Workbook) -> list[dict[str, Any]]:
    """The answers' rows on the sheet Portfolio."""
    sheet = book["Portfolio"]
    first = int(book.defined_names["portfolio_numbers"].attr_text.split("$")[2].rstrip(":")) - 1
    return [
        {name: sheet.cell(row, column).value for name, column in COLUMNS.items()}
        for row in range(first + 1, sheet.max_row + 1)
        if sheet.cell(row, 1).value is not None
    ]


def places(book: openpyxl.Workbook, columns: str) -> list[tuple[Any, ...]]:
    """A table of the sheet Ranking, without the places that nobody has."""
    sheet = book["Ranking"]
    start = next(row for row in range(1, 60) if sheet.cell(row, 1).value == "Place") + 1
    table = [tuple(sheet[f"{column}{row}"].value for column in columns) for row in range(start, sheet.max_row + 1)]
    return [row for row in table if row[0] not in (None, "")]


@pytest.mark.slow
def test_a_row_shows_the_engine_s_metrics_and_where_it_comes_from():
    answers = [answer(scenario, f"{name}.xlsx") for name, scenario in EDGES.items()]
    answers[0] = answer(
        answers[0].scenario, "first.xlsx", recipient="Anna <anna@example.com>", last_modified_by="Ben",
        modified="2026-02-03 04:05 UTC", version="0.1.0", edition="native",
    )  # fmt: skip
    found = rows(opened(build_portfolio(answers, generated=MOMENT)))
    assert [row["file"] for row in found] == ["first.xlsx", *(each.file for each in answers[1:])]
    for row, each in zip(found, answers, strict=True):
        result, scale = appraise(each.scenario), max(map(abs, appraise(each.scenario).cash_flow))
        payback = "Never" if result.payback_months == math.inf else result.payback_months
        irr, roi = ("n/a" if value is None else value for value in (result.irr_annual, result.roi))
        expected = {"net_roi": result.net_roi, "npv": result.npv(), "payback": payback, "irr": irr, "roi": roi}
        expected["pv_cost"] = result.pv_cost()
        for name, value in expected.items():
            assert same(row[name], value, scale), (each.file, name, row[name], value)
        warnings = [one for one in check_inputs(each.scenario) if not one.answered]
        assert row["warnings"] == len(warnings)
        assert not warnings or warnings[0].sentence in row["first_warning"]
    assert found[0]["who"] == "Anna <anna@example.com>, saved by Ben"
    assert found[0]["saved"] == datetime(2026, 2, 3, 4, 5)
    assert found[0]["made_by"] == "FT ROI 0.1.0 (native)"


@pytest.mark.slow
def test_totals_and_ranks_hold_within_a_currency():
    cost = {"a": 500, "b": 100, "c": 2000, "d": 700, "e": 50}
    euro = {"d", "e"}
    answers = [
        answer(moved(name, training_hours=hours, currency="EUR" if name in euro else "USD"))
        for name, hours in cost.items()
    ]
    book = opened(build_portfolio(answers, generated=MOMENT))
    sheet = book["Portfolio"]
    totals = {sheet[f"E{row}"].value: [sheet[f"{column}{row}"].value for column in "DFI"] for row in (5, 6)}
    for currency, names in (("USD", "abc"), ("EUR", "de")):
        results = [appraise(each.scenario) for each in answers if each.scenario.name in names]
        assert totals[currency] == pytest.approx(
            [len(names), sum(r.net_roi for r in results), sum(r.npv() for r in results)]
        )
    assert sheet["B7"].value.startswith("There is no total over several currencies")
    assert [row["npv_rank"] for row in rows(book)] == [2, 1, 3, 2, 1]
    assert [row["payback_rank"] for row in rows(book)] == [3, 2, 5, 4, 1]
    assert [row[1] for row in places(book, "ABCD")] == ["2  b", "1  a", "3  c"]
    assert [row[1] for row in places(book, "FGHI")] == ["5  e", "2  b", "1  a", "4  d", "3  c"]


@pytest.mark.slow
def test_one_currency_has_one_total_and_no_word_of_several():
    book = opened(build_portfolio([answer(moved("a", calls=1e6)), answer(moved("b", calls=2e6))], generated=MOMENT))
    text = [str(cell.value) for row in book["Portfolio"].iter_rows() for cell in row]
    assert not any("several currencies" in each for each in text)


@pytest.mark.slow
def test_what_never_pays_back_has_no_payback_rank_and_equal_figures_share_a_place():
    answers = [
        answer(EDGES["never"]),
        answer(moved("x", training_hours=100)),
        answer(moved("y", training_hours=100, model_size_b=8)),
        answer(moved("z", training_hours=900)),
    ]
    book = opened(build_portfolio(answers, generated=MOMENT))
    assert rows(book)[0]["payback"] == "Never"
    assert [row["payback_rank"] for row in rows(book)] == ["–", 1, 1, 3]
    assert [row["npv_rank"] for row in rows(book)] == [4, 1, 1, 3]
    assert [row[1] for row in places(book, "ABCD")] == ["2  x", "3  y", "4  z", "1  Reference scenario"]
    assert len(places(book, "FGHI")) == 3


@pytest.mark.slow
def test_repeats_and_the_untouched_example_are_flagged_and_not_counted():
    answers = [
        answer(moved("a", training_hours=100), "a.xlsx"),
        answer(moved("again", training_hours=100), "b.xlsx"),
        answer(REFERENCE, "c.xlsx"),
        answer(moved("euro", training_hours=100, currency="EUR"), "d.xlsx"),
    ]
    found = rows(opened(build_portfolio(answers, generated=MOMENT)))
    assert [row["counted"] for row in found] == ["Yes", "No", "No", "Yes"]
    assert [row["remark"] or "" for row in found] == [
        "", "The same inputs as number 1.", "Nothing was filled in: these are the example's inputs.", "",
    ]  # fmt: skip
    assert [row["npv_rank"] for row in found] == [1, "–", "–", 1]
    assert [entry.counted for entry in in_portfolio(answers)] == [True, False, False, True]


@pytest.mark.full(seconds=3)
def test_answers_may_come_one_by_one_and_what_ends_their_coming_is_no_answer_s_fault():
    def coming(end):
        yield answer(REFERENCE)
        if end:
            raise end

    whole, came = build_without_failing(coming(None), generated=MOMENT)
    assert [each.file for each in came] == ["a.xlsx"]
    assert whole == build_portfolio([answer(REFERENCE)], generated=MOMENT)
    with pytest.raises(ValueError, match="the reading broke"):
        build_without_failing(coming(ValueError("the reading broke")), generated=MOMENT)


@pytest.mark.full(seconds=5)
def test_an_answer_that_cannot_be_written_keeps_none_behind_it_out(monkeypatch):
    def fails_once(self, entry):
        if entry.answer.file == "b.xlsx":
            raise ValueError("no such cell")
        return add(self, entry)

    add = PortfolioInputsSheet.add
    monkeypatch.setattr(PortfolioInputsSheet, "add", fails_once)
    names = ["a.xlsx", "b.xlsx", "c.xlsx"]
    answers = (answer(moved(name, training_hours=at), name) for at, name in enumerate(names, start=1))
    _, came = build_without_failing(answers, generated=MOMENT)
    assert [(each.file, each.scenario is None) for each in came] == [(name, name == "b.xlsx") for name in names]
    assert "no such cell" in came[1].problems[0].sentence


@pytest.mark.slow
def test_every_problem_of_every_file_is_listed():
    problems = (Problem("Inputs!B9 storage_gb", "Missing."), Problem("Inputs!B11 months", "0 is below 1."))
    empty = ReturnedWorkbook("c.xlsx", problems=(Problem("", "It is empty."),))
    answers = [answer(moved("a", calls=1e6)), ReturnedWorkbook("b.xlsx", problems=problems), empty]
    book = opened(build_portfolio(answers, generated=MOMENT))
    listed = [[cell.value for cell in row[:3]] for row in book["Problems"].iter_rows(min_row=5)]
    assert [[cell or "" for cell in row] for row in listed] == [
        ["b.xlsx", "Inputs!B9 storage_gb", "Missing."],
        ["b.xlsx", "Inputs!B11 months", "0 is below 1."],
        ["c.xlsx", "", "It is empty."],
    ]
    assert "1 answer from 3 files; 2 with problems" in book["Portfolio"]["A2"].value


@pytest.mark.slow
def test_a_portfolio_without_an_answer_still_lists_the_problems():
    book = opened(
        build_portfolio([ReturnedWorkbook("c.xlsx", problems=(Problem("", "It is empty."),))], generated=MOMENT)
    )
    assert book.sheetnames == ["Portfolio", "Warnings", "Problems"]
    assert book["Problems"]["C5"].value == "It is empty."


@pytest.mark.slow
@pytest.mark.parametrize("text", some(["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"], ["=1+1", "-1"], slow=[]))
@pytest.mark.parametrize("edition", some(["wired", "values"], ["wired"]))
def test_text_that_looks_like_a_formula_stays_text(text, edition):
    scenario = Scenario(
        **{
            **REFERENCE.given(), "name": text, "currency": text, "training_hours": 30.0,
            "notes": {"storage_gb": text}, "sources": {"storage_gb": text},
        }
    )  # fmt: skip
    one = ReturnedWorkbook(
        text, scenario, notes=(text,), provenance=Provenance(last_modified_by=text, recipient=text, modified=text)
    )
    wrong = ReturnedWorkbook(f"{text}!", problems=(Problem(text, text),))
    book = opened(build_portfolio([one, wrong], edition=edition, generated=MOMENT), values=False)
    stored = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == text:
                    assert cell.data_type == "s", (sheet.title, cell.coordinate)
                    stored += bool(cell.quotePrefix)
                    assert cell.quotePrefix, (sheet.title, cell.coordinate)
    assert stored >= 9


@pytest.mark.parametrize("edition", some(["wired", "values"], ["wired"], slow=[]))
def test_the_editions(edition):
    answers = [answer(moved(name, training_hours=hours)) for name, hours in (("a", 100), ("b", 200))]
    content = build_portfolio(answers, edition=edition, generated=MOMENT)
    assert content == build_portfolio(answers, edition=edition, generated=MOMENT)
    formulas = [
        cell.value
        for sheet in opened(content, values=False)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    if edition == "values":
        assert formulas == []
        assert not any(not cell.protection.locked for cell in opened(content)["Inputs"]["B"])
    else:
        otherwise = f'IF(ISERROR(FT_VERSION("0.1")),"{NEEDS_FUNCTIONS}","n/a")'
        assert {f"=IFERROR(FT_{each},{otherwise})" for each in ("NETROI(answer_2)", "NPV(,answer_1)")} <= set(formulas)
    assert [row["net_roi"] for row in rows(opened(content))] == [appraise(each.scenario).net_roi for each in answers]


@pytest.mark.slow
def test_the_chart_shows_the_highest_npvs_with_their_values_and_alt_text():
    answers = [answer(moved(f"n{hours}", training_hours=hours), f"{hours}.xlsx") for hours in range(100, 2100, 100)]
    content = build_portfolio(answers, generated=MOMENT)
    (chart,) = opened(content)["Ranking"]._charts
    (series,) = chart.series
    shown = [float(point.v) for point in series.val.numRef.numCache.pt]
    npvs = sorted((appraise(each.scenario).npv() for each in answers), reverse=True)
    assert shown == pytest.approx(npvs[:15], rel=1e-12)
    assert [point.v for point in series.cat.strRef.strCache.pt][:2] == ["1  n100", "2  n200"]


@open_xml_sdk.newest_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("edition", some(["wired", "values"], slow=["wired"]))
def test_the_sdk_finds_nothing(tmp_path, edition, versions):
    answers = [answer(scenario, f"{name}.xlsx") for name, scenario in EDGES.items()]
    answers.append(answer(moved("=1", currency="EUR", calls=1e6)))
    answers.append(ReturnedWorkbook("wrong.xlsx", problems=(Problem("Inputs!B9", "Missing."),)))
    for name, those in (("many", answers), ("none", answers[-1:])):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(build_portfolio(those, edition=edition, generated=MOMENT))
        assert open_xml_sdk.validate(path, versions) == []


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_a_portfolio_adds_nothing_up_where_the_functions_are_missing(tmp_path):
    """Not 0: a row says what it needs, and so does a total over such rows; how many have a figure stands beside it."""
    answers = [answer(EDGES["support-classifier"], "one.xlsx"), answer(EDGES["never"], "two.xlsx")]
    built = tmp_path / "built.xlsx"
    built.write_bytes(build_portfolio(answers, generated=MOMENT))
    as_built, without = (
        opened(path.read_bytes()) for path in (built, libreoffice.recalculate(built, tmp_path / "out"))
    )
    assert [as_built["Portfolio"][f"{column}5"].value for column in "DG"] == [2, 2]
    assert as_built["Portfolio"]["I5"].value == pytest.approx(sum(row["npv"] for row in rows(as_built)))
    assert [without["Portfolio"][f"{column}5"].value for column in "DFGI"] == [2, NEEDS_FUNCTIONS, 0, NEEDS_FUNCTIONS]
    for row in rows(without):
        assert {row[name] for name in ("net_roi", "roi", "payback", "npv", "irr", "pv_cost")} == {NEEDS_FUNCTIONS}
        assert (row["npv_rank"], row["payback_rank"]) == ("–", "–")
    waiting = {name for name, result in checks(without).items() if result == "not checked"}
    assert waiting == {"check_answers_with_npv", "check_npv_totals", "check_net_roi_totals"}
    assert "FAIL" not in checks(without).values()


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_a_portfolio_recalculated_follows_its_inputs_and_its_choices(tmp_path):
    """As built every formula gives its cached value; after edits, what a portfolio built anew from them gives."""
    scenarios = {"support": EDGES["support-classifier"], "never": EDGES["never"], "late": EDGES["late"]}
    scenarios |= {name: moved(name, training_hours=hours, currency=currency)
                  for name, hours, currency in (("a", 100, "EUR"), ("b", 300, "EUR"), ("c", 900, "USD"))}  # fmt: skip
    answers = [answer(scenario, f"{name}.xlsx") for name, scenario in scenarios.items()]
    built = tmp_path / "built.xlsx"
    built.write_bytes(build_portfolio(answers, generated=MOMENT))
    _same_everywhere(_recalculated(built), opened(built.read_bytes()))

    edited = openpyxl.load_workbook(built)
    block = edited.defined_names["answer_6"].attr_text.split("!")[1].replace("$", "")
    for row in edited["Inputs"][block]:
        if row[0].value == "Training time":
            row[1].value = 20.0
    first = int(edited.defined_names["portfolio_counted"].attr_text.split("$")[2].rstrip(":"))
    edited["Portfolio"][f"D{first}"].value = "No"
    edited["Ranking"]["C4"].value = "EUR"
    edited.save(tmp_path / "edited.xlsx")
    after = _recalculated(tmp_path / "edited.xlsx")
    fresh = appraise(moved("c", training_hours=20.0))
    found = rows(after)
    assert same(found[5]["npv"], fresh.npv(), 1e4)
    assert [row["npv_rank"] for row in found] == ["–", 2, 3, 1, 2, 1]
    assert [row[1] for row in places(after, "ABCD")] == ["4  a", "5  b"]
    assert places(after, "FGHI")[0][1] == "6  c"
    totals = {after["Portfolio"][f"E{row}"].value: after["Portfolio"][f"I{row}"].value for row in (5, 6)}
    rest = sum(appraise(scenarios[name]).npv() for name in ("never", "late"))
    assert same(totals["USD"], rest + fresh.npv(), 1e5)


def checks(book: openpyxl.Workbook) -> dict[str, str]:
    """The result of each check by its name."""
    sheet = book["Checks"]
    return {row[0]: row[6] for row in sheet.iter_rows(min_row=5, values_only=True) if str(row[0]).startswith("check_")}


@pytest.mark.parametrize("edition", some(["wired", "values"], ["wired"], slow=[]))
def test_every_check_of_a_portfolio_holds(edition):
    answers = [answer(each, f"{name}.xlsx") for name, each in EDGES.items()]
    answers += [answer(moved("euro", training_hours=50, currency="EUR")), answer(REFERENCE)]
    book = opened(build_portfolio(answers, edition=edition, generated=MOMENT))
    found = checks(book)
    assert len(found) == 9 and set(found.values()) == {"OK"}
    counted, total = sum(row["counted"] == "Yes" for row in rows(book)), len(answers)
    assert book["Portfolio"]["A3"].value == f"Counted: {counted} of {total} answers. All checks OK"
    assert book["Ranking"]["A3"].value == "All checks OK"


@pytest.mark.full(seconds=5)
@pytest.mark.needs_libreoffice
def test_what_is_wrong_with_a_portfolio_fails_its_own_check(tmp_path):
    """An edit for each check, with the functions loaded, and what fails then; nothing else does.

    An answer whose currency has no total is lacking in the totals too.
    """
    answers = [answer(moved(name, training_hours=hours), f"{name}.xlsx") for name, hours in (("a", 100), ("b", 300))]
    built = tmp_path / "built.xlsx"
    built.write_bytes(build_portfolio(answers, generated=MOMENT))
    row = int(opened(built.read_bytes()).defined_names["portfolio_numbers"].attr_text.split("$")[2].rstrip(":"))
    edits = {
        "check_figures_are_formulas": ("Portfolio", f"F{row}", 12_000_000),
        "check_answers_in_totals": ("Inputs", "currency", "EUR"),
        "check_choices": ("Portfolio", f"D{row}", "Perhaps"),
        "check_npv_totals": ("Portfolio", "I5", 5),
        "check_net_roi_totals": ("Portfolio", "F5", 5),
        "check_answers_with_npv": ("Inputs", "training_hours", -1),
        "check_ranking_by_npv": ("Ranking", "order_by_npv", 7),
        "check_ranking_by_payback": ("Ranking", "order_by_payback", 7),
        "check_no_errors": ("Portfolio", f"R{row}", "=1/0"),
    }
    for check, (sheet, place, value) in edits.items():
        book = openpyxl.load_workbook(built)
        if place.startswith("order"):
            place = book.defined_names[place].attr_text.split("!")[1].replace("$", "").partition(":")[0]
        elif place.islower():
            label = "Currency" if place == "currency" else "Training time"
            place = next(f"B{cell.row}" for (cell,) in book[sheet].iter_rows(max_col=1) if cell.value == label)
        book[sheet][place].value = value
        book.save(tmp_path / f"{check}.xlsx")
    with Office() as office:
        copies = [safe_copy(tmp_path / f"{check}.xlsx") for check in edits]
        recalculated = [path.read_bytes() for path in office.convert(copies, office.folder, ".xlsx")]
    also = {"check_answers_in_totals": {"check_answers_with_npv", "check_npv_totals", "check_net_roi_totals"}}
    for check, content in zip(edits, recalculated, strict=True):
        after = opened(content)
        failed = {name for name, result in checks(after).items() if result != "OK"}
        assert failed == {check} | also.get(check, set())
        assert f"Failed checks: {len(failed)}, see Checks" in after["Portfolio"]["A3"].value


def _recalculated(path: Path) -> openpyxl.Workbook:
    after = path.with_name(f"{path.stem}-after.xlsx")
    done = CliRunner().invoke(ft_roi, ["recalc", str(path), "-o", str(after)])
    assert done.exit_code == 0, done.output
    return openpyxl.load_workbook(after, data_only=True)


def _same_everywhere(after: openpyxl.Workbook, before: openpyxl.Workbook) -> None:
    compared = 0
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                shown = after[sheet.title][cell.coordinate].value
                if isinstance(cell.value, datetime):
                    continue
                assert same(shown or "", cell.value or "", 1e5) or same(shown, cell.value, 1e5), (
                    sheet.title, cell.coordinate, shown, cell.value
                )  # fmt: skip
                compared += cell.value is not None
    assert compared > 300


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["wired", "values"])
def test_figures_calculated_with_the_reading_change_no_byte(edition):
    scenarios = list(EDGES.values())
    one, other = ([answer(each, f"{n}.xlsx") for n, each in enumerate(scenarios)] for _ in range(2))
    for each in other:
        calculate_row(each)
        assert list(each.row) == list(FIGURES_OF_A_ROW)
    assert build_portfolio(other, edition=edition, generated=MOMENT) == build_portfolio(
        one, edition=edition, generated=MOMENT
    )


@pytest.mark.slow
def test_a_figure_that_was_calculated_is_not_calculated_again(monkeypatch):
    one = answer(REFERENCE)
    calculate_row(one)
    monkeypatch.setattr("templates.building.book.call", None)
    assert rows(opened(build_portfolio([one], generated=MOMENT)))[0]["npv"] == one.row["npv"]
