"""A workbook as LibreOffice computes and draws it: the one way for every command that shows pages or pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from addin.libreoffice.office import TIMEOUT, Office, OfficeFailed
from addin.libreoffice.pictures import draw_pages, find_pdftoppm
from addin.libreoffice.recalculated import FormulaCell, formula_cells
from addin.libreoffice.safe_copy import safe_copy


@dataclass(frozen=True)
class Rendering:
    """The recalculated workbook (.xlsx), its formula cells, its pages as one PDF and as pictures by file name.

    left_out : in words, what LibreOffice was not given and the results therefore lack.
    """

    workbook: bytes
    cells: Sequence[FormulaCell]
    document: bytes = b""
    pages: dict[str, bytes] = field(default_factory=dict)
    left_out: Sequence[str] = ()


def render(source: Path, timeout: float = TIMEOUT, *, document: bool = False, pages: bool = False) -> Rendering:
    """Recalculates a workbook with the functions loaded, and draws it where a document or pages are asked for.

    Raises a `Failure` in words where the file is no workbook, where a program is missing, fails or takes longer than
    timeout (seconds, for each of its runs), and where the functions that it calls did not run.
    """
    copy = safe_copy(source)
    if pages:
        find_pdftoppm()
    with Office(timeout) as office:
        out = office.folder / "out"
        out.mkdir()
        (recalculated,) = office.convert([copy], out, ".xlsx")
        cells = list(formula_cells(recalculated))
        _check_functions(cells, office)
        drawn, pictures = b"", {}
        if document or pages:
            (path,) = office.convert([copy], out, ".pdf")
            drawn = path.read_bytes()
            if pages:
                pictures = {page.name: page.read_bytes() for page in draw_pages(path, out, timeout)}
        return Rendering(recalculated.read_bytes(), cells, drawn, pictures, tuple(copy.left_out))


def _check_functions(cells: Sequence[FormulaCell], office: Office) -> None:
    """Refuses a result in which the functions did not run: every FT_ cell would be #NAME? or #VALUE!."""
    found = office.calculator()
    if found is None and any("FT_" in cell.formula.upper() for cell in cells):
        raise OfficeFailed("LibreOffice did not load the FT_ functions. See what is wrong: ft-roi addin doctor")
    if found is not None and found["where"] == "nowhere":
        raise OfficeFailed(f"The FT_ functions do not run in LibreOffice: {found['why_no_worker']}")
