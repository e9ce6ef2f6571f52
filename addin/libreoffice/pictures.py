"""The pages of a PDF as pictures, by poppler's pdftoppm."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from addin.libreoffice.office import OfficeFailed, OfficeUnusable, run_program

DOTS_PER_INCH = 100


def find_pdftoppm() -> str:
    """The program; raises `OfficeUnusable` with what to install."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise OfficeUnusable(
            "pdftoppm, which draws the pictures, is not installed: it is in poppler-utils (apt) or poppler (brew). "
            "--pdf needs no other program."
        )
    return program


def draw_pages(document: Path, folder: Path, timeout: float) -> list[Path]:
    """A picture of each page, in order, as pdftoppm names them: NAME-1.png."""
    run_program(
        [find_pdftoppm(), "-png", "-r", str(DOTS_PER_INCH), str(document), str(folder / document.stem)], timeout
    )
    name = re.compile(re.escape(document.stem) + r"-(\d+)\.png")
    pages = sorted(path for path in folder.iterdir() if name.fullmatch(path.name))
    if not pages:
        raise OfficeFailed(f"pdftoppm drew no page of {document.name}.")
    return pages
