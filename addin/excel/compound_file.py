"""A compound file, the file system in a file that holds a VBA project.

As [MS-CFB] has it: version 3, sectors of 512 bytes.

The file is: header, sector allocation table (FAT), directory, mini allocation table, mini stream (streams under
4,096 bytes in pieces of 64), the other streams.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

SECTOR, MINI_SECTOR, MINI_STREAM_CUTOFF = 512, 64, 4096
END_OF_CHAIN, FREE, FAT_SECTOR, NO_STREAM = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
FAT_SECTORS_IN_HEADER = 109
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1

Storage = Mapping[str, "bytes | Storage"]


@dataclass
class _Entry:
    """A directory entry (2.6.1)."""

    name: str
    kind: int
    content: bytes = b""
    colour: int = BLACK
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM
    start: int = 0
    size: int = 0

    def packed(self) -> bytes:
        name = (self.name + "\0").encode("utf-16-le")
        if len(name) > 64:
            raise ValueError(f"{self.name}: a name in a compound file has 31 characters at most")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            *(name, len(name), self.kind, self.colour, self.left, self.right, self.child, UUID(int=0).bytes_le),
            *(0, 0, 0, self.start, self.size),
        )


def compound_file(root: Storage) -> bytes:
    """The bytes of a compound file, the same each time.

    A member that is bytes becomes a stream, a mapping a storage.
    """
    entries = [_Entry("Root Entry", ROOT)]
    _add_children(entries, 0, root)
    small = [each for each in entries if each.kind == STREAM and each.content and _is_small(each)]
    large = [each for each in entries if each.kind == STREAM and not _is_small(each)]

    mini_stream, mini_table = b"", _Table()
    for entry in small:
        entry.start = mini_table.chain(_pieces(entry.content, MINI_SECTOR))
        mini_stream += _padded(entry.content, MINI_SECTOR)

    directory_size = -(-len(entries) * 128 // SECTOR)
    mini_table_bytes = _padded(mini_table.packed(), SECTOR, b"\xff")
    sizes = [directory_size, len(mini_table_bytes) // SECTOR, _pieces(mini_stream, SECTOR)]
    sizes += [_pieces(entry.content, SECTOR) for entry in large]
    fat_size = _fat_sectors(sum(sizes))

    table = _Table([FAT_SECTOR] * fat_size)
    directory_start, mini_table_start, mini_stream_start, *starts = (table.chain(size) for size in sizes)
    for entry, start in zip(large, starts, strict=True):
        entry.start = start
    for entry in entries:
        entry.size = len(entry.content)
        if entry.kind == STREAM and not entry.content:
            entry.start = END_OF_CHAIN
    entries[0].start, entries[0].size = mini_stream_start, len(mini_stream)

    header = struct.pack(
        "<8s16s5H6sIIIIIIIII",
        *(bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, fat_size, directory_start, 0, MINI_STREAM_CUTOFF),
        *(mini_table_start, len(mini_table_bytes) // SECTOR, END_OF_CHAIN, 0),
    )
    fat_places = struct.pack(f"<{FAT_SECTORS_IN_HEADER}I", *range(fat_size), *[FREE] * (109 - fat_size))
    free_entry = struct.pack("<64sHBBIII", b"", 0, 0, 0, NO_STREAM, NO_STREAM, NO_STREAM).ljust(128, b"\0")
    directory = b"".join(entry.packed() for entry in entries)
    directory += free_entry * (directory_size * SECTOR // 128 - len(entries))
    return b"".join(
        [
            header + fat_places,
            _padded(table.packed(), SECTOR, b"\xff"),
            directory,
            mini_table_bytes,
            _padded(mini_stream, SECTOR),
            *(_padded(entry.content, SECTOR) for entry in large),
        ]
    )


def _is_small(entry: _Entry) -> bool:
    return len(entry.content) < MINI_STREAM_CUTOFF


@dataclass
class _Table:
    """An allocation table (2.3): for each sector the next one of its chain."""

    next: list[int] = field(default_factory=list)

    def chain(self, sectors: int) -> int:
        """Appends a chain; returns where it starts."""
        start = len(self.next)
        if not sectors:
            return END_OF_CHAIN
        self.next += [*range(start + 1, start + sectors), END_OF_CHAIN]
        return start

    def packed(self) -> bytes:
        return struct.pack(f"<{len(self.next)}I", *self.next)


def _pieces(content: bytes, size: int) -> int:
    return -(-len(content) // size)


def _padded(content: bytes, size: int, filler: bytes = b"\0") -> bytes:
    return content + filler * (-len(content) % size)


def _fat_sectors(others: int) -> int:
    """How many sectors the table fills that describes the other sectors and itself."""
    size = 1
    while size * (SECTOR // 4) < others + size:
        size += 1
    if size > FAT_SECTORS_IN_HEADER:
        raise ValueError("more than 6.8 MB do not fit into a compound file without a second table of tables (2.5)")
    return size


def _add_children(entries: list[_Entry], parent: int, storage: Storage) -> None:
    """Adds the members of a storage, and the tree that it points to (2.6.4)."""
    at: dict[str, int] = {}
    for name, content in storage.items():
        at[name] = len(entries)
        if isinstance(content, bytes):
            entries.append(_Entry(name, STREAM, content))
        else:
            entries.append(_Entry(name, STORAGE))
            _add_children(entries, at[name], content)
    places = [at[name] for name in sorted(at, key=lambda name: (len(name.encode("utf-16-le")), name.upper()))]
    entries[parent].child = _tree(entries, places, 0, len(places).bit_length() - 1)


def _tree(entries: list[_Entry], places: list[int], depth: int, full: int) -> int:
    """A red-black tree of sorted entries: halved; the level not full is red."""
    if not places:
        return NO_STREAM
    middle = len(places) // 2
    entry = entries[places[middle]]
    entry.colour = RED if depth == full and depth else BLACK
    entry.left = _tree(entries, places[:middle], depth + 1, full)
    entry.right = _tree(entries, places[middle + 1 :], depth + 1, full)
    return places[middle]
