"""Price tables as CSV: what is read, what is refused with which words, and that writing gives it back."""

from __future__ import annotations

from datetime import date

import pytest

from roi_engine.errors import PriceTableError
from roi_engine.prices.price_file import COLUMNS, read_rows, rows_as_csv
from roi_engine.prices.price_row import GPU_FACT_KINDS
from roi_engine.prices.price_tables import SHIPPED, shipped_tables

DAY = date(2026, 8, 5)


def read(*lines: str, titles: str = "name,kind,value,currency,from_date,to_date") -> list:
    return read_rows("\n".join([titles, *lines]) + "\n", "mine.csv", source="offer", read_on=DAY)


def problems(*lines: str, **more: str) -> list[str]:
    with pytest.raises(PriceTableError) as caught:
        read(*lines, **more)
    return [str(each) for each in caught.value.problems]


def test_a_row_with_what_stands_for_its_empty_cells() -> None:
    (row,) = read("mine,Input,2.5,,,")
    assert (row.name, row.kind, row.value, row.currency, row.from_date, row.to_date) == (
        "mine", "input", 2.5, "USD", None, None,
    )  # fmt: skip
    assert (row.source, row.read_on, row.vendor) == ("offer", DAY, "")


def test_columns_in_any_order_and_with_semicolons() -> None:
    (row,) = read("2,batch input,mine", titles="Value;kind;Name".replace(";", ","))
    assert (row.name, row.kind, row.value) == ("mine", "batch_input", 2)
    (row,) = read("mine;hourly_low;2;eur", titles="name;kind;value;currency")
    assert (row.kind, row.currency) == ("hourly_low", "EUR")


def test_a_figure_that_is_no_money_has_no_currency() -> None:
    (row,) = read("mine,memory_gb,80,USD,,")
    assert row.currency == ""


def test_periods_are_half_open() -> None:
    old, new = read("mine,input,2,,,2026-01-01", "mine,input,3,,2026-01-01,")
    assert old.holds_on(date(2025, 12, 31)) and not old.holds_on(date(2026, 1, 1))
    assert new.holds_on(date(2026, 1, 1)) and not new.holds_on(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",input,2,,,", "mine.csv, line 2, name: Missing"),
        ("mine,inptu,2,,,", 'There is no kind "inptu". Did you mean "input"?'),
        ("mine,input,,,,", "line 2, value: Missing"),
        ("mine,input,-2,,,", "-2 is negative"),
        ("mine,input,free,,,", '"free" is not a number'),
        ("mine,input,nan,,,", "nan is not a finite number"),
        ("mine,input,2,DOLLAR,,", '"DOLLAR" is no currency of ISO 4217'),
        ("mine,input,2,,5.8.2026,", 'from_date: "5.8.2026" is no date. Write year-month-day'),
        ("mine,input,2,,2026-02-30,", "is no date"),
        ("mine,input,2,,2026-08-05,2026-08-05", "to_date: 2026-08-05 is not after 2026-08-05"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(line: str, words: str) -> None:
    (problem,) = problems(line)
    assert words in problem


def test_all_problems_at_once() -> None:
    found = problems("mine,input,-1,XXX,,", "mine,output,x,,never,", "yours,input,1,,,")
    assert [each.split(":")[0] for each in found] == [
        "mine.csv, line 2, value",
        "mine.csv, line 2, currency",
        "mine.csv, line 3, value",
        "mine.csv, line 3, from_date",
    ]


def test_a_long_list_of_problems_is_cut_when_it_is_told() -> None:
    with pytest.raises(PriceTableError) as caught:
        read(*(f"m{number},input,-1,,," for number in range(500)))
    assert len(caught.value.problems) == 500
    told = str(caught.value).splitlines()
    assert (len(told), told[-1]) == (21, "… and 480 more.")


def test_one_figure_has_one_value_on_a_day() -> None:
    assert problems("mine,input,1,,,", "Mine,input,2,,,") == [
        "mine.csv, line 3: mine, input: the period meets that of line 2. "
        "Keep one of the two, or end the earlier one with to_date."
    ]
    assert problems("mine,input,1,,,2026-02-01", "mine,input,2,,2026-01-31,")
    assert len(read("mine,input,1,,,2026-01-31", "mine,input,2,,2026-01-31,")) == 2


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        ("name,kind", "Missing columns: value"),
        ("name,kind,value,prize", 'There is no column "prize"'),
        ("name,kind,value,value", 'The column "value" stands twice'),
        ("", "Missing columns: name, kind, value"),
    ],
)
def test_wrong_titles(titles: str, words: str) -> None:
    assert words in problems(titles=titles)[0]


def test_a_file_of_its_own_needs_source_and_date() -> None:
    with pytest.raises(PriceTableError, match="source: Missing"):
        read_rows("name,kind,value,read_on\nmine,input,2,2026-01-01\n", "mine.csv")
    with pytest.raises(PriceTableError, match="read_on: Missing"):
        read_rows("name,kind,value,source\nmine,input,2,offer\n", "mine.csv")


def test_what_is_written_is_read_back() -> None:
    rows = list(shipped_tables().rows)
    assert read_rows(rows_as_csv(rows), "again.csv") == rows


def test_every_row_that_is_shipped_says_who_and_when() -> None:
    for file in SHIPPED:
        assert file.read_text("utf-8").startswith(",".join(COLUMNS) + "\n")
    for row in shipped_tables().rows:
        assert len(row.source) >= 5 and date(2025, 1, 1) <= row.read_on <= date(2026, 12, 31)
        assert row.currency == ("" if row.kind in GPU_FACT_KINDS else "USD")
