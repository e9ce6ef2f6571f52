"""Starting the command line: whole processes, against one that only imports click."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timing import Comparison, Contender, Ratio

from roi_engine import __version__

HELP, VERSION = "ft-roi --help", "ft-roi --version"
CLICK, BARE = 'python -c "import click"', 'python -c "pass"'


def start_up() -> Comparison:
    """The comparison of whole processes, each from its start to its end."""
    program = command()
    return Comparison(
        part="start-up",
        title="Start-up, whole processes",
        contenders=[
            Contender(HELP, lambda: output_of(program, "--help")),
            Contender(VERSION, lambda: output_of(program, "--version")),
            Contender(CLICK, lambda: output_of(sys.executable, "-c", "import click")),
            Contender(BARE, lambda: output_of(sys.executable, "-c", "pass")),
        ],
        ratios=[Ratio(HELP, CLICK, at_most=3), Ratio(VERSION, CLICK, at_most=3)],
        check=differences,
    )


def command() -> str:
    """The ft-roi that belongs to the running Python."""
    found = shutil.which("ft-roi", path=str(Path(sys.executable).parent))
    if found is None:
        raise SystemExit("There is no ft-roi beside this Python. Install the project: pip install --editable .")
    return found


def output_of(*words: str, **environment: str) -> str:
    """What a program prints; its errors go where ours go."""
    surroundings = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(words, stdout=subprocess.PIPE, encoding="utf-8", check=True, env=surroundings).stdout


def differences(results: Mapping[str, Any]) -> list[str]:
    """A program that does not answer is not quick."""
    found = []
    if "report" not in results[HELP]:
        found.append(f"{HELP} does not name the command report.")
    if __version__ not in results[VERSION]:
        found.append(f"{VERSION} does not print {__version__}.")
    return found
