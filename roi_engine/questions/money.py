"""How much a currency's unit is, roughly: bounds on prices are in dollars."""

from __future__ import annotations

import math

_CODES = {
    0.3: "KWD BHD OMR",
    1: "USD EUR GBP CHF CAD AUD NZD SGD BND BGN BAM AZN GEL JOD GIP FKP BMD BSD BBD BZD PAB XCD AWG ANG TND"
    " LYD FJD TOP WST PGK TMT BYN KYD SHP SBD",
    10: "MRU STN CUP SLE ZWG AED ILS MYR PEN PLN QAR BRL BWP CNY DKK EGP HKD MAD MDL MXN NOK RON SAR SEK TRY TTD TWD UAH ZAR BOB CZK HNL MOP"
    " NAD PHP THB UYU GTQ GHS NIO SRD MUR MVR SCR TJS LSL SZL ERN",
    100: "INR JPY HUF ISK RUB DZD KES LKR NPR PKR BDT CLP CRC JMD RSD DOP AMD ALL MKD KZT AFN BTN KGS ETB HTG GYD LRD"
    " VUV XPF DJF CVE KMF AOA YER SDG NGN GMD MZN ARS VES SOS",
    1000: "SSP COP IQD KHR KRW MMK MNT PYG RWF TZS UGX XAF XOF CDF MGA MWK BIF SYP",
    10_000: "IDR VND LAK UZS GNF IRR SLL",
    100_000: "LBP",
}
_UNITS = {code: size for size, codes in _CODES.items() for code in codes.split()}
"""How many units are a dollar, to a power of ten, or less than one."""


def is_known(currency: str) -> bool:
    """Whether the size of a currency's unit is known.

    >>> is_known("EUR"), is_known("K USD")
    (True, False)
    """
    return currency in _UNITS


def units(currency: str, dollars: float) -> float:
    """A bound of so many dollars in a currency, to a power of ten.

    currency : a code.
    dollars : the bound.
    Returns NaN for a currency that is not known: nothing lies above it, nothing below, and nothing is asked.

    >>> units("EUR", 50), units("DKK", 50), units("JPY", 50), units("VND", 50), units("points", 50)
    (50, 500, 5000, 500000, nan)
    """
    return dollars * _UNITS.get(currency, math.nan)
