"""Checks of document properties (Part 2, clause 8; 22.3).

Dates and numbers that Excel insists on.
"""

from __future__ import annotations

import re

from roi_engine.errors import shortened
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Package
from templates.package_check.workbook_part import whole

MOMENT = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:\d\d))?)?)?")


def check_document_properties(package: Package) -> Findings:
    """The core properties and the workbook's own."""
    for part in package.related("", "core-properties"):
        root = package.root(part)
        tags = [each.tag for each in root] if root is not None else []
        if len(set(tags)) < len(tags):
            yield PackageFinding("core-properties", part, "One of the properties is there twice.", "Keep one.")
        for each in root.iterchildren("{*}created", "{*}modified") if root is not None else ():
            if not MOMENT.fullmatch((each.text or "").strip()):
                what = f"{shortened(each.text or '')!r} is no moment."
                yield PackageFinding("core-properties", part, what, "Write 2026-11-25T09:30:00Z.")
    for part in package.related("", "custom-properties"):
        root = package.root(part)
        numbers, names = set(), set()
        for each in root if root is not None else ():
            number, name = each.get("pid"), each.get("name", "").casefold()
            if number in numbers or name in names or (whole(number) or 0) < 2:
                what = f"The property {shortened(name)!r} repeats a name or a number, or its number is below 2."
                yield PackageFinding("custom-property", part, what, "Number it anew from 2 on.")
            numbers.add(number)
            names.add(name)
