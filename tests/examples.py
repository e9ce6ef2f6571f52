"""How many examples Hypothesis draws: the same ones on every run, and ten times as many with FT_ROI_EXAMPLES=10."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

TIMES = int(os.environ.get("FT_ROI_EXAMPLES", "1"))
settings.register_profile("ft-roi", derandomize=True, deadline=None, max_examples=100 * TIMES)
settings.load_profile("ft-roi")


def examples(count: int, **options: Any) -> settings:
    """Settings for a test that wants another number of examples than a hundred."""
    return settings(max_examples=count * TIMES, **options)
