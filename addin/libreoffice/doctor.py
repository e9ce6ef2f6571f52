"""Whether the functions run in LibreOffice on this computer.

Each thing that is looked at is told, with the cure where something is wrong.
"""

from __future__ import annotations

import sys
from typing import Any

from addin.libreoffice.installed import is_installed
from addin.libreoffice.office import Office
from addin.libreoffice.safe_copy import safe_copy
from addin.shell.doctor_finding import DoctorFinding
from addin.shell.failures import Failure
from roi_engine._version import __version__


def findings() -> list[DoctorFinding]:
    """What the doctor finds about LibreOffice and the extension.

    LibreOffice itself, its Python, where the functions run, what one of them gives, and the extension.
    """
    interpreter = DoctorFinding(
        "This Python", "ok", f"{sys.executable}, {sys.version.split()[0]}, ft-roi {__version__}"
    )
    try:
        with Office() as office:
            version = ".".join(map(str, office.version))
            found = [interpreter, DoctorFinding("LibreOffice", "ok", f"{version}, {office.soffice}")]
            shown = _computed(office)
            return [*found, *_calculation(office.calculator(), shown), _extension()]
    except Failure as failure:
        problem, _, cure = failure.message.partition("\n")
        return [interpreter, DoctorFinding("LibreOffice", "wrong", problem, cure)]


def _computed(office: Office) -> Any:
    """What the cell of =FT_VERSION() shows in LibreOffice."""
    import openpyxl

    probe = office.folder / "probe.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"] = "=FT_VERSION()"
    book.save(probe)
    out = office.folder / "out"
    out.mkdir()
    (path,) = office.convert([safe_copy(probe)], out, ".xlsx")
    computed: Any = openpyxl.load_workbook(path, data_only=True).active
    return computed["A1"].value


def _calculation(report: dict[str, Any] | None, shown: Any) -> list[DoctorFinding]:
    if report is None:
        return [
            DoctorFinding(
                "The functions",
                "wrong",
                f"LibreOffice did not load them: =FT_VERSION() shows {shown}",
                "Install LibreOffice's Python support: python3-uno (apt), libreoffice-pyuno (dnf).",
            )
        ]
    own = f"{report['own_python']}: "
    if report["where"] == "here":
        how = f"loads ft-roi {report['own_engine']} from the libraries of" if report["borrowed"] else "has ft-roi"
        what = report["interpreter"] if report["borrowed"] else report["own_engine"]
        found = [
            DoctorFinding("LibreOffice's own", "ok", f"Python {own}{how} {what}"),
            DoctorFinding("Where they run", "ok", "in LibreOffice's own Python"),
        ]
    else:
        found = [DoctorFinding("LibreOffice's own", "note", f"Python {own}{report['why_not_here']}")]
        if report["where"] == "worker":
            worker = report["worker"]
            where = f"in a worker process: {report['interpreter']}, {worker['python']}, ft-roi {worker['engine']}"
            found.append(DoctorFinding("Where they run", "ok", where))
        else:
            cure = f"See that this works: {report['interpreter']} -c 'import roi_engine'"
            return [*found, DoctorFinding("Where they run", "wrong", f"nowhere: {report['why_no_worker']}", cure)]
    works = isinstance(shown, str) and __version__ in shown
    return [*found, DoctorFinding("=FT_VERSION()", "ok" if works else "wrong", str(shown))]


def _extension() -> DoctorFinding:
    try:
        there = is_installed()
    except Failure as failure:
        return DoctorFinding("The extension", "note", failure.message.partition("\n")[0])
    if there:
        return DoctorFinding("The extension", "ok", "installed for this user")
    return DoctorFinding("The extension", "note", "not installed for this user", "ft-roi addin libreoffice --install")
