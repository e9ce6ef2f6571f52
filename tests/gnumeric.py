"""Gnumeric's ssconvert, which tests ask what it makes of a workbook."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

INSTALL = ".ci/install, or apt-get install --no-install-recommends gnumeric"


def missing() -> str | None:
    """Why Gnumeric cannot be asked here, and the line that installs it; None where it can."""
    return None if shutil.which("ssconvert") else f"Gnumeric is not installed: {INSTALL}"


def converted(path: Path, target: Path, *, recalculated: bool) -> Path:
    """A workbook as Gnumeric writes it.

    recalculated : whether every formula is calculated; else those only whose values it does not take as stored.
    """
    options = ["--recalc"] if recalculated else []
    command = ["ssconvert", *options, "--export-type=Gnumeric_Excel:xlsx2", str(path), str(target)]
    home = {"HOME": str(target.parent), "XDG_CONFIG_HOME": str(target.parent)}  # it would keep settings there
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **home})
    assert done.returncode == 0 and target.is_file(), done.stderr
    return target
