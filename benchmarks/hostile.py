"""Times the commands on hostile files, each in a process of its own.

    python benchmarks/hostile.py [WORDS …]

WORDS : of the names of the files; without any, all. The tests hold how each command ends.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.inputs import OTHERS, QUICK
from tests.hostile.measured_command import run

MOST_SECONDS, MEGABYTES = 2.0, 300


def main() -> None:
    """One command after the other. Where LibreOffice works, its start is in the time."""
    parser = argparse.ArgumentParser(description="Time the commands on hostile files.")
    parser.add_argument("words", nargs="*", help="words of the names of the files")
    asked = parser.parse_args()
    missed = []
    for name, hostile in sorted({**QUICK, **OTHERS}.items()):
        if not all(word in name for word in asked.words):
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            hostile.write(folder)
            for command in hostile.first:
                run(folder, *command.split())
            done = run(folder, *hostile.command.split())
        print(f"{done.seconds:5.2f} s  {done.megabytes:4.0f} MB  exit {done.code:3}  {name}", flush=True)
        if done.megabytes > MEGABYTES or (done.seconds > MOST_SECONDS and not hostile.office):
            missed.append(name)
    print(
        f"at most {MOST_SECONDS:g} s of processor time and {MEGABYTES} MB: {'missed by ' * bool(missed) or 'met'}",
        end="",
    )
    print("; ".join(missed))


if __name__ == "__main__":
    main()
