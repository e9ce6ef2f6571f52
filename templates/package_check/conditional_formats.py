"""Checks of conditional formats (18.3.1.10).

Their looks, their formulas, and as many colours as points.
"""

from __future__ import annotations

from roi_engine.errors import shortened
from templates.package_check.cells import NUMBER
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, Sheet, whole
from templates.xlsx.cell_looks import hides_a_number, is_white

NEEDS_FORMULAS = {"expression": 1, "cellIs": 1}
_ADDED = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
ICONS = {"3": 3, "4": 4, "5": 5}


def check_conditional_formats(contents: Contents, index: int, sheet: Sheet) -> Findings:
    """Every conditional format of a sheet."""
    for each in sheet.root.iterchildren("{*}conditionalFormatting"):
        place = f"{sheet.title}!{shortened(each.get('sqref', ''))}"
        for rule in each.iterchildren("{*}cfRule"):
            yield from _check_rule(contents, index, place, rule)
    # What Excel 2010 added stands in an extension, with its formulas in xm:f.
    for formula in sheet.root.iter("{http://schemas.microsoft.com/office/excel/2006/main}f"):
        yield from contents.check_formula(f"{sheet.title}, an extension", formula.text or "", index)
    for look in sheet.root.iter(f"{_ADDED}dxf"):
        if any(hides_a_number(each.get("formatCode", "")) for each in look.iter("{*}numFmt")) or any(
            is_white(dict(each.attrib)) for each in look.iterfind("{*}font/{*}color")
        ):
            what = "A rule of an extension hides figures, or shows others."
            yield PackageFinding("conditional-look", sheet.title, what, "Delete the conditional format.")


def _check_rule(contents: Contents, index: int, place: str, rule: Root) -> Findings:
    look = rule.get("dxfId")
    number = whole(look)
    if look is not None and (number is None or not 0 <= number < contents.differential_formats):
        what = f"Its conditional format has the look {shortened(look)}; there are {contents.differential_formats}."
        yield PackageFinding("conditional-look", place, what, "Correct dxfId.")
    formulas = [each.text or "" for each in rule.iterchildren("{*}formula")]
    kind = rule.get("type", "")
    needed = 2 if rule.get("operator") in ("between", "notBetween") else NEEDS_FORMULAS.get(kind, 0)
    if kind in NEEDS_FORMULAS and len(formulas) < needed:
        yield PackageFinding("conditional-formula", place, f"Its rule {kind} has too few formulas.", "Add them.")
    for text in formulas:
        yield from contents.check_formula(place, text, index)
    for scale in rule.iterchildren("{*}colorScale", "{*}dataBar", "{*}iconSet"):
        yield from _check_scale(contents, index, place, scale)


def _check_scale(contents: Contents, index: int, place: str, scale: Root) -> Findings:
    kind = scale.tag.rsplit("}", 1)[-1]
    points, colours = scale.findall("{*}cfvo"), len(scale.findall("{*}color"))
    fits = {
        "colorScale": len(points) in (2, 3) and colours == len(points),
        "dataBar": len(points) == 2 and colours == 1,
        "iconSet": len(points) == ICONS.get(scale.get("iconSet", "3TrafficLights1")[:1]),
    }
    if not fits[kind]:
        what = f"Its {kind} has {len(points)} points and {colours} colours."
        yield PackageFinding("conditional-scale", place, what, "Give each colour or icon its point.")
    for point in points:
        value = point.get("val")
        if point.get("type") in ("num", "percent", "percentile", "formula"):
            if not value:
                yield PackageFinding("conditional-scale", place, f"A point of its {kind} has no value.", "Add it.")
            elif not NUMBER.fullmatch(value):
                yield from contents.check_formula(place, value, index)
