"""Writing a file so that an old one is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import time
import zlib
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO

from addin.shell.failures import Failure, UnusablePath
from addin.shell.output_path import ELSEWHERE, open_in_excel, sentence, would_overwrite

_IN_USE = (5, 32)
"""What Windows says (access denied, sharing violation) about a file that a program holds open."""
_TEMPORARY = re.compile(r"\.ft-roi-(?P<computer>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{8}\.tmp")
_DAY = 86_400.0
_TRIES = 40


def write_file(path: Path, content: bytes, force: bool, elsewhere: str = ELSEWHERE) -> None:
    """Writes a file that is known as a whole: see `new_file`."""
    with new_file(path, force, elsewhere) as file:
        file.write(content)


@contextlib.contextmanager
def new_file(path: Path, force: bool, elsewhere: str = ELSEWHERE) -> Iterator[BinaryIO]:
    """A temporary file in the same folder, which gets the name in the end.

    path : a link is followed, its target replaced.
    force : whether a file of that name is replaced, one that appeared a moment ago too.
    elsewhere : what a message says can be done instead.

    On any exception the old file is untouched and the temporary one is gone. Nobody may read the temporary one who may
    not read the old one. What a killed run left in the folder is taken away.
    """
    target = Path(os.path.realpath(path))
    _clear_leftovers(target.parent)
    temporary = _temporary_in(target.parent)
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else None
        with open(temporary, "xb", opener=partial(os.open, mode=0o666 if mode is None else mode)) as file:
            if mode is not None:  # also what the umask took away
                os.chmod(temporary, mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(temporary, target)
        else:
            _give_new_name(temporary, target)
    except FileExistsError:
        raise would_overwrite(path, elsewhere) from None
    except OSError as error:
        if error.filename not in (None, str(temporary), str(target)):  # of another file, read meanwhile
            raise
        raise _not_written(path, error, elsewhere) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder within another, for files that belong together.

    They are moved into the other when all are written. It is made where it does not exist, and taken away again where
    an exception leaves nothing in it. What a killed run left is taken away.
    """
    folder = Path(os.path.abspath(folder))
    made = not folder.exists()
    folder.mkdir(exist_ok=True)
    _clear_leftovers(folder)
    temporary = _temporary_in(folder)
    try:
        temporary.mkdir()
        yield temporary
    finally:
        _remove(temporary)
        if made:
            with contextlib.suppress(OSError):  # where something is in it
                folder.rmdir()


def _remove(folder: Path) -> None:
    """Removes a folder, into which another program may still be writing."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def _temporary_in(folder: Path) -> Path:
    return folder / f".ft-roi-{_this_computer()}-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def _give_new_name(temporary: Path, target: Path) -> None:
    """Gives a file a new name; raises FileExistsError where something has it."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: an empty file keeps the name until ours takes it
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            os.replace(temporary, target)
        except BaseException:
            os.unlink(target)
            raise


@cache
def _clear_leftovers(folder: Path) -> None:
    """Takes away the temporary files and folders of runs that were killed.

    They are those of processes of this computer that have ended, and all that are older than a day.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _TEMPORARY.fullmatch(entry.name)
            if found is None:
                continue
            with contextlib.suppress(OSError):
                ended = found["computer"] == _this_computer() and not _is_running(int(found["process"]))
                if ended or time.time() - entry.stat(follow_symlinks=False).st_mtime > _DAY:
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path)
                    else:
                        os.unlink(entry.path)


def _this_computer() -> str:
    """A short name that tells apart computers that write into one folder."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_running(process: int) -> bool:
    if os.name != "posix":  # there is no harmless way to ask
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _not_written(path: Path, error: OSError, elsewhere: str) -> Failure:
    if isinstance(error, PermissionError) and path.exists() and getattr(error, "winerror", None) in _IN_USE:
        return open_in_excel(path, elsewhere)
    return UnusablePath(f"{path} cannot be written: {error.strerror or error}. {sentence(elsewhere)}")


def _sync_folder(folder: Path) -> None:
    """Makes the new name last through a power cut, where the system can."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
