"""Quantities: what is a legal value, and the sentence when it is not."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roi_engine import INPUTS
from roi_engine import quantity as q
from roi_engine.errors import OutOfRange, WrongType
from roi_engine.inputs import unit_in_label
from roi_engine.quantity import Quantity, currency_code

ALL = [each for each in vars(q).values() if isinstance(each, Quantity)]
NUMERIC = [each for each in ALL if each.kind not in ("text", "date", "yes_no", "table")]


@pytest.mark.parametrize(
    ("quantity", "value", "sentence"),
    [
        (q.MONTHS, 0, "0 is below 1. Type a whole number from 1 to 600."),
        (q.MONTHS, 601, "601 is above 600. Type a whole number from 1 to 600."),
        (q.MONTHS, 12.5, "12.5 is not a whole number. Type 12 or 13."),
        (q.MONTHS, -0.5, "-0.5 is not a whole number. Type -1 or 0."),
        (q.COUNT, 0, "0 is below 1. Type a whole number of at least 1."),
        (q.MONEY, -1, "-1 is below 0. Type a number of at least 0."),
        (q.SHARE, 1.5, "1.5 is above 1. Did you mean 1.5 % (0.015)?"),
        (q.SHARE, 12, "12 is above 1. Did you mean 12 % (0.12)?"),
        (q.SHARE, 100, "100 is above 1. Did you mean 100 % (1)?"),
        (q.SHARE, 101, "101 is above 1. Type a number from 0 to 1."),
        (q.SHARE, -0.1, "-0.1 is below 0. Type a number from 0 to 1."),
        (q.IMPROVEMENT, 12, "12 is above 1. Did you mean 12 % (0.12)?"),
        (q.GROWTH, 1, "1 is not below 1. Type a number above -1 and below 1."),
        (q.GROWTH, 5, "5 is not below 1. Did you mean 5 % (0.05)?"),
        (q.GROWTH, -1, "-1 is not above -1. Type a number above -1 and below 1."),
        (q.ANNUAL_RATE, 12, "12 is above 3. Did you mean 12 % (0.12)?"),
        (q.ANNUAL_RATE, -1, "-1 is not above -1. Type a number above -1 and at most 3."),
        (q.PRICE_CHANGE, 10, "10 is above 9. Did you mean 10 % (0.1)?"),
        (q.UTILISATION, 0, "0 is not above 0. Type a number above 0 and at most 1."),
        (q.UTILISATION, 60, "60 is above 1. Did you mean 60 % (0.6)?"),
        (q.HOURS_PER_MONTH, 745, "745 is above 744. Type a number above 0 and at most 744."),
        (q.PEAK_FACTOR, 0.5, "0.5 is below 1. Type a number of at least 1."),
        (q.DECAY, 1, "1 is not below 1. Type a number of at least 0 and below 1."),
    ],
)
def test_a_number_out_of_range(quantity: Quantity, value: float, sentence: str) -> None:
    with pytest.raises(OutOfRange) as caught:
        quantity.check(value)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("24", '"24" is not a number. Type 24 without quotation marks.'),
        ("12 %", '"12 %" is not a number. Type a number of at least 0.'),
        ("12 apples", '"12 apples" is not a number. Type a number of at least 0.'),
        ("1,234.5", '"1,234.5" is not a number. Type 1234.5 without quotation marks.'),
        ("0,12", '"0,12" is not a number. Type 0.12 without quotation marks.'),
        ("5_000", '"5_000" is not a number. Type 5000 without quotation marks.'),
        ("a lot", '"a lot" is not a number.'),
        (True, "true is not a number."),
        (False, "false is not a number."),
        (None, "An empty value is not a number."),
        ([24], "A list is not a number."),
        (math.nan, "nan is not a finite number. Type a number of at least 0."),
        (math.inf, "inf is not a finite number. Type a number of at least 0."),
    ],
    ids=repr,
)
def test_what_is_no_number(value: Any, sentence: str) -> None:
    with pytest.raises(WrongType) as caught:
        q.MONEY.check(value)
    assert str(caught.value) == sentence


HINTS: list[tuple[Quantity, str, str]] = [
    (q.SHARE, "12 %", "Type 0.12 without quotation marks."),
    (q.SHARE, "24", "Did you mean 24 % (0.24)? Type the number without quotation marks."),
    (q.SHARE, "\uff11\uff12", "Did you mean 12 % (0.12)? Type the number without quotation marks."),
    (q.SHARE, "12 pp", "Did you mean 12 % (0.12)? Type the number without quotation marks."),
    (q.GROWTH, "100 %", "Type a number above -1 and below 1."),
    (q.GROWTH, "24 months", "Type a number above -1 and below 1."),
    (q.GROWTH, "10% per year", "Type a number above -1 and below 1."),
    (q.ANNUAL_RATE, "8", "Did you mean 8 % (0.08)? Type the number without quotation marks."),
    (q.ANNUAL_RATE, "1,5", "Did you mean 1.5 % (0.015) or 150 % (1.5)? Type the number without quotation marks."),
    (q.ANNUAL_RATE, "1% per month", "Type a number above -1 and at most 3."),
    (q.MONTHS, "2 years", "Did you mean 24 months? Type the number without quotation marks."),
    (q.MONTHS, "1 year", "Did you mean 12 months? Type the number without quotation marks."),
    (q.MONTHS, "18 months", "Did you mean 18? Type the number without quotation marks."),
    (q.MONTHS, "1 year 6 months", "Type a number from 1 to 600."),
    (q.MONTHS, "\uff12\uff14", "Type 24 without quotation marks."),
    (q.MONEY_PER_MONTH, "24k", "Did you mean 24000? Type the number without quotation marks."),
    (q.MONEY_PER_MONTH, "24k per year", "Did you mean 2000 a month? Type the number without quotation marks."),
    (q.MONEY_PER_MONTH, "$24k/yr", "Did you mean 2000 a month? Type the number without quotation marks."),
    (q.MONEY_PER_MONTH, "24 000 p.a.", "Did you mean 2000 a month? Type the number without quotation marks."),
    (q.MONEY_PER_MONTH, "2 years", "Type a number of at least 0."),
    (q.MONEY_PER_MONTH, "200-300", "Type a number of at least 0."),
    (q.CALLS, "5 million", "Did you mean 5000000? Type the number without quotation marks."),
    (q.CALLS, "5,00,000", "Type 500000 without quotation marks."),
    (q.CALLS, "5 lakh calls", "Did you mean 500000? Type the number without quotation marks."),
    (q.CALLS, "60k/day", "Did you mean 1825000 a month? Type the number without quotation marks."),
    (q.GPU_HOURS, "2 days", "Did you mean 48 GPU-hours? Type the number without quotation marks."),
    (q.GPU_HOUR_PRICE, "$1.50/hour", "Did you mean 1.5? Type the number without quotation marks."),
    (q.GIGABYTES, "2 TB", "Did you mean 2000 GB? Type the number without quotation marks."),
    (q.PRICE_PER_1K, "0.6 per million", "Type a number of at least 0."),
    (q.PRICE_PER_1K, "30 cents", "Type a number of at least 0."),
    (q.IMPROVEMENT, "12 pp",
     "Points of accuracy are not the share of errors that disappears: FT_ERRORCUT turns them into it."),
]  # fmt: skip


@pytest.mark.parametrize(("quantity", "text", "hint"), HINTS, ids=repr)
def test_the_hint_of_a_text_is_right_when_it_is_followed(quantity: Quantity, text: str, hint: str) -> None:
    """Where a word beside the figure is not understood, or is of another unit, there is no guess."""
    with pytest.raises(WrongType) as caught:
        quantity.check(text)
    assert str(caught.value) == f'"{text}" is not a number. {hint}'


def test_a_whole_number_beyond_all_floats_is_out_of_range() -> None:
    with pytest.raises(OutOfRange, match="too large"):
        q.MONEY.check(10**400)


def test_texts_and_choices() -> None:
    assert q.TEXT.check("calls") == "calls"
    with pytest.raises(WrongType, match="5 is not a text"):
        q.TEXT.check(5)
    assert q.SERVING.check(" Self-Hosted ") == "self_hosted"
    with pytest.raises(OutOfRange) as caught:
        q.SERVING.check("cloud")
    assert str(caught.value) == '"cloud" is not one of the choices. Choose "per_token" or "self_hosted".'
    with pytest.raises(WrongType, match=r"5 is not a text\. Choose"):
        q.STORAGE_TIMING.check(5)


@pytest.mark.parametrize("quantity", NUMERIC, ids=lambda each: each.name)
def test_bounds_are_legal_unless_open(quantity: Quantity) -> None:
    for bound, is_open in ((quantity.low, quantity.low_open), (quantity.high, quantity.high_open)):
        if math.isinf(bound):
            continue
        if is_open:
            with pytest.raises(OutOfRange):
                quantity.check(bound)
        else:
            assert quantity.check(bound) == bound


@given(st.sampled_from(NUMERIC), st.floats(allow_nan=False))
def test_a_clamped_number_is_legal(quantity: Quantity, value: float) -> None:
    clamped = quantity.clamp(value)
    if math.isfinite(clamped) and not quantity.whole:
        assert quantity.check(clamped) == clamped
    if not quantity.whole and math.isfinite(value):
        try:
            assert quantity.clamp(value) == quantity.check(value)
        except OutOfRange:
            assert clamped != value


@given(st.sampled_from([each for each in NUMERIC if not each.whole]), st.floats(-20, 20))
def test_a_legal_number_comes_back_as_the_float_it_is(quantity: Quantity, value: float) -> None:
    try:
        checked = quantity.check(value)
    except OutOfRange as error:
        assert str(error)[-1] in ".?"
    else:
        assert checked == value and isinstance(checked, float)


def test_whole_numbers_come_back_as_integers() -> None:
    assert isinstance(q.MONTHS.check(12.0), int) and isinstance(q.COUNT.check(3), int)
    assert isinstance(q.MONEY.check(3), float)


def test_names_are_unique_and_units_stand_in_the_currency() -> None:
    assert len({each.name for each in ALL}) == len(ALL) - 1  # ACCURACY is SHARE under another name
    assert q.GPU_HOUR_PRICE.unit_in("EUR") == "EUR / GPU-hour"
    assert all("{" not in each.unit_in("EUR") for each in ALL)


def test_every_input_states_its_range_in_words() -> None:
    for declared in INPUTS.values():
        words = declared.quantity.range_in_words
        assert words and "inf" not in words and "nan" not in words
    assert q.MONTHS.range_in_words == "from 1 to 600"
    assert q.IMPROVEMENT.range_in_words == "of at most 1"
    assert q.SIGNED_MONEY.range_in_words == "of any size"
    assert q.PRICE_CHANGE.range_in_words == "above -1 and at most 9"


# --- dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [46239, 46239.0, 46239.99, "2026-08-05", " 2026-08-05 ", date(2026, 8, 5)])
def test_a_day_from_a_cell(cell: Any) -> None:
    assert q.DATE.check(cell) == date(2026, 8, 5)


def test_a_day_from_a_moment() -> None:
    assert q.DATE.check(datetime(2026, 8, 5, 23, 59)) == date(2026, 8, 5)


@pytest.mark.parametrize("cell", ["5 August 2026", "2026-02-30", "", True, 1e300, -1e9, math.nan, math.inf, None])
def test_what_is_no_day(cell: Any) -> None:
    with pytest.raises(WrongType, match=r"is no date\. Type one, or a text such as 2026-08-05"):
        q.DATE.check(cell)


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("2027-01", "2027-01"), (" 2027-9 ", "2027-09"), ("2027-03-31", "2027-03"), ("", ""), ("  ", ""),
        (date(2027, 3, 31), "2027-03"), (datetime(2027, 3, 31, 12), "2027-03"),
        (46_388, "2027-01"), (46_418.5, "2027-01"), (46_419, "2027-02"),
    ],
)  # fmt: skip
def test_a_month_of_a_year_is_read_as_cells_and_files_write_it(typed: Any, month: str) -> None:
    assert q.START_MONTH.check(typed) == month


@pytest.mark.parametrize(
    "typed", ["2027-13", "2027-00", "1999-12", "2200-01", "in 2027", "2027", 2027, date(1999, 1, 1)]
)
def test_what_is_no_month_of_a_year_says_how_to_type_one(typed: Any) -> None:
    with pytest.raises(OutOfRange, match=r"is no month from 2000 to 2199\. Type year and month, such as 2027-01"):
        q.START_MONTH.check(typed)


def test_a_month_in_words_is_asked_about() -> None:
    with pytest.raises(
        OutOfRange, match=r'^"January 2027" is no month as it is written here\. Did you mean 2027-01\?$'
    ):
        q.START_MONTH.check("January 2027")


@pytest.mark.parametrize("typed", [True, None, [], math.inf])
def test_what_is_no_day_at_all_is_no_month(typed: Any) -> None:
    with pytest.raises(WrongType, match=r"is no month\. Type year and month"):
        q.START_MONTH.check(typed)


@pytest.mark.parametrize("currency", ["USD", "EUR", "€", "JPY"])
def test_no_unit_is_another_than_itself(currency: str) -> None:
    code = currency_code(currency)
    for declared in INPUTS.values():
        assert declared.quantity.of_another_unit(declared.quantity.unit_in(currency), code) == ""
        assert declared.quantity.of_another_unit(unit_in_label(declared.label), code) == ""


@pytest.mark.parametrize(
    ("name", "same", "others"),
    [
        ("months_to_amortize", ["months", "Months", "m", "mo"], ["years", "quarters", "yr", "weeks"]),
        ("training_hours", ["h", "GPU hours", "hours"], ["days", "minutes", "GPU-days"]),
        ("storage_gb", ["GB", "gb"], ["TB", "MB", "thousand GB"]),
        (
            "baseline_monthly_api_calls",
            ["calls", "calls per month", "monthly", "requests / month"],
            ["k calls", "thousands", "million / month", "M", "calls per day", "per year"],
        ),
        (
            "baseline_cost_per_1k_tokens",
            ["USD / 1,000 tokens", "$ per 1k tokens", "USD", "per 1000 tokens"],
            ["$/1M tokens", "USD per million tokens", "USD / token", "cents", "¢ / 1k tokens", "EUR / 1k tokens"],
        ),
        ("finetuned_input_price_per_m", ["$/M tokens", "USD / 1,000,000 tokens"], ["USD per 1k tokens", "USD / token"]),
        ("monthly_review_cost", ["USD / month", "per month", "$ p.m."], ["USD p.a.", "USD per week", "kUSD", "USD k"]),
        ("data_preparation_cost", ["USD", "$"], ["TUSD", "USDm", "k$", "%", "GBP"]),
        ("training_tokens_m", ["M", "million tokens"], ["tokens", "k tokens"]),
        ("model_size_b", ["B", "bn", "billion parameters"], ["parameters", "M", "million parameters"]),
        ("serving_tokens_per_second", ["tokens/s", "tokens per second"], ["tokens per minute", "k tokens / s"]),
        ("monthly_growth", ["%", "% per month", "share"], ["per year", "% p.a.", "annual"]),
        ("discount_rate", ["%", "p.a.", "yearly"], ["per month", "monthly"]),
        ("engineering_rate", ["USD / h", "hourly"], ["USD / day", "annual", "per month"]),
        ("contingency", ["%", "share of the one-off cost"], ["USD / month"]),
        ("monthly_review_cost", ["two people, one day a week", "2 days", "Jane's figure for the year", ""], []),
    ],
)
def test_units_that_people_write_beside_a_figure(name: str, same: list[str], others: list[str]) -> None:
    quantity = INPUTS[name].quantity
    assert [unit for unit in same if quantity.of_another_unit(unit, "USD")] == []
    assert [unit for unit in others if not quantity.of_another_unit(unit, "USD")] == []
