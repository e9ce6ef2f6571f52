"""What the Open XML SDK validator tells of each seeded defect, stored by the content of the defect.

python tests/templates/package_check/sdk_verdicts.py    measures them all anew (two minutes) and stores them

The rest of the workbook may change: it is valid by tests of its own. So a defect is what differs from the sound parts.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))

from roi_engine import load_scenario
from templates.workbook import build_workbook
from templates.xlsx.finishing import parts_by_title
from tests import open_xml_sdk
from tests.workbook_cells import SAMPLES
from tests.workbook_defects import DEFECTS, Parts, package_of, parts_of

FILE = Path(__file__).with_suffix(".json")
WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
VERSION = "Microsoft365"
_LATER_MONTHS = re.compile(rb'<c r="(?:[I-Z]|[A-Z]{2})\d+"[^>]*?(?:/>|>.*?</c>)')


def sound() -> Parts:
    """The parts of the workbook that defects are seeded into: of the cells of months, those of the first four."""
    scenario = load_scenario(SAMPLES / "support-classifier.toml")
    parts = parts_of(build_workbook(scenario, edition="native", generated=WHEN))
    for title in ("Cash flow", "Option flows"):
        name = parts_by_title(parts)[title]
        parts[name] = _LATER_MONTHS.sub(b"", parts[name])
    return parts


def stored() -> dict[str, dict[str, Any]]:
    """Defect → its fingerprint, and whether the validator tells it."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return found


def fingerprint(sound: Parts, parts: Parts) -> str:
    """Of what differs: in each part, what stands between the beginning and the end that the sound one has too."""
    digest = hashlib.sha256()
    for name in sorted(sound.keys() | parts.keys()):
        before, after = sound.get(name), parts.get(name)
        if before != after:
            digest.update(repr((name, *_without_what_they_share(before, after))).encode())
    return digest.hexdigest()


def _without_what_they_share(before: bytes | None, after: bytes | None) -> tuple[bytes | None, bytes | None]:
    if before is None or after is None:
        return (None if before is None else b""), after  # a part that is taken away, whatever it holds, or added
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return before[start : len(before) - end], after[start : len(after) - end]


def seen(parts: Parts, folder: Path) -> bool:
    """Whether the validator tells a defect, or stops at a package that it cannot open."""
    path = folder / "defect.xlsx"
    path.write_bytes(package_of(parts))
    try:
        return bool(open_xml_sdk.validate(path, [VERSION]))
    except open_xml_sdk.ValidatorError:
        return True


def measured(sound: Parts, folder: Path) -> dict[str, dict[str, Any]]:
    """What is to be stored."""
    found = {}
    for words, (_, seed) in DEFECTS.items():
        parts = dict(sound)
        seed(parts)
        found[words] = {"defect": fingerprint(sound, parts), "seen": seen(parts, folder)}
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(measured(sound(), Path(folder)), indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", "utf-8")
