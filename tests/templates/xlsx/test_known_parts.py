"""Parts that workbooks of one template share are read once, and within the limits each time."""

from __future__ import annotations

import pytest

from roi_engine import REFERENCE
from templates.returned.reading import read_workbook
from templates.xlsx import untrusted_package
from templates.xlsx.stored_cells import StoredWorkbook
from templates.xlsx.untrusted_package import UnreadableWorkbook, open_package
from tests.builds import build_workbook
from tests.workbook_edits import package_of, parts_of

STYLES = "xl/styles.xml"
MADE = build_workbook(REFERENCE, edition="native")


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(untrusted_package, "_KNOWN", {})


def opened(content: bytes) -> StoredWorkbook:
    return StoredWorkbook(open_package(content))


def changed(old: str, new: str) -> bytes:
    parts = parts_of(MADE)
    assert old.encode() in parts[STYLES]
    return package_of({**parts, STYLES: parts[STYLES].replace(old.encode(), new.encode(), 1)})


def test_equal_parts_are_read_once_and_a_changed_one_anew():
    one, same, other = opened(MADE), opened(MADE), opened(changed("<fonts ", "<fonts  "))
    assert one.looks is same.looks
    assert one.looks is not other.looks
    assert one.names == same.names and one.names is not same.names


def test_a_part_counts_as_often_as_it_is_met():
    one, same = opened(MADE), opened(MADE)
    assert one.looks and same.looks
    assert same.package.elements == one.package.elements
    assert same.package.elements[STYLES] > 100


def test_what_is_known_lifts_no_limit(monkeypatch):
    elements = opened(MADE).package.elements
    assert opened(MADE).looks
    monkeypatch.setattr(untrusted_package, "MOST_ELEMENTS", sum(elements.values()) - 1)
    with pytest.raises(UnreadableWorkbook, match="It holds too much"):
        opened(MADE)


def test_few_and_small_parts_are_kept(monkeypatch):
    monkeypatch.setattr(untrusted_package, "MOST_KNOWN", 3)
    for blanks in range(1, 6):
        assert opened(changed("<fonts ", f"<fonts{' ' * blanks}")).looks
        assert len(untrusted_package._KNOWN) <= 3
    monkeypatch.setattr(untrusted_package, "LARGEST_KNOWN", 10)
    untrusted_package._KNOWN.clear()
    assert read_workbook(MADE).scenario
    assert not untrusted_package._KNOWN


def test_a_part_that_is_refused_is_refused_again():
    for _ in range(2):
        with pytest.raises(UnreadableWorkbook, match="damaged"):
            read_workbook(changed("</styleSheet>", ""))
