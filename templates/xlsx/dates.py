"""Dates as the numbers that cells hold.

Days since 30 December 1899 (the 1900 system, 18.17.4.1).
"""

from __future__ import annotations

from openpyxl.utils.datetime import from_excel


def shown_date(number: float) -> str:
    """A serial number as the date that its cell shows.

    The number itself where there is no such date.

    >>> shown_date(45292.5), shown_date(1e12)
    ('2024-01-01 12:00:00', '1e+12')
    """
    try:
        return str(from_excel(number))
    except (ValueError, OverflowError, TypeError):
        return f"{number:g}"
