"""Run by LibreOffice's Python: converts files in the soffice that listens on a pipe, until its input ends.

python3 office_converter.py PIPE
A line of JSON asks: {"recalculation": 0, "filter": "calc_pdf_Export", "files": [["a.xlsx", "out/a.pdf"]]}
A line of JSON answers: what went wrong, one text a file that was not written.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    from uno_connection import connected, option

    context = connected(sys.argv[1])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        set_recalculation(context, asked["recalculation"], option)
        wrong = []
        for source, target in asked["files"]:
            try:
                convert(desktop, source, target, asked["filter"], option)
            except Exception as problem:  # whatever LibreOffice raises is for the test to see
                wrong.append(f"{source}: {type(problem).__name__} {problem}")
        print(json.dumps(wrong), flush=True)


def set_recalculation(context: Any, mode: int, option: Any) -> None:
    """On loading: 0 computes every formula, 1 keeps the cached values."""
    create = context.ServiceManager.createInstanceWithContext
    provider = create("com.sun.star.configuration.ConfigurationProvider", context)
    place = (option("nodepath", "/org.openoffice.Office.Calc/Formula/Load"),)
    settings = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationUpdateAccess", place)
    settings.OOXMLRecalcMode = settings.ODFRecalcMode = mode
    settings.commitChanges()


def convert(desktop: Any, source: str, target: str, name: str, option: Any) -> None:
    book = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (option("Hidden", True),))
    if book is None:
        raise ValueError("it is no document")
    try:
        book.storeToURL(Path(target).as_uri(), (option("FilterName", name),))
    finally:
        book.close(True)


if __name__ == "__main__":
    main()
