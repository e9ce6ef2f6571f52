"""What a careful colleague would ask about a scenario.

Inputs that are legal and often not what was meant.

Each question is declared once, in the file of what it is about. They are gathered here, so that their order is the same
whichever file is read first.
"""

from roi_engine.questions import ends, estimates, fleet, pairs, prices, result, shares, traffic, training

__all__ = ["ends", "estimates", "fleet", "pairs", "prices", "result", "shares", "traffic", "training"]
