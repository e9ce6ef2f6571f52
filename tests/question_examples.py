"""Every question about the inputs, with examples that raise it and as near as can be that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from roi_engine import REFERENCE, Range, Scenario
from roi_engine.estimate import Estimate
from roi_engine.input_checks import QUESTIONS
from roi_engine.prices.price_tables import price_tables

Changes = dict[str, Any]
FILE, CELL = "file", "cell"

QUIET = REFERENCE.with_inputs(
    tokens_per_call=2_000,
    baseline_cost=0.03,
    finetuned_cost=0.005,
    storage_gb=100,
    accuracy=0.8,
    review_cost=100,
    calls=10_000,
    data_preparation_cost=3_000,
    months=24,
)
"""Nothing to ask."""


@dataclass(frozen=True)
class Example:
    """Changes to `QUIET` that raise a question, and others that do not.

    name : the input that is asked about.
    words : of the sentence.
    surfaces : where it can be asked; FT_CHECK reads no sources.
    """

    name: str
    words: str
    raises: Changes
    quiet: Changes
    surfaces: tuple[str, ...] = (FILE, CELL)


MIX = {"input_tokens": 1800, "output_tokens": 250, "input_price_per_m": 2, "output_price_per_m": 8}
BASELINE_MIX = {"baseline_cost": 0} | {f"baseline_{name}": value for name, value in MIX.items()}
FINETUNED_MIX = {"finetuned_cost": 0} | {f"finetuned_{name}": value / 2 for name, value in MIX.items()}
DEARER_MIX = {"finetuned_cost": 0} | {f"finetuned_{name}": value for name, value in MIX.items()} | {
    "finetuned_input_price_per_m": 3,
    "finetuned_output_price_per_m": 12,
}  # fmt: skip
OTHER_MIX = {
    "switch_input_tokens": 1800,
    "switch_output_tokens": 250,
    "switch_input_price_per_m": 0.4,
    "switch_output_price_per_m": 1.6,
}
FLEET = {
    "serving": "self_hosted",
    "finetuned_cost": 0,
    "serving_gpu_hourly_rate": 0.1,
    "serving_tokens_per_second": 400,
    "calls": 1_000_000,
    "min_replicas": 2,
    "operations_monthly_cost": 10,
}
ONE_TOKEN = {"tokens_per_call": 1, "baseline_cost": 0.3, "finetuned_cost": 0.05}
NEWEST = price_tables().read_on
OLD = NEWEST - timedelta(days=366)
ABOVE = "Above 200,000 prompt tokens the model costs 4 per million."
LONG_PROMPTS = {**BASELINE_MIX, "baseline_input_tokens": 250_000}
ESTIMATED = f"Estimate: a replica, {Estimate(12_700, 20_100, 26_400)} tokens per second"
OF_CALLS = "Estimate: a model on a GPU, 32 requests at once, 1000 + 300 tokens; figures of 2026-11-01"
SEVERAL_RATES = {
    "training_hours": 800,
    "gpu_hourly_rate": 1,
    "storage_gb": 0,
    "calls": 1000,
    "tokens_per_call": 1,
    "baseline_cost": 7590,
    "finetuned_cost": 0,
    "accuracy": 0,
    "review_cost": 0,
    "months": 3,
    "data_preparation_cost": 0,
    "retraining_interval": 2,
    "retraining_cost": 21871,
}
"""−800, 7590, −14281, 7590: 10 %, 20 % and 618.75 % a month."""

WEARS_OUT = {
    "training_hours": 0,
    "gpu_hourly_rate": 0,
    "storage_gb": 0,
    "storage_monthly_rate": 0,
    "accuracy": 0,
    "review_cost": 0,
    "data_preparation_cost": 0,
    "calls": 1_000_000,
    "months": 36,
    "baseline_cost": 0.0065,
    "finetuned_cost": 0,
    "tokens_per_call": 1000,
    "serving": "self_hosted",
    "serving_gpu_hourly_rate": 3,
    "serving_tokens_per_second": 4000,
    "serving_tokens_per_call": 600,
    "operations_monthly_cost": 1200,
    "other_upfront_cost": 10_000,
    "baseline_price_change": -0.5,
}
"""The bill that is avoided halves in a year, the fleet's stays: the golden scenario of this name."""

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "A payback of 0.0 months, or beyond the horizon": (
        Example(
            "months_to_amortize",
            "inside month 1; it is not day one",
            {"data_preparation_cost": 0, "storage_gb": 0, "training_hours": 18},  # 27 of 580 is 0.047
            {"data_preparation_cost": 0, "storage_gb": 0, "training_hours": 20},  # 30 of 580 is 0.052
        ),
        Example(
            "months_to_amortize",
            "after the horizon, in 24.",
            {"data_preparation_cost": 13_900},
            {"data_preparation_cost": 13_800},
        ),
    ),
    "A return too high to be true": (
        Example(
            "data_preparation_cost",
            "no one-off cost",
            {"data_preparation_cost": 0},
            {"data_preparation_cost": 1_200},
        ),
        Example(
            "months_to_amortize",
            "is every cost of this size of benefit counted?",
            {"data_preparation_cost": 1_150},  # 13920/1234 − 1 = 10.28
            {"data_preparation_cost": 1_200},  # 13920/1284 − 1 = 9.84
        ),
    ),
    "Months at the end that lose": (
        Example(
            "months_to_amortize",
            "From month 13 on every month loses. Going back after month 12 would return 7,226 (NPV 6,664) instead of "
            "losing 30,705.",
            WEARS_OUT,
            WEARS_OUT | {"baseline_price_change": 0},
        ),
        Example(
            "months_to_amortize",
            "The last month loses. Going back after month 12 would return 7,226 (NPV 6,664) instead of 7,086.",
            WEARS_OUT | {"months": 13},
            WEARS_OUT | {"months": 12},
        ),
        Example(
            "months_to_amortize",
            "after month 12 (2027-12) would lose 2,774 (NPV -3,336) instead of 40,705.",
            WEARS_OUT | {"other_upfront_cost": 20_000, "start_month": "2027-01"},
            WEARS_OUT | {"other_upfront_cost": 20_000, "start_month": "2027-01", "operations_monthly_cost": 9_000},
        ),
    ),
    "A risk adjustment that turns the sign": (
        Example("benefit_risk", "alone turns the sign", {"benefit_risk": 0.7}, {"benefit_risk": 0.6}),
        Example("cost_risk", "alone turns the sign", {"cost_risk": 2.5}, {"cost_risk": 0.9}),
    ),
    "Internal rates that are no returns": (
        Example(
            "discount_rate",
            "several internal rates",
            SEVERAL_RATES,
            SEVERAL_RATES | {"retraining_cost": 7590},
        ),
    ),
    "Each call is a single token": (
        Example("tokens_per_call", "single token", ONE_TOKEN, ONE_TOKEN | {"tokens_per_call": 650}),
        Example(
            "tokens_per_call",
            "single token",
            ONE_TOKEN | FLEET | {"serving_tokens_per_call": 600},
            ONE_TOKEN | FLEET | {"serving_tokens_per_call": 600} | BASELINE_MIX,
        ),
        Example(
            "serving_tokens_per_call",
            "sized for one token",
            ONE_TOKEN | FLEET,
            ONE_TOKEN | FLEET | {"serving_tokens_per_call": 600},
        ),
    ),
    "A share, thousands or millions in the place of calls": (
        Example(
            "baseline_monthly_api_calls",
            "1.5 calls a month. Are these thousands, or millions? That is 1,500, or 1,500,000.",
            {"calls": 1.5},
            {"calls": 1_000},
        ),
        Example(
            "baseline_monthly_api_calls",
            "420 calls a month. Are these thousands? That is 420,000.",
            {"calls": 420},
            {"calls": 1_000},
        ),
        Example("baseline_monthly_api_calls", "Are these thousands", {"calls": 0.4}, {"calls": 0}),
    ),
    "A call without tokens": (
        Example(
            "tokens_per_call",
            "0 tokens a call: every call is free. Give the tokens of a typical call.",
            {"tokens_per_call": 0},
            {"tokens_per_call": 0} | BASELINE_MIX | FINETUNED_MIX,
        ),
        Example(
            "baseline_input_tokens",
            "0 tokens at 2 per million: the prompt is free. Give its tokens.",
            BASELINE_MIX | {"baseline_input_tokens": 0},
            BASELINE_MIX | {"baseline_input_tokens": 0, "baseline_input_price_per_m": 0},
        ),
        Example(
            "switch_output_tokens",
            "the answer is free",
            OTHER_MIX | {"switch_output_tokens": 0},
            OTHER_MIX | {"switch_output_tokens": 10},
        ),
        Example(
            "serving_tokens_per_call",
            "the fleet has nothing to do",
            FLEET | {"serving_tokens_per_call": 0},
            FLEET | {"serving_tokens_per_call": 600},
        ),
    ),
    "Tokens in thousands": (
        Example(
            "tokens_per_call",
            "Taken as 1.8 tokens. Are these thousands? That is 1,800.",
            {"tokens_per_call": 1.8},
            {"tokens_per_call": 18},
        ),
        Example(
            "baseline_input_tokens",
            "Taken as 2 tokens",
            BASELINE_MIX | {"baseline_input_tokens": 2},
            BASELINE_MIX | {"baseline_output_tokens": 2},  # an answer may be a label
        ),
        Example(
            "baseline_output_tokens",
            "Taken as 0.25 tokens",
            BASELINE_MIX | {"baseline_output_tokens": 0.25},
            BASELINE_MIX | {"baseline_output_tokens": 1},
        ),
    ),
    "Growth per year in the place of one per month": (
        Example(
            "monthly_growth",
            "12 % a month is 801 times the traffic in month 60. Is it the growth per year? That is 0.00949 a month.",
            {"monthly_growth": 0.12, "months": 60},
            {"monthly_growth": 0.02, "months": 60},
        ),
        Example(
            "monthly_growth",
            "20 % a month is 8.9 times the traffic after a year",
            {"monthly_growth": 0.2, "months": 12},
            {"monthly_growth": 0.15, "months": 12},
        ),
        Example(
            "monthly_growth",
            "Falling by 10 % a month is 0.089 times the traffic in month 24. Is it the growth per year?",
            {"monthly_growth": -0.1},
            {"monthly_growth": -0.09},
        ),
    ),
    "Drift per year in the place of one per month": (
        Example(
            "monthly_gain_decay",
            "10 % a month leaves 0.08 of the gain after 24 months. Is it the drift per year? That is 0.00874 a month.",
            {"monthly_gain_decay": 0.1},
            {"monthly_gain_decay": 0.1, "retraining_interval": 20, "retraining_cost": 100},
        ),
        Example(
            "monthly_gain_decay",
            "leaves 0.05 of the gain after 1 month",
            {"monthly_gain_decay": 0.95, "retraining_interval": 1, "retraining_cost": 100},
            {"monthly_gain_decay": 0.95, "accuracy": 0, "retraining_interval": 1, "retraining_cost": 100},
        ),
    ),
    "No traffic moves within the horizon": (
        Example("go_live_delay", "horizon of 24 months", {"go_live_delay": 24}, {"go_live_delay": 23}),
        Example("go_live_delay", "horizon of 1 month.", {"go_live_delay": 1, "months": 1}, {"months": 1}),
        Example(
            "parallel_months",
            "whole horizon of 24 months",
            {"parallel_months": 21, "go_live_delay": 3},
            {"parallel_months": 20, "go_live_delay": 3},
        ),
    ),
    "A ramp longer than the horizon": (
        Example(
            "ramp_months",
            "All traffic has moved in month 25, after the horizon of 24 months.",
            {"ramp_months": 25},
            {"ramp_months": 24},
        ),
        Example(
            "ramp_months",
            "in month 27",
            {"ramp_months": 24, "go_live_delay": 3},
            {"ramp_months": 21, "go_live_delay": 3},
        ),
    ),
    "A horizon in years": (
        Example("months_to_amortize", "3 months. Are these years? That is 36.", {"months": 3}, {"months": 6}),
        Example("months_to_amortize", "1 month. Is it 1 year? That is 12.", {"months": 1}, {"months": 12}),
    ),
    "A long horizon without drift": (
        Example(
            "months_to_amortize",
            "Over 120 months the gain in quality does not drift. Give monthly_gain_decay",
            {"months": 120},
            {"months": 120, "monthly_gain_decay": 0.02},
        ),
        Example(
            "months_to_amortize",
            "Over 61 months the baseline's price does not change. Give baseline_price_change",
            {"months": 61, "accuracy": 0},
            {"months": 60, "accuracy": 0},
        ),
    ),
    "A currency that is not known": (
        Example(
            "currency",
            'The currency "K USD" is none that is known, so no price is asked about by its size.',
            {"currency": "k USD"},
            {"currency": "usd"},
        ),
    ),
    "A rate per year whose point has slipped": (
        Example(
            "discount_rate",
            "80 % a year: was 8 % meant? That is 0.08.",
            {"discount_rate": 0.8},
            {"discount_rate": 0.4},
        ),
        Example("discount_rate", "was 5 % meant", {"discount_rate": 0.5}, {"discount_rate": 0.5, "currency": "TRY"}),
        Example("pay_change", "was 3 % meant? That is 0.03.", {"pay_change": 0.3}, {"pay_change": 0.1}),
    ),
    "A GPU by the second in the place of the hour": (
        Example(
            "gpu_hourly_rate",
            "0.0006 for one GPU-hour is next to nothing. Is it the price of a second? That is 2.16 an hour.",
            {"gpu_hourly_rate": 0.0006},
            {"gpu_hourly_rate": 0.06},
        ),
    ),
    "A month's amount that is next to nothing": (
        Example(
            "hosting_monthly_fee",
            "1.7 a month. Is it by the hour? That is 1,241 a month.",
            {"hosting_monthly_fee": 1.7},
            {"hosting_monthly_fee": 1_241},
        ),
        Example(
            "monthly_review_cost",
            "6 a month. Are these thousands? That is 6,000.",
            {"review_cost": 6},
            {"review_cost": 10},
        ),
        Example(
            "operations_monthly_cost",
            "Are these thousands?",
            {"operations_monthly_cost": 4},
            {"operations_monthly_cost": 4, "currency": "KWD"},
        ),
    ),
    "Parameters in the place of billions": (
        Example(
            "model_size_b",
            "Taken as 8,000,000,000 billion parameters. Are these single parameters? That is 8 billion.",
            {"model_size_b": 8e9, "gpu_count": 8},
            {"model_size_b": 8, "gpu_count": 8},
        ),
        Example(
            "model_size_b",
            "Are these millions? That is 8 billion.",
            {"model_size_b": 8_000},
            {"model_size_b": 2_000, "gpu_count": 8, "storage_gb": 30_000},
        ),
    ),
    "Storage in MB in the place of GB": (
        Example(
            "storage_gb",
            "Taken as 300,000 GB, which are 300 TB. Are these MB? That is 300 GB.",
            {"storage_gb": 300_000},
            {"storage_gb": 30_000},
        ),
    ),
    "Tokens of all calls in the place of one's": (
        Example(
            "tokens_per_call",
            "Taken as 20,000,000 tokens for each call, more than a model reads at once.",
            {"tokens_per_call": 20_000_000},
            {"tokens_per_call": 2_000_000},
        ),
        Example(
            "baseline_output_tokens",
            "more than a model writes at once",
            BASELINE_MIX | {"baseline_output_tokens": 2_500_000},
            BASELINE_MIX | {"baseline_output_tokens": 100_000},
        ),
    ),
    "The pay of a day, a month or a year in the place of an hour's": (
        Example(
            "engineering_rate",
            "1,200 for one hour. Is it the pay of a day? That is 150 an hour.",
            {"engineering_hours": 15, "engineering_rate": 1_200},
            {"engineering_hours": 15, "engineering_rate": 350},
        ),
        Example(
            "engineering_rate",
            "Is it the pay of a month? That is 96 an hour.",
            {"engineering_hours": 15, "engineering_rate": 16_000},
            {"engineering_hours": 15, "engineering_rate": 160},
        ),
        Example(
            "engineering_rate",
            "150,000 for one hour. Is it the pay of a year? That is 75 an hour.",
            {"engineering_hours": 150, "engineering_rate": 150_000},
            {"engineering_hours": 150, "engineering_rate": 150},
        ),
        Example(
            "engineering_rate",
            "0.95 for one hour of engineering",
            {"engineering_hours": 150, "engineering_rate": 0.95},
            {"engineering_hours": 150, "engineering_rate": 5},
        ),
        Example(
            "engineering_rate",
            "4.5 for one hour of engineering",
            {"engineering_hours": 150, "engineering_rate": 4.5},
            {"engineering_hours": 150, "engineering_rate": 4.5, "currency": "KWD"},
        ),
        Example(
            "engineering_rate",
            "Is it the pay of a year?",
            {"engineering_hours": 150, "engineering_rate": 40_000},
            {"engineering_hours": 150, "engineering_rate": 40_000, "currency": "KZT"},
        ),
    ),
    "A date's serial number": (
        Example(
            "gpu_hourly_rate",
            "46143 is how a sheet stores the date 2026-05-01. Was 1.5 or 5.1 typed, and taken for a date?",
            {"gpu_hourly_rate": 46143},
            {"gpu_hourly_rate": 4.6143},
        ),
        Example(
            "gpu_hourly_rate",
            "46143 is how",
            {"gpu_hourly_rate": 46143, "currency": "CZK"},
            {"gpu_hourly_rate": 46143, "currency": "a currency of our own"},
        ),
    ),
    "A GPU by the month in the place of the hour": (
        Example(
            "gpu_hourly_rate",
            "2,100 for one GPU-hour. Is it the price of a month (2.88 an hour), or of a machine of several GPUs?",
            {"gpu_hourly_rate": 2_100},
            {"gpu_hourly_rate": 21},
        ),
        Example(
            "serving_gpu_hourly_rate",
            "Is it the price of a month",
            FLEET | {"serving_gpu_hourly_rate": 2_100},
            FLEET | {"serving_gpu_hourly_rate": 2_100, "currency": "JPY"},
        ),
        Example(
            "gpu_hourly_rate",
            "Is it the price of a month",
            {"gpu_hourly_rate": 90_000, "currency": "KRW"},
            {"gpu_hourly_rate": 90_000, "currency": "VND"},
        ),
    ),
    "Storage by the TB in the place of the GB": (
        Example(
            "storage_monthly_rate",
            "23 for a GB and month is 23,000 a TB. Is it the price per TB? That is 0.023.",
            {"storage_monthly_rate": 23},
            {"storage_monthly_rate": 0.23},
        ),
        Example(
            "storage_monthly_rate",
            "Is it the price per TB?",
            {"storage_monthly_rate": 2_000, "currency": "KRW"},
            {"storage_monthly_rate": 2_000, "currency": "LBP"},
        ),
    ),
    "A price per million in the place of one per 1,000": (
        Example(
            "baseline_cost_per_1k_tokens",
            "0.6 per 1,000 tokens is 600 per million. Is it the price per million? That is 0.0006 here",
            {"baseline_cost": 0.6},
            {"baseline_cost": 0.06},
        ),
        Example(
            "baseline_cost_per_1k_tokens",
            "Is it the price per million?",
            ONE_TOKEN | {"baseline_cost": 0.6},
            ONE_TOKEN | {"baseline_cost": 0.3},  # as the reference framework's example has it
        ),
    ),
    "A price per 1,000 in the place of one per million": (
        Example(
            "finetuned_output_price_per_m",
            "0.01 per million tokens is next to nothing. Is it per 1,000 tokens? That is 10 per million",
            FINETUNED_MIX | {"finetuned_output_price_per_m": 0.01},
            FINETUNED_MIX | {"finetuned_output_price_per_m": 0.02},
        ),
        Example(
            "finetuned_output_price_per_m",
            "Is it per token? That is 8 per million",
            FINETUNED_MIX | {"finetuned_output_price_per_m": 0.000008},
            FINETUNED_MIX | {"finetuned_output_price_per_m": 8},
        ),
        Example(
            "training_price_per_m",
            "Is it per 1,000 tokens? That is 8 per million",
            {"training_tokens_m": 10, "training_price_per_m": 0.008},
            {"training_tokens_m": 10, "training_price_per_m": 8},
        ),
    ),
    "A price per token in the place of one per 1,000": (
        Example(
            "baseline_cost_per_1k_tokens",
            "3e-06 per 1,000 tokens is 0.003 per million. Is it per token? That is 0.003 here.",
            {"baseline_cost": 0.000003},
            {"baseline_cost": 0.00002},
        ),
    ),
    "Cents in the place of dollars": (
        Example(
            "baseline_output_price_per_m",
            "160 per million tokens is what few models cost. Is it in cents? That is 1.6.",
            BASELINE_MIX | {"baseline_input_price_per_m": 0.4, "baseline_output_price_per_m": 160},
            BASELINE_MIX | {"baseline_input_price_per_m": 0.4, "baseline_output_price_per_m": 120},
        ),
        Example(
            "switch_input_price_per_m",
            "40 per million tokens is what few models cost. Is it in cents? That is 0.4.",
            OTHER_MIX | {"switch_input_price_per_m": 40},
            OTHER_MIX | {"switch_input_price_per_m": 40, "currency": "CZK"},
        ),
    ),
    "A price in another unit than the one beside it": (
        Example(
            "baseline_cached_price_per_m",
            "50 beside 2 for a prompt token, each per million. Is it in cents, or for more tokens?",
            BASELINE_MIX | {"baseline_cached_share": 0.6, "baseline_cached_price_per_m": 50},
            BASELINE_MIX | {"baseline_cached_share": 0.6, "baseline_cached_price_per_m": 2},
        ),
        Example(
            "finetuned_cached_price_per_m",
            "0.0005 beside 1 for a prompt token, each per million. Is it per 1,000 tokens?",
            FINETUNED_MIX | {"finetuned_cached_share": 0.6, "finetuned_cached_price_per_m": 0.0005},
            FINETUNED_MIX | {"finetuned_cached_share": 0.6, "finetuned_cached_price_per_m": 0.1},
        ),
        Example(
            "baseline_cached_write_price_per_m",
            "Is it in cents",
            BASELINE_MIX | {"baseline_cached_write_share": 0.2, "baseline_cached_write_price_per_m": 250},
            BASELINE_MIX | {"baseline_cached_write_share": 0.2, "baseline_cached_write_price_per_m": 2.5},
        ),
        Example(
            "training_price_per_m",
            "0.025 beside 1 for a prompt token",
            FINETUNED_MIX | {"training_tokens_m": 10, "training_price_per_m": 0.025},
            FINETUNED_MIX | {"training_tokens_m": 10, "training_price_per_m": 25},
        ),
    ),
    "Input and output price exchanged": (
        Example(
            "baseline_input_price_per_m",
            "A prompt token at 8 costs more than a written one at 2. Exchange the two prices?",
            BASELINE_MIX | {"baseline_input_price_per_m": 8, "baseline_output_price_per_m": 2},
            BASELINE_MIX,
        ),
    ),
    "A fine-tuned price of 0": (
        Example(
            "finetuned_cost_per_1k_tokens",
            "the fine-tuned model is free",
            {"finetuned_cost": 0},
            {"finetuned_cost": 0.001},
        ),
        Example("finetuned_cost_per_1k_tokens", "the fine-tuned model is free", {"finetuned_cost": 0}, FLEET),
        Example(
            "finetuned_input_price_per_m",
            "the fine-tuned model is free",
            FINETUNED_MIX | {"finetuned_input_price_per_m": 0},
            FINETUNED_MIX | {"finetuned_input_price_per_m": 0, "finetuned_input_tokens": 0},
        ),
    ),
    "A baseline whose price rises": (
        Example(
            "baseline_price_change",
            "The baseline's prices rise by 10 % a year, where those of models have fallen. Is it -0.1?",
            {"baseline_price_change": 0.1},
            {"baseline_price_change": -0.1},
        ),
    ),
    "A price that is ignored": (
        Example(
            "baseline_cost_per_1k_tokens",
            "Ignored",
            BASELINE_MIX | {"baseline_cost": 0.03},
            BASELINE_MIX,
        ),
        Example(
            "finetuned_cost_per_1k_tokens",
            "Ignored: the token mix",
            FINETUNED_MIX | {"finetuned_cost": 0.05},
            FINETUNED_MIX,
        ),
        Example(
            "finetuned_cost_per_1k_tokens",
            "Ignored: the model is self-hosted",
            FLEET | {"finetuned_cost": 0.05},
            FLEET,
        ),
        Example("switch_cost_per_1k_tokens", "Ignored", OTHER_MIX | {"switch_cost_per_1k_tokens": 0.1}, OTHER_MIX),
    ),
    "A change of a GPU price that is not given": (
        Example(
            "serving_gpu_price_change",
            "Without a serving GPU price",
            {"serving_gpu_price_change": -0.2},
            {"serving_gpu_price_change": -0.2, "serving_gpu_hourly_rate": 3},
        ),
    ),
    "A dearer model without a shorter prompt": (
        Example(
            "finetuned_input_tokens",
            "The prompt must shrink by 51.9% to cost the same; planned are 0.0%",
            BASELINE_MIX | DEARER_MIX,
            BASELINE_MIX | DEARER_MIX | {"finetuned_input_tokens": 860},  # 52.2 % shorter
        ),
        Example(
            "finetuned_output_tokens",
            "No shorter prompt is enough",
            BASELINE_MIX | DEARER_MIX | {"finetuned_output_price_per_m": 23},  # 250 · 23 above 1800 · 2 + 250 · 8
            BASELINE_MIX | DEARER_MIX | {"finetuned_output_price_per_m": 22},
        ),
        Example(
            "finetuned_cost_per_1k_tokens",
            "25.0% fewer tokens",
            {"finetuned_cost": 0.04},
            {"finetuned_cost": 0.03},
        ),
    ),
    "A price per million that no list has": (
        Example(
            "finetuned_input_price_per_m",
            "3,200 per million tokens is above any list price. Is it of another unit",
            {**FINETUNED_MIX, "finetuned_input_price_per_m": 3200},
            {**FINETUNED_MIX, "finetuned_input_price_per_m": 999},
        ),
    ),
    "A price of 0 for a model that is paid by the token today": (
        Example(
            "baseline_input_price_per_m",
            "0 per million tokens: no list price is",
            {**BASELINE_MIX, "baseline_input_price_per_m": 0},
            {**BASELINE_MIX, "baseline_input_price_per_m": 0.2},
        ),
        Example(
            "baseline_cost_per_1k_tokens",
            "0 per 1,000 tokens: no list price is",
            {"baseline_cost": 0},
            BASELINE_MIX,
        ),
        Example(
            "switch_cost_per_1k_tokens",
            "0 per 1,000 tokens: no list price is",
            {"switch_cost_per_1k_tokens": 0},
            {"switch_cost_per_1k_tokens": 0.01},
        ),
    ),
    "A price for shorter or longer prompts": (
        Example(
            "baseline_input_price_per_m",
            "Prompts above 200,000 tokens cost 4 per million in the price table, not 2",
            {**LONG_PROMPTS, "notes": {"baseline_input_price_per_m": ABOVE}},
            {**LONG_PROMPTS, "baseline_input_price_per_m": 4, "notes": {"baseline_input_price_per_m": ABOVE}},
            surfaces=(FILE,),
        ),
        Example(
            "baseline_input_price_per_m",
            "4 is the price of prompts above 200,000 tokens, and these have",
            {**BASELINE_MIX, "baseline_input_price_per_m": 4, "notes": {"baseline_input_price_per_m": ABOVE}},
            {**BASELINE_MIX, "notes": {"baseline_input_price_per_m": ABOVE}},
            surfaces=(FILE,),
        ),
    ),
    "A figure outside its estimate": (
        Example(
            "serving_tokens_per_second",
            "400 is outside the estimate's low 12,700 and high 26,400. Is it input + output",
            {**FLEET, "notes": {"serving_tokens_per_second": ESTIMATED}},
            {**FLEET, "serving_tokens_per_second": 20_000, "notes": {"serving_tokens_per_second": ESTIMATED}},
            surfaces=(FILE,),
        ),
    ),
    "A throughput of other calls": (
        Example(
            "serving_tokens_per_second",
            "Estimated for calls of 1,300 tokens, and a call has 5,300. Estimate it for those.",
            {**FLEET, "tokens_per_call": 5_300, "sources": {"serving_tokens_per_second": OF_CALLS}},
            {**FLEET, "tokens_per_call": 1_300, "sources": {"serving_tokens_per_second": OF_CALLS}},
            surfaces=(FILE,),
        ),
    ),
    "Old prices": (
        Example(
            "gpu_hourly_rate",
            f"Its source is of {OLD}, more than a year older than the price table of {NEWEST}. Read it again",
            {"sources": {"gpu_hourly_rate": f"A list, {OLD}"}},
            {"sources": {"gpu_hourly_rate": f"A list, from {OLD}, read {OLD + timedelta(days=1)}"}},
            surfaces=(FILE,),
        ),
        Example(
            "storage_monthly_rate",
            "as is one other price",
            {"sources": {"gpu_hourly_rate": f"A list, {OLD}", "storage_monthly_rate": "2020-01-01"}},
            {
                "sources": {
                    "gpu_hourly_rate": f"A list, {OLD}",
                    "storage_gb": "Measured 2020-01-01",
                    "baseline_cost": "2020-99-01",
                }
            },
            surfaces=(FILE,),
        ),
    ),
    "An amount without its price": (
        Example(
            "engineering_rate",
            "Engineering time is 150, and engineering pay is left out: the hours cost nothing. Give the figure.",
            {"engineering_hours": 150},
            {"engineering_hours": 150, "engineering_rate": 95},
        ),
        Example(
            "gpu_hourly_rate",
            "training gpu price is 0: the training costs nothing",
            {"gpu_hourly_rate": 0},
            {"gpu_hourly_rate": 0, "training_hours": 0},
        ),
        Example(
            "storage_monthly_rate",
            "the storage costs nothing",
            {"storage_monthly_rate": 0},
            {"storage_monthly_rate": 0.01},
        ),
        Example(
            "training_price_per_m",
            "the training tokens cost nothing",
            {"training_tokens_m": 10},
            {"training_tokens_m": 10, "training_price_per_m": 3},
        ),
        Example(
            "training_price_per_m",
            "the training tokens cost nothing",
            {"training_tokens_m": 10, "training_price_per_m": 0},
            {"training_tokens_m": 0, "training_price_per_m": 0},
        ),
        Example(
            "retraining_cost",
            "a retraining costs nothing",
            {"retraining_interval": 6},
            {"retraining_interval": 6, "retraining_cost": 100},
        ),
        Example(
            "baseline_cached_price_per_m",
            "cached tokens cost as much as others",
            BASELINE_MIX | {"baseline_cached_share": 0.6},
            BASELINE_MIX | {"baseline_cached_share": 0.6, "baseline_cached_price_per_m": 0.5},
        ),
        Example(
            "baseline_cached_write_price_per_m",
            "tokens written to the cache cost as much as others",
            BASELINE_MIX | {"baseline_cached_write_share": 0.2},
            BASELINE_MIX | {"baseline_cached_write_share": 0.2, "baseline_cached_write_price_per_m": 3.75},
        ),
        Example(
            "finetuned_cached_price_per_m",
            "cached tokens cost nothing",
            FINETUNED_MIX | {"finetuned_cached_share": 0.6, "finetuned_cached_price_per_m": 0},
            FINETUNED_MIX | {"finetuned_cached_share": 0, "finetuned_cached_price_per_m": 0},
        ),
        Example(
            "baseline_batch_discount",
            "batches save nothing",
            BASELINE_MIX | {"baseline_batch_share": 0.4},
            BASELINE_MIX | {"baseline_batch_share": 0.4, "baseline_batch_discount": 0.5},
        ),
        Example(
            "switch_batch_discount",
            "batches save nothing",
            OTHER_MIX | {"switch_batch_share": 0.5},
            OTHER_MIX | {"switch_batch_share": 0.5, "switch_batch_discount": 0.5},
        ),
        Example(
            "switch_batch_discount",
            "batches save nothing",
            OTHER_MIX | {"switch_batch_share": 0.5},
            {"switch_batch_share": 0.5},
        ),
        Example(
            "switch_batch_discount",
            "Other model batch share is the baseline's, 0.4, and other model batch discount is left out",
            BASELINE_MIX | OTHER_MIX | {"baseline_batch_share": 0.4, "baseline_batch_discount": 0.5},
            BASELINE_MIX | OTHER_MIX | {"baseline_batch_share": 0, "baseline_batch_discount": 0.5},
        ),
    ),
    "A price without its amount": (
        Example(
            "engineering_hours",
            "Engineering pay is 95, and engineering time is left out: nothing comes of it.",
            {"engineering_rate": 95},
            {"engineering_rate": 95, "engineering_hours": 0},  # a typed 0 says that there are none
        ),
        Example(
            "retraining_interval",
            "Retraining cost is 1,900",
            {"retraining_cost": 1_900},
            {"retraining_cost": 1_900, "retraining_interval": 6},
        ),
        Example(
            "training_tokens_m",
            "Training token price is 3",
            {"training_price_per_m": 3},
            {"training_price_per_m": 3, "training_tokens_m": 0},
        ),
        Example(
            "switch_batch_share",
            "Other model batch discount is 0.5",
            OTHER_MIX | {"switch_batch_discount": 0.5},
            BASELINE_MIX
            | OTHER_MIX
            | {"baseline_batch_share": 0.4, "baseline_batch_discount": 0.5, "switch_batch_discount": 0.5},
        ),
    ),
    "Another general model without a price": (
        Example(
            "switch_accuracy_improvement_percent",
            "Without a price of the other model it changes nothing",
            {"switch_accuracy_improvement_percent": 0.1},
            {"switch_accuracy_improvement_percent": 0.1, "switch_cost_per_1k_tokens": 0.01},
        ),
    ),
    "A retraining at or beyond the horizon": (
        Example(
            "retraining_interval",
            "The first retraining would fall into month 24, and the horizon ends with month 24: it never takes place.",
            {"retraining_interval": 24, "retraining_cost": 100},
            {"retraining_interval": 23, "retraining_cost": 100},
        ),
    ),
    "A retraining each month": (
        Example(
            "retraining_interval",
            "Retrained each month. Is the interval in years? That is 12.",
            {"retraining_interval": 1, "retraining_cost": 100},
            {"retraining_interval": 2, "retraining_cost": 100},
        ),
    ),
    "An idle fleet": (
        Example(
            "serving_tokens_per_second",
            "of the time in its best month",
            FLEET | {"calls": 10_000, "min_replicas": 1, "serving_tokens_per_second": 80},
            FLEET | {"calls": 10_000, "min_replicas": 1, "serving_tokens_per_second": 70},  # 20 M of 70 · 730 · 3600
        ),
    ),
    "The throughput of one reader": (
        Example(
            "serving_tokens_per_second",
            "50 tokens a second is what one reader sees",
            FLEET | {"serving_tokens_per_second": 50},
            FLEET,
        ),
    ),
    "A model that its GPUs cannot hold": (
        Example(
            "gpus_per_replica",
            "70 billion parameters take 140 GB in 16 bits, more than 1 GPU of 80 GB. Give the GPUs of a replica: 2",
            FLEET | {"model_size_b": 70},
            FLEET | {"model_size_b": 70, "gpus_per_replica": 2},
        ),
    ),
    "A single replica": (
        Example(
            "min_replicas",
            "One replica serves every call",
            FLEET | {"calls": 10_000, "min_replicas": 1},
            FLEET | {"calls": 10_000, "min_replicas": 2},
        ),
    ),
    "GPUs that are rented by the working hour": (
        Example(
            "hours_per_month",
            "160 hours a month: a rented GPU is paid day and night",
            FLEET | {"hours_per_month": 160},
            FLEET | {"hours_per_month": 720},
        ),
    ),
    "A fleet that nobody looks after": (
        Example(
            "fleet_operations_monthly_cost",
            "operations cost nothing",
            FLEET | {"operations_monthly_cost": 0},
            FLEET | {"operations_monthly_cost": 0, "fleet_operations_monthly_cost": 10},
        ),
    ),
    "GPU-hours or hours on the clock": (
        Example(
            "training_hours",
            "5000 h on 4 GPUs is 20,000 GPU-hours",
            {"gpu_count": 4, "training_hours": 5_000},
            {"gpu_count": 4, "training_hours": 72},
        ),
        Example(
            "training_hours",
            "If 24 are hours on the clock",
            {"model_size_b": 405, "storage_gb": 2_000},
            {"model_size_b": 70, "storage_gb": 2_000},  # an adapter, beside weights in 4 bits
        ),
    ),
    "Training tokens in the place of millions": (
        Example(
            "training_tokens_m",
            "Taken as 2,000,000 million tokens. Are these single tokens? That is 2 million.",
            {"training_tokens_m": 2_000_000, "training_price_per_m": 3},
            {"training_tokens_m": 2, "training_price_per_m": 3},
        ),
    ),
    "Little storage, or none": (
        Example("storage_gb", "No storage", {"storage_gb": 0}, {"storage_gb": 0, "training_hours": 0}),
        Example("storage_gb", "4 bytes", {"storage_gb": 28}, {"storage_gb": 28, "model_size_b": 2}),
        Example("storage_gb", "4 bytes", {"storage_gb": 14}, {"storage_gb": 0.2}),  # an adapter
    ),
    "A cost that is not borne": (
        Example(
            "training_hours",
            "Not borne: paid by the token, the model is trained through the API",
            {"training_tokens_m": 10, "training_price_per_m": 3},
            {"training_tokens_m": 0, "training_price_per_m": 3},
        ),
        Example(
            "training_tokens_m",
            "Not borne: self-hosted, the model is trained on GPUs",
            FLEET | {"training_tokens_m": 10, "training_price_per_m": 3},
            FLEET | {"training_tokens_m": 10, "training_price_per_m": 3, "training_hours": 0},
        ),
        Example(
            "hosting_monthly_fee",
            "Not borne: the model is self-hosted",
            FLEET | {"hosting_monthly_fee": 10},
            {"hosting_monthly_fee": 10},
        ),
        Example(
            "fleet_operations_monthly_cost",
            "Not borne: the model is paid by the token",
            {"fleet_operations_monthly_cost": 10},
            FLEET | {"fleet_operations_monthly_cost": 10},
        ),
    ),
    "Accuracy points in the place of the share of errors": (
        Example(
            "accuracy_improvement_percent",
            "30 % is the share of errors",
            {"accuracy": 0.3},
            {"accuracy": 0.75},
        ),
        Example(
            "accuracy_improvement_percent",
            "12 % is the share of errors",
            {"accuracy": 0.12},
            {"accuracy": 0.12, "review_cost": 0},
        ),
        Example("accuracy_improvement_percent", "30 % is the share", {"accuracy": 0.3}, {"accuracy": 0.31}),
        Example(
            "switch_accuracy_improvement_percent",
            "10 % is the share of errors",
            OTHER_MIX | {"switch_accuracy_improvement_percent": 0.1},
            {"switch_accuracy_improvement_percent": 0.1},  # nothing counts without a price, and that is asked
        ),
        Example(
            "accuracy_improvement_percent",
            "20 % is the share of errors",
            {"accuracy": 0.2},
            {"accuracy": (0.1 - 0.08) / 0.1},  # as FT_ERRORCUT(90%,92%) has it
        ),
    ),
    "The new accuracy in the place of the share of errors": (
        Example(
            "accuracy_improvement_percent",
            "97 % of the errors would disappear. Is that the new accuracy?",
            {"accuracy": 0.97},
            {"accuracy": 0.85},
        ),
    ),
    "A model that makes more errors": (
        Example("accuracy_improvement_percent", "Negative", {"accuracy": -0.01}, {"accuracy": 0}),
    ),
    "A range with one end": (
        Example(
            "training_hours",
            "Only its low end is given. Taken as high: 28.8, 20 % above the value. Type both ends.",
            {"ranges": {"training_hours": Range(low=12, high=28.8, untyped="high")}},
            {"ranges": {"training_hours": Range(low=12, high=28.8)}},
        ),
        Example(
            "training_hours",
            "Only its high end is given. Taken as low: 19.2, 20 % below the value.",
            {"ranges": {"training_hours": Range(low=19.2, high=72, untyped="low")}},
            {},
        ),
    ),
    "An end far from the value": (
        Example(
            "baseline_monthly_api_calls",
            "Its high end 1,000,000 is 100 times the value 10,000. Is it of the same unit?",
            {"ranges": {"calls": {"low": 8_000, "high": 1_000_000}}},
            {"ranges": {"calls": {"low": 8_000, "high": 100_000}}},
        ),
        Example(
            "gpu_hourly_rate",
            "Its low end 0.015 is 1/100 of the value 1.5.",
            {"ranges": {"gpu_hourly_rate": {"low": 0.015, "high": 4}}},
            {"ranges": {"gpu_hourly_rate": {"low": 0.15, "high": 4}}},
        ),
    ),
    "An end that would be asked about as a value": (
        Example(
            "contingency",
            "Its high end: 150 %: was 1.5 % meant? That is 0.015.",
            {"contingency": 0.1, "ranges": {"contingency": {"low": 0, "high": 1.5}}},
            {"contingency": 0.1, "ranges": {"contingency": {"low": 0, "high": 0.5}}},
        ),
        Example(
            "tokens_per_call",
            "Its low end: Taken as 2 tokens. Are these thousands?",
            {"ranges": {"tokens_per_call": {"low": 2, "high": 3_000}}},
            {"ranges": {"tokens_per_call": {"low": 1_000, "high": 3_000}}},
        ),
    ),
    "A percentage typed as a whole number": (
        Example(
            "contingency",
            "150 %: was 1.5 % meant? That is 0.015.",
            {"contingency": 1.5},
            {"contingency": 0.15},
        ),
        Example("discount_rate", "was 1 % meant?", {"discount_rate": 1}, {"discount_rate": 0.5}),
    ),
    "A discount rate below 0, of 0, or by the month": (
        Example(
            "discount_rate",
            "0.8 % is meant per year. If it is a rate per month, that is 10.0% per year.",
            {"discount_rate": 0.008},
            {"discount_rate": 0.02},
        ),
        Example(
            "discount_rate",
            "counts as much as money today",
            {"discount_rate": 0},
            {"discount_rate": 0.02},
        ),
        Example(
            "discount_rate",
            "Below 0, at which money in a year's time counts for more than money today. Is it 0.1?",
            {"discount_rate": -0.1},
            {"discount_rate": 0.1},
        ),
    ),
}
"""By the question's title; the first of each stands in the documentation."""


def scenario_of(changes: Changes) -> Scenario:
    """The quiet scenario with changes."""
    return QUIET.with_inputs(**changes)


# --- the table of the documentation ----------------------------------------------------------------------

QUESTION_TITLES = "| Question | Asked at | An example that raises it | One that does not | What is asked |"


def question_table() -> str:
    """Every question in the order of its file, with its first example: the figures in which the two differ."""
    lines = [QUESTION_TITLES, "|---|---|---|---|---|"]
    for title in QUESTIONS:
        assert title in EXAMPLES, f'"{title}" has no example: give one in tests/question_examples.py'
        example = EXAMPLES[title][0]
        raises, quiet = _given(example.raises), _given(example.quiet)
        differing = [name for name in raises | quiet if raises.get(name) != quiet.get(name)]
        cells = (
            title,
            f"`{example.name}`",
            ", ".join(_told(differing, raises)),
            ", ".join(_told(differing, quiet)),
            _sentence(title, example),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _given(changes: Changes) -> Changes:
    scenario = scenario_of(changes)
    sources = {f"sources.{name}": text for name, text in scenario.sources.items()}
    ends = {
        f"{end} of {name}": getattr(span, end)
        for name, span in scenario.ranges.items()
        for end in ("low", "high")
        if span.untyped != end
    }
    return scenario.given() | sources | ends


def _told(names: list[str], given: Changes) -> Iterator[str]:
    for name in names:
        value = given.get(name)
        if name not in ("sources", "ranges"):
            shown = "left out" if value is None else f"{value:g}" if isinstance(value, (int, float)) else f'"{value}"'
            yield f"`{name}` {shown}"


def _sentence(title: str, example: Example) -> str:
    return next(
        sentence
        for name, sentence in asked(title, scenario_of(example.raises))
        if name == example.name and example.words in sentence
    )


def asked(title: str, scenario: Scenario) -> list[tuple[str, str]]:
    """What one question asks of a scenario."""
    from roi_engine import Appraisal

    return list(QUESTIONS[title].ask(scenario, Appraisal(scenario.inputs())))
