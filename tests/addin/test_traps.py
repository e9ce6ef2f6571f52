"""Plausible files that go wrong without a word: each is refused, or asked about, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import FtRoiError, call

TRAPS = Path(__file__).parents[1] / "traps"
DATE = "46143 is how a sheet stores the date 2026-05-01. Was 1.5 or 5.1 typed, and taken for a date?"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(ft_roi, [*map(str, arguments)], prog_name="ft-roi")


@pytest.mark.parametrize("command", ["calc", "report"])
def test_unlike_units_are_refused(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(command, TRAPS / "unlike-units.toml")
    assert result.exit_code == 3 and not list(tmp_path.iterdir())
    assert "tokens_per_call: One token a call for the fine-tuned model, beside a token mix for the" in result.stderr


def test_like_units_lose() -> None:
    result = run("calc", TRAPS / "like-units.toml", "--json")
    assert result.exit_code == 0 and round(json.loads(result.stdout)["net_roi"]) == -361_706


def test_a_date_in_the_place_of_a_price_is_asked_about(tmp_path: Path) -> None:
    result = run("calc", TRAPS / "date-serial.toml")
    assert result.exit_code == 0 and f"Warning: gpu_hourly_rate: {DATE}\n" in result.stderr
    answered = tmp_path / "answered.toml"
    text = (TRAPS / "date-serial.toml").read_text("utf-8")
    answered.write_text(f'{text}\n[confirmed]\ngpu_hourly_rate = "a rack, in kroner"\n', "utf-8")
    result = run("calc", answered)
    assert "Answered: gpu_hourly_rate: a rack, in kroner\n" in result.stderr and DATE not in result.stderr
    found = json.loads(run("report", answered, "-o", tmp_path / "out.xlsx", "--json").stdout)["warnings"]
    assert found[0] == {"input": "gpu_hourly_rate", "sentence": "a rack, in kroner", "answered": True}
    assert [each["answered"] for each in found[1:]] == [False] * (len(found) - 1)


@pytest.mark.parametrize(("rate", "meant"), [(8, "8 % (0.08)"), (15, "15 % (0.15)")])
def test_a_rate_typed_as_a_whole_number_is_refused(rate: float, meant: str) -> None:
    with pytest.raises(FtRoiError, match="Did you mean") as caught:
        call("FT_NPV", rate, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2_000, 12)
    assert meant in str(caught.value) and caught.value.code == "#NUM!"
