"""Collects thousands of answers to one template, all of them good, as a process.

    python benchmarks/many_answers.py [--answers 5000] [--rounds 1] [--json]

Printed are the time by the clock, the processor time of all its processes, and the memory of the largest.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.measured_command import run
from tests.returned_workbooks import write_returned_workbooks

ANSWERS, MOST_SECONDS, MOST_MEGABYTES = 5_000, 60, 600
PROCESSOR_SECONDS = 1_000
"""After which the command hangs."""


def main() -> None:
    """Writes the answers, and collects them so many times."""
    parser = argparse.ArgumentParser(description="Time the collecting of thousands of answers.")
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        answers = folder / "answers"
        answers.mkdir()
        write_returned_workbooks(answers, asked.answers, faults=False)
        for _ in range(asked.rounds):
            began = perf_counter()
            done = run(folder, "collect", "answers", "-o", "portfolio.xlsx", "--force", seconds=PROCESSOR_SECONDS)
            if done.code or f"{asked.answers} answers from {asked.answers} files" not in done.text:
                sys.exit(f"It ended with {done.code}: {done.text[-500:]}")
            measured = {"seconds": perf_counter() - began, "processor": done.seconds, "megabytes": done.megabytes}
            rounds.append(measured)
            if not asked.json:
                print("{seconds:5.1f} s, of processors {processor:5.1f} s, {megabytes:4.0f} MB".format(**measured))
    if asked.json:
        print(json.dumps({"answers": asked.answers, "rounds": rounds}))
    elif asked.answers == ANSWERS:
        met = all(each["seconds"] < MOST_SECONDS and each["megabytes"] < MOST_MEGABYTES for each in rounds)
        print(f"target: {MOST_SECONDS} s, {MOST_MEGABYTES} MB: {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
