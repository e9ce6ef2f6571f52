"""The commands under estimate: what they print, as JSON too, and how they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from addin.command_line import ft_roi
from roi_engine import call

REPLICA = ("serving", "--model", "Llama-3.1-8B", "--gpu", "H100 SXM", "--input", "1000", "--output", "300")
TRAINING = ("training", "--model", "Llama-3.1-8B", "--gpu", "H100 SXM", "--tokens", "100", "--method", "lora")


def run(*words: str, exit_code: int = 0) -> Result:
    done = CliRunner().invoke(ft_roi, ["estimate", *words], prog_name="ft-roi")
    assert done.exit_code == exit_code, done.output
    assert "Traceback" not in done.output
    return done


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_serving_says_what_takes_longest_and_what_would_change_it() -> None:
    done = run(*REPLICA)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "Llama-3.1-8B in bf16 on H100 SXM, 1000 + 300 tokens"
    assert "Input + output tokens per second 12,700 20,100 26,400" in lines
    assert "Requests at once 244 of 352 that fit" in lines
    assert lines[-1].startswith("The largest part is calculating the prompts. What would make it less: a GPU with")
    assert "Shape of Llama-3.1-8B, read 2026-11-01" in done.stderr


def test_serving_as_json_is_what_the_worksheet_function_gives() -> None:
    found = data(*REPLICA, "--concurrency", "32", "--precision", "FP8")
    for bound, rate in found["tokens_per_second"].items():
        assert rate == call("FT_SERVINGRATE", "Llama-3.1-8B", "H100 SXM", 1000, 300, 32, 1, "fp8", bound)
    assert (found["precision"], found["requests_at_once"]) == ("fp8", 32)
    assert sum(found["time"].values()) == pytest.approx(1)
    assert next(iter(found["time"])) == "weights_reading" or found["time"]["weights_reading"] < 0.5


def test_training_with_what_would_change_it() -> None:
    lines = [" ".join(line.split()) for line in run(*TRAINING).stdout.splitlines()]
    assert lines[0] == "lora training of Llama-3.1-8B on H100 SXM, 100 million tokens"
    assert "GPU-hours 2.33 4.67 7.52" in lines
    assert "with activations kept, not calculated again 1.56 3.11 5.01" in lines
    assert "with FP8 1.67 3.33 5.37" in lines


def test_training_as_json_is_what_the_worksheet_function_gives() -> None:
    found = data("training", "--params", "13", "--gpu", "a100", "--tokens", "20", "--epochs", "3", "--padded")
    assert found["gpu"] == "A100 80GB"
    assert found["gpu_hours"]["typical"] == call("FT_TRAINHOURS", 13, 20, 3, "A100", "full", "", "yes", "no")
    assert found["with"]["samples packed"]["typical"] == call("FT_TRAINHOURS", 13, 20, 3, "A100")
    assert "FP8" not in found["with"]  # an A100 has none


@pytest.mark.parametrize(
    ("words", "told", "exit_code"),
    [
        ((*REPLICA, "--concurrency", "900"), "900 requests at once do not fit", 3),
        ((*REPLICA, "--precision", "bf17"), 'Did you mean "bf16"?', 3),
        (("serving", "--model", "Llama-9", *REPLICA[3:]), "There is no open model", 3),
        (REPLICA[:-2], "--output", 2),
        ((*TRAINING, "--params", "8"), "Give --model or --params, one of the two.", 2),
        ((*TRAINING, "--precision", "int4"), "Type bf16 or fp16 or fp8.", 3),
        ((*TRAINING, "--tokens", "nan"), "'--tokens': nan is not a finite number.", 2),
        ((*REPLICA, "--input", "inf"), "'--input': inf is not a finite number.", 2),
        ((*TRAINING, "--tokens", "1e300"), "The training is too large to be estimated.", 3),
        ((*TRAINING[:4], "H100", *TRAINING[5:]), "There are several GPUs", 3),
    ],
)
def test_what_cannot_be_estimated(words: tuple[str, ...], told: str, exit_code: int) -> None:
    assert told in run(*words, exit_code=exit_code).stderr


def test_alone_it_prints_its_help_on_lines_of_their_own() -> None:
    lines = run(exit_code=2).stderr.splitlines()
    assert lines[0] == "Examples:" and "Commands:" in lines
