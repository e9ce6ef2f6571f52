"""What tests of `ft-roi batch` share: a run of it, the rows of a CSV file, and a run as if pyarrow were not there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from addin.tables import csv_reading, forms, writing


def run(*arguments: Any) -> Result:
    """The command with arguments."""
    return CliRunner().invoke(ft_roi, ["batch", *map(str, arguments)], prog_name="ft-roi")


def records(path: Path, separator: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV file by their titles."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def leave_out_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the command find no pyarrow."""
    for module in (forms, csv_reading, writing):
        monkeypatch.setattr(module, "has_arrow", lambda: False)
