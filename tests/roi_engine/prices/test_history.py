"""New prices after old ones: nothing that was known is lost, and a figure has one value on each day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from roi_engine.prices.history import with_history
from roi_engine.prices.price_row import PriceRow

JANUARY, MARCH, MAY, JULY = (date(2026, month, 1) for month in (1, 3, 5, 7))


def row(value: float, start: date | None = None, end: date | None = None, *, name: str = "mine", kind: str = "input",
        source: str = "a list", read_on: date = JANUARY) -> PriceRow:  # fmt: skip
    return PriceRow(name, "", kind, value, "USD", start, end, source, read_on)


def periods(rows: list[PriceRow]) -> list[tuple[float, date | None, date | None]]:
    return [(each.value, each.from_date, each.to_date) for each in rows]


def test_a_model_that_is_new_has_no_known_start() -> None:
    rows, changes = with_history([], [row(2)], MARCH)
    assert periods(rows) == [(2, None, None)]
    assert (changes.new, changes.changed, changes.read_again) == ({"mine"}, set(), set())


def test_another_price_ends_the_one_before() -> None:
    rows, changes = with_history([row(2)], [row(3, source="new list", read_on=MARCH)], MARCH)
    assert periods(rows) == [(2, None, MARCH), (3, MARCH, None)]
    assert [each.source for each in rows] == ["a list", "new list"]
    assert (changes.new, changes.changed, changes.read_again) == (set(), {"mine"}, set())


def test_the_same_price_is_only_read_again() -> None:
    rows, changes = with_history([row(2)], [row(2, source="new list", read_on=MARCH)], MARCH)
    assert periods(rows) == [(2, None, None)]
    assert (rows[0].source, rows[0].read_on) == ("new list", MARCH)
    assert (changes.new, changes.changed, changes.read_again) == (set(), set(), {"mine"})


def test_an_older_reading_of_the_same_price_makes_it_no_older() -> None:
    rows, _ = with_history([row(2, read_on=MAY)], [row(2, read_on=MARCH)], MARCH)
    assert rows[0].read_on == MAY


def test_a_second_import_on_the_same_day_replaces_the_first() -> None:
    rows, _ = with_history([row(2, None, MARCH), row(3, MARCH)], [row(4)], MARCH)
    assert periods(rows) == [(2, None, MARCH), (4, MARCH, None)]


def test_a_price_that_is_announced_for_later_stays() -> None:
    rows, _ = with_history([row(2, None, MAY), row(3, MAY)], [row(1)], MARCH)
    assert periods(rows) == [(2, None, MARCH), (1, MARCH, MAY), (3, MAY, None)]


def test_a_price_after_the_last_period_has_ended() -> None:
    rows, _ = with_history([row(2, None, MARCH)], [row(1)], MAY)
    assert periods(rows) == [(2, None, MARCH), (1, MAY, None)]


def test_a_period_with_both_ends_takes_its_place_among_the_others() -> None:
    rows, _ = with_history([row(2)], [row(1, MARCH, MAY)], JULY)
    assert periods(rows) == [(2, None, MARCH), (1, MARCH, MAY), (2, MAY, None)]


def test_other_kinds_and_models_stay_and_names_are_alike_whatever_their_case() -> None:
    other, output = row(9, name="other"), row(8, kind="output")
    rows, changes = with_history([row(2), output, other], [row(3, name="MINE")], MARCH)
    assert other in rows and output in rows
    assert periods([each for each in rows if each.kind == "input" and each != other]) == [
        (2, None, MARCH),
        (3, MARCH, None),
    ]
    assert changes.changed == {"MINE"}


def test_a_model_with_one_changed_figure_is_not_also_as_before() -> None:
    old = [row(2), row(8, kind="output")]
    _, changes = with_history(old, [row(2), row(9, kind="output")], MARCH)
    assert (changes.changed, changes.read_again) == ({"mine"}, set())


days = st.integers(0, 40).map(lambda number: JANUARY + timedelta(days=number))
imports = st.lists(st.tuples(st.integers(1, 4), days), min_size=1, max_size=12)


@given(imports)
def test_after_any_imports_each_day_has_at_most_one_price_and_the_day_of_the_import_has_its_own(steps) -> None:  # type: ignore[no-untyped-def]
    rows: list[PriceRow] = []
    for value, day in steps:
        rows, _ = with_history(rows, [row(value)], day)
        assert [each.value for each in rows if each.holds_on(day)] == [value]
        spans = sorted((each.from_date or date.min, each.to_date or date.max) for each in rows)
        assert all(start < end for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
