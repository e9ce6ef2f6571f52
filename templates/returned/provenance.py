"""Where a workbook comes from.

The version that made it, when, for which inputs, and who saved it last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from roi_engine.errors import cleaned
from roi_engine.inputs import normal_form
from templates.building.as_generated import PROPERTY, RANGES_PROPERTY
from templates.building.function_calls import functions_called
from templates.lambdas.carried import asks_for_names
from templates.xlsx.stored_cells import Cell, StoredWorkbook
from templates.xlsx.untrusted_package import Package

_MADE_BY = re.compile(r"FT ROI (\S{1,40}) on (\d{4}-\d\d-\d\d \d\d:\d\d UTC)")
_HASH = re.compile(r"[0-9a-f]{64}")
EDITIONS = ("wired", "native", "lambda", "values")
_KINDS = {"custom-properties", "core-properties", "extended-properties"}


@dataclass(frozen=True)
class Provenance:
    """What a workbook says of itself; empty where it says nothing.

    fingerprint, ranges : of the inputs that it was made for, and of their ranges and correlations.
    figures : of the figures as generated, of all its scenarios.
    """

    version: str = ""
    generated: str = ""
    fingerprint: str = ""
    figures: str = ""
    ranges: str = ""
    scenario_name: str = ""
    edition: str = ""
    created_by: str = ""
    last_modified_by: str = ""
    modified: str = ""
    application: str = ""
    recipient: str = ""

    def in_words(self) -> str:
        """One phrase: who made the file, and who saved it."""
        made = f"made by FT ROI {self.version}" if self.version else "of an unknown version"
        made += f" on {self.generated}" if self.generated else ""
        saver = self.last_modified_by if self.last_modified_by not in ("", "FT ROI") else ""
        saved = f", last saved by {saver}" if saver else ""
        return f"{made}{saved}{f' on {self.modified}' if saver and self.modified else ''}"


def provenance_of(book: StoredWorkbook) -> Provenance:
    """The provenance in a workbook's document properties, else on its Summary sheet."""
    properties = _properties(book.package)
    version, generated = properties.get("FT ROI version", ""), properties.get("Generated", "")
    fingerprint = properties.get("Inputs SHA-256", "")
    if not version and "Summary" in book.titles:  # Google Sheets keeps no document properties
        version, generated, fingerprint = _on_summary(book.cells("Summary").values())
    return Provenance(
        version=version,
        generated=_moment(generated),
        fingerprint=fingerprint,
        figures=properties.get(PROPERTY, ""),
        ranges=properties.get(RANGES_PROPERTY, ""),
        scenario_name=properties.get("Scenario", ""),
        edition=edition if (edition := properties.get("Edition", "")) in EDITIONS else edition_of(book),
        created_by=properties.get("creator", ""),
        last_modified_by=properties.get("lastModifiedBy", ""),
        modified=_moment(properties.get("modified", "")),
        application=properties.get("Application", ""),
        recipient=properties.get("Recipient", ""),
    )


def _properties(package: Package) -> dict[str, str]:
    """The custom, core and application properties, by name; longer texts are cut."""
    found: dict[str, str] = {}
    named = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "property":
            named[0] = attributes.get("name", "")

    def end(tag: str, text: str) -> None:
        name = named[0] or tag
        if text.strip() and name not in found:
            found[name] = plain(text)
        if tag == "property":
            named[0] = ""

    for each in package.relationships("").values():
        if each.kind in _KINDS and not each.external and each.target in package:
            package.stream(each.target, start, end)
    return found


def plain(text: str, longest: int = 255) -> str:
    """A text from a file on one line, without control characters.

    It is not longer than people write.
    """
    return cleaned(text)[:longest]


def _on_summary(cells: Iterable[Cell]) -> tuple[str, str, str]:
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    made = next((found for found in map(_MADE_BY.fullmatch, texts) if found), None)
    fingerprint = next((text for text in texts if _HASH.fullmatch(text)), "")
    return (made[1], made[2], fingerprint) if made else ("", "", fingerprint)


def _moment(text: str) -> str:
    """A moment to the minute, as people read it."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z", text)
    return f"{found[1]} {found[2]} UTC" if found else text


def edition_of(book: StoredWorkbook) -> str:
    """The edition by what stands in the cells of all results.

    Whatever the file says of itself; a figure typed over one of them changes nothing. Empty where the net return has no
    name.
    """
    names = [each for each in book.names if each.name.lower().startswith("out_") and each.sheet is None]
    if all(each.name.lower() != "out_net_roi" for each in names):
        return ""
    areas = [area for each in names if (area := book.area(each.text)) and area.first == area.last]
    formulas = [book.cells(area.sheet).get(area.first, Cell(None)).formula for area in areas]
    if not areas:
        return ""
    if any("FT_" in formula.upper() for formula in formulas if formula):
        return "lambda" if asks_for_names(book) or _carries_most(book, formulas) else "wired"
    return "native" if any(formula is not None for formula in formulas) else "values"


def _carries_most(book: StoredWorkbook, formulas: Iterable[str | None]) -> bool:
    """Whether most functions that formulas call are names of the workbook.

    One that was deleted makes no other edition of it, nor does one that hides a function of the add-in.
    """
    called = {each for formula in formulas if formula for each in functions_called(formula)}
    names = {each.name.upper() for each in book.names if each.sheet is None}
    return len(called & names) > len(called) / 2


def is_ours(book: StoredWorkbook, provenance: Provenance) -> bool:
    """Whether FT ROI made a workbook, as far as it tells."""
    return bool(provenance.version) or any(each.name.lower().startswith("in_") for each in book.names)


def title_columns(cells: dict[int, Cell]) -> dict[str, int]:
    """The titles of a row in their normal form, each with its column.

    Of equal ones the first counts.
    """
    found: dict[str, Any] = {}
    for column, cell in sorted(cells.items()):
        if isinstance(cell.value, str) and len(cell.value) < 80:
            found.setdefault(normal_form(cell.value), column)
    return found
