"""The equations of a self-hosted fleet against a price per call.

The fleet's cost rises in steps of whole replicas, the API's in a straight line with the calls.

Named equations like those of `roi_engine.equations`, on which they build; `roi_engine.serving` calls them.
"""

from __future__ import annotations

from roi_engine.graph import may_be_never
from roi_engine.value import NEVER, ROUNDING, Value, ceiling, divide, maximum, where


def cost_per_1k_tokens(
    gpu_hourly_rate: Value, tokens_per_second: Value, utilisation: Value, gpus_per_replica: Value
) -> Value:
    """What 1,000 tokens cost on a replica.

    Utilisation multiplies the tokens that the replica produces, never its bill.
    """
    return 1000 * gpus_per_replica * gpu_hourly_rate / (3600 * tokens_per_second * utilisation)


def replica_bill(gpus_per_replica: Value, serving_gpu_hourly_rate: Value, hours_per_month: Value) -> Value:
    """What one replica costs in a month, used or not."""
    return gpus_per_replica * serving_gpu_hourly_rate * hours_per_month


def full_replica_saving(baseline_cost_per_call: Value, replica_bill: Value, replicas_per_call: Value) -> Value:
    """What a call costs less on a fully used replica than on the API.

    Money per call, at least 0. A replica is full when it serves all the calls that it is planned for.
    """
    saving = baseline_cost_per_call - replica_bill * replicas_per_call
    return where(saving > ROUNDING * baseline_cost_per_call, saving, 0)


def first_paying_replicas(
    full_replica_saving: Value, operations_monthly_cost: Value, replicas_per_call: Value, min_replicas: Value
) -> Value:
    """The smallest fleet that, serving all that it can, costs no more than the API."""
    whole = divide(operations_monthly_cost * replicas_per_call, full_replica_saving, 0)
    return maximum(ceiling(whole * (1 - ROUNDING)), min_replicas)


@may_be_never
def first_paying_calls(
    full_replica_saving: Value,
    first_paying_replicas: Value,
    replica_bill: Value,
    operations_monthly_cost: Value,
    baseline_cost_per_call: Value,
) -> Value:
    """The volume at which self-hosting first costs no more than the API.

    Calls per month; infinite where a full replica is no cheaper than the API.
    """
    bill = first_paying_replicas * replica_bill + operations_monthly_cost
    return where(full_replica_saving > 0, divide(bill, baseline_cost_per_call, 0), NEVER)


def always_paying_replicas(
    full_replica_saving: Value,
    baseline_cost_per_call: Value,
    operations_monthly_cost: Value,
    replicas_per_call: Value,
    min_replicas: Value,
) -> Value:
    """The largest fleet that costs more than the API as its last replica is added.

    A number of replicas.
    """
    bound = divide(baseline_cost_per_call + operations_monthly_cost * replicas_per_call, full_replica_saving, 0)
    return maximum(ceiling(bound * (1 - ROUNDING)) - 1, min_replicas)


@may_be_never
def always_paying_calls(
    full_replica_saving: Value,
    always_paying_replicas: Value,
    replica_bill: Value,
    operations_monthly_cost: Value,
    baseline_cost_per_call: Value,
) -> Value:
    """The volume from which self-hosting never costs more than the API.

    Calls per month: from here on it holds whatever the traffic.
    """
    bill = always_paying_replicas * replica_bill + operations_monthly_cost
    return where(full_replica_saving > 0, divide(bill, baseline_cost_per_call, 0), NEVER)
