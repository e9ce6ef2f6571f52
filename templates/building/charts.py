"""Charts with cached values: cash flow, tornado, bills, waterfall, ranking.

Excel, previews and converters draw a chart from the values cached in it, so every reference carries them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from openpyxl.chart import BarChart, ScatterChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)  # fmt: skip
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series, SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from templates.building.book import Book, absolute
from templates.building.text_width import pixels_of
from templates.xlsx.column_letters import column_number

BLUE, ORANGE, GREEN, VERMILION, PURPLE = "0072B2", "E69F00", "009E73", "D55E00", "CC79A7"
"""Okabe and Ito's colours: told apart with any colour vision."""
TEXT, PAPER, GRID = "404040", "FFFFFF", "E3E3E3"
INK_ON = {BLUE: PAPER, ORANGE: "000000", GREEN: "000000", VERMILION: "000000"}
"""In which ink a number within a bar has a contrast of 4.5 : 1."""
SIZES = ((1e10, '0.0,,,"bn"'), (1e7, '0.0,,"m"'), (1e6, '0.00,,"m"'))
"""From which amount on a chart counts in billions, and in millions: longer numbers hide each other."""

NO_NUMBERS = ";;;"
"""The number format of an axis that shows none."""

CM_OF_A_PIXEL = 2.54 / 96

Cells = tuple[Worksheet, str, Sequence[Any]]
"""A range on a sheet with the values that it shows."""
Line = tuple[Cells, Cells]
"""The points of a line: along the axis, and above it."""


def cumulative_chart(
    months: Cells, flows: Cells, moment: Cells, level: Cells, zero: Line, currency: str, last_month: int
) -> ScatterChart:
    """The cumulative cash flow over the months, with a diamond at the payback.

    months, flows : the points of the curve.
    moment, level : the point of the diamond.
    zero : the ends of a line at zero.
    currency : named on the axis.
    last_month : the last of the months, by which the axis chooses its steps.
    """
    chart = ScatterChart()
    chart.scatterStyle = "lineMarker"
    chart.style = 2
    curve = _xy("Cumulative cash flow", months, flows)
    curve.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=BLUE, w=28575))
    curve.marker = Marker(symbol="none")
    curve.smooth = False
    diamond = _diamonds("Payback", moment, level)
    line = _xy("Zero", *zero)
    line.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="000000", w=6350))
    line.marker = Marker(symbol="none")
    line.smooth = False
    chart.series = [curve, diamond, line]
    _frame(chart, "Cumulative cash flow")
    _axis(chart.x_axis, "Month", "0", every=_step(last_month))
    _axis(chart.y_axis, f"Cumulative cash flow ({currency})", money_look(flows[2]))
    chart.x_axis.scaling.min = 0  # the other end follows the horizon
    chart.x_axis.majorGridlines = None
    _legend_below(chart, without=2)
    return chart


def money_look(*values: Sequence[Any]) -> str:
    """The number format of the amounts of a chart, by their size as generated.

    >>> money_look([-12_000.0, 3.0]), money_look([2.5e7, "n/a"])
    ('#,##0;(#,##0)', '#,##0.0,,"m";(#,##0.0,,"m")')
    """
    largest = max((abs(each) for some in values for each in some if isinstance(each, (int, float))), default=0)
    look = next((look for size, look in SIZES if largest >= size), "0")
    return f"#,##{look};(#,##{look})"


def _step(last_month: int) -> int:
    """The months from one number of the axis to the next.

    A short step, since the axis ends at the first that is beyond the horizon.
    """
    return next((step for longest, step in ((12, 1), (36, 3), (72, 6), (144, 12)) if last_month <= longest), 60)


def ranking_chart(labels: Cells, values: Cells, unit: str) -> BarChart:
    """One bar for each label, the first on top.

    labels, values : a bar's name and length.
    unit : named on the axis.
    """
    look = money_look(values[2])
    chart = _bar_chart("bar", 35, f"{unit} of the answers", unit, look)
    bars = _bars(unit, values, labels, BLUE)
    bars.dLbls = _numbers_at("outEnd", look)
    chart.series.append(bars)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses, chart.y_axis.tickLblPos = "max", "nextTo"  # the numbers stand below the last bar
    chart.legend = None
    return chart


def npv_chart(names: Cells, npvs: Cells, room: Cells, currency: str) -> BarChart:
    """The NPV of every scenario, the first on top, with its number.

    names, npvs : a bar's name and length.
    room : how far the axis reaches: to zero, since it would else begin just below the shortest bar, or so far below it
        that the number of a loss has room beside the names.
    currency : named on the axis.
    """
    look = money_look(npvs[2])
    chart = _bar_chart("bar", 35, "NPV of each scenario", f"NPV ({currency})", look)
    bars = _bars("NPV", npvs, names, BLUE)
    bars.dLbls = _numbers_at("outEnd", look)
    invisible = _bars("Room", room, names, BLUE)
    invisible.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.series = [bars, invisible]
    chart.overlap = 100
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses, chart.y_axis.tickLblPos = "max", "nextTo"  # the numbers stand below the last bar
    chart.legend = None
    return chart


def column_chart(labels: Cells, series: Mapping[str, Cells], title: str, currency: str, *, numbered: bool) -> BarChart:
    """Columns side by side, a colour for each series.

    labels : what stands below the columns.
    series : by their names.
    currency : named on the axis.
    numbered : whether each column carries its number.
    """
    look = money_look(*(cells[2] for cells in series.values()))
    chart = _bar_chart("col", 60, title, currency, look)
    for (name, cells), colour in zip(series.items(), (BLUE, ORANGE, GREEN), strict=False):
        columns = _bars(name, cells, labels, colour)
        columns.dLbls = _numbers_at("outEnd", look) if numbered else None
        chart.series.append(columns)
    _legend_below(chart)
    return chart


def tornado_chart(labels: Cells, at_low: Cells, at_high: Cells, room: Cells, currency: str) -> BarChart:
    """Each input's effect at low and at high, the widest on top.

    labels : the inputs.
    at_low, at_high : the changes of the metric from the base case.
    room : how far the axis reaches at least, so that numbers have room beside the bars; they are not seen.
    currency : named on the axis.
    """
    look = money_look(at_low[2], at_high[2])
    chart = _bar_chart("bar", 35, "What each input changes, alone", f"Change from the base case ({currency})", look)
    chart.overlap = 100
    low, high = _bars("at low", at_low, labels, ORANGE), _bars("at high", at_high, labels, BLUE)
    reach = _bars("Room", room, labels, ORANGE)
    reach.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    low.dLbls, high.dLbls = _numbers_at("outEnd", look, 8), _numbers_at("outEnd", look, 8)
    chart.series = [low, reach, high]  # LibreOffice counts the names that it leaves out from the other end
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.number_format = NO_NUMBERS  # the bars carry theirs, and long ones of the axis run into each other
    chart.y_axis.majorGridlines = None
    _legend_below(chart, without=1)
    return chart


def histogram_chart(starts: Cells, loss: Cells, gain: Cells, currency: str) -> BarChart:
    """How many draws lie in each step.

    Those that lose money have one colour, the others another.

    starts : where each step begins.
    loss, gain : the share of the draws in it, of steps below and above zero; 0 on the other side.
    currency : named on the axis.
    """
    chart = _bar_chart("col", 8, "NPV in the draws", "Share of the draws", "0%")
    for name, cells, colour in (("Loss", loss, VERMILION), ("Gain", gain, BLUE)):
        columns = _bars(name, cells, starts, colour)
        columns.cat = AxDataSource(numRef=_numbers(starts).numRef)
        chart.series.append(columns)
    chart.overlap = 100
    _axis(chart.x_axis, f"NPV ({currency}), from this amount on", money_look(starts[2]))
    upright = _text(9)  # bars are narrower than amounts
    upright.bodyPr = RichTextProperties(rot=-5400000, vert="horz")
    chart.x_axis.txPr = upright
    _legend_below(chart)
    return chart


def share_below_chart(amounts: Cells, below: Cells, zero: Line, currency: str) -> ScatterChart:
    """The share of the draws below each amount, with a line at zero.

    amounts, below : the points of the curve.
    zero : the ends of the line.
    currency : named on the axis.
    """
    chart = ScatterChart()
    chart.scatterStyle = "lineMarker"
    chart.style = 2
    for name, (x, y), colour, width in (("Draws", (amounts, below), BLUE, 28575), ("Zero", zero, "000000", 6350)):
        line = _xy(name, x, y)
        line.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=colour, w=width))
        line.marker = Marker(symbol="none")
        line.smooth = False
        chart.series.append(line)
    _frame(chart, "Share of the draws below an NPV")
    _axis(chart.x_axis, f"NPV ({currency})", money_look(amounts[2]))
    _axis(chart.y_axis, "Share of the draws below", "0%")
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    chart.x_axis.majorGridlines = None
    chart.legend = None
    return chart


def importance_chart(labels: Cells, shares: Cells) -> BarChart:
    """The share of the spread that each input explains alone, the largest on top.

    labels, shares : a bar's name and length.
    """
    chart = _bar_chart("bar", 35, "What explains the spread, alone", "Share of the spread", "0%")
    bars = _bars("Share of the spread", shares, labels, BLUE)
    bars.dLbls = _numbers_at("outEnd", "0%")
    chart.series.append(bars)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses, chart.y_axis.tickLblPos = "max", "nextTo"  # the numbers stand below the last bar
    chart.y_axis.scaling.min = 0
    chart.legend = None
    return chart


def _bar_chart(direction: Literal["bar", "col"], gap: int, title: str, unit: str, look: str) -> BarChart:
    """A chart of bars or columns, without its series.

    gap : between them, in percent of their width.
    look : the number format of the axis.
    """
    chart = BarChart()
    chart.type, chart.grouping = direction, "clustered"
    chart.style = 2
    chart.gapWidth = gap
    _frame(chart, title)
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, unit, look)
    chart.x_axis.majorGridlines = None
    return chart


def _bars(name: str, lengths: Cells, labels: Cells, colour: str) -> Series:
    bars = Series(tx=SeriesLabel(v=name), val=_numbers(lengths))
    bars.cat = AxDataSource(strRef=_texts(labels))
    bars.graphicalProperties = GraphicalProperties(solidFill=colour)
    bars.invertIfNegative = False
    return bars


def bill_chart(
    lines: dict[str, tuple[tuple[str, Any], tuple[Cells, Cells]]],
    marks: tuple[Cells, Cells] | None,
    currency: str,
) -> ScatterChart:
    """Bills against calls: a line an option, and marks.

    lines : by the options' names, colour and dash, then calls and bills.
    marks : calls and bills of the points that are marked.
    currency : named on the axis.
    """
    chart = ScatterChart()
    chart.scatterStyle = "lineMarker"
    chart.style = 2
    for name, ((colour, dash), (calls, bills)) in lines.items():
        line = _xy(name, calls, bills)
        line.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=colour, w=28575, prstDash=dash))
        line.marker = Marker(symbol="none")
        line.smooth = False
        chart.series.append(line)
    if marks:
        chart.series.append(_diamonds("Self-hosting first costs no more", *marks))
    _frame(chart, "Monthly bill by volume")
    _axis(chart.x_axis, "Calls per month", "#,##0")
    _axis(chart.y_axis, f"Bill per month ({currency})", money_look(*(bills[2] for _, (_, bills) in lines.values())))
    chart.x_axis.scaling.min = chart.y_axis.scaling.min = 0
    chart.x_axis.majorGridlines = None
    _legend_below(chart)
    return chart


def waterfall_chart(
    labels: Cells, base: Cells, parts: Mapping[str, Cells], colours: Mapping[str, Sequence[str]], currency: str
) -> BarChart:
    """Steps that float on an invisible base, a colour for each.

    labels : the steps.
    base : how high each floats.
    parts : what of each lies above zero, and what below.
    colours : of the parts, one for each step.
    currency : named on the axis.
    """
    chart = BarChart()
    chart.type, chart.grouping = "col", "stacked"
    chart.style = 2
    chart.overlap, chart.gapWidth = 100, 45
    look = money_look(*(cells[2] for cells in parts.values()))
    for name, cells in {"Base": base, **parts}.items():
        series = Series(tx=SeriesLabel(v=name), val=_numbers(cells))
        series.cat = AxDataSource(strRef=_texts(labels))
        series.invertIfNegative = False
        if name == "Base":
            series.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
        else:
            series.graphicalProperties = GraphicalProperties(solidFill=colours[name][0])
            series.dLbls = _numbers_at("ctr", look)
            series.dLbls.dLbl = [_number_of(index, look, INK_ON[colour]) for index, colour in enumerate(colours[name])]
            for index, colour in enumerate(colours[name]):
                point = DataPoint(idx=index, invertIfNegative=False)
                point.graphicalProperties = GraphicalProperties(solidFill=colour)
                series.dPt.append(point)
        chart.series.append(series)
    _frame(chart, "From savings to net return")
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, f"Over the horizon ({currency})", look)
    chart.x_axis.majorGridlines = None
    chart.legend = None
    return chart


def place_chart(
    book: Book,
    sheet: Worksheet,
    chart: Any,
    anchor: str,
    last_column: str,
    words: str,
    finding: str,
    *,
    widest: float = math.inf,
    height: float = 9.3,
) -> None:
    """Places a chart on a sheet, as wide as the columns that it stands over.

    anchor : the cell of its upper left corner.
    last_column : the letters of the last column that it may reach.
    words, finding : what the chart is, and what it shows: its alt text.
    widest, height : in cm.
    """
    letters = anchor.rstrip("0123456789")
    chart.height = height

    def fit() -> None:
        chart.width = min(widest, width_of(sheet, column_number(letters), column_number(last_column)))

    book.once_fitted.append(fit)
    if book.to_fill_in:
        _empty(book, chart)
    sheet.add_chart(chart, anchor)
    book.chart_descriptions[sheet.title].append(words if book.to_fill_in else f"{words} {finding}")


def _empty(book: Book, chart: Any) -> None:
    """Caches what the cells show while they wait, in place of the example's figures."""
    for source in (source for series in chart.series for source in (series.xVal, series.yVal, series.val, series.cat)):
        if source is not None and source.numRef is not None:
            shown = _shown(book, source.numRef.f)
            source.numRef = _numbers(shown).numRef
        elif source is not None:
            source.strRef = _texts(_shown(book, source.strRef.f))


def _shown(book: Book, reference: str) -> Cells:
    """A range of a chart with what its cells show at first."""
    title, _, area = reference.replace("$", "").rpartition("!")
    sheet = book.workbook[title.strip("'")]
    return sheet, area, book.shown(sheet, area)


def width_of(sheet: Worksheet, first: int, last: int) -> float:
    """The width of columns in cm, in Excel's whole pixels of Calibri 11 (18.3.1.13).

    first, last : their numbers, from 1.
    """
    widths = (sheet.column_dimensions[get_column_letter(number)].width for number in range(first, last + 1))
    return sum(map(pixels_of, widths)) * CM_OF_A_PIXEL


def _diamonds(name: str, x: Cells, y: Cells) -> Any:
    diamonds = _xy(name, x, y)
    diamonds.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    diamonds.marker = Marker(symbol="diamond", size=11)
    diamonds.marker.graphicalProperties = GraphicalProperties(
        solidFill=VERMILION, ln=LineProperties(solidFill=VERMILION)
    )
    diamonds.smooth = False
    return diamonds


def _frame(chart: Any, title: str) -> None:
    """What all charts have.

    The title is one that stays true: LibreOffice and previews keep the text of a cell that it is linked to.
    """
    chart.roundedCorners = False
    chart.visible_cells_only = False
    chart.display_blanks = "gap"
    chart.width, chart.height = 18, 9
    chart.title = _title(title, 12, bold=True)
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    lies = getattr(chart, "type", "") == "bar"
    chart.x_axis.axPos, chart.y_axis.axPos = ("l", "b") if lies else ("b", "l")


def _legend_below(chart: Any, without: int | None = None) -> None:
    """The names of the series below the chart.

    without : the number of one that is not named.
    """
    chart.legend.position = "b"
    if without is not None:
        chart.legend.legendEntry = [LegendEntry(idx=without, delete=True)]
    chart.legend.txPr = _text(9)


def _axis(axis: Any, title: str, number_format: str | None, every: float | None = None) -> None:
    axis.delete = False
    if every is not None:
        axis.majorUnit = every
    axis.tickLblPos = "low"
    axis.txPr = _text(9)
    axis.txPr.bodyPr = RichTextProperties(rot=0, vert="horz")  # else numbers that are long stand aslant
    axis.title = _title(title, 9) if title else None
    if number_format:
        axis.number_format = number_format
        axis.numFmt.sourceLinked = False
    axis.majorGridlines = axis.majorGridlines or None
    if axis.majorGridlines is not None:
        axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6350))
    axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="A6A6A6", w=6350))


def _characters(size: float, bold: bool = False, ink: str = TEXT) -> CharacterProperties:
    return CharacterProperties(sz=int(size * 100), b=bold, solidFill=ink, latin=Font(typeface="Calibri"))


def _text(size: float, bold: bool = False, ink: str = TEXT) -> RichText:
    look = _characters(size, bold, ink)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _title(text: str, size: float, bold: bool = False) -> Title:
    look = _characters(size, bold)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _number_of(index: int, look: str, ink: str) -> DataLabel:
    """The number within one bar, in an ink that can be read on its colour."""
    label = DataLabel(idx=index, numFmt=f'{look};""', showVal=True, dLblPos="ctr", txPr=_text(9, ink=ink))
    label.showLegendKey = label.showCatName = label.showSerName = label.showPercent = False
    return label


def _numbers_at(position: Literal["outEnd", "ctr"], look: str, size: float = 9) -> DataLabelList:
    """The number of each bar; none of one that has no length.

    position : at its end, or within it.
    look : the number format.
    size : of the letters, in points.
    """
    labels = DataLabelList(numFmt=f'{look};""', showVal=True, dLblPos=position, txPr=_text(size))
    labels.showLegendKey = labels.showCatName = labels.showSerName = labels.showPercent = False
    return labels


def _reference(cells: Cells) -> str:
    sheet, address, _ = cells
    return f"{quote_sheetname(sheet.title)}!{absolute(address)}"


def _numbers(cells: Cells) -> NumDataSource:
    values = cells[2]
    points = [NumVal(idx=i, v=repr(float(v))) for i, v in enumerate(values) if isinstance(v, (int, float))]
    cache = NumData(formatCode="General", ptCount=len(values), pt=points)
    return NumDataSource(numRef=NumRef(f=_reference(cells), numCache=cache))


def _texts(cells: Cells) -> StrRef:
    values = cells[2]
    return StrRef(
        f=_reference(cells),
        strCache=StrData(ptCount=len(values), pt=[StrVal(idx=i, v=str(v)) for i, v in enumerate(values)]),
    )


def _xy(name: str, x: Cells, y: Cells) -> Any:
    series = XYSeries(tx=SeriesLabel(v=name))
    series.xVal = AxDataSource(numRef=_numbers(x).numRef)
    series.yVal = _numbers(y)
    return series
