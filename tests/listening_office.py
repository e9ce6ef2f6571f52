"""Scripts that LibreOffice's own Python runs against a LibreOffice of their own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests import libreoffice


def run_script(script: Path, workbook: Path, asked: Any) -> str:
    """What a script prints that opens a workbook in LibreOffice, takes what is asked of it as JSON."""
    office = libreoffice.Listening()
    try:
        done = subprocess.run(
            [libreoffice.SYSTEM_PYTHON, str(script), str(workbook), office.pipe],
            input=json.dumps(asked), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{script.name} ended with {done.returncode}: {done.stderr}"
    finally:
        office.close()
    return done.stdout
