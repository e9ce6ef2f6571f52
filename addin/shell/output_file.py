"""Writing a file so that an old one is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from addin.shell.failures import Failure, UnusablePath, WouldOverwrite

ELSEWHERE = "write elsewhere with -o"
_IN_USE = (5, 32)
"""What Windows says (access denied, sharing violation) about a file that a program holds open."""


def check_workbook_path(path: Path, force: bool, what: str = "a workbook", example: str = "report.xlsx") -> None:
    """Refuses a path that no workbook can be written to; raises `UnusablePath` or `WouldOverwrite` with the cure.

    what, example : another kind of file with a name that such a file may have.
    """
    suffix = Path(example).suffix
    if path.is_dir():
        raise UnusablePath(f"{path} is a folder. Name the file in it: -o {path / example}")
    if path.suffix.lower() != suffix:
        raise UnusablePath(f"{path}: {what} ends in {suffix}. Try -o {path.with_suffix(suffix)}")
    if not path.parent.is_dir():
        if path.parent.exists():
            raise UnusablePath(f"{path.parent} is not a folder. {_sentence(ELSEWHERE)}")
        raise UnusablePath(f"The folder {path.parent} does not exist. Create it, or {ELSEWHERE}.")
    if path.exists():
        if not force:
            raise WouldOverwrite(f"{path} exists. Overwrite it with --force, or {ELSEWHERE}.")
        if path.with_name(f"~${path.name}").exists():
            raise _open_in_excel(path)


def write_file(path: Path, content: bytes, elsewhere: str = ELSEWHERE) -> None:
    """Writes to a temporary file in the same folder, syncs it, and gives it the name.

    path : a link is followed, its target replaced. elsewhere : what a message says can be done instead. On any
    exception the old file is untouched and the temporary one is gone.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".ft-roi-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError as error:
        raise _not_written(path, error, elsewhere) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _not_written(path: Path, error: OSError, elsewhere: str) -> Failure:
    if isinstance(error, PermissionError) and path.exists() and getattr(error, "winerror", None) in _IN_USE:
        return _open_in_excel(path, elsewhere)
    return UnusablePath(f"{path} cannot be written: {error.strerror or error}. {_sentence(elsewhere)}")


def _open_in_excel(path: Path, elsewhere: str = ELSEWHERE) -> Failure:
    return UnusablePath(f"{path} is open in Excel. Close it and run again, or {elsewhere}.")


def _sync_folder(folder: Path) -> None:
    """Makes the new name last through a power cut, where the system can."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
