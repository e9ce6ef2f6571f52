"""Hostile workbooks: each is read, or refused in a sentence, within two seconds and 300 MB; none misleads."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from roi_engine import REFERENCE
from roi_engine.errors import FtRoiError
from templates.returned.checked_workbook import check_workbook
from templates.returned.reading import read_workbook
from templates.returned.relinking import relink
from templates.xlsx.finishing import parts_by_title
from templates.xlsx.namespaces import SPREADSHEET
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package
from tests.hostile_workbooks import MADE, changed, sound, with_rows
from tests.slow_cases import some
from tests.workbook_defects import parts_of
from tests.workbook_edits import package_of

SECONDS, MEGABYTES = 2, 300
"""Of processor time on a quiet machine; of memory, for the program with all that it has loaded."""
LOAD = 10
"""How many times longer a machine under load may take: what hangs takes minutes, and a clock is no proof of less."""
FOREIGN = 'xmlns:x="urn:somebody"'


def measured(work: Callable[[bytes], Any], content: bytes) -> tuple[float, float, str]:
    """What one call took in a process of its own: seconds, megabytes more than before it, and how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            work(content)
            end = "done"
        except FtRoiError as problem:
            end = f"refused: {problem}"
        except BaseException as problem:
            end = f"{type(problem).__name__}: {problem}"
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        os.write(writer, f"{time.process_time() - started} {more} {end[:500]}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        seconds, more, end = told.read().split(" ", 2)
    os.waitpid(child, 0)
    return float(seconds), float(more), end


DEAR = {
    *("tags of 90,000 attributes", "a long text in 100,000 cells", "a text of a million letters in 100,000 cells"),
    *(
        "long formulas of (",
        "long formulas of '",
        "a number of 5,000 digits in brackets",
        "long formulas of [",
        "long formulas of [1]!",
        "long formulas of a.xl",
    ),
    *("a text of escapes in every title", "one formula of 990,000 brackets"),
}
"""What takes the longest, or tries what another one tries: for the full tests."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
@pytest.mark.parametrize("what", some(MADE, slow=MADE.keys() - DEAR))
def test_a_hostile_workbook_is_read_or_refused_within_limits(what: str) -> None:
    content = MADE[what]()
    for work in (read_workbook, check_workbook, relink):
        seconds, more, end = measured(work, content)
        assert end == "done" or end.startswith("refused: "), (work, end)
        assert seconds < SECONDS * LOAD, (work, seconds, end)
        assert more < MEGABYTES - 90, (work, more, end)


def cell_of(content: bytes, name: str) -> tuple[str, str, float]:
    """The sheet, the address and the value of an input's cell."""
    reading = read_workbook(content)
    place = reading.places[name]
    return place.sheet, place.address, float(reading.book.at(place).value or 0)


@pytest.mark.parametrize(
    "forged",
    [
        '<x:c {FOREIGN} r="{at}"><x:v>99</x:v></x:c>{cell}',
        '{cell}<x:c {FOREIGN} r="{at}"><x:v>99</x:v></x:c>',
        '{cell}<x:wrap {FOREIGN}><c r="{at}"><v>99</v></c></x:wrap>',
        '{cell}<extLst><ext><c r="{at}"><v>99</v></c></ext></extLst>',
        '<x:c {FOREIGN} r="{at}"><v>99</v></x:c>{cell}',
    ],
)
def test_elements_of_another_namespace_or_place_are_no_cells(forged: str) -> None:
    title, at, value = cell_of(sound(), "training_hours")
    parts = parts_of(sound())
    text = parts[parts_by_title(parts)[title]].decode()
    cell = text[text.index(f'<c r="{at}"') :].split("</c>")[0] + "</c>"
    hostile = changed(title, cell, forged.format(FOREIGN=FOREIGN, at=at, cell=cell))
    assert read_workbook(hostile).checked().training_hours == value == REFERENCE.training_hours


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="900"><c r="A900"><v>1</v></c><c r="A900"><v>2</v></c></row>',
        '<row r="900"><c r="A900"/><c r="A900"><v>2</v></c></row>',
        '<row r="900"><c r="A900"><v>1</v></c></row><row r="900"><c r="A900"><v>2</v></c></row>',
        '<row r="900"><c r="A900"><v>1</v><v>2</v></c></row>',
        '<row r="900"><c r="A900"><f>1</f><f>2</f><v>1</v></c></row>',
    ],
)
def test_a_cell_that_is_given_twice_is_damage(rows: str) -> None:
    book = read_workbook(with_rows(iter([rows]))).book
    with pytest.raises(UnreadableWorkbook, match=r"A900 of a sheet has two (cells|values or two formulas)\."):
        book.cells("Notes")


def test_a_relationship_or_a_part_of_two_sheets_is_damage() -> None:
    twice = '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    with pytest.raises(UnreadableWorkbook, match="damaged"):
        read_workbook(changed("xl/_rels/workbook.xml.rels", "</Relationships>", twice))
    with pytest.raises(UnreadableWorkbook, match="damaged"):
        read_workbook(MADE["19,000 names and 3,000 sheets"]())


@pytest.mark.parametrize("name", ["sheet%31.xml", "sheet1.xml#x", "./sheet1.xml"])
def test_a_part_whose_name_reads_as_another_s_is_refused(name: str) -> None:
    """Some programs show the one where others show the other."""
    parts = {"xl/worksheets/sheet1.xml": b"<worksheet/>", f"xl/worksheets/{name}": b"<worksheet/>"}
    with pytest.raises(UnreadableWorkbook, match="twice"):
        open_package(package_of(parts))


def test_many_merged_areas_are_refused_in_a_moment() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(900, 20_900))
    areas = "<mergeCells>" + '<mergeCell ref="A1:Z100000"/>' * 1_000 + "</mergeCells>"
    parts = parts_of(with_rows(iter([cells])))
    part = parts_by_title(parts)["Notes"]
    parts[part] = parts[part].replace(b"</sheetData>", b"</sheetData>" + areas.encode())
    start = time.process_time()
    with pytest.raises(UnreadableWorkbook, match="merges too many cells"):
        read_workbook(package_of(parts)).book.covered("Notes")
    assert time.process_time() - start < 2


def test_a_strict_workbook_is_read() -> None:
    title, _, value = cell_of(sound(), "training_hours")
    strict = changed(title, SPREADSHEET, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert read_workbook(strict).checked().training_hours == value


def test_control_characters_of_a_cell_are_a_problem_that_obeys_nothing() -> None:
    title, _, _ = cell_of(sound(), "training_hours")
    hostile = changed(title, "<t>per_token</t>", "<t>_x001B_]0;x_x0007__x009B_per_token</t>")
    (problem,) = read_workbook(hostile).problems
    assert str(problem).isprintable() and "control character" in str(problem) and "letter 1 (U+001B)" in str(problem)
