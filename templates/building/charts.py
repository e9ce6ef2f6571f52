"""Charts with cached values: cash flow, tornado, bills, waterfall, ranking.

Excel, previews and converters draw a chart from the values cached in it, so every reference carries them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series, SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from templates.building.book import Book, absolute

BLUE, ORANGE, GREEN, VERMILION, PURPLE = "0072B2", "E69F00", "009E73", "D55E00", "CC79A7"
"""Okabe and Ito's colours: told apart with any colour vision."""
TEXT, GRID = "404040", "E3E3E3"
LONGEST_TITLE = 45

Cells = tuple[Worksheet, str, Sequence[Any]]
"""A range on a sheet with the values that it shows."""


def cumulative_chart(
    months: Cells, flows: Cells, moment: Cells, level: Cells, title: Cells, currency: str, last_month: int
) -> ScatterChart:
    """The cumulative cash flow over the months, with a diamond at the payback.

    months, flows : the points of the curve.
    moment, level : the point of the diamond.
    title : the cell that the title shows.
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
    chart.series = [curve, diamond]
    _frame(chart, title)
    _axis(chart.x_axis, "Month", "0", every=1 if last_month <= 12 else 6 if last_month <= 72 else 60)
    _axis(chart.y_axis, f"Cumulative cash flow ({currency})", "#,##0")
    chart.x_axis.scaling.min = 0  # the other end follows the horizon
    chart.x_axis.majorGridlines = None
    _legend_below(chart)
    return chart


def ranking_chart(labels: Cells, values: Cells, title: Cells, unit: str) -> BarChart:
    """One bar for each label, the first on top.

    labels, values : a bar's name and length.
    title : the cell that the title shows.
    unit : named on the axis.
    """
    chart = BarChart()
    chart.type, chart.grouping = "bar", "clustered"
    chart.style = 2
    chart.gapWidth = 35
    series = Series(tx=SeriesLabel(v=unit), val=_numbers(values))
    series.cat = AxDataSource(strRef=_texts(labels))
    series.graphicalProperties = GraphicalProperties(solidFill=BLUE)
    series.invertIfNegative = False
    chart.series.append(series)
    _frame(chart, title)
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, unit, "#,##0")
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.majorGridlines = None
    chart.y_axis.crosses, chart.y_axis.tickLblPos = "max", "nextTo"  # the numbers stand below the last bar
    chart.legend = None
    return chart


def column_chart(
    labels: Cells, series: Mapping[str, Cells], title: Cells, currency: str, *, numbered: bool
) -> BarChart:
    """Columns side by side, a colour for each series.

    labels : what stands below the columns.
    series : by their names.
    title : the cell that the title shows.
    currency : named on the axis.
    numbered : whether each column carries its number.
    """
    chart = BarChart()
    chart.type, chart.grouping = "col", "clustered"
    chart.style = 2
    chart.gapWidth = 60
    for (name, cells), colour in zip(series.items(), (BLUE, ORANGE, GREEN), strict=False):
        columns = Series(tx=SeriesLabel(v=name), val=_numbers(cells))
        columns.cat = AxDataSource(strRef=_texts(labels))
        columns.graphicalProperties = GraphicalProperties(solidFill=colour)
        columns.invertIfNegative = False
        columns.dLbls = _numbers_above() if numbered else None
        chart.series.append(columns)
    _frame(chart, title)
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, currency, "#,##0")
    chart.x_axis.majorGridlines = None
    _legend_below(chart)
    return chart


def tornado_chart(labels: Cells, at_low: Cells, at_high: Cells, title: Cells, currency: str) -> BarChart:
    """Each input's effect at low and at high, the widest on top.

    labels : the inputs.
    at_low, at_high : the changes of the metric from the base case.
    title : the cell that the title shows.
    currency : named on the axis.
    """
    chart = BarChart()
    chart.type, chart.grouping = "bar", "clustered"
    chart.style = 2
    chart.overlap, chart.gapWidth = 100, 35
    for name, cells, colour in (("at low", at_low, ORANGE), ("at high", at_high, BLUE)):
        series = Series(tx=SeriesLabel(v=name), val=_numbers(cells))
        series.cat = AxDataSource(strRef=_texts(labels))
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.invertIfNegative = False
        chart.series.append(series)
    _frame(chart, title)
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, f"Change from the base case ({currency})", "#,##0")
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.majorGridlines = None
    _legend_below(chart)
    return chart


def bill_chart(
    lines: dict[str, tuple[tuple[str, Any], tuple[Cells, Cells]]],
    marks: tuple[Cells, Cells] | None,
    title: Cells,
    currency: str,
) -> ScatterChart:
    """Bills against calls: a line an option, and marks.

    lines : by the options' names, colour and dash, then calls and bills.
    marks : calls and bills of the points that are marked.
    title : the cell that the title shows.
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
    _frame(chart, title)
    _axis(chart.x_axis, "Calls per month", "#,##0")
    _axis(chart.y_axis, f"Bill per month ({currency})", "#,##0")
    chart.x_axis.scaling.min = chart.y_axis.scaling.min = 0
    chart.x_axis.majorGridlines = None
    _legend_below(chart)
    return chart


def waterfall_chart(
    labels: Cells, base: Cells, parts: Sequence[Cells], colours: Sequence[str], title: Cells, currency: str
) -> BarChart:
    """Steps that float on an invisible base, a colour for each.

    labels : the steps.
    base : how high each floats.
    parts : what of each lies above zero, and what below.
    colours : one for each step.
    title : the cell that the title shows.
    currency : named on the axis.
    """
    chart = BarChart()
    chart.type, chart.grouping = "col", "stacked"
    chart.style = 2
    chart.overlap, chart.gapWidth = 100, 45
    for name, cells in (("Base", base), ("Above zero", parts[0]), ("Below zero", parts[1])):
        series = Series(tx=SeriesLabel(v=name), val=_numbers(cells))
        series.cat = AxDataSource(strRef=_texts(labels))
        series.invertIfNegative = False
        if name == "Base":
            series.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
        else:
            series.graphicalProperties = GraphicalProperties(solidFill=colours[0])
            for index, colour in enumerate(colours):
                point = DataPoint(idx=index, invertIfNegative=False)
                point.graphicalProperties = GraphicalProperties(solidFill=colour)
                series.dPt.append(point)
        chart.series.append(series)
    _frame(chart, title)
    _axis(chart.x_axis, "", None)
    _axis(chart.y_axis, f"Over the horizon ({currency})", "#,##0")
    chart.x_axis.majorGridlines = None
    chart.legend = None
    return chart


def place_chart(
    book: Book, sheet: Worksheet, chart: Any, anchor: str, width: float, height: float, words: str, finding: str
) -> None:
    """Places a chart on a sheet.

    anchor : the cell of its upper left corner.
    width, height : in cm.
    words, finding : what the chart is, and what it shows: its alt text.
    """
    chart.width, chart.height = width, height
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
    chart.title.tx.strRef = _texts(_shown(book, chart.title.tx.strRef.f))


def _shown(book: Book, reference: str) -> Cells:
    """A range of a chart with what its cells show at first."""
    title, _, area = reference.replace("$", "").rpartition("!")
    sheet = book.workbook[title.strip("'")]
    return sheet, area, book.shown(sheet, area)


def _diamonds(name: str, x: Cells, y: Cells) -> Any:
    diamonds = _xy(name, x, y)
    diamonds.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    diamonds.marker = Marker(symbol="diamond", size=11)
    diamonds.marker.graphicalProperties = GraphicalProperties(
        solidFill=VERMILION, ln=LineProperties(solidFill=VERMILION)
    )
    diamonds.smooth = False
    return diamonds


def _frame(chart: Any, title: Cells) -> None:
    chart.roundedCorners = False
    chart.visible_cells_only = False
    chart.display_blanks = "gap"
    chart.width, chart.height = 18, 9
    chart.title = _linked_title(title)
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))


def _legend_below(chart: Any) -> None:
    chart.legend.position = "b"
    chart.legend.txPr = _text(9)


def _axis(axis: Any, title: str, number_format: str | None, every: float | None = None) -> None:
    axis.delete = False
    if every is not None:
        axis.majorUnit = every
    axis.tickLblPos = "low"
    axis.txPr = _text(9)
    axis.title = _axis_title(title) if title else None
    if number_format:
        axis.number_format = number_format
        axis.numFmt.sourceLinked = False
    axis.majorGridlines = axis.majorGridlines or None
    if axis.majorGridlines is not None:
        axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6350))
    axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="A6A6A6", w=6350))


def _characters(size: float, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=int(size * 100), b=bold, solidFill=TEXT, latin=Font(typeface="Calibri"))


def _text(size: float, bold: bool = False) -> RichText:
    look = _characters(size, bold)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _axis_title(text: str) -> Title:
    run = RegularTextRun(rPr=_characters(9), t=text)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(9)), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _numbers_above() -> DataLabelList:
    """The number of each column, above it."""
    labels = DataLabelList(numFmt="#,##0", showVal=True, dLblPos="outEnd", txPr=_text(9))
    labels.showLegendKey = labels.showCatName = labels.showSerName = labels.showPercent = False
    return labels


def _linked_title(cell: Cells) -> Title:
    """A title that shows a cell."""
    title = Title(tx=Text(strRef=_texts(cell)), overlay=False)
    title.txPr = _text(12, bold=True)
    return title


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
