"""What a doctor says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DoctorFinding:
    """One thing looked at: ``ok``, ``wrong``, or a ``note`` that stops nothing."""

    what: str
    state: str
    found: str
    cure: str = ""
