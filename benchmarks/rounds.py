"""Figures of several rounds: their number asked for by an option, each printed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from statistics import median


def print_rounds(measure: Callable[[], Mapping[str, float]], usual: int, about: str | None) -> int:
    """Prints the median and the ends of each figure over several rounds.

    measure : gives milliseconds by their names.
    usual : the rounds where the option --rounds names no other.
    about : the explanation of --help.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=usual)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rounds = [measure() for _ in range(asked.rounds)]
    figures = {name: sorted(each[name] for each in rounds) for name in rounds[0]}
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, times in figures.items():
            print(f"{name:<52} {median(times):9.2f} ms {times[0]:9.2f} – {times[-1]:.2f}")
    return 0
