"""Packages as zip archives: written so that the same parts give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

EARLIEST, LATEST = datetime(1980, 1, 1), datetime(2107, 12, 31, 23, 59, 58)
"""The times that a zip can tell."""
MS_DOS, UNIX = 0, 3
"""The systems that an entry may say it was made on."""
OWNER_ONLY, EVERYBODY_READS = 0o600, 0o644


def zipped(
    parts: Mapping[str, bytes | str],
    time: datetime = EARLIEST,
    *,
    system: int = UNIX,
    permissions: int = EVERYBODY_READS,
    unpacked: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A zip of the parts in their order.

    parts : the content of each part by its name.
    time : the time of every entry; one that a zip cannot tell becomes the nearest that it can.
    system : the system that the entries say they were made on.
    permissions : the permissions of the entries on Unix.
    unpacked : parts that come first and are stored as they are.

    Its bytes depend on nothing else than what is given.
    """
    moment = min(max(time.replace(tzinfo=None), EARLIEST), LATEST)
    entries: list[tuple[ZipInfo, bytes | str]] = []
    stored = unpacked or {}
    for name, content in {**stored, **parts}.items():
        entry = ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
        entry.compress_type = ZIP_STORED if name in stored else ZIP_DEFLATED
        entry.create_system, entry.external_attr = system, permissions << 16
        entries.append((entry, content))
    return zip_of(entries)


def zip_of(entries: Iterable[tuple[ZipInfo, bytes | str]]) -> bytes:
    """A zip of entries, each packed as its description says."""
    package = io.BytesIO()
    with ZipFile(package, "w") as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return package.getvalue()


class ZipAtOneTime(ZipFile):
    """A zip that openpyxl writes into, whose entries all have one time.

    file : what it is written to. time : of every entry.
    finished : gives the content of a part from its name and what openpyxl has for it.
    copied : copies a part that lies in a file: its name, where it is read and written.
    """

    def __init__(
        self,
        file: IO[bytes],
        time: datetime,
        finished: Callable[[str, Any], Any],
        copied: Callable[[str, IO[bytes], IO[bytes]], None],
    ) -> None:
        super().__init__(file, "w", ZIP_DEFLATED, allowZip64=True)
        self.moment, self.finished, self.copied = time, finished, copied

    def _entry(self, name: str) -> ZipInfo:
        plain = min(max(self.moment.replace(tzinfo=None), EARLIEST), LATEST)
        entry = ZipInfo(name, (plain.year, plain.month, plain.day, plain.hour, plain.minute, plain.second))
        entry.compress_type = ZIP_DEFLATED
        return entry

    def writestr(self, name: Any, data: Any, *_: Any, **__: Any) -> None:  # type: ignore[override]
        """Writes a part that is there as a whole."""
        part = name if isinstance(name, str) else name.filename
        super().writestr(self._entry(part), self.finished(part, data))

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Writes a part that lies in a file."""
        with open(filename, "rb") as source, self.open(self._entry(arcname), "w", force_zip64=True) as target:
            self.copied(arcname, source, target)


def copy_of(entry: ZipInfo) -> ZipInfo:
    """The description of an entry for another zip.

    It keeps the entry's name, time, packing and permissions.
    """
    copied = ZipInfo(entry.filename, entry.date_time)
    copied.compress_type, copied.external_attr = entry.compress_type, entry.external_attr
    return copied


def unzipped(package: bytes) -> dict[str, bytes]:
    """The parts of a package that this program has just made."""
    with ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
