"""Text files in UTF-8, or in UTF-16 that says so."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from roi_engine.errors import FtRoiError

LARGEST = 10_000_000
"""Bytes of a table or a map as text; those that people write have a tenth of it."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(path: Path) -> str:
    """The text of a file.

    Raises `FtRoiError` for a file without end or beyond `LARGEST`, and UnicodeDecodeError.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise FtRoiError(f"{path} is no file with text in it, but a folder, a pipe or a device.")
    if found.st_size > LARGEST:
        size = f"{found.st_size / 1e6:,.0f} MB, more than {LARGEST / 1e6:,.0f}"
        raise FtRoiError(f"{path} is too large: {size}. Take away what belongs to other data.")
    return decoded(path.read_bytes())


def decoded(content: bytes) -> str:
    r"""The text of a file, without a byte order mark, its lines ended by \n.

    content : UTF-8, or UTF-16 behind its byte order mark, as Windows PowerShell and Excel's "Unicode text" write it.
    Raises UnicodeDecodeError.

    >>> decoded("calls = 5\r\n".encode("utf-16")), decoded(b"\xef\xbb\xbfcalls = 5")
    ('calls = 5\n', 'calls = 5')
    """
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
