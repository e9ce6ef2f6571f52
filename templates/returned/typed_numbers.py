"""What to say of a number's cell that holds a text."""

from __future__ import annotations

from roi_engine.quantity import Quantity
from roi_engine.written_numbers import LONGEST


def not_a_number(text: str, quantity: Quantity, currency: str) -> str:
    """What is wrong with a text in a number's cell, with a guess and the cure.

    currency : the scenario's.

    >>> from roi_engine.quantity import IMPROVEMENT, MONEY, MONTHS
    >>> not_a_number("12", IMPROVEMENT, "USD")
    '"12" is a text, not a number. Did you mean 12 % (0.12)? Type the number alone.'
    >>> not_a_number("2 years", MONTHS, "USD")
    '"2 years" is a text, not a number. Did you mean 24 months? Type the number alone.'
    >>> not_a_number("3000 EUR", MONEY, "USD")
    '"3000 EUR" is a text, not a number. Type the amount in USD, the number alone.'
    """
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if guesses := quantity.guesses(text, currency):
        return f'"{shown}" is a text, not a number. Did you mean {" or ".join(guesses)}? Type the number alone.'
    return f'"{shown}" is a text, not a number. {quantity.asked_for(text, currency)}'
