"""The extension in a person's LibreOffice: put there and taken away by unopkg."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from addin.libreoffice.office import TIMEOUT, OfficeFailed, OfficeUnusable, run_program, usable_soffice
from addin.shell.failures import Failure

FILE_NAME = "ft-roi.oxt"


class NotInstalled(Failure):
    """There is no extension to take away."""

    exit_code = 2


def install_extension(content: bytes) -> None:
    """Adds the extension for the present user, in place of an older one."""
    with tempfile.TemporaryDirectory(prefix="ft-roi-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / FILE_NAME
        path.write_bytes(content)
        _unopkg("add", "--force", "--suppress-license", str(path))


def remove_extension() -> None:
    """Takes the extension away from the present user."""
    from addin.libreoffice.extension import IDENTIFIER

    if not is_installed():
        raise NotInstalled("The extension is not installed for this user.")
    _unopkg("remove", IDENTIFIER)


def is_installed() -> bool:
    """Whether the present user has the extension.

    Raises where LibreOffice does not say.
    """
    from addin.libreoffice.extension import IDENTIFIER

    return IDENTIFIER in _unopkg("list")


def _unopkg(*words: str) -> str:
    soffice, _ = usable_soffice()
    names = ("unopkg.com", "unopkg.exe", "unopkg")
    beside = [soffice.parent / name for name in names] + [soffice.resolve().parent / name for name in names]
    program = next((each for each in beside if each.is_file()), None)
    if program is None:
        raise OfficeUnusable(f"There is no unopkg beside {soffice}. Add the file {FILE_NAME} with Tools > Extensions.")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise OfficeUnusable(
            "LibreOffice adds and removes no extension for root. Run this as the user who works with LibreOffice, "
            f"or add the file {FILE_NAME} there with Tools > Extensions."
        )
    try:
        return run_program([str(program), *words], TIMEOUT)
    except OfficeFailed as error:
        if "lock" in error.message.lower() or "running" in error.message.lower():
            raise OfficeFailed("Close LibreOffice and run this again.", *error.lines) from None
        raise
