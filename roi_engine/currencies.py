"""Currencies whose amounts nobody counts in hundredths."""

from __future__ import annotations

WITHOUT_MINOR_UNIT = (
    "BIF", "CLP", "DJF", "GNF", "IDR", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip
"""Currencies without a minor unit (ISO 4217), and the rupiah, whose sen nobody counts any more."""


def decimals_of(currency: str) -> int:
    """The decimals of an amount.

    currency : its code; any that is not known has hundredths.

    >>> decimals_of("EUR"), decimals_of("JPY"), decimals_of("jpy"), decimals_of("")
    (2, 0, 0, 2)
    """
    return 0 if currency.upper() in WITHOUT_MINOR_UNIT else 2
