"""Checks of the rules for what may be typed into cells (18.3.1.32).

Their texts, lists and formulas.
"""

from __future__ import annotations

from roi_engine.errors import shortened
from templates.package_check.finding import Findings, PackageFinding
from templates.package_check.package import Root
from templates.package_check.workbook_part import Contents, Sheet

LONGEST_LIST = 255
LONGEST = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
TWO_BOUNDS = ("between", "notBetween")


def check_validations(contents: Contents, index: int, sheet: Sheet) -> Findings:
    """Every rule of a sheet."""
    for rule in sheet.root.iterfind("{*}dataValidations/{*}dataValidation"):
        place = f"{sheet.title}!{shortened(rule.get('sqref', ''))}"
        for attribute, most in LONGEST.items():
            length = len(rule.get(attribute, ""))
            if length > most:
                what = f"The {attribute} of its rule has {length} characters; Excel refuses the file over {most}."
                yield PackageFinding("validation-length", place, what, "Shorten it.")
        formulas = [_text(rule, name) for name in ("formula1", "formula2")]
        kind = rule.get("type", "none")
        needed = 2 if rule.get("operator", "between") in TWO_BOUNDS and kind not in ("list", "custom") else 1
        if kind != "none" and any(text is None for text in formulas[:needed]):
            yield PackageFinding("validation-formula", place, f"Its rule {kind} has no bound or formula.", "Add it.")
        for text in formulas:
            if text is not None:
                yield from _check_formula(contents, index, place, kind, text)


def _text(rule: Root, name: str) -> str | None:
    found = rule.find(f"{{*}}{name}")
    return None if found is None else found.text or ""


def _check_formula(contents: Contents, index: int, place: str, kind: str, text: str) -> Findings:
    is_literal = kind == "list" and text.startswith('"') and text.endswith('"') and len(text) > 1
    if is_literal and len(text) - 2 > LONGEST_LIST:
        what = f"Its list has {len(text) - 2} characters; Excel refuses the file over {LONGEST_LIST}."
        yield PackageFinding("validation-list", place, what, "Put the choices into cells and name them.")
    elif not is_literal:
        yield from contents.check_formula(place, text, index)
