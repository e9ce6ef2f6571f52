"""A workbook as IronCalc calculates it: another engine, which knows LAMBDA names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ironcalc
from openpyxl.utils import coordinate_to_tuple

from tests.workbook_cells import stored_cells


def calculated(content: bytes, path: Path) -> dict[str, dict[str, Any]]:
    """Every stored cell as IronCalc calculates it."""
    path.write_bytes(content)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    return {
        title: {address: model.get_cell_value(number, *coordinate_to_tuple(address)) for address in cells}
        for number, (title, cells) in enumerate(stored_cells(content).items())
    }
