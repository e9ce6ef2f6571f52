"""The workbook being built: cells with cached values, names, the sheets' frame.

Four editions come from the same sheets. In the native edition a figure is an ordinary formula; in the wired edition
the call of an FT_ function, with the ordinary formula for where the functions are missing; in the lambda edition the
same where the file itself carries the function, else the ordinary formula alone; in the values edition a number.
`Book.live` puts the two together, and `Book.put` writes what the edition allows; a sheet says both formulas once and
knows no edition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine._version import __version__
from roi_engine.appraisal import appraise
from roi_engine.errors import FtRoiError
from roi_engine.scenario import Scenario
from roi_engine.worksheet.call import call
from templates.building import styles
from templates.building.formula import Formula, cached, formula_of, function
from templates.building.function_calls import functions_called
from templates.xlsx.column_letters import column_number
from templates.xlsx.escapes import escaped

TITLE_PLACE, SUBTITLE_PLACE, CHECKS_PLACE = "A1", "A2", "A3"
"""The frame on every sheet: title, subtitle, and the state of the checks."""
BELOW_FRAME = "A4"
"""The first cell of a sheet's own."""

LONGEST_LIVE_HORIZON = 300
"""Months up to which data tables calculate tornado and grids: over 600, LibreOffice's give up."""

FILL_IN = "fill in"
"""What every figure, sentence and check reads while an input is missing."""
AS_GENERATED = "as generated"
"""What a workbook says of itself while its inputs are those that it was made from."""
FIGURES_ARE_AS_GENERATED = Formula("figures_as_generated", AS_GENERATED) == AS_GENERATED
"""Whether the inputs still give what the workbook was made with, as its sheet Checks says."""
NOT_HERE = "–"
"""What a workbook to be filled in shows where a report holds a figure as generated."""

Edition = Literal["wired", "native", "lambda", "values"]
"""What calculated cells hold: FT_ functions with ordinary formulas behind them, ordinary formulas alone, functions that
the file carries as LAMBDA names with these behind them, or values alone.
"""

_SIZES = ("benefits", "costs")
"""The lines of the years that tell how large a plan is."""

FT_FUNCTIONS = Formula("ft_functions", 0)
"""The cell of the wired and of the lambda edition that is 1 where the FT_ functions answer; it is stored as 0."""
FUNCTIONS_ARE_MISSING = Formula(f'ISERROR(FT_VERSION("{".".join(__version__.split(".")[:2])}"))', False)
"""Whether the functions do not answer, or are older than this workbook."""
LAMBDA_IS_MISSING = Formula("ISERROR(FT_NPV(,1,1,1,1,1,1,1,1,1,1))", False)
"""Whether the functions that a workbook carries do not answer.

A plan of ones goes through all of the names of the model, and needs the youngest function that they call.
"""
NOT_COMPARED = "–"
"""What stands in the place of a comparison with what only they give."""
NEEDS_FUNCTIONS = "needs the FT functions"
"""What a cell says that only they can fill."""
NEEDS_LAMBDA = "needs Excel 365 or 2024"
"""What it says in the lambda edition, where a program knows no LAMBDA."""
FITTED = Alignment(horizontal="right", vertical="center", shrink_to_fit=True)
"""Of cells in which a number or these words stand."""


class Book:
    """An openpyxl workbook, every formula's cached value, and the names of Excel.

    A sheet hands its cells to those that need them; ``names`` is no way around that.

    missing : the cell that counts the inputs that are missing; once it is known, what is put waits for them.
    alike : of each sheet the columns that are as wide as each other, by their first and last numbers.
    once_fitted : what waits for the widths of the columns, which `lay_out` settles.
    trials : how many a data table draws; 0 for none.
    risk : whether there is a sheet Risk; where something is left to chance when left out.
    carried : the functions that cells of the lambda edition may call, which the file itself carries.
    own_months : the last month of the sheets with months, where it is another than that of the workbook.
    to_fill_in : whether the figures of the scenario are an example, and the cells of the reference inputs are empty.
    """

    def __init__(
        self,
        scenario: Scenario,
        edition: Edition = "wired",
        others: Sequence[Scenario] = (),
        live_grids: bool = False,
        to_fill_in: bool = False,
        trials: int = 0,
        risk: bool | None = None,
        carried: Collection[str] = (),
    ) -> None:
        self.scenario = scenario
        self.to_fill_in = to_fill_in
        self._risk = risk
        self.missing: Formula | None = None
        self.scenarios = (scenario, *others)
        self.edition = edition
        self.carried = frozenset(carried)
        self.longest_horizon = max(each.months_to_amortize for each in self.scenarios)
        self.data_tables = live_grids and edition == "native" and self.longest_horizon <= LONGEST_LIVE_HORIZON
        self.own_months: int | None = None
        self.trials = trials if edition == "native" and self.longest_horizon <= LONGEST_LIVE_HORIZON else 0
        self.appraisal = appraise(scenario)
        self.workbook = Workbook()
        first: Any = self.workbook.active
        self.workbook.remove(first)
        styles.add_styles(self.workbook)
        self.values: dict[str, dict[str, Any]] = {}
        self.formulas: dict[str, dict[str, Any]] = {}
        self.numbers: dict[str, dict[str, float]] = {}
        self._frozen = edition == "values"
        self.names: dict[str, Formula] = {}
        self._looks: dict[tuple[str, str | None, bool], Any] = {}
        self._alignments: dict[int, tuple[Alignment, int]] = {}
        self._shrinking: dict[int, int] = {}
        self._prefix = ""
        self.chart_descriptions: dict[str, list[str]] = {}
        self.alike: dict[str, list[tuple[int, int]]] = {}
        self.once_fitted: list[Callable[[], None]] = []
        self._money = styles.money_formats(self.scenario.currency, self._largest_amount())

    def sheet(self, title: str, widths: Iterable[float], heading: str, subtitle: str) -> Worksheet:
        """A new sheet with its frame; the checks' state comes at the end.

        title : on its tab.
        widths : of its columns from the first, in characters.
        heading, subtitle : the two lines of the frame.
        """
        sheet: Worksheet = self.workbook.create_sheet(title)
        self.values[title] = {}
        self.formulas[title] = {}
        self.numbers[title] = {}
        self.chart_descriptions[title] = []
        for index, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        self.put(sheet, TITLE_PLACE, heading, "Title")
        self.put(sheet, SUBTITLE_PLACE, subtitle, "Explanatory Text")
        sheet.row_dimensions[1].height = 24
        sheet.sheet_view.showGridLines = False
        return sheet

    def put(
        self,
        sheet: Worksheet,
        address: str,
        content: Any,
        style: str = "Calculation",
        number_format: str | None = None,
        name: str | None = None,
        meanwhile: Any = FILL_IN,
    ) -> Formula:
        """Writes a value or a formula; returns the cell, by its name if it gets one.

        address : such as B7.
        content : a value, or a `Formula` with its value.
        style : the name of the cell's look.
        number_format : in place of the style's own.
        name : a workbook-wide name for the cell.
        meanwhile : what a formula's cell shows while inputs are missing; None where it does not wait for them.

        Where formulas are not allowed (the values edition, `as_values`) the formula's value is written. What is
        returned has the value that the inputs give, those of an example too.
        """
        cell = cell_at(sheet, address)
        value = shown = content
        if isinstance(content, Formula):
            value, shown = cached(content.value), self._shown(content, meanwhile)
            self.values[sheet.title][address] = shown
        if isinstance(content, Formula) and not self._frozen:
            text = f"={self._waiting(content, meanwhile)}"
            cell.value = ArrayFormula(address, text) if self._calls_a_name(text) else text
            self.formulas[sheet.title][address] = shown
        else:
            cell.value = escaped(shown) if isinstance(shown, str) else shown
            if isinstance(shown, str):
                cell.data_type = "s"  # a text that begins with = stays a text
            elif isinstance(shown, float):
                self.numbers[sheet.title][address] = shown
        self._dress(cell, style, number_format)
        if name:
            return self.define(name, sheet, address, value)
        return Formula(address, value)

    def shown(self, sheet: Worksheet, area: str) -> list[Any]:
        """What the cells of a range show at first, row by row."""
        known, cells = self.values[sheet.title], sheet[area]
        rows = cells if isinstance(cells, tuple) else ((cells,),)
        return [known.get(cell.coordinate, cell.value) for row in rows for cell in row]

    def _calls_a_name(self, text: str) -> bool:
        """Whether a formula calls a LAMBDA name.

        Such a cell is stored as a dynamic array: stored plainly, Excel would show an @ before the call.
        """
        return self.edition == "lambda" and any(functions_called(text))

    def _waiting(self, content: Formula, meanwhile: Any) -> str:
        """The text of a formula that waits for the inputs."""
        if self.missing is None or meanwhile is None:
            return content.text
        return f"IF({self.missing.text}>0,{formula_of(meanwhile).text},{content.text})"

    def _shown(self, content: Formula, meanwhile: Any) -> Any:
        """What the cell of a formula shows at first."""
        if not self.to_fill_in or self.missing is None or meanwhile is None:
            return cached(content.value)
        return NOT_HERE if self._frozen else formula_of(meanwhile).value

    def _largest_amount(self) -> float:
        """The largest amount of a year, by which money is shown with cents or without."""
        tables = (appraise(each).by_year for each in self.scenarios)
        amounts: Iterable[float] = (amount for each in tables for name in _SIZES for amount in each.lines[name])
        return max(map(abs, amounts))

    def _dress(self, cell: Any, style: str, number_format: str | None) -> None:
        """Gives a cell its style and number format.

        They are looked up once for all cells that have the same.
        """
        number_format = self._money.get(number_format or "", number_format)
        look = (style, number_format, self._frozen and style == "Input")
        if look in self._looks:
            cell._style = StyleArray(self._looks[look])
            return
        cell.style = style
        if look[2]:
            cell.protection = Protection(locked=True)
        if number_format:
            cell.number_format = number_format
        self._looks[look] = copy(cell._style)

    def align(self, cell: Any, alignment: Alignment) -> None:
        """Aligns a cell.

        An alignment is looked up once.
        """
        if id(alignment) not in self._alignments:
            cell.alignment = alignment
            self._alignments[id(alignment)] = (alignment, cell._style.alignmentId)
        cell._style.alignmentId = self._alignments[id(alignment)][1]

    def let_shrink(self, cell: Any) -> None:
        """Lets what does not fit into a cell be shown smaller, in place of ###."""
        own = cell._style.alignmentId
        if own not in self._shrinking:
            alignment = copy(cell.alignment)
            alignment.shrink_to_fit = True
            cell.alignment = alignment
            self._shrinking[own] = cell._style.alignmentId
        cell._style.alignmentId = self._shrinking[own]

    def define(self, name: str, sheet: Worksheet, address: str, value: Any = None) -> Formula:
        """A workbook-wide name for a cell or a range; returns the name as a formula.

        name : without the prefix of a branch, which is put before it.
        address : such as B7 or B7:B19.
        value : what the cell shows, or a list of it for a range.
        """
        full = self._prefix + name
        self.workbook.defined_names[full] = DefinedName(
            full, attr_text=f"{quote_sheetname(sheet.title)}!{absolute(address)}"
        )
        self.names[name] = named = Formula(full, value)
        return named

    def branch(self, prefix: str, longest_horizon: int | None = None) -> Book:
        """The same workbook, with names that begin with ``prefix``: for the model again.

        prefix : what the names begin with.
        longest_horizon : in months, where it is another.
        """
        other = copy(self)
        other.names, other._prefix = {}, prefix
        other.longest_horizon = longest_horizon or self.longest_horizon
        return other

    def data_table(
        self,
        sheet: Worksheet,
        area: str,
        values: Sequence[Sequence[Any]],
        *,
        column_input: str,
        row_input: str | None = None,
    ) -> None:
        """A what-if data table: what its corner shows at each of the moves.

        values : what the cells show.
        column_input : the cell that takes the moves of the first column.
        row_input : the one that takes those of the first row, in a table of two inputs; both stand on the same sheet.
        """
        cells = [cell for row in sheet[area] for cell in row]
        for cell, value in zip(cells, (value for row in values for value in row), strict=True):
            self.put(sheet, cell.coordinate, value, "Calculation", styles.ANY_SIZE)
        first: Any = cells[0]
        self.formulas[sheet.title][first.coordinate] = first.value
        self.numbers[sheet.title].pop(first.coordinate, None)
        inputs: dict[str, Any] = {"r1": column_input} if row_input is None else {"r1": row_input, "r2": column_input}
        first.value = DataTableFormula(area, dt2D=len(inputs) == 2, dtr=len(inputs) == 2, **inputs)

    def ft(self, function: str, *arguments: Any) -> Formula:
        """A call of a worksheet function, with the engine's result (or error) as value."""
        return called(function, *arguments)

    def live(self, wired: Callable[[], Formula], native: Callable[[], Formula]) -> Formula:
        """A figure by its FT_ function, and by an ordinary formula where they are missing.

        wired : gives the call of the function.
        native : gives the ordinary formula, which stands alone in the native edition.
        """
        if self.edition == "native":
            return native()
        called = wired()
        if self.edition == "values":
            return called
        is_there = all(map(self.has_function, functions_called(called.text)))
        return _where_functions_answer(called, native()) if is_there else native()

    def by_function_alone(self, wired: Formula, without: Any = None) -> Formula:
        """What no ordinary formula of this workbook gives.

        wired : the call of the function.
        without : what the cell says where the functions are missing; that it needs them when left out.
        """
        otherwise = self.needs_functions if without is None else without
        return _where_functions_answer(wired, formula_of(otherwise)) if self.calls_functions else wired

    def has_function(self, name: str) -> bool:
        """Whether the cells of this edition may call a function."""
        return self.edition != "lambda" or name in self.carried

    @property
    def calls_functions(self) -> bool:
        """Whether cells call functions, with ordinary formulas behind them."""
        return self.edition in ("wired", "lambda")

    @property
    def needs_functions(self) -> str:
        """What a cell says that only the functions can fill."""
        return NEEDS_LAMBDA if self.edition == "lambda" else NEEDS_FUNCTIONS

    def as_generated(self, *functions: str) -> bool:
        """Whether what only these functions give is a value as generated.

        Among formulas that follow the inputs: a copy of values says nothing of it.
        """
        return self.edition == "native" or not all(map(self.has_function, functions))

    @contextmanager
    def as_values(self, frozen: bool = True) -> Iterator[None]:
        """What is put within the block is written as values, whatever the edition."""
        before, self._frozen = self._frozen, self._frozen or frozen
        yield
        self._frozen = before

    @contextmanager
    def waiting_for(self, missing: Formula | None) -> Iterator[None]:
        """What is put within the block waits for these inputs, in place of those in use.

        missing : the cell that counts those of them that are missing; None where it waits for none.
        """
        before, self.missing = self.missing, missing
        yield
        self.missing = before

    @property
    def several(self) -> bool:
        """Whether the workbook holds several scenarios, of which one is in use."""
        return len(self.scenarios) > 1

    @property
    def grids_as_generated(self) -> bool:
        """Whether the tornado and the grids hold values that do not follow the inputs."""
        return self.as_generated("FT_WHATIF") and not self.data_tables

    @property
    def lacks_sensitivity(self) -> bool:
        """Whether there is no sheet Sensitivity.

        It would hold the example's figures for ever.
        """
        return self.to_fill_in and self.grids_as_generated

    def leave_out(self, sheet: Worksheet) -> None:
        """Takes a sheet out of the workbook, with the names of its cells."""
        self.workbook.remove(sheet)
        for kept in (self.values, self.formulas, self.numbers, self.chart_descriptions):
            del kept[sheet.title]
        own = [name for name, each in self.workbook.defined_names.items() if _sheet_of(each) == sheet.title]
        for name in own:
            del self.workbook.defined_names[name]

    @property
    def has_risk(self) -> bool:
        """Whether there is a sheet Risk: where something is left to chance.

        A workbook to be filled in has none.
        """
        if self._risk is not None:
            return self._risk
        return not self.to_fill_in and any(
            each.ranges or each.correlations or each.success_chance < 1 for each in self.scenarios
        )

    @property
    def not_followed(self) -> str:
        """What does not follow the inputs; in a wired workbook, without the functions."""
        grids_follow = self.data_tables or (self.edition == "lambda" and not self.grids_as_generated)
        parts = ([] if grids_follow else ["tornado", "grids"]) + (["risk figures"] if self.has_risk else [])
        return f"the {', '.join([*parts, 'break-evens'])} and warnings"

    def link(self, sheet: Worksheet, address: str, target_name: str) -> None:
        """Makes a cell a link to a defined name (which follows a renamed sheet)."""
        sheet[address].hyperlink = Hyperlink(ref=address, location=target_name)


def _where_functions_answer(wired: Formula, otherwise: Formula) -> Formula:
    """The value is that of the functions: what the workbook was made with."""
    return function("IF", FT_FUNCTIONS, wired, otherwise, value=wired.value)


def called(function: str, *arguments: Any, known: Any = None) -> Formula:
    """A call of a worksheet function, with the engine's result (or error) as value.

    known : the result, where it was calculated before.
    """
    texts = ["" if each is None else formula_of(each).text for each in arguments]
    value = known
    if value is None:
        values = [each.value if isinstance(each, Formula) else each for each in arguments]
        try:
            value = call(function, *values)
        except FtRoiError as error:
            value = error.with_traceback(None)  # errors are remembered, and would keep this workbook with them
    return Formula(f"{function}({','.join(texts)})", value)


def cell_at(sheet: Worksheet, address: str) -> Any:
    """A cell by its address, such as B7; openpyxl's own way takes each for a range."""
    letters = address.rstrip("0123456789")
    at = int(address[len(letters) :]), column_number(letters)
    cells: dict[tuple[int, int], Any] = sheet._cells
    return cells.get(at) or sheet.cell(*at)


def _sheet_of(name: DefinedName) -> str:
    return str(name.attr_text).rpartition("!")[0].strip("'")


def absolute(address: str) -> str:
    """An address with dollar signs: ``B2:C3`` → ``$B$2:$C$3``."""
    parts = []
    for part in address.replace("$", "").split(":"):
        letters = part.rstrip("0123456789")
        parts.append(f"${letters}${part[len(letters) :]}")
    return ":".join(parts)


def elsewhere(sheet: Worksheet, cell: Formula) -> Formula:
    """A cell's formula as seen from another sheet."""
    return Formula(f"{quote_sheetname(sheet.title)}!{absolute(cell.text)}", cell.value)


def sheets_with_errors(sheets: Iterable[Worksheet]) -> Formula:
    """How many sheets show an error below their frames, as seen from another sheet.

    A sum takes on any error of its cells: every program knows that, while some count no errors over a range.
    """
    counted = "+".join(f"IF(ISERROR(SUM({_own_area(sheet)})),1,0)" for sheet in sheets)
    return Formula(counted, 0, 2)


def _own_area(sheet: Worksheet) -> str:
    corner = sheet.dimensions.split(":")[-1]
    return f"{quote_sheetname(sheet.title)}!{absolute(BELOW_FRAME)}:{absolute(corner)}"


def column_titles(book: Book, sheet: Worksheet, row: int, titles: Iterable[str], first_column: int = 1) -> None:
    """A row of column titles.

    titles : from left to right; one that begins with > stands to the right in its cell.
    first_column : the number of the first one's column, from 1.
    """
    for offset, title in enumerate(titles):
        style = "Column title right" if title.startswith(">") else "Column title"
        book.put(sheet, f"{get_column_letter(first_column + offset)}{row}", title.removeprefix(">"), style)


def group_title(book: Book, sheet: Worksheet, row: int, title: str, last_column: str) -> None:
    """A heading over a group of rows, as a band across the sheet."""
    for index in range(1, column_index_from_string(last_column) + 1):
        book.put(sheet, f"{get_column_letter(index)}{row}", title if index == 1 else None, "Group")


def color_ok_and_fail(sheet: Worksheet, cells: str) -> None:
    """Colours OK, Yes / FAIL, No / fill in cells; the words carry the meaning."""
    first = cells.split(":")[0]
    for words, ink, paper in (
        (("OK", "Yes"), styles.GOOD_INK, styles.GOOD_PAPER),
        (("FAIL", "No"), styles.BAD_INK, styles.BAD_PAPER),
        ((FILL_IN, FILL_IN), styles.QUIET_INK, styles.GROUP_PAPER),
    ):
        look = DifferentialStyle(font=Font(color=ink), fill=PatternFill(bgColor=paper, fill_type="solid"))
        either = (f'{first}="{word}"' for word in dict.fromkeys(words))
        rule = FormulaRule(formula=[f"OR({','.join(either)})"])
        rule.dxf = look
        sheet.conditional_formatting.add(cells, rule)


def color_by_sign(sheet: Worksheet, cells: str, amount: str) -> None:
    """Colours cells whose words carry the meaning: one look above zero, another below.

    An amount that reads as 0 has no colour.

    amount : the text of the formula that is looked at.
    """
    for sign, ink, paper in (
        (">=0.5", styles.GOOD_INK, styles.GOOD_PAPER),
        ("<=-0.5", styles.BAD_INK, styles.BAD_PAPER),
    ):
        look = DifferentialStyle(font=Font(color=ink), fill=PatternFill(bgColor=paper, fill_type="solid"))
        rule = FormulaRule(formula=[f"N({amount}){sign}"])
        rule.dxf = look
        sheet.conditional_formatting.add(cells, rule)


def protect(sheet: Worksheet) -> None:
    """Locks calculated cells, without a password; columns may be resized."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def page(sheet: Worksheet, area: str, title_rows: str | None = None, *, tall: int = 0, portrait: bool = False) -> None:
    """Print set-up: area, one page wide, repeated titles, footer.

    area : what is printed.
    title_rows : those repeated on every page, such as 1:4.
    tall : pages high at most; 0 for as many as it takes.
    portrait : else landscape.
    """
    sheet.print_area = area
    sheet.page_setup.orientation = "portrait" if portrait else "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = tall
    properties: Any = sheet.sheet_properties
    properties.pageSetUpPr.fitToPage = True
    if title_rows:
        sheet.print_title_rows = title_rows
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
    footer: Any = sheet.oddFooter
    footer.left.text, footer.center.text, footer.right.text = "&F", "&A", "Page &P of &N   &D"
    for part in (footer.left, footer.center, footer.right):
        part.size = 8
