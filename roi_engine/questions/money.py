"""How much a currency's unit is, roughly: bounds on prices are in dollars."""

from __future__ import annotations

_TENS = "BWP CNY DKK EGP HKD MAD MDL MXN NOK RON SAR SEK TRY TTD TWD UAH ZAR BOB CZK HNL MOP NAD PHP THB UYU"
_HUNDREDS = "INR JPY HUF ISK RUB DZD KES LKR NPR PKR BDT ARS CLP CRC JMD RSD DOP AMD ALL MKD"
_THOUSANDS = "COP IDR IQD IRR KHR KRW LAK LBP MMK MNT NGN PYG TZS UGX UZS VND XAF XOF CDF GNF MGA MWK RWF"
_UNITS = {code: size for codes, size in ((_TENS, 10), (_HUNDREDS, 100), (_THOUSANDS, 1000)) for code in codes.split()}


def units(currency: str, dollars: float) -> float:
    """A bound of so many dollars in a currency, to the nearest power of ten.

    currency : a code; one that is not known counts as dollars.
    dollars : the bound.

    >>> units("EUR", 50), units("DKK", 50), units("JPY", 50)
    (50, 500, 5000)
    """
    return dollars * _UNITS.get(currency, 1)
