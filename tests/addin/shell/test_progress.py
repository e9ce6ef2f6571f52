"""A meter shows how far work has come, on a terminal and past one second only."""

from __future__ import annotations

import io

import click
import pytest

from addin.shell import progress
from addin.shell.command import Command
from addin.shell.progress import metered


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: seconds[0])
    return seconds


def told(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, clock: list[float], step: float, *words: str) -> str:
    monkeypatch.setattr(progress.sys, "stderr", stream)

    @click.command(cls=Command)
    def work() -> None:
        with metered("Calculating") as meter:
            for done in (0.25, 0.5, 0.75, 1.0):
                clock[0] += step
                meter.show(done, int(done * 4_000_000))

    work.main([*words], standalone_mode=False)
    return stream.getvalue()


def test_a_meter_tells_the_share_the_rate_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    shown = told(monkeypatch, Terminal(), clock, 2.0)
    assert "Calculating" in shown
    assert "25%" in shown and "100%" in shown
    assert "500,000 rows a second" in shown
    assert shown.endswith("\n")


def test_work_of_less_than_a_second_shows_nothing(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    assert told(monkeypatch, Terminal(), clock, 0.2) == ""


def test_what_is_no_terminal_is_told_nothing_and_neither_is_who_wants_quiet(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    assert told(monkeypatch, io.StringIO(), clock, 2.0) == ""
    assert told(monkeypatch, Terminal(), clock, 2.0, "-q") == ""
