"""Serving a model oneself: what a fleet costs, and where it beats an API."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from roi_engine import equations, fleet_equations
from roi_engine.scenario import INPUTS
from roi_engine.value import Value

TARGET_UTILISATION: float = INPUTS["target_utilisation"].default
PEAK_FACTOR: float = INPUTS["peak_factor"].default
MIN_REPLICAS: int = INPUTS["min_replicas"].default
GPUS_PER_REPLICA: int = INPUTS["gpus_per_replica"].default
HOURS_PER_MONTH: float = INPUTS["hours_per_month"].default
"""How a fleet is planned where nothing else is said: as a scenario is."""


def cost_per_1k_tokens(gpu_hourly_rate: float, tokens_per_second: float, utilisation: float, gpus: int = 1) -> float:
    """What 1,000 tokens of one replica cost.

        1000 · GPUs of the replica · GPU price / (3600 · tokens per second · utilisation)

    gpu_hourly_rate : currency per GPU-hour.
    tokens_per_second : of the replica, above 0.
    utilisation : the month's average, as decimal above 0.
    gpus : GPUs of the replica.
    Returns currency per 1,000 tokens.
    Source: docs/method.md, "Self-hosted serving".

    >>> round(cost_per_1k_tokens(3, 2500, 0.6), 9)
    0.000555556
    """
    cost: Any = fleet_equations.cost_per_1k_tokens(gpu_hourly_rate, tokens_per_second, utilisation, gpus)
    return float(cost)


def fleet_gpus(
    calls: float,
    tokens_per_call: float,
    tokens_per_second: float,
    target_utilisation: float = TARGET_UTILISATION,
    peak_factor: float = PEAK_FACTOR,
    min_replicas: int = MIN_REPLICAS,
    gpus_per_replica: int = GPUS_PER_REPLICA,
) -> float:
    """GPUs that serve a month's calls.

        need = calls · tokens per call · peak factor / (tokens per second · target utilisation · 730 · 3600)
        GPUs = GPUs per replica · max(minimum replicas, ⌈need⌉)

    calls : per month.
    tokens_per_call : prompt and answer.
    tokens_per_second : of one replica, above 0.
    target_utilisation : the share of a replica's throughput that is planned for, as decimal above 0.
    peak_factor : the busiest time's traffic over the average.
    min_replicas : replicas that are always there.
    gpus_per_replica : GPUs that serve one copy of the model.
    Returns a count.
    Source: docs/method.md, "Self-hosted serving".

    >>> fleet_gpus(10_000_000, 650, 2500)
    5.0
    """
    gpus: Any = gpus_needed(
        calls, tokens_per_call, tokens_per_second, target_utilisation, peak_factor, min_replicas, gpus_per_replica
    )
    return float(gpus)


def gpus_needed(
    calls: Any,
    tokens_per_call: Any,
    tokens_per_second: Any,
    target_utilisation: Any,
    peak_factor: Any,
    min_replicas: Any,
    gpus_per_replica: Any,
) -> Value:
    """The same on any carrier of numbers: see `fleet_gpus`."""
    per_call = _replicas_per_call(tokens_per_call, tokens_per_second, target_utilisation, peak_factor)
    return equations.serving_gpus("self_hosted", 1, calls, per_call, min_replicas, gpus_per_replica)


def fleet_cost(gpus: float, gpu_hourly_rate: float, operations: float = 0.0) -> float:
    """The monthly bill of a fleet, whatever it serves.

        GPUs · GPU price · 730 + operations

    gpus : a count.
    gpu_hourly_rate : currency per GPU-hour.
    operations : currency per month.
    Returns currency per month.

    >>> fleet_cost(5, 3)
    10950.0
    """
    bill: Any = fleet_bill(gpus, gpu_hourly_rate, operations)
    return float(bill)


def fleet_bill(gpus: Any, gpu_hourly_rate: Any, operations: Any) -> Value:
    """The same on any carrier of numbers: see `fleet_cost`."""
    bill: Value = equations.fleet_bill(gpus, gpu_hourly_rate, HOURS_PER_MONTH) + operations
    return bill


@dataclass(frozen=True)
class SelfHostingBreakEven:
    """The calls per month at which self-hosting costs no more than a price per call.

    first : the lowest such volume.
    always : the volume from which it holds whatever the traffic.
    replica_calls : what one replica serves.
    Both volumes are infinite where a call on a full replica costs as much as on the API.
    """

    first: float
    always: float
    replica_calls: float
    first_replicas: int
    always_replicas: int
    api_cost_per_call: float
    replica_bill: float
    operations: float

    def winning_intervals(self) -> Iterator[tuple[float, float]]:
        """The winning volumes as pairs (from, to), rising; the last one has no end.

        Between two of them the API is cheaper: a replica has just been added and is nearly empty.

        >>> found = self_hosting_break_even(0.0012, 650, 2500, 3, operations=1000)
        >>> [(round(low / 1e6, 2), round(high / 1e6, 2)) for low, high in found.winning_intervals()][:3]
        [(9.96, 10.11), (11.78, 12.13), (13.61, 14.15)]
        """
        if math.isinf(self.first):
            return
        for replicas in range(self.first_replicas, self.always_replicas):
            bill = replicas * self.replica_bill + self.operations
            yield bill / self.api_cost_per_call, replicas * self.replica_calls
        yield self.always, math.inf


def self_hosting_break_even(
    api_cost_per_call: float,
    tokens_per_call: float,
    tokens_per_second: float,
    gpu_hourly_rate: float,
    target_utilisation: float = TARGET_UTILISATION,
    peak_factor: float = PEAK_FACTOR,
    min_replicas: int = MIN_REPLICAS,
    operations: float = 0.0,
) -> SelfHostingBreakEven:
    """The volumes from which a self-hosted fleet costs no more than an API.

        n replicas break even at Q[n] = (n · replica's bill + operations) / API cost per call,
        which counts where they can serve it and n − 1 cannot

    api_cost_per_call : currency per call.
    tokens_per_call : prompt and answer.
    tokens_per_second : of one replica of one GPU (for more, give the price of all its GPUs as gpu_hourly_rate).
    gpu_hourly_rate : currency per GPU-hour.
    target_utilisation, peak_factor, min_replicas : as for `fleet_gpus`.
    operations : currency per month.
    Returns a `SelfHostingBreakEven`; a fleet grows by whole replicas, so the winning volumes may be several intervals.
    Source: docs/method.md, "Reading the staircase".

    >>> found = self_hosting_break_even(0.00425, 650, 2500, 3, operations=1000)
    >>> round(found.first, 3), round(found.replica_calls)
    (750588.235, 2021538)
    """
    per_call = _replicas_per_call(tokens_per_call, tokens_per_second, target_utilisation, peak_factor)
    bill: Any = fleet_equations.replica_bill(1, gpu_hourly_rate, HOURS_PER_MONTH)
    saving: Any = fleet_equations.full_replica_saving(api_cost_per_call, bill, per_call)
    first: Any = fleet_equations.first_paying_replicas(saving, operations, per_call, min_replicas)
    always: Any = fleet_equations.always_paying_replicas(saving, api_cost_per_call, operations, per_call, min_replicas)
    first_calls: Any = fleet_equations.first_paying_calls(saving, first, bill, operations, api_cost_per_call)
    always_calls: Any = fleet_equations.always_paying_calls(saving, always, bill, operations, api_cost_per_call)
    return SelfHostingBreakEven(
        first=float(first_calls),
        always=float(always_calls),
        replica_calls=1 / per_call if per_call else math.inf,
        first_replicas=int(first),
        always_replicas=int(always),
        api_cost_per_call=api_cost_per_call,
        replica_bill=float(bill),
        operations=operations,
    )


def _replicas_per_call(
    tokens_per_call: float, tokens_per_second: float, target_utilisation: float, peak_factor: float
) -> Any:
    planned = equations.replica_tokens(tokens_per_second, target_utilisation, HOURS_PER_MONTH)
    return equations.replicas_per_call(tokens_per_call, peak_factor, planned)
