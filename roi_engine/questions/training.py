"""Questions about training, storage, and costs that are not borne."""

from __future__ import annotations

from roi_engine.cashflow import MODEL
from roi_engine.quantity import in_figures
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import Scenario

BYTES_PER_FULL_PRECISION_PARAMETER = 4

BYTES_PER_PARAMETER = 2
"""Of a copy of the weights, in full precision and in 16 bits. What is smaller is an adapter."""

SMALLEST_BYTES = 0.5
LARGEST_GPU_GB = 192.0
"""Weights in 4 bits, as an adapter is trained beside them, and memory of the largest GPU that one rents by the hour."""

LARGEST_MODEL_B = 5_000
"""Billion parameters that no open model has."""

MOST_STORAGE_GB = 100_000
"""GB that no fine-tuning keeps: 100 TB."""

A_WEEK = 7 * 24
"""Hours on the clock from which a run of several GPUs may be one of GPU-hours."""

MOST_MILLION_TOKENS = 20_000
"""Million tokens that nobody has billed for a fine-tuning."""


@question("GPU-hours or hours on the clock")
def wall_clock_hours(s: Scenario) -> Asked:
    """Hours that may have been multiplied already."""
    if s.gpu_count > 1 and s.training_hours >= A_WEEK:
        yield (
            "training_hours",
            f"Taken as wall-clock hours: {s.training_hours:g} h on {s.gpu_count} GPUs is {in_figures(s.training_hours * s.gpu_count)} GPU-hours. If {s.training_hours:g} are GPU-hours already, leave the GPU count at 1.",
        )
    too_large = LARGEST_GPU_GB < SMALLEST_BYTES * s.model_size_b <= SMALLEST_BYTES * LARGEST_MODEL_B
    if s.gpu_count == 1 and s.training_hours > 0 and too_large:
        yield (
            "training_hours",
            f"Taken as GPU-hours of one GPU, on which {s.model_size_b:g} billion parameters do not fit even in 4 bits. If {s.training_hours:g} are hours on the clock, give the number of GPUs.",
        )


@question("Training tokens in the place of millions", of_ends=True)
def tokens_for_millions(s: Scenario) -> Asked:
    """2,000,000 in the place of 2."""
    tokens = s.training_tokens_m or 0
    if tokens >= MOST_MILLION_TOKENS:
        yield (
            "training_tokens_m",
            f"Taken as {tokens:,.10g} million tokens. Are these single tokens? That is {tokens / 1e6:g} million.",
        )


@question("Parameters in the place of billions")
def parameters_for_billions(s: Scenario) -> Asked:
    """8,000,000,000, or 8,000 millions, in the place of 8."""
    size = s.model_size_b
    if size > LARGEST_MODEL_B:
        what, times = ("single parameters", 1e9) if size >= 1e6 else ("millions", 1e3)
        yield (
            "model_size_b",
            f"Taken as {size:,.10g} billion parameters. Are these {what}? That is {size / times:g} billion.",
        )


@question("Storage in MB in the place of GB", of_ends=True)
def storage_in_megabytes(s: Scenario) -> Asked:
    """300,000 in the place of 300."""
    size = s.storage_gb
    if size >= MOST_STORAGE_GB:
        yield (
            "storage_gb",
            f"Taken as {size:,.10g} GB, which are {size / 1000:,g} TB. Are these MB? That is {size / 1000:,g} GB.",
        )


@question("Little storage, or none")
def little_storage(s: Scenario) -> Asked:
    """A copy of the weights, and nothing else."""
    if s.storage_gb == 0 and s.training_hours > 0:
        yield "storage_gb", "No storage. Checkpoints, optimizer states and the final model all take room."
    elif (
        0 < BYTES_PER_PARAMETER * s.model_size_b <= s.storage_gb <= BYTES_PER_FULL_PRECISION_PARAMETER * s.model_size_b
    ):
        yield (
            "storage_gb",
            "At most one copy of the weights at 4 bytes per parameter, and no checkpoint. Is that all that is kept?",
        )


@question("A cost that is not borne")
def not_borne(s: Scenario) -> Asked:
    """Costs of the other way of serving: they count for that option alone."""
    wanted = ("gpu_training_cost", "trains_on_gpus", "api_training_cost", "trains_through_api")
    found = MODEL.evaluate(s.inputs(), wanted)
    if found["gpu_training_cost"] > 0 and not found["trains_on_gpus"]:
        yield (
            "training_hours",
            "Not borne: paid by the token, the model is trained through the API. They count for self-hosting alone.",
        )
    if found["api_training_cost"] > 0 and not found["trains_through_api"]:
        yield (
            "training_tokens_m",
            "Not borne: self-hosted, the model is trained on GPUs. They count for the fine-tuned API alone.",
        )
    if s.serving == "self_hosted" and s.hosting_monthly_fee:
        yield "hosting_monthly_fee", "Not borne: the model is self-hosted. It counts for the fine-tuned API alone."
    if s.serving == "per_token" and s.fleet_operations_monthly_cost:
        yield (
            "fleet_operations_monthly_cost",
            "Not borne: the model is paid by the token. It counts for self-hosting alone.",
        )
