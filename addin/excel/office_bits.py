"""Whether Office has 64 or 32 bits, as Windows' registry says.

Excel loads xlwings' library into itself, so the library has Office's bits; those of Windows and Python do not matter.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

PLACES = (
    (r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration", "Platform"),
    (r"SOFTWARE\Microsoft\Office\16.0\Outlook", "Bitness"),
)
"""Where it stands: of an Office from the internet, and of one from a package of the administrator."""
BITS = {"x64": 64, "x86": 32}


def registry_value(key: str, name: str) -> str | None:
    """A text in the part of Windows' registry that holds for all users, or None."""
    try:
        registry = importlib.import_module("winreg")
    except ImportError:
        return None
    for view in (registry.KEY_WOW64_64KEY, registry.KEY_WOW64_32KEY):
        try:
            with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, key, 0, registry.KEY_READ | view) as found:
                return str(registry.QueryValueEx(found, name)[0])
        except OSError:
            continue
    return None


def office_bits(value: Callable[[str, str], str | None] = registry_value) -> int | None:
    """64 or 32; None where it is not said.

    >>> office_bits(lambda key, name: "x86" if name == "Platform" else None)
    32
    """
    said = (value(key, name) for key, name in PLACES)
    return next((BITS[each] for each in said if each in BITS), None)
