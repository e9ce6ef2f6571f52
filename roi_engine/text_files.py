"""Text files in UTF-8, or in UTF-16 that says so."""

from __future__ import annotations

import codecs

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(content: bytes) -> str:
    r"""The text of a file, without a byte order mark, its lines ended by \n.

    content : UTF-8, or UTF-16 behind its byte order mark, as Windows PowerShell and Excel's "Unicode text" write it.
    Raises UnicodeDecodeError.

    >>> decoded("calls = 5\r\n".encode("utf-16")), decoded(b"\xef\xbb\xbfcalls = 5")
    ('calls = 5\n', 'calls = 5')
    """
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
