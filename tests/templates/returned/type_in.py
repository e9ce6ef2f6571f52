"""Run by LibreOffice's Python: opens a workbook, types into named cells as a person does, and saves it as .xlsx.

python3 type_in.py WORKBOOK PIPE < {"typed": {"in_training_hours": "24", "in_name": "Ours"}, "saved": "filled.xlsx"}
"""

import json
import sys
from pathlib import Path


def main() -> None:
    sys.path.append(str(Path(__file__).parents[2]))
    from uno_connection import connected, leave, option

    asked = json.load(sys.stdin)
    context = connected(sys.argv[2])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    book = desktop.loadComponentFromURL(Path(sys.argv[1]).resolve().as_uri(), "_blank", 0, (option("Hidden", True),))
    for name, text in asked["typed"].items():
        cell = book.NamedRanges.getByName(name).getReferredCells().getCellByPosition(0, 0)
        cell.FormulaLocal = text  # what the cell makes of the keys: a number, a percentage, or a text
    saved = Path(asked["saved"]).resolve().as_uri()
    book.storeToURL(saved, (option("FilterName", "Calc MS Excel 2007 XML"),))
    book.close(True)
    leave()


if __name__ == "__main__":
    main()
