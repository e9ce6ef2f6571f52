"""Reads two thousand mutated packages; prints their fates and the slowest.

    python benchmarks/mutated_packages.py [--packages N]

The tests hold that each is read or refused, and the limit of memory.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.templates.returned.mutated_packages import outcome

PACKAGES, FIRST_SEED, MOST_SECONDS = 2_000, 1_000, 2.0


def main() -> None:
    """One process, one package after the other: figures of a file alone."""
    parser = argparse.ArgumentParser(description="Time the reading of mutated packages.")
    parser.add_argument("--packages", type=int, default=PACKAGES, help=f"how many [{PACKAGES:,}]")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", "Duplicate name", UserWarning)  # a mutation
    outcomes = [outcome(seed) for seed in range(FIRST_SEED, FIRST_SEED + asked.packages)]
    counted = Counter(each.result for each in outcomes)
    print(f"{len(outcomes):,} mutated packages: " + ", ".join(f"{count:,} {name}" for name, count in counted.items()))
    slowest = sorted(outcomes, key=lambda each: each.seconds, reverse=True)[:5]
    for each in slowest:
        print(f"  seed {each.seed}, {each.mutation}: {each.seconds:.2f} s, {each.result}")
    verdict = "met" if slowest[0].seconds < MOST_SECONDS else "missed"
    print(f"at most {MOST_SECONDS:g} s of processor time each: {verdict}")


if __name__ == "__main__":
    main()
