"""The workings: fixed figures that the monthly formulas take, with their units."""

from __future__ import annotations

from roi_engine import quantity as q
from roi_engine.quantity import Quantity
from templates.building import styles

_YES = q.Quantity("yes or no as a number", "", "number")

WORKINGS: tuple[tuple[str, str, Quantity], ...] = (
    ("gpu_training_cost", "GPU training", q.MONEY),
    ("trains_on_gpus", "GPU training is borne (1 = yes)", _YES),
    ("api_training_cost", "API training", q.MONEY),
    ("trains_through_api", "API training is borne (1 = yes)", _YES),
    ("training_cost", "Training", q.MONEY),
    ("one_off_cost", "One-off costs", q.MONEY),
    ("contingency_cost", "Contingency", q.MONEY),
    ("monthly_storage_cost", "Storage per month", q.MONEY_PER_MONTH),
    ("storage_cost", "Storage over the horizon", q.MONEY),
    ("storage_at_start", "Storage counted upfront", q.MONEY),
    ("storage_each_month", "Storage counted monthly", q.MONEY_PER_MONTH),
    ("upfront_cost", "Total upfront", q.MONEY),
    ("baseline_cached_price", "Baseline cached price", q.PRICE_PER_MILLION),
    ("baseline_cached_write_price", "Baseline cache write price", q.PRICE_PER_MILLION),
    ("baseline_mix_cost", "Baseline call, token mix", q.MONEY_PER_CALL),
    ("baseline_cost_per_call", "Baseline call", q.MONEY_PER_CALL),
    ("finetuned_cached_price", "Fine-tuned cached price", q.PRICE_PER_MILLION),
    ("finetuned_cached_write_price", "Fine-tuned cache write price", q.PRICE_PER_MILLION),
    ("finetuned_mix_cost", "Fine-tuned call, token mix", q.MONEY_PER_CALL),
    ("finetuned_cost_per_call", "Fine-tuned call", q.MONEY_PER_CALL),
    ("served_tokens", "Served tokens per call", q.TOKENS),
    ("replica_tokens", "Tokens of one replica per month", q.Quantity("tokens a month", "tokens / month", "number")),
    ("replicas_per_call", "Replicas per monthly call", q.Quantity("replicas", "replicas / call", "number")),
    ("present_review_cost", "Review cost of the first month's traffic", q.MONEY_PER_MONTH),
    ("review_gain", "Review cost avoided at full traffic", q.MONEY_PER_MONTH),
    ("review_loss", "Review cost added at full traffic", q.MONEY_PER_MONTH),
    ("upkeep", "Operations that are borne", q.MONEY_PER_MONTH),
    ("hosting_fee", "Hosting fee that is borne", q.MONEY_PER_MONTH),
)
"""The name of each equation, its label, and the quantity that it gives; each after those that it takes."""


def working_format(quantity: Quantity) -> str:
    """How a fixed figure is shown."""
    if quantity is _YES:
        return styles.WHOLE
    return {"price": styles.CALL_PRICE, "money": styles.SMALL_MONEY}.get(quantity.kind, "#,##0.00######")
