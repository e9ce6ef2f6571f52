"""A workbook recalculated and drawn by LibreOffice.

Every command that shows pages or pictures of a workbook gets them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from addin.libreoffice.office import TIMEOUT, Office, OfficeFailed
from addin.libreoffice.pictures import draw_pages, find_pdftoppm
from addin.libreoffice.recalculated import FormulaCell, formula_cells
from addin.libreoffice.safe_copy import SafeCopy, safe_copy


@dataclass(frozen=True)
class Rendering:
    """What LibreOffice made of a workbook.

    workbook : the recalculated workbook (.xlsx).
    cells : its formula cells.
    document : its pages as one PDF, where that was asked for.
    pages : its pages as pictures, by file name.
    left_out : in words, what LibreOffice was not given and the results therefore lack.
    """

    workbook: bytes
    cells: Sequence[FormulaCell]
    document: bytes = b""
    pages: dict[str, bytes] = field(default_factory=dict)
    left_out: Sequence[str] = ()


def render(source: Path, timeout: float = TIMEOUT, *, document: bool = False, pages: bool = False) -> Rendering:
    """Recalculates a workbook with the functions loaded, and may draw it.

    source : the path of the workbook.
    timeout : seconds, for each run of a program.
    document : whether to give its pages as one PDF.
    pages : whether to give its pages as pictures.
    Raises a `Failure` in words where the file is no workbook, where a program is missing, fails or takes longer than
    the timeout, and where the functions that it calls did not run.
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
            path = _printed(office, copy, out)
            drawn = path.read_bytes()
            if pages:
                pictures = {page.name: page.read_bytes() for page in draw_pages(path, out, timeout)}
        return Rendering(recalculated.read_bytes(), cells, drawn, pictures, tuple(copy.left_out))


def printed_pages(workbook: bytes, name: str, timeout: float = TIMEOUT) -> bytes:
    """The pages of a workbook of ours that holds values, as a PDF.

    workbook : its bytes.
    name : what the pages say that they are of.
    timeout : seconds, for each run of a program.
    Raises a `Failure` in words where LibreOffice is missing, fails or takes longer than the timeout.
    """
    with Office(timeout, functions=False) as office:
        given = office.folder / name
        given.write_bytes(workbook)
        return _printed(office, safe_copy(given), office.folder / "out").read_bytes()


def _printed(office: Office, copy: SafeCopy, folder: Path) -> Path:
    """The PDF of a workbook, in a folder."""
    folder.mkdir(exist_ok=True)
    (path,) = office.convert([copy], folder, ".pdf")
    return path


def _check_functions(cells: Sequence[FormulaCell], office: Office) -> None:
    """Refuses a result in which the functions did not run.

    Every FT_ cell of such a result would be #NAME? or #VALUE!.
    """
    found = office.calculator()
    if found is None and any("FT_" in cell.formula.upper() for cell in cells):
        raise OfficeFailed("LibreOffice did not load the FT_ functions. See what is wrong: ft-roi addin doctor")
    if found is not None and found["where"] == "nowhere":
        raise OfficeFailed(f"The FT_ functions do not run in LibreOffice: {found['why_no_worker']}")
