"""What scripts run by LibreOffice's Python need: options, and the connection to the office that listens."""

import os
import sys
import time
from typing import Any, NoReturn


def option(name: str, value: Any) -> Any:
    """A named option, such as Hidden."""
    from com.sun.star.beans import PropertyValue

    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def connected(pipe: str) -> Any:
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


def leave() -> NoReturn:
    """Ends the script with what it has printed, without taking the bridge down.

    Python's own end while the bridge still runs breaks off with a signal once in a long while. The office is ended by
    the process that started it.
    """
    sys.stdout.flush()
    os._exit(0)
