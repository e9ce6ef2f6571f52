"""What a reader meets: words, not codes; sheets in reading order; charts whose numbers can be read; inputs in use."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pypdf
import pytest
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from roi_engine import INPUTS, REFERENCE, Scenario
from roi_engine.appraisal import METRICS
from roi_engine.options import LABELS
from roi_engine.sensitivity import tornado
from templates.building.book import Edition
from templates.building.charts import NO_NUMBERS
from templates.building.colour_scales import BAD, GOOD, LONG
from templates.workbook import WORKINGS
from tests import libreoffice
from tests.builds import WHEN, build_workbook
from tests.slow_cases import some
from tests.workbook_cells import samples_and_edges, stored_cells, with_inputs

SCENARIOS = samples_and_edges()
SAMPLE = "support-classifier"


@cache
def made(name: str, edition: Edition, live: bool = False) -> bytes:
    return build_workbook(SCENARIOS[name], edition=edition, generated=WHEN, live_grids=live)


def opened(name: str, edition: Edition, live: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made(name, edition, live)))


@pytest.mark.parametrize(
    ("edition", "live"), some(books := [("wired", False), ("native", True), ("values", False)], books[1:2], slow=[])
)
def test_what_others_are_calculated_by_stands_last_and_is_tinted(edition: Edition, live: bool) -> None:
    book = opened(SAMPLE, edition, live)
    last = [title in WORKINGS for title in book.sheetnames]
    assert last == sorted(last) and 1 <= sum(last) < len(last) - 8
    tabs = {title: book[title].sheet_properties.tabColor.rgb[-6:] for title in book.sheetnames}
    read, workings = ({tabs[title] for title in tabs if (title in WORKINGS) is each} for each in (False, True))
    assert len(read) == len(workings) == 1 and read != workings


CODES = {name for name, metric in METRICS.items() if metric.label.upper() != name}
"""The names of metrics that are no words."""


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(["wired", "values"], ["wired"], slow=[]))
def test_no_cell_shows_the_code_of_a_metric(edition: Edition) -> None:
    assert {"NETROI", "DPAYBACK", "EQUIVMONTHLY"} <= CODES
    for title, cells in stored_cells(made(SAMPLE, edition)).items():
        for address, cell in cells.items():
            words = set(re.findall(r"[A-Z]{5,}", str(cell.value))) if title != "Functions" else set()
            assert not words & CODES, f"{title}!{address}: {cell.value}"
    rules = opened(SAMPLE, edition)["Sensitivity"].data_validations.dataValidation
    (choices,) = {rule.formula1 for rule in rules if rule.promptTitle == "Metric"}
    assert choices.strip('"').split(",") == [metric.label for metric in METRICS.values()]


@pytest.mark.slow
def test_a_fall_is_moved_as_the_share_that_it_is() -> None:
    falling = REFERENCE.with_inputs(baseline_price_change=-0.3)
    (bar,) = (bar for bar in tornado(falling) if bar.name == "baseline_price_change")
    assert (bar.low, bar.high) == pytest.approx((-0.24, -0.36))
    book = openpyxl.load_workbook(io.BytesIO(build_workbook(falling, edition="values")))
    cells = [cell for row in book["Sensitivity"].iter_rows() if row[0].value == bar.label for cell in row]
    ends = [cell for cell in cells if cell.value in (bar.low, bar.high)]
    assert len(ends) == 2 and all("%" in cell.number_format for cell in ends)


def test_the_axes_of_a_grid_are_in_the_unit_of_their_input() -> None:
    sheet = opened(SAMPLE, "wired")["Sensitivity"]
    shares = [row for row in range(1, sheet.max_row + 1) if sheet[f"A{row}"].value == "Down"]
    units = {sheet[f"G{row}"].value: sheet[f"C{row}"].number_format for row in shares}
    assert set(units.values()) == {"#,##0.0%", "[<1000]General;#,##0"}
    rules = [(area.sqref, rule) for area in sheet.conditional_formatting for rule in area.rules if rule.dxf]
    followed = [rule for _, rule in rules if rule.dxf.numFmt and '="share"' in rule.formula[0]]
    assert len(followed) >= 2 * (1 + 7 + 7)


@pytest.mark.slow
def test_never_is_the_worst_colour_of_a_grid() -> None:
    sheet = opened("never", "wired")["Sensitivity"]
    found = [
        (rule.dxf.fill.bgColor.rgb[-6:], [scale.colorScale.color for scale in area.rules if scale.colorScale])
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.formula and '="Never"' in rule.formula[0]
    ]
    assert len(found) == 2
    for never, (scale,) in found:  # the other grid is of money, whose worst is the lowest
        assert never == BAD and scale[-1].rgb[-6:] in (LONG, GOOD)


def test_colours_keep_zero_ten_years_and_the_kind_of_the_metric() -> None:
    """A gain is not orange, and among paybacks beyond ten years none is a good one."""
    sheet = opened(SAMPLE, "wired")["Sensitivity"]
    scales = [rule.colorScale.cfvo for area in sheet.conditional_formatting for rule in area.rules if rule.colorScale]
    money, payback = ([end.val for end in ends] for ends in scales)
    assert re.search(r"MIN\([$A-Z\d:]+,0\)", money[0]) and re.search(r"MAX\([$A-Z\d:]+,0\)", money[2])
    assert all("120" in end for end in payback)
    for first, ends in (("NOT(OR(", money), ("OR(", payback)):
        assert all(end.startswith(f"IF({first}$B$") and '="Discounted payback"' in end for end in ends)


@pytest.mark.parametrize("name", some(["loss", "never", SAMPLE], ["loss"], slow=[]))
def test_zero_stands_on_the_axis_of_the_cumulative_cash_flow(name: str) -> None:
    chart = opened(name, "wired")["Summary"]._charts[0]
    zero = chart.series[2]
    assert [float(point.v) for point in zero.yVal.numRef.numCache.pt] == [0, 0]
    ends = [float(point.v) for point in zero.xVal.numRef.numCache.pt]
    assert ends == [0, SCENARIOS[name].months_to_amortize]
    assert [(entry.idx, entry.delete) for entry in chart.legend.legendEntry] == [(2, True)]


def test_bars_carry_their_numbers_and_the_axis_leaves_them_room() -> None:
    book = opened(SAMPLE, "native")
    for sheet, count in (("Sensitivity", 2), ("By year", 2), ("Breakdown", 2)):
        (chart,) = book[sheet]._charts
        assert sum(series.dLbls is not None and bool(series.dLbls.showVal) for series in chart.series) == count, sheet
    (chart,) = book["Sensitivity"]._charts
    assert chart.y_axis.number_format.formatCode == NO_NUMBERS  # long ones run into each other
    low, room, high = ([float(point.v) for point in each.val.numRef.numCache.pt] for each in chart.series)
    assert max(room) == -min(room) == pytest.approx(1.5 * max(map(abs, (*low, *high))))


# --- inputs


def _without_source(scenario: Scenario) -> str:
    content = build_workbook(scenario, edition="native", generated=WHEN)
    return str(stored_cells(content)["Inputs"]["I3"].value)


@pytest.mark.full(seconds=3)
def test_figures_without_a_source_are_counted() -> None:
    sourced = {name: "somebody" for name, declared in INPUTS.items() if declared.numeric}
    bare = REFERENCE.model_copy(update={"sources": {}})
    assert _without_source(REFERENCE.model_copy(update={"sources": sourced})) == "Every figure has a source"
    assert _without_source(bare) == "11 figures have no source"  # the model's size among them
    assert _without_source(bare.with_inputs(cost_risk=0.1, discount_rate=0.1)) == "12 figures have no source"


@pytest.mark.full(seconds=8)
@pytest.mark.needs_libreoffice
def test_what_is_not_used_says_so_until_it_is(tmp_path: Path) -> None:
    """Paid by the token, a fleet's price of nothing is none; self-hosted, it is a price of nothing."""

    def said(name: str, content: bytes) -> int:
        (tmp_path / f"{name}.xlsx").write_bytes(content)
        calculated = libreoffice.recalculate(tmp_path / f"{name}.xlsx", tmp_path / "calculated")
        pages = pypdf.PdfReader(libreoffice.to_pdf(calculated, tmp_path / "out")).pages
        return sum(page.extract_text().count("not used") for page in pages)

    paid = made("reference", "native")
    before = said("paid", paid)
    own = said("own", with_inputs(paid, {"serving": "self_hosted"}))
    assert before > own > 0


@pytest.mark.slow
def test_a_note_without_a_source_stands_on_the_notes_sheet() -> None:
    noted = REFERENCE.model_copy(update={"notes": {"training_hours": "measured on a smaller run"}, "sources": {}})
    cells = stored_cells(build_workbook(noted, edition="native", generated=WHEN))["Notes"]
    assert [cells["A5"].value, cells["B5"].value] == [INPUTS["training_hours"].label, "measured on a smaller run"]


# --- pages


@pytest.mark.slow
@pytest.mark.parametrize(
    ("months", "rows", "columns"), some(pages := [(12, 0, 0), (24, 0, 1), (36, 0, 2), (60, 1, 2)], pages[-1:], slow=[])
)
def test_the_cash_flow_ends_its_pages_with_years(months: int, rows: int, columns: int) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(build_workbook(REFERENCE.with_inputs(months=months), edition="native", generated=WHEN))
    )
    sheet = book["Cash flow"]
    assert (len(sheet.row_breaks.brk), len(sheet.col_breaks.brk)) == (rows, columns)
    across = months <= 36
    ends = [sheet.cell(4, each.id).value for each in sheet.col_breaks.brk] if across else []
    assert ends == list(range(12, months, 12)) if across else sheet.row_breaks.brk[0].id == 8 + 30
    assert sheet.print_title_rows == ("$4:$4" if across else "$4:$5") and sheet.print_title_cols
    assert sheet.oddHeader.left.text == "Cash flow"  # a title in the repeated first column would be cut


def test_options_without_figures_have_no_pages() -> None:
    """Of three options the sample has figures of one."""
    sheet = opened(SAMPLE, "native")["Option flows"]
    (area,) = sheet.print_area.split(",")
    _, top, _, bottom = range_boundaries(area.split("!")[-1].replace("$", ""))
    labels = [sheet.cell(row, 1).value for row in range(top, bottom + 1)]
    assert labels[0] == LABELS["API"] and not {*LABELS.values()} & {*labels[1:]}
    assert sheet.print_title_rows == "$4:$4"


def test_months_down_name_the_option_that_they_are_of() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(build_workbook(REFERENCE.with_inputs(months=60), edition="native", generated=WHEN))
    )["Option flows"]
    titles = [cell.value for cell in sheet[4]][1:]
    assert f"{LABELS['API']}: Net cash flow" in titles and len(titles) == len({*titles})


@pytest.mark.full(seconds=4)
@pytest.mark.parametrize(("months", "place"), [(24, "E5"), (40, "B6")])
def test_months_that_are_not_printed_are_told(months: int, place: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    content = build_workbook(REFERENCE.with_inputs(months=months), edition="native", generated=WHEN)
    for typed, words in ((months, ""), (months + 6, f"Months after {months} are not printed.")):
        path.write_bytes(with_inputs(content, {"months_to_amortize": typed}))
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        model.evaluate()
        sheet = openpyxl.load_workbook(path).sheetnames.index("Cash flow")
        assert model.get_cell_value(sheet, *coordinate_to_tuple(place)) == words


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fleet"), [(SAMPLE, False), ("document-extraction", True)])
def test_the_volumes_of_a_fleet_are_printed_where_there_is_one(name: str, fleet: bool) -> None:
    sheet = opened(name, "native")["Options"]
    assert len(sheet.row_breaks.brk) == 1 + fleet
    last = int(sheet.print_area.rsplit("$", 1)[-1])
    below = [sheet[f"A{row}"].value for row in range(41, last + 1)]
    assert any(str(each).startswith("Volumes from which self-hosting") for each in below) == fleet
