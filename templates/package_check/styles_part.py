"""Checks of the styles part (18.8).

Indices within it, number formats, how many looks there are.
"""

from __future__ import annotations

from roi_engine.errors import shortened
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.number_formats import fault_of
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, whole

MOST_FORMATS = 65_490
LISTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}


def check_styles(contents: Contents) -> Findings:
    """Every style of the workbook."""
    part = next(contents.package.related(contents.part, "styles"), None)
    root = contents.package.root(part)
    if part is None or root is None:
        return
    if contents.formats > MOST_FORMATS:
        what = f"It has {contents.formats:,} cell formats; Excel keeps {MOST_FORMATS:,}."
        yield PackageFinding("style-count", part, what, "Use fewer different looks.")
    yield from _check_indices(root, part)
    yield from _check_number_formats(root, part)
    names = set()
    for style in root.iterfind("{*}cellStyles/{*}cellStyle"):
        name = style.get("name", "").casefold()
        if name in names:
            yield PackageFinding(
                "style-duplicate", part, f"The style {shortened(name)!r} is there twice.", "Rename one."
            )
        names.add(name)


def _check_indices(root: Root, part: str) -> Findings:
    sizes = {name: len(root.findall(f"{{*}}{name}/*")) for name in LISTS.values()}
    looks = [(kind, each) for kind in ("cellStyleXfs", "cellXfs") for each in root.iterfind(f"{{*}}{kind}/{{*}}xf")]
    looks += [("cellStyles", each) for each in root.iterfind("{*}cellStyles/{*}cellStyle")]
    for kind, each in looks:
        for attribute, name in LISTS.items():
            index = whole(each.get(attribute, "0"))
            if attribute in each.attrib and (index is None or not 0 <= index < sizes[name]):
                what = f"One of its {kind} has {attribute} {each.get(attribute)}; there are {sizes[name]} {name}."
                yield PackageFinding("style-index", part, what, "Correct the index.")


def _check_number_formats(root: Root, part: str) -> Findings:
    numbers = set()
    for each in root.iterfind("{*}numFmts/{*}numFmt"):
        number, code = each.get("numFmtId", ""), each.get("formatCode", "")
        if number in numbers:
            yield PackageFinding(
                "number-format", part, f"The number format {number} is there twice.", "Number one anew."
            )
        numbers.add(number)
    for each in root.iter("{*}numFmt"):
        code = each.get("formatCode", "")
        if fault := fault_of(code):
            yield PackageFinding(
                "number-format", part, f"The number format {shortened(code)!r}: {fault}.", "Correct it."
            )
    for each in root.iterfind("{*}cellXfs/{*}xf"):
        number = each.get("numFmtId", "0")
        if (whole(number) or 0) >= 164 and number not in numbers:
            what = f"A cell format has the number format {number}, which is not there."
            yield PackageFinding("style-index", part, what, "Add it, or correct the index.")
