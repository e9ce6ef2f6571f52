"""Questions about training, storage, and costs that are not borne."""

from __future__ import annotations

from roi_engine.cashflow import MODEL
from roi_engine.estimators import checkpoint_gb
from roi_engine.questions.question import Asked, question
from roi_engine.scenario import Scenario

BYTES_PER_FULL_PRECISION_PARAMETER = 4

LARGEST_GPU_GB = 192.0
"""Memory of the largest GPU that one rents by the hour."""

A_DAY = 24
"""Hours on the clock from which a run of several GPUs may be one of GPU-hours."""


@question("GPU-hours or hours on the clock")
def wall_clock_hours(s: Scenario) -> Asked:
    """Hours that may have been multiplied already."""
    if s.gpu_count > 1 and s.training_hours >= A_DAY:
        yield (
            "training_hours",
            f"Taken as wall-clock hours: {s.training_hours:g} h on {s.gpu_count} GPUs is {s.training_hours * s.gpu_count:,g} GPU-hours. If {s.training_hours:g} are GPU-hours already, leave the GPU count at 1.",
        )
    if s.gpu_count == 1 and s.training_hours > 0 and checkpoint_gb(s.model_size_b) > LARGEST_GPU_GB:
        yield (
            "training_hours",
            f"Taken as GPU-hours of one GPU, on which full fine-tuning of {s.model_size_b:g} billion parameters does not fit. If {s.training_hours:g} are hours on the clock, give the number of GPUs.",
        )


@question("Little storage, or none")
def little_storage(s: Scenario) -> Asked:
    """Less than a checkpoint of the model."""
    if s.storage_gb == 0 and s.training_hours > 0:
        yield "storage_gb", "No storage. Checkpoints, optimizer states and the final model all take room."
    elif 0 < s.storage_gb <= BYTES_PER_FULL_PRECISION_PARAMETER * s.model_size_b:
        yield (
            "storage_gb",
            "At most one copy of the weights at 4 bytes per parameter, and no checkpoint. Is that all that is kept?",
        )
    elif 0 < s.storage_gb < checkpoint_gb(s.model_size_b):
        yield (
            "storage_gb",
            f"Less than one checkpoint of full fine-tuning, {checkpoint_gb(s.model_size_b):,g} GB with optimizer states. An adapter needs less.",
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
