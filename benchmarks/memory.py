"""What the worksheet functions remember between calls, and forgetting it."""

from __future__ import annotations

from roi_engine.worksheet.block import read_block
from roi_engine.worksheet.call import _called


def forget() -> None:
    """Empties the memos, so that the next call of a worksheet function is a first one."""
    _called.cache_clear()
    read_block.cache_clear()
