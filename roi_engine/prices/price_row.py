"""One row of a price table: a figure of a model or GPU, its dates, its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MODEL_KINDS = ("input", "output", "cached", "cache_write", "batch_input", "batch_output", "training")
"""Prices of an API model, in currency per million tokens."""

TIER = re.compile(r"(input|output|cached|cache_write)_above_([1-9]\d{0,4})k")
"""The kind of a price above so many thousand prompt tokens, such as input_above_200k: then it holds for all tokens."""

GPU_PRICE_KINDS = ("hourly_low", "hourly_typical", "hourly_high")
"""Prices of a GPU, in currency per hour."""

GPU_FACT_KINDS = ("peak_tflops", "fp8_tflops", "fp4_tflops", "memory_gb", "bandwidth_tb_s", "link_gb_s")
"""Figures of a GPU that are no prices.

Dense TFLOP/s at peak in 16, 8 and 4 bits, memory in GB, its bandwidth in TB/s, and GB/s to other GPUs, both
directions together.
"""

GPU_KINDS = (*GPU_FACT_KINDS, *GPU_PRICE_KINDS)
"""Figures of a GPU: what it can do, and its prices."""

PRICE_KINDS = (*MODEL_KINDS, *GPU_PRICE_KINDS)
"""The kinds that are money and have a currency; those of a `TIER` are too."""


def is_kind(kind: str) -> bool:
    """Whether a table may hold figures of a kind.

    >>> is_kind("input"), is_kind("input_above_200k"), is_kind("training_above_200k")
    (True, True, False)
    """
    return kind in MODEL_KINDS or kind in GPU_KINDS or TIER.fullmatch(kind) is not None


def is_money(kind: str) -> bool:
    """Whether figures of a kind have a currency."""
    return kind in PRICE_KINDS or TIER.fullmatch(kind) is not None


_ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)

CURRENCIES = frozenset(_ISO_4217.split())
"""The codes of ISO 4217 for money that circulates."""


def plain_name(text: str) -> str:
    """A name as a table holds it: on one line, single spaces, none around it.

    >>> plain_name(" gpt-x  mini ")
    'gpt-x mini'
    """
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A figure of a model or a GPU, and when it holds.

    It holds from ``from_date`` (None: start unknown) until the day before ``to_date`` (None: still).

    value : per million tokens, per GPU-hour, or what the kind says.
    read_on : when the source was read.
    """

    name: str
    vendor: str
    kind: str
    value: float
    currency: str
    from_date: date | None
    to_date: date | None
    source: str
    read_on: date

    def holds_on(self, day: date) -> bool:
        """Whether the figure holds on a day: from_date ≤ day < to_date."""
        return (self.from_date is None or self.from_date <= day) and (self.to_date is None or day < self.to_date)

    @property
    def key(self) -> tuple[str, str]:
        """What the figure is of: names are alike whatever their case."""
        return self.name.lower(), self.kind

    @property
    def evidence(self) -> str:
        """Where the figure comes from, with its dates.

        >>> PriceRow("o3", "openai", "input", 2, "USD", date(2025, 6, 10), None, "a list", date(2026, 8, 5)).evidence
        'o3, from 2025-06-10, read 2026-08-05, a list'
        """
        words = [self.name]
        if self.from_date is not None:
            words.append(f"from {self.from_date}")
        if self.to_date is not None:
            words.append(f"until {self.to_date}")
        return ", ".join([*words, f"read {self.read_on}", self.source])
