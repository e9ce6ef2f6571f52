"""Checks of the paths that a command is to write to; refusals name the cure."""

from __future__ import annotations

from pathlib import Path

from addin.shell.failures import UnusablePath, WouldOverwrite

ELSEWHERE = "write elsewhere with -o"


def check_output_file(
    path: Path, force: bool, what: str = "a workbook", example: str = "report.xlsx", option: str = "-o"
) -> None:
    """Refuses a path that no such file can be written to.

    Raises `UnusablePath` or `WouldOverwrite`, before the work begins.
    what, example : the kind of file, and a name that one may have.
    option : the one that the path was given by.
    """
    suffix = Path(example).suffix
    if path.is_dir():
        raise UnusablePath(f"{path} is a folder. Name the file in it: {option} {path / example}")
    if path.suffix.lower() != suffix:
        raise UnusablePath(f"{path}: {what} ends in {suffix}. Try {option} {path.with_suffix(suffix)}")
    check_parent(path.parent, f"write elsewhere with {option}")
    refuse_existing(path, force, f"write elsewhere with {option}")


def place_of_copy(source: Path, output: str | None, force: bool, example: str) -> Path:
    """Where to write what a command makes of a workbook.

    Over the workbook itself where no other place is named: what is wrong with it is told first, then `refuse_existing`
    says that it exists.
    output : what -o names, which is refused here.
    example : a name that the copy may have, without its ending.
    """
    if output is None:
        return source
    kind = source.suffix.lower() or ".xlsx"
    check_output_file(Path(output), force, f"a copy of {source.name}", f"{example}{kind}")
    return Path(output)


def check_output_folder(folder: Path, elsewhere: str = ELSEWHERE, cure: str = "") -> None:
    """Refuses a path that can be no folder of written files.

    The folder itself need not exist, but the one that it is to be in.
    cure : what a message says where a file has its name, in place of the usual.
    """
    if folder.is_dir():
        return
    if folder.exists():
        raise UnusablePath(f"{folder} is not a folder. {cure or sentence(elsewhere)}")
    check_parent(folder.parent, elsewhere)


def refuse_existing(path: Path, force: bool, elsewhere: str = ELSEWHERE) -> None:
    """Refuses to replace a file without ``--force``.

    Even with it what is no file, or is open in a program.
    """
    if path.exists() and not path.is_file():
        raise UnusablePath(f"{path} is not a file. {sentence(elsewhere)}")
    if path.exists() and not force:
        raise would_overwrite(path, elsewhere)
    if path.exists():
        refuse_open(path, elsewhere)


def would_overwrite(path: Path, elsewhere: str = ELSEWHERE) -> WouldOverwrite:
    """The refusal to replace a file, with the option that allows it."""
    return WouldOverwrite(f"{path} exists. Overwrite it with --force{f', or {elsewhere}' if elsewhere else ''}.")


def open_in_excel(path: Path, elsewhere: str = ELSEWHERE) -> UnusablePath:
    """The refusal to replace a file that Excel holds open."""
    return UnusablePath(f"{path} is open in Excel. Close it and run again{f', or {elsewhere}' if elsewhere else ''}.")


def refuse_open(path: Path, elsewhere: str = ELSEWHERE) -> None:
    """Refuses to replace a file that Excel or LibreOffice holds open.

    They put a file beside it that says so.
    """
    if path.with_name(f"~${path.name}").exists():
        raise open_in_excel(path, elsewhere)
    lock = path.with_name(f".~lock.{path.name}#")
    if lock.exists():
        raise UnusablePath(
            f"{path} is open in LibreOffice. Close it and run again{f', or {elsewhere}' if elsewhere else ''}. "
            f"If LibreOffice does not run, delete {lock}"
        )


def sentence(words: str) -> str:
    """Words as a sentence; nothing stays nothing."""
    return f"{words[0].upper()}{words[1:]}." if words else ""


def check_parent(folder: Path, elsewhere: str = ELSEWHERE) -> None:
    """Refuses a folder that does not exist."""
    if folder.is_dir():
        return
    if folder.exists():
        raise UnusablePath(f"{folder} is not a folder. {sentence(elsewhere)}")
    raise UnusablePath(f"The folder {folder} does not exist. Create it, or {elsewhere}.")
