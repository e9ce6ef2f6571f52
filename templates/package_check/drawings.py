"""Checks of drawings and charts (20.5, 21.2).

Anchors on the sheet, series that name what is there, axes that belong together.
"""

from __future__ import annotations

from roi_engine.errors import shortened
from templates.package_check.cells import NUMBER
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, whole
from templates.xlsx.column_letters import LAST_COLUMN, LAST_ROW
from templates.xlsx.error_codes import ALL_ERRORS

LABEL_POSITIONS = {
    "barChart clustered": {"ctr", "inBase", "inEnd", "outEnd"},
    "barChart stacked": {"ctr", "inBase", "inEnd"},
    "barChart percentStacked": {"ctr", "inBase", "inEnd"},
    "lineChart": {"t", "b", "l", "r", "ctr"},
    "scatterChart": {"t", "b", "l", "r", "ctr"},
    "bubbleChart": {"t", "b", "l", "r", "ctr"},
    "pieChart": {"bestFit", "ctr", "inEnd", "outEnd"},
    "areaChart": set(),
    "doughnutChart": set(),
}
"""Where a chart's labels may stand: with another place Excel repairs the file."""


def check_drawings(contents: Contents) -> Findings:
    """Every drawing and chart of the workbook."""
    for sheet in contents.sheets:
        for part in contents.package.related(sheet.part, "drawing"):
            drawing = contents.package.root(part)
            if drawing is not None:
                yield from _check_anchors(part, drawing)
            for chart in contents.package.related(part, "chart"):
                root = contents.package.root(chart)
                if root is not None:
                    yield from _check_chart(contents, chart, root)


def _check_anchors(part: str, drawing: Root) -> Findings:
    numbers = set()
    for anchor in drawing.iterchildren("{*}twoCellAnchor", "{*}oneCellAnchor"):
        corners = []
        for corner in anchor.iterchildren("{*}from", "{*}to"):
            row, column = (whole((corner.findtext(f"{{*}}{name}") or "").strip()) for name in ("row", "col"))
            if row is None or column is None or not (0 <= row < LAST_ROW and 0 <= column < LAST_COLUMN):
                yield PackageFinding("anchor", part, "A drawing lies outside of the sheet.", "Move it.")
            else:
                corners.append((row, column))
        if len(corners) == 2 and (corners[1][0] < corners[0][0] or corners[1][1] < corners[0][1]):
            yield PackageFinding("anchor", part, "A drawing ends before it begins.", "Correct its corners.")
        for size in anchor.iterchildren("{*}ext"):
            extent = [whole(size.get(name)) for name in ("cx", "cy")]
            if any(length is None or length < 0 for length in extent):
                yield PackageFinding("anchor", part, "A drawing has no size.", "Give it one.")
    for each in drawing.iterfind("./*/*/*/{*}cNvPr"):
        if each.get("id") in numbers:
            what = f"Two shapes have the number {shortened(each.get('id', ''))}."
            yield PackageFinding("drawing-number", part, what, "Number one anew.")
        numbers.add(each.get("id"))


def _check_chart(contents: Contents, part: str, chart: Root) -> Findings:
    for reference in chart.iter("{*}f"):
        text = reference.text or ""
        yield from contents.check_formula(part, text)
    for cache in chart.iter("{*}numCache", "{*}strCache"):
        count = whole((cache.find("{*}ptCount") if cache.find("{*}ptCount") is not None else cache).get("val", "0"))
        for point in cache.iterchildren("{*}pt"):
            index, value = whole(point.get("idx")), (point.findtext("{*}v") or "").strip()
            if index is None or count is None or not 0 <= index < count:
                yield PackageFinding(
                    "chart-cache", part, f"A cached point is number {point.get('idx')} of {count}.", "Correct it."
                )
            elif cache.tag.endswith("numCache") and not NUMBER.fullmatch(value) and value not in ALL_ERRORS and value:
                yield PackageFinding(
                    "chart-cache", part, f"A cached number is {shortened(value)!r}.", "Write a number."
                )
    yield from _check_axes(part, chart)
    yield from _check_labels(part, chart)


def _check_axes(part: str, chart: Root) -> Findings:
    """Charts and crossing axes name axes that are there."""
    for area in chart.iter("{*}plotArea"):
        axes = [each for each in area if each.find("{*}crossAx") is not None]
        known = {number.get("val") for axis in axes for number in axis.iterchildren("{*}axId")}
        for each in area:
            for number in each.iterchildren("{*}axId" if each.find("{*}crossAx") is None else "{*}crossAx"):
                if number.get("val") not in known:
                    what = f"Its {each.tag.rsplit('}', 1)[-1]} names the axis {number.get('val')}, which is not there."
                    yield PackageFinding("chart-axis", part, what, "Add the axis.")


def _check_labels(part: str, chart: Root) -> Findings:
    for area in chart.iter("{*}plotArea"):
        for each in area:
            kind = each.tag.rsplit("}", 1)[-1]
            grouping = each.find("{*}grouping")
            key = f"{kind} {grouping.get('val', 'clustered')}" if kind == "barChart" and grouping is not None else kind
            allowed = LABEL_POSITIONS.get(key)
            if allowed is None:
                continue
            for position in each.iter("{*}dLblPos"):
                if position.get("val") not in allowed:
                    what = f"Labels of its {key} stand at {position.get('val')}."
                    places = ", ".join(sorted(allowed)) or "no place"
                    yield PackageFinding("label-position", part, what, f"Excel allows {places}.")
