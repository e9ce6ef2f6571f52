"""Parts of a Parquet file: what their files are called, and how many there are."""

from __future__ import annotations

import re
from pathlib import Path

from addin.shell.output_path import would_overwrite

ROWS_OF_A_PART = 1_000_000
"""Rows of a part, roughly, where nobody says how many parts there are."""
MOST_PARTS = 99_999

_PART = re.compile(r"part-\d{5}\.(parquet|rejected\.csv)")


def file_of_part(folder: Path, number: int) -> Path:
    """The file of a part.

    >>> file_of_part(Path("results"), 3).name
    'part-00003.parquet'
    """
    return folder / f"part-{number:05}.parquet"


def parts_in(folder: Path) -> list[Path]:
    """Files in a folder that are parts, or the rejected rows of parts."""
    return sorted(each for each in folder.iterdir() if _PART.fullmatch(each.name)) if folder.is_dir() else []


def refuse_existing_parts(folder: Path, force: bool) -> None:
    """Refuses to mix parts with those of another run, which ``--force`` replaces."""
    if not force and (found := parts_in(folder)):
        raise would_overwrite(found[0])


def usual_parts(rows: int, groups: int) -> int:
    """How many parts there are where nobody says it.

    One a million rows, at most one a row group.

    >>> usual_parts(10_000_000, 77), usual_parts(10_000_000, 4), usual_parts(0, 0)
    (10, 4, 1)
    """
    return max(1, min(-(-rows // ROWS_OF_A_PART), groups, MOST_PARTS))
