"""Workbook files as nobody made them: damaged, mutilated and hostile, each from a seed."""

from __future__ import annotations

import io
import random
import resource
import signal
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from lxml import etree

from roi_engine import load_scenario
from roi_engine.errors import FtRoiError
from templates.returned.reading import read_workbook
from tests.builds import build_workbook
from tests.workbook_cells import SAMPLES
from tests.workbook_edits import package_of, parts_of

SECONDS, MEGABYTES = 20, 300
"""Seconds of processor time after which reading a file is stopped as hanging, and the memory that it may take beyond
that of the program. How long the slowest file takes is measured by benchmarks/mutated_packages.py.
"""
ODD_TEXTS = (
    "", "-1", "0", "999999999999", "1e309", "NaN", "#REF!", "A1048577:XFD9999999", "XFD1048576", "../../x", "[1]x!A1",
    "'", '"', "x" * 40_000, "\u202e", "{0}", "%s", "=1+1", "Inputs!$A:$A", "Inputs!#REF!", "INDIRECT(\"x\")",
)  # fmt: skip

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Outcome:
    """What became of a mutated package."""

    seed: int
    mutation: str
    result: str
    seconds: float


class TookTooLong(BaseException):
    """Reading went past its time."""


@cache
def originals() -> tuple[bytes, ...]:
    """Our own workbooks: an edition each, and one of several scenarios."""
    sample = load_scenario(SAMPLES / "support-classifier.toml")
    other = sample.with_inputs(months=36).model_copy(update={"name": "Three years"})
    return (
        build_workbook(sample, edition="wired"),
        build_workbook(sample, edition="native"),
        build_workbook(sample, edition="native", others=[other]),
    )


def _flip(content: bytes, chance: random.Random, most: int = 20) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, most)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _of_parts(change: Callable[[Parts, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def mutate(content: bytes, chance: random.Random) -> bytes:
        parts = parts_of(content)
        change(parts, chance)
        return package_of(parts)

    return mutate


def _any_part(parts: Parts, chance: random.Random) -> str:
    """A part, those that say where everything is more often than others."""
    telling = [name for name in parts if name.endswith((".rels", "workbook.xml", "[Content_Types].xml"))]
    return chance.choice(telling if chance.random() < 0.3 else list(parts))


def _bits_of_a_part(parts: Parts, chance: random.Random) -> None:
    name = _any_part(parts, chance)
    parts[name] = _flip(parts[name], chance)


def _elements(parts: Parts, chance: random.Random) -> None:
    """Elements of a part removed, doubled, renamed, or given odd attributes and texts."""
    name = _any_part(parts, chance)
    root = etree.fromstring(parts[name])
    everything = list(root.iter(etree.Element))
    for _ in range(chance.randint(1, 8)):
        element: Any = chance.choice(everything)
        parent = element.getparent()
        deed = chance.randrange(5)
        if deed == 0 and parent is not None:
            parent.remove(element)
        elif deed == 1 and parent is not None:
            parent.append(etree.fromstring(etree.tostring(element)))
        elif deed == 2:
            element.tag = "odd"
        elif deed == 3 and element.attrib:
            element.set(chance.choice(list(element.attrib)), _xml_text(chance))
        else:
            element.text = _xml_text(chance)
    parts[name] = etree.tostring(root)


def _xml_text(chance: random.Random) -> str:
    return chance.choice(ODD_TEXTS)


def _names(parts: Parts, chance: random.Random) -> None:
    """Defined names that point anywhere."""
    root = etree.fromstring(parts["xl/workbook.xml"])
    for name in root.iter("{*}definedName"):
        if chance.random() < 0.2:
            name.text = _xml_text(chance)
    parts["xl/workbook.xml"] = etree.tostring(root)


def _missing(parts: Parts, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        parts.pop(_any_part(parts, chance), None)


def _swapped(parts: Parts, chance: random.Random) -> None:
    one, other = _any_part(parts, chance), _any_part(parts, chance)
    parts[one], parts[other] = parts[other], parts[one]


def _entities(parts: Parts, chance: random.Random) -> None:
    lines = ['<!DOCTYPE x [<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)]
    parts[_any_part(parts, chance)] = ("".join([*lines, "]><x>&a11;</x>"])).encode()


def _deep(parts: Parts, chance: random.Random) -> None:
    depth = chance.choice((200, 5_000, 200_000))
    parts[_any_part(parts, chance)] = b"<x>" * depth + b"</x>" * depth


def _bomb(parts: Parts, chance: random.Random) -> None:
    parts[_any_part(parts, chance)] = b"<x>" + b" " * (chance.choice((60, 150)) << 20) + b"</x>"


def _far_cells(parts: Parts, chance: random.Random) -> None:
    """A sheet of huge size: cells at the ends, rows beyond them, areas of everything."""
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    name = chance.choice(sheets)
    address = chance.choice(("XFD1048576", "XFE1", "A9999999999", "AAAAAA1", "A0", "1A"))
    row = f'<row r="{chance.choice((1048576, 10**12, -5))}"><c r="{address}"><v>1</v></c></row>'.encode()
    many = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(100, 100 + chance.choice((1, 50_000)))
    )
    parts[name] = parts[name].replace(b"</sheetData>", many + row + b"</sheetData>")


def _twice(content: bytes, chance: random.Random) -> bytes:
    """The same name twice in the archive, and odd names."""
    written = io.BytesIO(content)
    with zipfile.ZipFile(written, "a") as package:
        for name in (chance.choice(package.namelist()), "../../etc/x", "C:\\x", "xl\\workbook.xml"):
            package.writestr(name, b"<x/>")
    return written.getvalue()


def _torn(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _noise(content: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (b"", b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1") * 64, zlib.compress(content), b"a,b\n1,2")
    )


MUTATIONS: dict[str, tuple[int, Callable[[bytes, random.Random], bytes]]] = {
    "bits of the file": (14, _flip),
    "torn off": (6, _torn),
    "bits of a part": (18, _of_parts(_bits_of_a_part)),
    "elements": (24, _of_parts(_elements)),
    "names": (10, _of_parts(_names)),
    "parts missing": (8, _of_parts(_missing)),
    "parts swapped": (6, _of_parts(_swapped)),
    "entities": (2, _of_parts(_entities)),
    "nesting": (3, _of_parts(_deep)),
    "bomb": (1, _of_parts(_bomb)),
    "far cells": (4, _of_parts(_far_cells)),
    "names in the archive": (2, _twice),
    "something else": (2, _noise),
}
"""Kinds of mutation: how often, and what it does."""


def mutated(seed: int) -> tuple[str, bytes]:
    """The mutation of a seed, and the package."""
    chance = random.Random(seed)
    kind = chance.choices(list(MUTATIONS), [weight for weight, _ in MUTATIONS.values()])[0]
    return kind, MUTATIONS[kind][1](chance.choice(originals()), chance)


def outcome(seed: int) -> Outcome:
    """Reads the package of a seed, in limited processor time, and says what became of it."""
    kind, content = mutated(seed)
    signal.signal(signal.SIGPROF, _stop)
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        reading = read_workbook(content)
        result = "read" if reading.scenario is not None else "problems"
    except FtRoiError:
        result = "refused"
    except (Exception, TookTooLong):
        result = traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - started
    return Outcome(seed, kind, result, seconds)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TookTooLong


def limit_memory() -> None:
    """What a process may take beyond its size after making the originals and loading the reader."""
    read_workbook(originals()[0])
    bomb = 160 << 20  # the mutation itself holds the bomb before it is packed
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    size = pages * resource.getpagesize() + (MEGABYTES << 20) + bomb
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
