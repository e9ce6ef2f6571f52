"""Run by LibreOffice's Python: opens a workbook, types formulas that its VBA computes, prints what the cells show.

python3 run_vba.py WORKBOOK PIPE < {"cells": {"A1": 24}, "formulas": {"E1": "=F(A1)"}}
"""

import json
import sys
import time
from pathlib import Path

RUN_MACROS = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN


def option(name, value):
    from com.sun.star.beans import PropertyValue

    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def connected(pipe):
    """The context of the soffice that listens on a pipe; waits until it does."""
    import uno
    from com.sun.star.connection import NoConnectException

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
    raise SystemExit("soffice does not listen")


def main():
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
    desktop.terminate()


if __name__ == "__main__":
    main()
