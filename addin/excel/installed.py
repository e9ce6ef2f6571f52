"""The add-in in a person's Excel: put into its start-up folder, and taken away."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from addin.excel.package import FILE_NAME, NotOurAddin, read_settings
from addin.shell.failures import Failure, UnusablePath
from addin.shell.output_file import write_file


class NotInstalled(Failure):
    """There is no add-in to take away, or no Excel to put it into."""

    exit_code = 2


def startup_folder(platform: str | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder XLSTART of the present user, whose files Excel opens as it starts.

    platform : this system's, unless told.
    Raises `NotInstalled` where there is no Excel for Windows.
    """
    if (platform or sys.platform) != "win32":
        raise NotInstalled("The add-in is for Excel on Windows.")
    roaming = environment.get("APPDATA")
    if not roaming:
        raise NotInstalled("Windows does not say where Excel's start folder is: the variable APPDATA is not set.")
    return Path(roaming) / "Microsoft" / "Excel" / "XLSTART"


def install_addin(content: bytes, folder: Path, force: bool = False) -> Path:
    """Writes the add-in into the folder, in place of an older one of ours.

    force : in place of whatever has its name. Another's file of that name, a file that Excel holds open and a folder
        that cannot be written are refused in words, and what was there stays as it was.
    Returns where it is.
    """
    path = folder / FILE_NAME
    if not force:
        _refuse_anothers(path, "install")
    _refuse_open(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, content, force=True)
    except (OSError, UnusablePath) as error:
        raise UnusablePath(_reason(error, path), _by_hand(path)) from error
    return path


def remove_addin(folder: Path, force: bool = False) -> Path:
    """Takes the add-in away.

    force : also a damaged file, or another's of its name.
    Returns where it was.
    """
    path = folder / FILE_NAME
    if not path.exists():
        raise NotInstalled(f"The add-in is not installed: {path} does not exist.")
    if not force:
        _refuse_anothers(path, "remove")
    _refuse_open(path)
    try:
        path.unlink()
    except OSError as error:
        raise UnusablePath(
            f"{path} cannot be removed: {error.strerror or error}. Close Excel and run again."
        ) from error
    return path


def lock_of(path: Path) -> Path:
    """The file that Excel puts beside one that it has open."""
    return path.with_name(f"~${path.name}")


def _refuse_anothers(path: Path, what: str) -> None:
    if path.exists():
        try:
            read_settings(path)
        except NotOurAddin as reason:
            raise UnusablePath(
                f"{path} is not ours to change: {reason}. Move it away and run again, or: ft-roi addin {what} --force"
            ) from None


def _refuse_open(path: Path) -> None:
    lock = lock_of(path)
    if lock.exists():
        raise UnusablePath(f"{path} is open in Excel. Close Excel and run again. If no Excel runs, delete {lock}")


def _reason(error: OSError | UnusablePath, path: Path) -> str:
    if isinstance(error, UnusablePath):
        return error.message.removesuffix(" Write elsewhere with -o.").removesuffix(", or write elsewhere with -o.")
    return f"{path.parent} cannot be written: {error.strerror or error}."


def _by_hand(path: Path) -> str:
    return (
        f"Close Excel and see that you may write into {path.parent}; or build the file elsewhere with "
        f"ft-roi addin build -o {FILE_NAME} and add it in Excel: File > Options > Add-ins > Excel Add-ins > Browse."
    )
