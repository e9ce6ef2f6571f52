"""The peers of the worksheet functions in xlwings: what a person would write.

xlwings must be the one for Windows before this is imported: see xlwings_calls.py.
"""

from __future__ import annotations

from boundary import TYPED_INPUTS, bare_net_roi
from xlwings import arg, func

from roi_engine import INPUTS

LABELS = [INPUTS[name].label for name in TYPED_INPUTS]


@func
def net_roi(hours, gpu, storage, storage_rate, calls, base, fine, accuracy, review, months):  # type: ignore
    """The net return of ten numbers."""
    return bare_net_roi((hours, gpu, storage, storage_rate, calls, base, fine, accuracy, review, months))


@func
@arg("hours", ndim=2)
def net_rois(hours, gpu, storage, storage_rate, calls, base, fine, accuracy, review, months):  # type: ignore
    """The same for a column of training hours."""
    others = (gpu, storage, storage_rate, calls, base, fine, accuracy, review, months)
    return [[bare_net_roi((cell, *others)) for cell in row] for row in hours]


@func
@arg("cells", ndim=2)
def net_roi_of_block(cells):  # type: ignore
    """The net return of ten numbers beside their labels, whatever else is there."""
    values = {row[0]: row[1] for row in cells}
    return bare_net_roi([values[label] for label in LABELS])
