"""All checks of a package, in order.

The order is that in which a program would meet what they look at.
"""

from __future__ import annotations

from itertools import islice

from templates.package_check.calculation_chain import check_calculation_chain
from templates.package_check.cells import check_cells
from templates.package_check.conditional_formats import check_conditional_formats
from templates.package_check.defined_names import check_defined_names
from templates.package_check.document_properties import check_document_properties
from templates.package_check.drawings import check_drawings
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Package, check_parts
from templates.package_check.sheet_part import check_sheet
from templates.package_check.styles_part import check_styles
from templates.package_check.tables import check_tables
from templates.package_check.validations import check_validations
from templates.package_check.workbook_part import check_workbook, contents_of
from templates.xlsx import untrusted_package
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_zip

MOST_FINDINGS = 200
"""As many findings as are told: a file with more is not put right by hand."""


def check_package(data: bytes | untrusted_package.Package) -> list[PackageFinding]:
    """What a spreadsheet program would repair, refuse or show wrongly in a file.

    data : the bytes of an .xlsx file, which may be anything at all, or the package in them.
    Returns at most MOST_FINDINGS. An empty list means that nothing was found, not that Excel agrees. Never raises.

    >>> [finding.rule for finding in check_package(b"no zip")]
    ['unreadable']
    """
    found: list[PackageFinding] = []
    try:
        package = open_zip(data) if isinstance(data, bytes) else data
        for name in package.names():
            package.read(name)
        for finding in islice(_findings(Package(package)), MOST_FINDINGS):
            found.append(finding)
    except UnreadableWorkbook as problem:
        what, _, cure = str(problem).partition(". ")
        found.append(PackageFinding(problem.rule, problem.place, f"{what}.", cure))
    return found


def _findings(package: Package) -> Findings:
    yield from check_parts(package)
    yield from check_document_properties(package)
    contents, missing = contents_of(package)
    yield from missing
    if contents is None:
        return
    yield from check_workbook(contents)
    yield from check_defined_names(contents)
    yield from check_styles(contents)
    for index, sheet in enumerate(contents.sheets):
        if sheet.is_grid and sheet.root is not None:
            yield from check_cells(contents, index, sheet)
            yield from check_sheet(contents, sheet)
            yield from check_validations(contents, index, sheet)
            yield from check_conditional_formats(contents, index, sheet)
    yield from check_tables(contents)
    yield from check_drawings(contents)
    yield from check_calculation_chain(contents)
