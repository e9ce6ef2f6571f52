"""Run by LibreOffice's Python: opens a workbook, types formulas that its VBA computes, prints what the cells show.

python3 run_vba.py WORKBOOK PIPE < {"cells": {"A1": 24}, "formulas": {"E1": "=F(A1)"}}
"""

import json
import sys
from pathlib import Path

RUN_MACROS = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN


def main() -> None:
    sys.path.append(str(Path(__file__).parents[2]))
    from uno_connection import connected, leave, option

    asked = json.load(sys.stdin)
    context = connected(sys.argv[2])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    options = (option("Hidden", True), option("MacroExecutionMode", RUN_MACROS))
    book = desktop.loadComponentFromURL(Path(sys.argv[1]).resolve().as_uri(), "_blank", 0, options)
    sheet = book.Sheets.getByIndex(0)
    for address, value in asked["cells"].items():
        sheet.getCellRangeByName(address).Value = value
    shown = {}
    for address, formula in asked["formulas"].items():
        cell = sheet.getCellRangeByName(address)
        cell.Formula = formula
        shown[formula] = cell.String
    print(json.dumps(shown))
    book.close(True)
    leave()


if __name__ == "__main__":
    main()
