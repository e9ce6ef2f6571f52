"""Questions about prices: their unit, their size, their age."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from roi_engine.errors import PriceTableError, shortened
from roi_engine.prices.price_tables import price_tables
from roi_engine.prompt_shrink import prompt_shrink, prompt_shrink_needed
from roi_engine.quantity import MONEY_PER_MONTH
from roi_engine.questions.money import is_known, units
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import INPUTS, Scenario
from roi_engine.scenario_rules import mix_given

SIDES = ("baseline", "finetuned", "switch")

DEAREST_PER_1K = 0.1
"""Dollars for 1,000 tokens, 100 for a million: more than a typical call costs on any model of the price table."""

DEAREST_PER_TOKEN = 0.5
"""The same where a call is one token, as in the reference framework, whose example charges 0.30."""

DEAREST_PER_MILLION = 1000.0
"""Dollars for a million tokens that no list charges."""

CHEAPEST_PER_1K = 0.00001
"""Dollars for 1,000 tokens, one cent for a million, that no model costs less than."""

DEAREST_TYPICAL = {"input": 30.0, "output": 120.0}
"""Dollars for a million tokens that only a few models cost more than."""

LIKE_THE_INPUT = {
    "cached_price_per_m": (1 / 50, 1.0), "cached_write_price_per_m": (1 / 10, 10.0),
}  # fmt: skip
"""Between which parts of the input price that of a token read from the cache, and of one written to it, lies."""

TRAINING_LIKE_THE_INPUT = (1 / 10, 100.0)
"""The same of a training token, beside the input price of the model that was trained."""

CHEAPEST_PER_MILLION = 0.02
"""Dollars for a million tokens that few models cost less than; prices per 1,000 are mostly below it."""

DEAREST_GPU_HOUR = 50.0
DEAREST_GB_MONTH = 1.0
"""Dollars of a GPU-hour, and of a GB for a month, that nobody charges."""

CHEAPEST_GPU_HOUR = 0.02
SECONDS_AN_HOUR = 3600
"""Dollars of a GPU-hour that nobody rents one for; by the second most cost less."""

HOURS_A_MONTH = 730

CHEAPEST_HOUR, DEAREST_HOUR, DEAREST_DAY, DEAREST_MONTH = 5.0, 500.0, 4_000.0, 30_000.0
HOURS_A_DAY, HOURS_A_YEAR = 8, 2000
"""Dollars that nobody is paid for so much engineering, and hours that one works in a day and a year."""

LEAST_A_MONTH = 10.0
"""Dollars a month for which nobody works and nothing is hosted."""

_A_MONTH = tuple(name for name, declared in INPUTS.items() if declared.quantity is MONEY_PER_MONTH)

OLD_PRICE_DAYS = 365
"""A price whose source is so much older than the newest row of the price table has to be read again."""

_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 40_179, 54_788
"""How a sheet stores the days of 2010 to 2049."""

_ABOVE = re.compile(r"Above ([\d,]+) prompt tokens .+? costs ([\d.e+-]+) per million")
"""What the note of a price says where the model's price table has another one for long prompts."""

_ISO_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def _per_million(s: Scenario) -> Iterator[tuple[str, float]]:
    """The prices per million tokens that are given, by the names of their inputs."""
    for side in SIDES:
        for name in (f"{side}_input_price_per_m", f"{side}_output_price_per_m"):
            price = getattr(s, name)
            if price is not None:
                yield name, price


def _is_unused(s: Scenario, side: str) -> bool:
    """Whether a side's price per 1,000 tokens counts for nothing."""
    return mix_given(s.inputs(), side) or (side == "finetuned" and s.serving == "self_hosted")


def _is_a_date(value: float) -> bool:
    return value == int(value) and _FIRST_SERIAL <= value <= _LAST_SERIAL


@question("A currency that is not known")
def unknown_currency(s: Scenario) -> Asked:
    """US in the place of USD, or thousands of them."""
    if not is_known(s.currency):
        yield (
            "currency",
            f'The currency "{shortened(s.currency)}" is none that is known, so no price is asked about by its size. Type a code, such as USD.',
        )


@question("A date's serial number", of_ends=True)
def serial_number(s: Scenario) -> Asked:
    """A figure such as 1.5 that a sheet took for the first of May."""
    if not units(s.currency, 1) < 1000:
        return  # such a price is an ordinary one, or may be
    for name, declared in INPUTS.items():
        value = getattr(s, name)
        if declared.quantity.kind == "price" and value and _is_a_date(value):
            day = _SERIAL_ZERO + timedelta(days=int(value))
            typed = (
                f"{day.day}.{day.month} or {day.month}.{day.day}" if day.day != day.month else f"{day.day}.{day.day}"
            )
            yield name, f"{value:.0f} is how a sheet stores the date {day}. Was {typed} typed, and taken for a date?"


@question("A GPU by the month in the place of the hour", of_ends=True)
def gpu_by_the_month(s: Scenario) -> Asked:
    """2,100 for an hour."""
    for name in ("gpu_hourly_rate", "serving_gpu_hourly_rate"):
        price = getattr(s, name)
        if price > units(s.currency, DEAREST_GPU_HOUR) and not _is_a_date(price):
            hourly = price / HOURS_A_MONTH
            yield (
                name,
                f"{price:,g} for one GPU-hour. Is it the price of a month ({hourly:.3g} an hour), or of a machine of several GPUs?",
            )


@question("A GPU by the second in the place of the hour", of_ends=True)
def gpu_by_the_second(s: Scenario) -> Asked:
    """0.0006 for an hour."""
    for name in ("gpu_hourly_rate", "serving_gpu_hourly_rate"):
        price = getattr(s, name)
        if 0 < price < units(s.currency, CHEAPEST_GPU_HOUR):
            yield (
                name,
                f"{price:g} for one GPU-hour is next to nothing. Is it the price of a second? That is {price * SECONDS_AN_HOUR:.3g} an hour.",
            )


@question("A month's amount that is next to nothing", of_ends=True)
def little_a_month(s: Scenario) -> Asked:
    """A hosting fee by the hour, work in thousands."""
    for name in _A_MONTH:
        amount = getattr(s, name) or 0
        if 0 < amount < units(s.currency, LEAST_A_MONTH):
            by_the_hour = f"Is it by the hour? That is {amount * HOURS_A_MONTH:,.10g} a month."
            thousands = f"Are these thousands? That is {amount * 1000:,.10g}."
            yield name, f"{amount:g} a month. {by_the_hour if name.startswith('hosting') else thousands}"


@question("The pay of a day, a month or a year in the place of an hour's", of_ends=True)
def pay_of_longer_work(s: Scenario) -> Asked:
    """150,000 for an hour."""
    pay = s.engineering_rate
    if pay > units(s.currency, DEAREST_HOUR) and not _is_a_date(pay):
        if pay <= units(s.currency, DEAREST_DAY):
            work, hours = "day", float(HOURS_A_DAY)
        elif pay <= units(s.currency, DEAREST_MONTH):
            work, hours = "month", HOURS_A_YEAR / 12
        else:
            work, hours = "year", float(HOURS_A_YEAR)
        yield (
            "engineering_rate",
            f"{pay:,g} for one hour. Is it the pay of a {work}? That is {pay / hours:g} an hour.",
        )
    elif 0 < pay < units(s.currency, CHEAPEST_HOUR) and units(s.currency, 1) == 1:
        yield "engineering_rate", f"{pay:,g} for one hour of engineering. Are these thousands, or is it another unit?"


@question("Storage by the TB in the place of the GB", of_ends=True)
def storage_by_the_terabyte(s: Scenario) -> Asked:
    """23 for a GB."""
    price = s.storage_monthly_rate
    if price >= units(s.currency, DEAREST_GB_MONTH) and not _is_a_date(price):
        yield (
            "storage_monthly_rate",
            f"{price:,g} for a GB and month is {price * 1000:,g} a TB. Is it the price per TB? That is {price / 1000:g}.",
        )


@question("A price per million in the place of one per 1,000", of_ends=True)
def per_million(s: Scenario) -> Asked:
    """0.60 for 1,000 tokens."""
    bound = DEAREST_PER_TOKEN if s.tokens_per_call == 1 else DEAREST_PER_1K
    for side in SIDES:
        name = f"{side}_cost_per_1k_tokens"
        price = getattr(s, name) or 0.0
        if price >= units(s.currency, bound) and not _is_unused(s, side) and not _is_a_date(price):
            yield (
                name,
                f"{price:g} per 1,000 tokens is {price * 1000:,g} per million. Is it the price per million? That is {price / 1000:g} here.",
            )


@question("A price per 1,000 in the place of one per million", of_ends=True)
def per_1k(s: Scenario) -> Asked:
    """0.0006 for a million tokens."""
    least = units(s.currency, CHEAPEST_PER_MILLION)
    for name, price in (*_per_million(s), ("training_price_per_m", s.training_price_per_m or 0)):
        if 0 < price < least:
            of, times = ("1,000 tokens", 1e3) if price * 1e3 >= least else ("token", 1e6)
            yield (
                name,
                f"{price:g} per million tokens is next to nothing. Is it per {of}? That is {price * times:g} per million.",
            )


@question("A price per token in the place of one per 1,000", of_ends=True)
def per_token(s: Scenario) -> Asked:
    """0.000003 for 1,000 tokens."""
    for side in SIDES:
        name = f"{side}_cost_per_1k_tokens"
        price = getattr(s, name) or 0.0
        if 0 < price < units(s.currency, CHEAPEST_PER_1K) and not _is_unused(s, side):
            yield (
                name,
                f"{price:g} per 1,000 tokens is {price * 1000:g} per million. Is it per token? That is {price * 1000:g} here.",
            )


@question("Cents in the place of dollars", of_ends=True)
def in_cents(s: Scenario) -> Asked:
    """60 for a million tokens, for 0.60."""
    for name, price in _per_million(s):
        most = units(s.currency, DEAREST_TYPICAL[name.split("_")[1]])
        if most < price <= units(s.currency, DEAREST_PER_MILLION):
            yield (
                name,
                f"{price:,g} per million tokens is what few models cost. Is it in cents? That is {price / 100:g}.",
            )


@question("A price in another unit than the one beside it", of_ends=True)
def unlike_the_input_price(s: Scenario) -> Asked:
    """A cached token that costs more than one read anew, or next to nothing."""
    beside = [
        (f"{side}_{field}", f"{side}_input_price_per_m", between)
        for side in SIDES
        for field, between in LIKE_THE_INPUT.items()
    ]
    for name, other, (least, most) in (
        *beside,
        ("training_price_per_m", "finetuned_input_price_per_m", TRAINING_LIKE_THE_INPUT),
    ):
        price, prompt = getattr(s, name) or 0, getattr(s, other) or 0
        if price > 0 < prompt and not least <= price / prompt <= most:
            cure = "in cents, or for more tokens" if price > prompt else "per 1,000 tokens"
            yield name, f"{price:g} beside {prompt:g} for a prompt token, each per million. Is it {cure}?"


@question("A price per million that no list has", of_ends=True)
def beyond_any_list(s: Scenario) -> Asked:
    """3,200 for a million tokens."""
    for name, price in (*_per_million(s), ("training_price_per_m", s.training_price_per_m or 0)):
        if price > units(s.currency, DEAREST_PER_MILLION) and not _is_a_date(price):
            yield name, f"{price:,g} per million tokens is above any list price. Is it of another unit, or per billion?"


@question("A price for shorter or longer prompts")
def price_of_another_prompt(s: Scenario) -> Asked:
    """Of a named model whose price depends on the length of its prompts.

    The price is typed, or the tokens of a call were changed after it had been looked up.
    """
    for name, price in _per_million(s):
        tokens = getattr(s, name.partition("_")[0] + "_input_tokens")
        if tokens is None and name.startswith("switch_"):
            tokens = s.baseline_input_tokens
        found = sorted(
            (int(size.replace(",", "")), float(cost)) for size, cost in _ABOVE.findall(s.notes.get(name, ""))
        )
        if tokens is None or not found:
            continue
        reached = [tier for tier in found if tier[0] < tokens]
        if reached and reached[-1][1] != price:
            size, cost = reached[-1]
            yield name, f"Prompts above {size:,} tokens cost {cost:g} per million in the price table, not {price:g}."
        longer = [size for size, cost in found if size >= tokens and cost == price]
        if longer and not reached:
            yield name, f"{price:g} is the price of prompts above {longer[0]:,} tokens, and these have {tokens:,g}."


@question("Input and output price exchanged")
def exchanged(s: Scenario) -> Asked:
    """A prompt that costs more by the token than the answer."""
    for side in SIDES:
        prompt, answer = getattr(s, f"{side}_input_price_per_m"), getattr(s, f"{side}_output_price_per_m")
        if prompt is not None and answer is not None and 0 < answer < prompt:
            yield (
                f"{side}_input_price_per_m",
                f"A prompt token at {prompt:g} costs more than a written one at {answer:g}. Exchange the two prices?",
            )


@question("A fine-tuned price of 0")
def free_model(s: Scenario) -> Asked:
    """By the token, and for nothing."""
    if s.serving == "self_hosted":
        return
    if mix_given(s.inputs(), "finetuned"):
        for field in ("input", "output"):
            if getattr(s, f"finetuned_{field}_price_per_m") == 0 and getattr(s, f"finetuned_{field}_tokens"):
                yield f"finetuned_{field}_price_per_m", _FREE
    elif s.finetuned_cost_per_1k_tokens == 0:
        yield "finetuned_cost_per_1k_tokens", _FREE


@question("A price of 0 for a model that is paid by the token today")
def free_today(s: Scenario) -> Asked:
    """The baseline, or the model that one would change to."""
    for side in ("baseline", "switch"):
        for field in ("input", "output"):
            name = f"{side}_{field}_price_per_m"
            if getattr(s, name) == 0 and getattr(s, f"{side}_{field}_tokens") != 0:
                yield name, "0 per million tokens: no list price is. Is the price missing?"
        name = f"{side}_cost_per_1k_tokens"
        if getattr(s, name) == 0 and not _is_unused(s, side):
            yield name, "0 per 1,000 tokens: no list price is. Is the price missing?"


_FREE = "Paid by the token, at 0: the fine-tuned model is free. Give its price, or serve it on your own GPUs."


@question("A baseline whose price rises")
def rising_price(s: Scenario) -> Asked:
    """Prices of models have fallen."""
    change = s.baseline_price_change
    if 0 < change < 1:
        yield (
            "baseline_price_change",
            f"The baseline's prices rise by {change * 100:g} % a year, where those of models have fallen. Is it {-change:g}?",
        )


@question("A price that is ignored")
def ignored_price(s: Scenario) -> Asked:
    """Something else sets what a call costs."""
    for side in ("baseline", "finetuned"):
        price = f"{side}_cost_per_1k_tokens"
        if mix_given(s.inputs(), side) and getattr(s, price) > 0:
            yield price, "Ignored: the token mix of this side sets its price."
        elif side == "finetuned" and s.serving == "self_hosted" and getattr(s, price) > 0:
            yield price, "Ignored: the model is self-hosted, its cost is the fleet's."
    if s.switch_input_price_per_m is not None and s.switch_cost_per_1k_tokens is not None:
        yield "switch_cost_per_1k_tokens", "Ignored: the token mix of this side sets its price."


@question("A change of a GPU price that is not given")
def change_of_nothing(s: Scenario) -> Asked:
    """The fleet's."""
    if s.serving_gpu_price_change and s.serving_gpu_hourly_rate == 0:
        yield "serving_gpu_price_change", "Without a serving GPU price it changes nothing."


@question("A dearer model without a shorter prompt")
def dearer_model(s: Scenario) -> Asked:
    """A fine-tuned model that is paid by the token, and dearer than today by the call."""
    if s.serving == "self_hosted":
        return
    inputs = s.inputs()
    needed = prompt_shrink_needed(inputs)
    if needed is not None:
        planned = prompt_shrink(inputs) or 0.0
        if needed > 1:
            yield (
                "finetuned_output_tokens",
                "No shorter prompt is enough: its answer alone costs more than a whole call today.",
            )
        elif needed > 0 and planned < needed:
            yield (
                "finetuned_input_tokens",
                f"A call costs more than today. The prompt must shrink by {needed:.1%} to cost the same; planned are {planned:.1%}.",
            )
    elif not any(mix_given(inputs, side) for side in ("baseline", "finetuned")):
        old, new = s.baseline_cost_per_1k_tokens, s.finetuned_cost_per_1k_tokens
        if new > old:
            yield (
                "finetuned_cost_per_1k_tokens",
                f"Above the baseline's, for as many tokens. It saves only if a call needs {1 - old / new:.1%} fewer tokens; token mixes can say so.",
            )


@question("Old prices")
def old_prices(s: Scenario) -> Asked:
    """Prices whose dated source is old beside the price table.

    Their age is that against the table's date, as nothing here reads a clock.
    """
    try:
        newest = price_tables().read_on
    except (PriceTableError, OSError):
        return
    old = {}
    for name, source in s.sources.items():
        day = _read_on(source) if INPUTS[name].quantity.kind == "price" else None
        if day is not None and (newest - day).days > OLD_PRICE_DAYS:
            old[name] = day
    if old:
        name = min(old, key=lambda each: old[each])
        others = (
            f", as are {len(old) - 1} other prices"
            if len(old) > 2
            else ", as is one other price"
            if len(old) == 2
            else ""
        )
        yield (
            name,
            f"Its source is of {old[name]}, more than a year older than the price table of {newest}{others}. Read it again.",
        )


def _read_on(source: str) -> date | None:
    """The day on which a source was read: its last date."""
    days = _ISO_DATE.findall(source)
    try:
        return date.fromisoformat(days[-1]) if days else None
    except ValueError:
        return None
