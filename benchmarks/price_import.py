"""Importing a price map of 3,000 models, against reading JSON and writing CSV."""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from start_up import command, output_of
from timing import Comparison, Contender, Ratio

MODELS = 3_000
IMPORT, PLAIN = f"ft-roi prices import, {MODELS:,} models", "json.load and csv.writer alone"

_PLAIN = """
import csv, json, sys
models = json.load(open(sys.argv[1]))
keys = [key for key in next(iter(models.values())) if "cost" in key]
with open(sys.argv[2], "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerows([name, key, entry[key] * 1e6] for name, entry in models.items() for key in keys)
print(len(models))
"""


def price_import() -> Comparison:
    """The comparison of whole processes; the table goes to a passing folder."""
    folder = Path(tempfile.mkdtemp(prefix="ft-roi-prices-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "map.json"
    file.write_text(json.dumps({f"vendor/model-{number}": _entry(number) for number in range(MODELS)}), "utf-8")
    program, own = command(), folder / "own"

    def imported() -> str:
        return output_of(program, "prices", "import", str(file), "--json", "-q", FT_ROI_PRICES=str(own))

    def written() -> str:
        return output_of(sys.executable, "-c", _PLAIN, str(file), str(folder / "plain.csv"))

    return Comparison(
        part="prices",
        title="A price map",
        contenders=[
            Contender(IMPORT, imported, before=lambda: shutil.rmtree(own, ignore_errors=True), at_most=1.0),
            Contender(PLAIN, written),
        ],
        ratios=[Ratio(IMPORT, PLAIN)],
        check=differences,
    )


def _entry(number: int) -> dict[str, Any]:
    """An entry with the keys and the length that those of litellm's map have."""
    costs = {"input_cost_per_token": 1e-8, "output_cost_per_token": 4e-8, "cache_read_input_token_cost": 1e-9}
    entry: dict[str, Any] = {key: cost * (1 + number % 97) for key, cost in costs.items()}
    entry |= {"litellm_provider": f"vendor-{number % 40}", "mode": "chat", "max_tokens": 128_000}
    return entry | {f"supports_feature_{each}": True for each in range(12)}


def differences(results: Mapping[str, Any]) -> list[str]:
    """Both must have read every model."""
    read = {IMPORT: len(json.loads(results[IMPORT])["new"]), PLAIN: int(results[PLAIN])}
    return [f"{name} read {count:,} models, not {MODELS:,}." for name, count in read.items() if count != MODELS]
