"""Questions about the servers of a self-hosted model."""

from __future__ import annotations

from collections.abc import Iterator

from roi_engine.cashflow import MODEL
from roi_engine.questions.question import Asked, question
from roi_engine.questions.training import LARGEST_MODEL_B
from roi_engine.scenario import Scenario

IDLE_FLEET = 0.10
"""A fleet that is less busy than this, over the month, is mostly paid for nothing."""

SLOW_REPLICA = 300.0
"""Tokens per second, read and written, that any replica gives to many readers at once."""

SHORTEST_MONTH = 28 * 24
"""Hours of the shortest month."""

BYTES_PER_PARAMETER = 2
GPU_GB = 80
"""Weights in 16 bits, and the memory of the GPU that is rented most."""


def _months_served(s: Scenario) -> Iterator[tuple[float, float]]:
    """Each month's GPUs, and how busy they are."""
    wanted = ("calls_served", "serving_gpus", "served_tokens", "replica_tokens")
    found = MODEL.evaluate(s.inputs(), wanted, s.months_to_amortize)
    per_gpu = found["replica_tokens"] / s.target_utilisation / s.gpus_per_replica
    for calls, gpus in zip(found["calls_served"], found["serving_gpus"], strict=True):
        if gpus > 0:
            yield gpus, calls * found["served_tokens"] / (gpus * per_gpu)


@question("An idle fleet")
def idle_fleet(s: Scenario) -> Asked:
    """Paid for, and hardly used."""
    if s.serving == "self_hosted":
        busy = max((share for _, share in _months_served(s)), default=1.0)
        if busy < IDLE_FLEET:
            yield (
                "serving_tokens_per_second",
                f"The fleet is busy {busy:.1%} of the time in its best month. Is the throughput right, and would a price per token be cheaper?",
            )


@question("The throughput of one reader")
def slow_replica(s: Scenario) -> Asked:
    """50 tokens a second is what one answer takes, and a replica writes many at once."""
    speed = s.serving_tokens_per_second
    if 0 < speed < SLOW_REPLICA:
        yield (
            "serving_tokens_per_second",
            f"{speed:g} tokens a second is what one reader sees. Give what a replica reads and writes for all at once: thousands.",
        )


@question("A model that its GPUs cannot hold")
def too_large_for_its_gpus(s: Scenario) -> Asked:
    """70 billion parameters on one GPU of 80 GB."""
    weights = BYTES_PER_PARAMETER * s.model_size_b
    if s.serving == "self_hosted" and GPU_GB * s.gpus_per_replica < weights <= BYTES_PER_PARAMETER * LARGEST_MODEL_B:
        gpus = f"{s.gpus_per_replica} GPU{'s' if s.gpus_per_replica > 1 else ''} of {GPU_GB} GB"
        yield (
            "gpus_per_replica",
            f"The weights of {s.model_size_b:g} billion parameters take {weights:,g} GB in 16 bits, more than {gpus}. Give the GPUs of a replica: {-(-weights // GPU_GB):.0f} or more.",
        )


@question("A single replica")
def single_replica(s: Scenario) -> Asked:
    """Nothing serves while it fails."""
    if s.serving == "self_hosted" and max((gpus for gpus, _ in _months_served(s)), default=0) == s.gpus_per_replica:
        yield (
            "min_replicas",
            "One replica serves every call: none is answered while it fails or is updated. Give 2 where that matters.",
        )


@question("GPUs that are rented by the working hour")
def working_hours(s: Scenario) -> Asked:
    """160 hours, of people."""
    hours = s.hours_per_month
    if hours < SHORTEST_MONTH:
        yield (
            "hours_per_month",
            f"{hours:g} hours a month: a rented GPU is paid day and night, 730 hours. Is it really switched off between?",
        )


@question("A fleet that nobody looks after")
def no_operations(s: Scenario) -> Asked:
    """Neither operations nor fleet operations."""
    if s.serving == "self_hosted" and not s.operations_monthly_cost and not s.fleet_operations_monthly_cost:
        yield (
            "fleet_operations_monthly_cost",
            "Self-hosted, and operations cost nothing: who is called when the servers stop? Give what their work costs.",
        )
