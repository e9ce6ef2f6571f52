"""The rules of the house, held over every edition of every sample: each workbook is built and opened once."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from lxml import etree
from openpyxl.utils import FORMULAE, get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from roi_engine import INPUTS, functions, internal_rate
from roi_engine.quantity import FIRST_YEAR, LAST_YEAR
from roi_engine.simulation import beta, distributions
from templates.building import styles
from templates.building.book import Edition
from templates.building.charts import INK_ON
from templates.workbook import build_workbook
from templates.xlsx.shown_numbers import misleads
from tests import libreoffice
from tests.builds import WHEN
from tests.by_year_table import columns_of
from tests.slow_cases import MARKS, some
from tests.workbook_cells import Stored, samples_and_edges, stored_cells, without_wait

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")
SCENARIOS = samples_and_edges()
SCENARIOS["ten years"] = SCENARIOS["reference"].with_inputs(months=120, monthly_growth=0.01)
PLAIN = {("support-classifier", "wired"), ("support-classifier", "values")}
SLOW = {
    ("three scenarios", "native"),
    ("support-classifier", "native"),
    ("one month", "values"),
    ("live grids", "native"),
}
"""What make test adds; the full tests hold the rules over every edition of every scenario."""
SEVERAL = {"three scenarios": ("support-classifier", "document-extraction", "reference")}
"""A workbook of several scenarios, by its name."""
LIVE = "live grids"
"""The first sample with data tables."""
RISK = "risk trials"
TRIALS = {RISK: 128}
"""The same with trials of what is uncertain."""
NAMESPACES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
}


@dataclass(frozen=True)
class Built:
    """A finished workbook: its parts, what openpyxl reads in it, and what its cells hold."""

    scenario: str
    edition: Edition
    parts: dict[str, bytes]
    book: openpyxl.Workbook
    cells: dict[str, dict[str, Stored]]

    @property
    def formulas(self) -> Iterator[tuple[str, str, str]]:
        """Sheet, address and formula of every formula cell."""
        for title, cells in self.cells.items():
            for address, cell in cells.items():
                if cell.formula is not None:
                    yield title, address, cell.formula

    def charts(self) -> list[Any]:
        """The roots of its charts."""
        return [etree.fromstring(self.parts[name]) for name in sorted(self.parts) if name.startswith("xl/charts/chart")]


@cache
def _built(scenario: str, edition: Edition) -> Built:
    names = ("support-classifier",) if scenario in (LIVE, RISK) else SEVERAL.get(scenario, (scenario,))
    first, *others = [SCENARIOS[name] for name in names]
    package = build_workbook(
        first,
        edition=edition,
        generated=WHEN,
        others=others,
        live_grids=scenario == LIVE,
        trials=TRIALS.get(scenario, 0),
    )
    with zipfile.ZipFile(BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return Built(scenario, edition, parts, openpyxl.load_workbook(BytesIO(package)), stored_cells(package))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(each, id=" ".join(each), marks=() if each in PLAIN else MARKS["slow" if each in SLOW else "full"])
        for each in (*product((*SEVERAL, *SCENARIOS), EDITIONS), (LIVE, "native"), (RISK, "native"))
    ],
)
def built(request: pytest.FixtureRequest) -> Built:
    return _built(*request.param)


# --- formulas -------------------------------------------------------------------------------------------------------

VOLATILE = {"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "OFFSET", "INDIRECT", "CELL", "INFO"}
LONGEST_FORMULA = 510
"""The longest chooses a metric by its label, behind a function; then comes the payback of an option."""
ALLOWED_CONSTANTS = {
    *("0", "1", "0.5", "2", "10", "12", "1000", "3600", "1000000"),
    *("0.999999999999", "1E-12", "1E-09", "1E-06"),
    *(f"{-internal_rate.LOWEST}", f"{FIRST_YEAR}", f"{LAST_YEAR}"),
}
"""No assumption is written into a formula.

Conversions of units, halves and squares, tolerances, and the ends of ranges: of an internal rate, and of years.
"""
DEFAULTS = {f"{each.default:g}" for each in INPUTS.values() if isinstance(each.default, (int, float))}
"""What an emptied input of one of several scenarios stands for; the sheet Inputs has them in cells."""
WEIGHTS = {str(number) for number in range(1, 17)}
"""By which shapes and places count in the sums that tell whether ranges and correlations were edited."""
CONSTANTS_OF_SHAPES = {f"{distributions.PERT_WEIGHT}", f"{beta.SUM:g}", f"{distributions.SPREAD}"}
"""What makes a PERT and a normal distribution one, on the sheet that draws from them."""
CONSTANTS_OF_WORDS = {"0.05", "0.95", "1.05", "24", "730", "1E+15", "100", "10000"}
"""In a sentence: where a number reads as 0.0 or as 1.0, a month in days, a rate in hundredths of a per cent."""


def _bare(formula: str) -> str:
    """A formula without its texts, quoted sheets and cell addresses."""
    return re.sub(r"\"[^\"]*\"|'[^']*'|(?<![\w.])\$?[A-Z]{1,3}\$?\d+(?![\w(])", "", formula)


def test_every_formula_cell_shows_a_value_that_every_program_keeps(built: Built) -> None:
    """No blank, no error, no boolean: LibreOffice without the functions would show #NAME? in their place."""
    for title, address, formula in built.formulas:
        value = built.cells[title][address].value
        place = f"{title}!{address} {formula}"
        assert value is not None and not isinstance(value, bool), place
        assert not (isinstance(value, str) and value.startswith("#")), place
        assert value != "" or '""' in formula, place  # left empty on purpose


def test_formulas_are_short_and_not_volatile_and_hold_no_assumption(built: Built) -> None:
    for title, address, formula in built.formulas:
        place = f"{title}!{address} {formula}"
        bare = _bare(formula)
        assert not VOLATILE & set(re.findall(r"([A-Z][A-Z0-9.]*)\(", bare)), place
        assert len(without_wait(formula)) <= LONGEST_FORMULA, place
        if title == "Functions" or "INDEX(FT_" in formula:
            continue  # examples show their own numbers; a table's row and column are positions
        constants = set(re.findall(r"(?<![A-Za-z_.\d])\d+(?:\.\d+)?(?:E[-+]?\d+)?", bare))
        allowed = ALLOWED_CONSTANTS | (CONSTANTS_OF_WORDS if "FIXED(" in formula else set())
        allowed |= CONSTANTS_OF_SHAPES if title == "What-if trials" else set()
        allowed |= WEIGHTS if title == "Risk" and ("COUNTIF(" in formula or "*LEN(" in formula) else set()
        allowed |= DEFAULTS if title == "Scenario workings" and '=""' in formula else set()
        assert constants <= allowed, f"{place}: {constants - allowed}"


def test_formulas_need_nothing_newer_than_excel_2010_and_in_the_wired_edition_the_functions(built: Built) -> None:
    known = {"wired": FORMULAE | set(functions()), "native": FORMULAE, "values": set()}[built.edition]
    used = set()
    for title, address, formula in built.formulas:
        for function in re.findall(r"([A-Za-z_][A-Za-z0-9_.]*)\(", _bare(formula)):
            counted = (title, function) == ("Checks", "_xlfn.ISFORMULA")  # IFERROR takes its place before 2013
            assert function in known or counted, f"{title}!{address}: {function}"
            used.add(function)
    assert bool(used) == any(True for _ in built.formulas) == (built.edition != "values")


def relative(formula: str, address: str) -> str:
    """A formula with its relative references as offsets: equal where it was copied."""
    row, column = coordinate_to_tuple(address)

    def offset(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, number = match.groups()
        c, r = range_boundaries(f"{letters}{number}")[:2]
        across = f"C{letters}" if fixed_column else f"C[{c - column}]"
        down = f"R{number}" if fixed_row else f"R[{r - row}]"
        return down + across

    return re.sub(r"(?<![A-Za-z_'])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\d(])", offset, formula)


def _lines(built: Built, title: str, down: bool) -> dict[int, dict[int, str]]:
    """Row → column → formula as it was copied; columns and rows exchanged for a sheet that runs down."""
    found: dict[int, dict[int, str]] = {}
    sums = set(itemgetter("Total", "Present value")(columns_of(built.cells[title]))) if title == "By year" else set()
    for address, cell in built.cells[title].items():
        if address.rstrip("0123456789") in sums:
            continue  # what ends a line of years
        if cell.formula is not None and not re.fullmatch(r"[a-z_]\w*", cell.formula):  # a name alone is a link
            row, column = coordinate_to_tuple(address)
            line, at = (column, row) if down else (row, column)
            found.setdefault(line, {})[at] = relative(cell.formula, address)
    return found


FLOWS = ("Cash flow", "Option flows", "Scenario flows", "What-if flows")


def test_a_line_of_formulas_is_one_formula_copied(built: Built) -> None:
    """A dozen or more formulas side by side are one: the months of the cash flow and of the options.

    Tables with a measure in each column are narrower, and so are the grids, which have a test of their own.
    """
    runs = 0
    for title in built.book.sheetnames:
        down = title in FLOWS and built.book[title]["E4"].value != 0
        for line, cells in _lines(built, title, down).items():
            for run in _runs(sorted(cells)):
                if len(run) >= 12:
                    distinct = {cells[at] for at in run}
                    place = get_column_letter(line) if down else line
                    assert len(distinct) == 1, f"{title}, line {place}: {sorted(distinct)[:2]}"
                    runs += 1
    assert runs >= 30 or built.edition == "values"


def _runs(positions: list[int]) -> Iterator[list[int]]:
    """Neighbouring positions, run by run."""
    run: list[int] = []
    for at in positions:
        if run and at != run[-1] + 1:
            yield run
            run = []
        run.append(at)
    yield run


def test_the_rows_of_a_grid_are_one_formula_too(built: Built) -> None:
    """Below each other as side by side: all cells under a colour scale."""
    sheet = built.book["Sensitivity"]
    scales = [area for area in sheet.conditional_formatting if any(rule.colorScale for rule in area.rules)]
    assert len(scales) == 2
    for area in scales:
        cells = [cell for each in area.cells.ranges for row in _rows(sheet, each) for cell in row]
        found = {relative(cell.value, cell.coordinate) for cell in cells if cell.data_type == "f"}
        live = built.edition == "wired" or built.scenario == LIVE
        assert len(found) == live  # else values as generated


def test_every_name_that_a_rule_or_a_formula_uses_exists(built: Built) -> None:
    names = set(built.book.defined_names)
    for sheet in built.book:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" and not rule.formula1.startswith('"'):
                assert rule.formula1 in names, f"{sheet.title}: {rule.formula1}"
    for title, address, formula in built.formulas:
        for word in re.findall(r"(?<![A-Za-z_!'$.])[a-z][a-z0-9_]{2,}\b(?!\()", _bare(formula)):
            assert word in names, f"{title}!{address}: {word}"


# --- looks ----------------------------------------------------------------------------------------------------------

ENOUGH = 4.5
LONGEST_TITLE = 60
"""Characters of a chart's title in one line: 12 pt bold on 18 cm."""
OKABE_AND_ITO = {"000000", "E69F00", "56B4E9", "009E73", "F0E442", "0072B2", "D55E00", "CC79A7"}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, paper: str) -> float:
    """The ratio of WCAG 2.

    >>> round(contrast("FFFFFF", "000000"), 1)
    21.0
    """
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _colour(found: Any, otherwise: str) -> str:
    if found is None or (found.type == "indexed" and found.indexed in (64, 65)) or found.type == "theme":
        return otherwise
    assert found.type == "rgb", found
    return found.rgb[-6:]


def _ink(cell: Any) -> str:
    return _colour(cell.font.color, "000000")


def _paper(cell: Any) -> str:
    return _colour(cell.fill.fgColor, styles.PAPER) if cell.fill.fill_type == "solid" else styles.PAPER


def test_every_text_has_enough_contrast(built: Built) -> None:
    looks: dict[tuple[str, str], str] = {}
    for sheet in built.book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value not in (None, ""):
                    looks.setdefault((_ink(cell), _paper(cell)), f"{sheet.title}!{cell.coordinate} ({cell.style})")
    assert len(looks) >= 6
    for (ink, paper), place in looks.items():
        assert contrast(ink, paper) >= ENOUGH, f"{place}: {ink} on {paper}"


def test_a_number_within_a_bar_can_be_read() -> None:
    assert all(contrast(ink, paper) >= ENOUGH for paper, ink in INK_ON.items())


def test_a_conditional_format_keeps_enough_contrast_and_never_speaks_by_colour_alone(built: Built) -> None:
    """A colour goes with a word in a cell that the rule asks for, with italics, or with the number shown."""
    for sheet in built.book:
        for area in sheet.conditional_formatting:
            cells = [cell for each in area.cells.ranges for row in _rows(sheet, each) for cell in row]
            for rule in area.rules:
                place = f"{sheet.title}!{area.sqref} {rule.formula}"
                if rule.colorScale:
                    papers = [_colour(colour, styles.PAPER) for colour in rule.colorScale.color]
                    assert all(contrast(_ink(cell), paper) >= ENOUGH for cell in cells for paper in papers), place
                    assert all(";;;" not in cell.number_format for cell in cells), place
                    continue
                if rule.dxf.numFmt and not (rule.dxf.font or rule.dxf.fill):
                    assert not misleads(rule.dxf.numFmt.formatCode, 1_234.5), place  # the number itself, in its unit
                    continue
                font, fill = rule.dxf.font, rule.dxf.fill
                paper = _colour(fill.bgColor, styles.PAPER) if fill else None
                ink = _colour(font.color, "") if font else ""
                for cell in cells:
                    assert contrast(ink or _ink(cell), paper or _paper(cell)) >= ENOUGH, f"{place} {cell.coordinate}"
                says = re.search(r'"(OK|FAIL|Yes|No|fill in|Never)"', "".join(rule.formula)) or _sentence_says(
                    built, rule.formula
                )
                assert says or (font and (font.italic or font.b)), place


SAID = {"N(out_npv)>=0.5": ("returns", "gains"), "N(out_npv)<=-0.5": ("loses",)}
"""The words of the verdict that go with the colours of its cell."""


def _sentence_says(built: Built, formula: list[str]) -> bool:
    """Whether the rule is one of the verdict's, and the verdict has its word where it holds."""
    words = SAID.get(formula[0])
    if words is None:
        return False
    npv, verdict = (_shown(built, name) for name in ("out_npv", "answer"))
    holds = npv >= 0.5 if ">" in formula[0] else npv <= -0.5
    return not holds or any(word in verdict for word in words)


def _shown(built: Built, name: str) -> Any:
    """What a named cell holds."""
    (title, address), *_ = built.book.defined_names[name].destinations
    return built.cells[title][address.replace("$", "")].value


def _rows(sheet: Any, area: Any) -> Any:
    return sheet.iter_rows(area.min_row, area.max_row, area.min_col, area.max_col)


def _said(element: Any, path: str) -> list[Any]:
    return element.xpath(path, namespaces=NAMESPACES)


def test_charts_hold_their_values_and_say_what_they_show(built: Built) -> None:
    charts = built.charts()
    assert len(charts) >= (1 if built.scenario == "nothing" else 3)  # nothing moves where there is nothing
    for chart in charts:
        for kind in ("num", "str"):
            assert len(_said(chart, f"//c:{kind}Ref")) == len(_said(chart, f"//c:{kind}Ref/c:{kind}Cache/c:ptCount"))
        axes = _said(chart, "//c:plotArea/*[c:crossAx]")
        assert len(axes) >= 2
        for axis in axes:
            assert _said(axis, "c:delete/@val") == ["0"]
            assert _said(axis, "c:title//a:t/text()") or axis.tag.endswith("}catAx"), "an axis of numbers has a title"
        lies = _said(chart, "//c:barDir/@val") == ["bar"]
        first, *others = _said(chart, "//c:plotArea/*[c:crossAx]/c:axPos/@val")  # Aspose draws where it is told to
        assert (first, *others) == (("l", "b") if lies else ("b", "l")), "where the axes stand"
        series = _said(chart, "//c:ser")
        assert 1 <= len(series) <= 4
        colours = set(_said(chart, "//c:ser/c:spPr//a:srgbClr/@val | //c:ser/c:marker//a:srgbClr/@val"))
        assert colours and colours <= OKABE_AND_ITO, colours
        assert set(_said(chart, "//c:invertIfNegative/@val")) <= {"0"}
        assert _said(chart, "/c:chartSpace/c:roundedCorners/@val") == ["0"]
        (title,) = _said(chart, "/c:chartSpace/c:chart/c:title//a:t/text()")
        assert 10 <= len(title) <= LONGEST_TITLE, title
        assert not _said(chart, "//c:title//c:strRef"), "a title of a cell is empty where its format shows nothing"
        (ink,) = set(_said(chart, "//c:title//a:srgbClr/@val"))
        assert contrast(ink, styles.PAPER) >= ENOUGH
    drawings = [etree.fromstring(part) for name, part in built.parts.items() if name.startswith("xl/drawings/drawing")]
    texts = [text for drawing in drawings for text in _said(drawing, "//xdr:graphicFrame//xdr:cNvPr/@descr")]
    assert len(texts) == len(charts) and all(len(text) > 40 for text in texts)


EMU_OF_A_PIXEL = 9525


def test_no_chart_is_cut_where_the_printed_columns_end(built: Built) -> None:
    charts = [(sheet, chart) for sheet in built.book for chart in sheet._charts]
    assert len(charts) == len(built.charts())
    for sheet, chart in charts:
        first = chart.anchor._from.col + 1
        _, _, last, _ = range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))
        widths = [sheet.column_dimensions[get_column_letter(number)].width for number in range(first, last + 1)]
        pixels = sum(round(width * 7) for width in widths)
        assert chart.anchor.ext.width <= (pixels + 1) * EMU_OF_A_PIXEL, sheet.title


# --- sheets ---------------------------------------------------------------------------------------------------------


def test_no_cell_is_merged_no_sheet_hidden_and_nothing_leads_outside(built: Built) -> None:
    for sheet in built.book:
        assert sheet.sheet_state == "visible" and not sheet.merged_cells.ranges
        assert not any(each.hidden for each in sheet.row_dimensions.values()), sheet.title
        assert not any(each.hidden for each in sheet.column_dimensions.values()), sheet.title
    for name, part in built.parts.items():
        assert not re.search(r"vbaProject|externalLink|calcChain|connections|customXml", name), name
        assert not name.endswith(".rels") or b"External" not in part, name


def test_excel_keeps_the_values_on_opening(built: Built) -> None:
    workbook = built.parts["xl/workbook.xml"].decode()
    assert '<calcPr calcId="191029"/>' in workbook and "fullCalcOnLoad" not in workbook
    assert "microsoft.com:LET_WF" in workbook
    assert b"<Application>Microsoft Excel</Application>" in built.parts["docProps/app.xml"]


def test_every_sheet_prints(built: Built) -> None:
    for sheet in built.book:
        place = sheet.title
        orientation = "portrait" if sheet.title == "Summary" else "landscape"  # all of it on one page
        assert sheet.print_area and sheet.page_setup.orientation == orientation, place
        if sheet.title in (
            *FLOWS,
            "Breakdown",
            "Sensitivity",
            "Options",
            "Scenarios",
        ):  # pages end where a year or a group does, which Excel does not heed where it fits
            assert not sheet.sheet_properties.pageSetUpPr.fitToPage and 67 <= sheet.page_setup.scale <= 100, place
        else:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToWidth >= 1, place
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4, place
        assert sheet.print_title_rows or sheet.page_setup.fitToHeight == 1, f"{place}: no row is repeated on each page"
        footer = sheet.oddFooter
        assert (footer.left.text, footer.center.text) == ("&F", "&A"), place
        assert footer.right.text == "Page &P of &N   &D", place


def test_every_sheet_opens_at_its_first_cell_with_its_head_frozen(built: Built) -> None:
    words, formula = {
        "wired": ("All checks OK. Calculated by ordinary formulas", 'check_state&". "&calculated_by'),
        "native": ("All checks OK", "check_state"),
        "values": ("All checks OK", None),
    }[built.edition]
    assert built.book.active.title == built.book.sheetnames[0] == "Summary"
    for sheet in built.book:
        assert sheet.freeze_panes, f"{sheet.title}: set its freeze_panes below its titles"
        row, _ = coordinate_to_tuple(sheet.freeze_panes)
        assert 4 <= row <= 8, sheet.title
        assert sheet.sheet_view.selection[-1].activeCell == "A1", sheet.title
        assert bool(sheet.sheet_view.tabSelected) == (sheet.title == "Summary"), sheet.title
        assert not sheet.sheet_view.showGridLines, sheet.title
        state = built.cells[sheet.title]["A3"]
        assert (state.value, state.formula) == (words, formula), sheet.title


def test_calculated_cells_are_locked_without_a_password(built: Built) -> None:
    for sheet in built.book:
        assert sheet.protection.sheet and sheet.protection.password is None, sheet.title
        assert not sheet.protection.formatColumns and not sheet.protection.formatRows, sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or cell.protection.locked, f"{sheet.title}!{cell.coordinate}"


def test_every_open_cell_of_an_input_has_a_rule_with_prompt_and_error(built: Built) -> None:
    """Sources and notes are free text; an axis or a metric that can be chosen is an input too."""
    opened = 0
    for sheet in built.book:
        ruled = set()
        for rule in sheet.data_validations.dataValidation:
            place = f"{sheet.title}!{rule.sqref}"
            assert rule.showErrorMessage and rule.showInputMessage, place
            assert rule.prompt and rule.promptTitle and rule.error and rule.errorTitle, place
            assert rule.errorStyle in (None, "stop"), place
            for area in rule.sqref.ranges:
                ruled |= {(row, column) for row, column in area.cells}
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked and cell.style != "Annotation":
                    assert (cell.row, cell.column) in ruled, f"{sheet.title}!{cell.coordinate} ({cell.style})"
                    opened += 1
    assert opened == 0 if built.edition == "values" else opened > 100


def test_texts_are_no_numbers_and_no_cell_is_an_error(built: Built) -> None:
    for title, cells in built.cells.items():
        for address, cell in cells.items():
            assert not isinstance(cell.value, bool), f"{title}!{address}"
            assert not str(cell.value).startswith("#"), f"{title}!{address}"
            if title != "Functions" and isinstance(cell.value, str):
                assert not re.fullmatch(r"-?\d+(\.\d+)?", cell.value), f"{title}!{address}: {cell.value!r} as text"


@pytest.mark.slow
@pytest.mark.parametrize("edition", some(EDITIONS, ["wired"], slow=[]))
def test_two_builds_are_equal_byte_for_byte(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = (build_workbook(SCENARIOS["reference"], edition=edition) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("style", styles.PAIRS)
def test_every_style_has_enough_contrast(style: str) -> None:
    assert contrast(*styles.PAIRS[style]) >= ENOUGH


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_no_number_format_loses_the_sign_of_a_number(tmp_path: Path) -> None:
    """LibreOffice drops it in a conditional section that is not the first: it prints every format of our cells."""
    books = [_built("support-classifier", "wired").book, _built(LIVE, "native").book]
    used = {cell.number_format for book in books for sheet in book for row in sheet.iter_rows() for cell in row}
    formats = sorted(
        each for each in used if ("0" in each or "General" in each) and "yy" not in each and each != styles.LONG_PAYBACK
    )
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.column_dimensions["A"].width = 30
    numbers = [(each, number) for each in formats for number in (-5.25, -25_000.25)]
    for row, (each, number) in enumerate(numbers, start=1):
        sheet.cell(row, 1, number).number_format = each
    book.save(tmp_path / "signs.xlsx")
    printed = pypdf.PdfReader(libreoffice.to_pdf(tmp_path / "signs.xlsx", tmp_path / "out"))
    shown = [line for page in printed.pages for line in page.extract_text().splitlines() if re.search(r"\d", line)]
    assert len(formats) >= 12 and len(shown) == len(numbers), (formats, shown)
    lost = [each for each, line in zip(numbers, shown, strict=True) if not line.strip().startswith(("-", "("))]
    assert not lost
