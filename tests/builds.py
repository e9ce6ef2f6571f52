"""Workbooks that many tests look at: each is built once in a run, since building takes most of their time.

The processes of a run share a folder. A test of the building itself (of the time it states, of two builds that must be
equal) imports the product's own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import ParamSpec

from templates import workbook

Given = ParamSpec("Given")
WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
"""The time that they state where a test names no other."""
MOST = 60
"""Workbooks that a process keeps; each takes some 150 kB."""
SHARED = os.environ.get("WORKBOOKS_OF_THE_RUN", "")
"""The folder for those of all processes, which tests/conftest.py makes and takes away; empty for none."""


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
            built[key] = _shared(f"{build.__name__} {key}", lambda: build(*given.args, **given.kwargs))
        return built[key]

    return remembering


def _shared(key: str, build: Callable[[], bytes]) -> bytes:
    """The content that any process of this run has built."""
    if not SHARED:
        return build()
    path = Path(SHARED, hashlib.sha256(key.encode()).hexdigest())
    if path.exists():
        return path.read_bytes()
    content = build()
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return content


build_workbook = _once(workbook.build_workbook)
build_template = _once(workbook.build_template)
