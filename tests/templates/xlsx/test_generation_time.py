"""The time that a result states: one sentence for a wrong one, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from roi_engine import REFERENCE
from roi_engine.errors import FtRoiError
from templates.portfolio.portfolio_workbook import build_portfolio
from templates.workbook import build_workbook
from templates.xlsx.generation_time import generation_time


@pytest.mark.parametrize("build", [lambda: build_workbook(REFERENCE), lambda: build_portfolio([])])
@pytest.mark.parametrize("text", ["yesterday", "1.5", "1e9", "99999999999999999999"])
def test_a_time_that_is_none_is_told_with_what_to_set(
    build: Callable[[], bytes], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(FtRoiError) as told:
        build()
    assert str(told.value) == f'SOURCE_DATE_EPOCH is "{text}". Set it to whole seconds since 1970, or unset it.'


def test_the_given_time_comes_before_the_environments_and_that_before_now(monkeypatch: pytest.MonkeyPatch) -> None:
    given = datetime(2026, 11, 25, 9, 30, 1, 5, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert generation_time(given) == datetime(2026, 11, 25, 9, 30, 1, tzinfo=UTC)
    assert generation_time() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    assert abs((generation_time() - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize("text", ["-1", "99999999999"])
def test_a_time_that_a_zip_cannot_tell_is_written_all_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    assert build_workbook(REFERENCE)[:2] == b"PK"
