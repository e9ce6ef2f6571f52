"""Workbooks that many tests look at: each is built once in a process, since building takes most of their time.

A test of the building itself (of the time it states, of two builds that must be equal) imports the product's own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from typing import ParamSpec

from templates import workbook

Given = ParamSpec("Given")
WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
"""The time that they state where a test names no other."""
MOST = 60
"""Workbooks that are kept; each takes some 150 kB."""


def _once(build: Callable[Given, bytes]) -> Callable[Given, bytes]:
    built: dict[str, bytes] = {}

    @wraps(build)
    def remembering(*arguments: Given.args, **named: Given.kwargs) -> bytes:
        given = signature(build).bind(*arguments, **named)
        given.arguments.setdefault("generated", WHEN)
        given.apply_defaults()
        key = repr(given)  # of scenarios, times and words: nothing that has an address
        if key not in built:
            if len(built) >= MOST:
                del built[next(iter(built))]
            built[key] = build(*given.args, **given.kwargs)
        return built[key]

    return remembering


build_workbook = _once(workbook.build_workbook)
build_template = _once(workbook.build_template)
