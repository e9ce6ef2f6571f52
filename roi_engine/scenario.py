"""The scenario: every input of the model, declared once.

`Scenario` is the only place where an input's label, quantity (unit and bounds), group, default and short
names are written. Everything else - file keys, worksheet arguments, the Inputs sheet, what may be varied -
is read from `INPUTS`, which is derived from it. Building a scenario reports every problem at once, as
`ScenarioError`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator

from roi_engine import quantity as q
from roi_engine import scenario_rules as rules
from roi_engine.errors import ScenarioError
from roi_engine.inputs import Input, Range, find_among, normal_form


def _side(prefix: str, side: str) -> dict[str, Any]:
    """The inputs of a side's token mix.

    Each side, baseline and fine-tuned, may give one in place of a price per 1k tokens.
    """
    group = f"Token mix, {side}"
    return _mix(prefix, side, group)


def _mix(prefix: str, side: str, group: str) -> dict[str, Any]:
    return {
        f"{prefix}_input_tokens": Input(
            q.TOKENS, f"{side} input tokens", group, "Prompt tokens of a call, cached ones included."
        ),
        f"{prefix}_output_tokens": Input(
            q.TOKENS, f"{side} output tokens", group, "Tokens that the model writes in a call."
        ),
        f"{prefix}_input_price_per_m": Input(
            q.PRICE_PER_MILLION, f"{side} input price", group, "Price of a million prompt tokens."
        ),
        f"{prefix}_output_price_per_m": Input(
            q.PRICE_PER_MILLION, f"{side} output price", group, "Price of a million written tokens."
        ),
        f"{prefix}_cached_share": Input(
            q.SHARE,
            f"{side} cached share",
            group,
            "Share of the prompt tokens read from the cache; empty: none.",
        ),
        f"{prefix}_cached_price_per_m": Input(
            q.PRICE_PER_MILLION,
            f"{side} cached price",
            group,
            "Price of a million cached prompt tokens; empty: the input price.",
        ),
        f"{prefix}_cached_write_share": Input(
            q.SHARE, f"{side} cache write share", group, "Share of the prompt tokens written to the cache; empty: none."
        ),
        f"{prefix}_cached_write_price_per_m": Input(
            q.PRICE_PER_MILLION,
            f"{side} cache write price",
            group,
            "Price of a million prompt tokens written to the cache; empty: the input price.",
        ),
        f"{prefix}_batch_share": Input(
            q.SHARE, f"{side} batch share", group, "Share of the calls sent in batches; empty: none."
        ),
        f"{prefix}_batch_discount": Input(
            q.SHARE, f"{side} batch discount", group, "Discount on batched calls, all of their tokens; empty: none."
        ),
    }


_BASELINE = _side("baseline", "Baseline")
_FINETUNED = _side("finetuned", "Fine-tuned")


def _other_model() -> dict[str, Any]:
    """The token mix of another general model; what it leaves empty is the baseline's."""
    group = "Another general model"
    meanings = {
        "switch_input_tokens": "Prompt tokens of a call, cached ones included; empty: the baseline's.",
        "switch_output_tokens": "Tokens that the model writes in a call; empty: the baseline's.",
        "switch_cached_share": "Share of the prompt tokens read from the cache; empty: the baseline's.",
        "switch_cached_write_share": "Share of the prompt tokens written to the cache; empty: the baseline's.",
        "switch_batch_share": "Share of the calls sent in batches; empty: the baseline's.",
    }
    mix = _mix("switch", "Other model", group)
    return {name: replace(each, meaning=meanings.get(name, each.meaning)) for name, each in mix.items()}


_SWITCH = _other_model()


class Scenario(BaseModel):
    """One fine-tuning decision: its inputs, checked, with every default filled in.

    The eleven inputs of the reference framework have no default (a token mix or self-hosting replaces its
    side's price per 1k tokens, a review cost per call the review cost); every other default reproduces the framework.

    Raises `ScenarioError` with every problem: missing, unknown, of the wrong type or outside its range.

    >>> scenario = Scenario(model_size_b=7, training_hours=24, gpu_hourly_rate=1.5, storage_gb=28,
    ...     storage_monthly_rate=0.02, baseline_monthly_api_calls=5_000_000,
    ...     baseline_cost_per_1k_tokens=0.30, finetuned_cost_per_1k_tokens=0.05,
    ...     accuracy_improvement_percent=0.12, monthly_review_cost=2000, months_to_amortize=12)
    >>> scenario.discount_rate
    0.1
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Input(q.TEXT, "Scenario", "Label", "What this scenario is called.")] = ""
    description: Annotated[str, Input(q.TEXT, "Description", "Label", "What is decided, in a sentence.")] = ""
    currency: Annotated[
        str,
        Input(
            q.CURRENCY,
            "Currency",
            "Label",
            "The one currency of all money; a workbook's units keep the one it was made with.",
        ),
    ] = "USD"
    start_month: Annotated[
        str,
        Input(
            q.START_MONTH,
            "Month 1",
            "Label",
            "The calendar month of month 1, such as 2027-01: names months and years, changes no figure.",
        ),
    ] = ""

    model_size_b: Annotated[
        float,
        Input(
            q.BILLIONS,
            "Model size",
            "Reference inputs",
            "Parameters of the model; echoed, not calculated with.",
        ),
    ] = 0.0
    training_hours: Annotated[
        float,
        Input(
            q.GPU_HOURS,
            "Training time",
            "Reference inputs",
            "GPU-hours of training; wall-clock hours when the GPU count is above 1.",
            ("hours",),
        ),
    ]
    gpu_hourly_rate: Annotated[
        float,
        Input(
            q.GPU_HOUR_PRICE,
            "Training GPU price",
            "Reference inputs",
            "Price of one GPU for one hour.",
            ("gpu_rate",),
        ),
    ]
    storage_gb: Annotated[
        float,
        Input(q.GIGABYTES, "Storage kept", "Reference inputs", "Model, checkpoints and optimizer states kept."),
    ]
    storage_monthly_rate: Annotated[
        float,
        Input(
            q.GB_MONTH_PRICE,
            "Storage price",
            "Reference inputs",
            "Price of one GB for one month.",
            ("storage_rate",),
        ),
    ]
    baseline_monthly_api_calls: Annotated[
        float,
        Input(q.CALLS, "API calls", "Reference inputs", "Calls in the first month.", ("calls", "monthly_calls")),
    ]
    baseline_cost_per_1k_tokens: Annotated[
        float,
        Input(
            q.PRICE_PER_1K,
            "Baseline price",
            "Reference inputs",
            "What the present API charges per 1,000 tokens.",
            ("baseline_cost", "baseline_price"),
        ),
    ] = 0.0
    finetuned_cost_per_1k_tokens: Annotated[
        float,
        Input(
            q.PRICE_PER_1K,
            "Fine-tuned price",
            "Reference inputs",
            "What the fine-tuned model costs per 1,000 tokens.",
            ("finetuned_cost", "finetuned_price"),
        ),
    ] = 0.0
    accuracy_improvement_percent: Annotated[
        float,
        Input(
            q.IMPROVEMENT,
            "Review cost avoided (error reduction)",
            "Reference inputs",
            "Share of the review cost that disappears: (old error - new error) / old error.",
            ("accuracy", "accuracy_improvement", "error_reduction"),
        ),
    ]
    monthly_review_cost: Annotated[
        float,
        Input(
            q.MONEY_PER_MONTH,
            "Review cost",
            "Reference inputs",
            "What people spend on checking answers today.",
            ("review_cost",),
        ),
    ] = 0.0
    months_to_amortize: Annotated[
        int,
        Input(
            q.MONTHS,
            "Horizon",
            "Reference inputs",
            "Months over which the decision is judged.",
            ("months", "horizon"),
        ),
    ]

    gpu_count: Annotated[
        int,
        Input(q.COUNT, "Training GPUs", "Training", "GPUs at work at once; multiplies the training time."),
    ] = 1
    training_runs: Annotated[
        int, Input(q.COUNT, "Training runs", "Training", "Runs paid for, failed and ablation runs included.")
    ] = 1
    training_tokens_m: Annotated[
        float | None,
        Input(
            q.MILLION_TOKENS,
            "Billed training tokens",
            "Training",
            "Tokens billed when training through an API: epochs and runs included; empty: none.",
        ),
    ] = None
    training_price_per_m: Annotated[
        float | None,
        Input(
            q.PRICE_PER_MILLION,
            "Training token price",
            "Training",
            "Price of a million training tokens; 0 where they are free.",
        ),
    ] = None

    storage_timing: Annotated[
        Literal["upfront", "monthly"],
        Input(
            q.STORAGE_TIMING,
            "Storage timing",
            "Storage",
            "Whether the horizon's storage is counted at once or each month.",
        ),
    ] = "upfront"

    data_preparation_cost: Annotated[
        float,
        Input(q.MONEY, "Data preparation", "One-off costs", "Collecting, cleaning and labelling training data."),
    ] = 0.0
    engineering_hours: Annotated[
        float, Input(q.HOURS, "Engineering time", "One-off costs", "Hours of people who build and integrate.")
    ] = 0.0
    engineering_rate: Annotated[
        float, Input(q.HOURLY_PAY, "Engineering pay", "One-off costs", "Cost of one engineering hour.")
    ] = 0.0
    evaluation_cost: Annotated[
        float, Input(q.MONEY, "Evaluation", "One-off costs", "Test sets, human evaluation, red teaming.")
    ] = 0.0
    other_upfront_cost: Annotated[
        float,
        Input(q.MONEY, "Other upfront cost", "One-off costs", "Legal, security review, migration and the rest."),
    ] = 0.0
    contingency: Annotated[
        float,
        Input(
            q.SURCHARGE,
            "Contingency",
            "One-off costs",
            "Reserve on training and one-off costs, not on storage.",
        ),
    ] = 0.0

    tokens_per_call: Annotated[
        float,
        Input(
            q.TOKENS,
            "Tokens per call",
            "Traffic",
            "Tokens that a call is charged for at the price per 1k.",
            ("tokens",),
        ),
    ] = 1.0
    monthly_growth: Annotated[float, Input(q.GROWTH, "Traffic growth", "Traffic", "Growth of calls per month.")] = 0.0
    go_live_delay: Annotated[
        int, Input(q.MONTHS_OR_NONE, "Go-live delay", "Traffic", "Months before the first traffic moves.")
    ] = 0
    ramp_months: Annotated[
        int,
        Input(q.MONTHS_OR_NONE, "Ramp-up", "Traffic", "Months until all traffic has moved, in equal steps."),
    ] = 0
    parallel_months: Annotated[
        int,
        Input(
            q.MONTHS_OR_NONE,
            "Parallel running",
            "Traffic",
            "Months after go-live in which the old bill is still paid and the old answers are still used.",
        ),
    ] = 0

    review_cost_per_call: Annotated[
        float | None,
        Input(
            q.MONEY_PER_CALL,
            "Review cost per call",
            "Review",
            "In place of the review cost where it follows the calls: share of errors × minutes × pay (FT_REVIEWCOST).",
        ),
    ] = None

    baseline_price_change: Annotated[
        float,
        Input(
            q.PRICE_CHANGE,
            "Baseline price change",
            "Prices",
            "Yearly change of the baseline's prices; -0.5 halves them.",
        ),
    ] = 0.0
    finetuned_price_change: Annotated[
        float,
        Input(
            q.PRICE_CHANGE,
            "Fine-tuned price change",
            "Prices",
            "Yearly change of the fine-tuned model's prices.",
        ),
    ] = 0.0
    serving_gpu_price_change: Annotated[
        float,
        Input(
            q.PRICE_CHANGE,
            "Serving GPU price change",
            "Prices",
            "Yearly change of the price of the fleet's GPUs.",
        ),
    ] = 0.0
    pay_change: Annotated[
        float,
        Input(
            q.PRICE_CHANGE,
            "Pay change",
            "Prices",
            "Yearly change of pay: of review, operations, fleet operations and retraining.",
        ),
    ] = 0.0
    baseline_input_tokens: Annotated[float | None, _BASELINE["baseline_input_tokens"]] = None
    baseline_output_tokens: Annotated[float | None, _BASELINE["baseline_output_tokens"]] = None
    baseline_input_price_per_m: Annotated[float | None, _BASELINE["baseline_input_price_per_m"]] = None
    baseline_output_price_per_m: Annotated[float | None, _BASELINE["baseline_output_price_per_m"]] = None
    baseline_cached_share: Annotated[float | None, _BASELINE["baseline_cached_share"]] = None
    baseline_cached_price_per_m: Annotated[float | None, _BASELINE["baseline_cached_price_per_m"]] = None
    baseline_cached_write_share: Annotated[float | None, _BASELINE["baseline_cached_write_share"]] = None
    baseline_cached_write_price_per_m: Annotated[float | None, _BASELINE["baseline_cached_write_price_per_m"]] = None
    baseline_batch_share: Annotated[float | None, _BASELINE["baseline_batch_share"]] = None
    baseline_batch_discount: Annotated[float | None, _BASELINE["baseline_batch_discount"]] = None
    finetuned_input_tokens: Annotated[float | None, _FINETUNED["finetuned_input_tokens"]] = None
    finetuned_output_tokens: Annotated[float | None, _FINETUNED["finetuned_output_tokens"]] = None
    finetuned_input_price_per_m: Annotated[float | None, _FINETUNED["finetuned_input_price_per_m"]] = None
    finetuned_output_price_per_m: Annotated[float | None, _FINETUNED["finetuned_output_price_per_m"]] = None
    finetuned_cached_share: Annotated[float | None, _FINETUNED["finetuned_cached_share"]] = None
    finetuned_cached_price_per_m: Annotated[float | None, _FINETUNED["finetuned_cached_price_per_m"]] = None
    finetuned_cached_write_share: Annotated[float | None, _FINETUNED["finetuned_cached_write_share"]] = None
    finetuned_cached_write_price_per_m: Annotated[float | None, _FINETUNED["finetuned_cached_write_price_per_m"]] = None
    finetuned_batch_share: Annotated[float | None, _FINETUNED["finetuned_batch_share"]] = None
    finetuned_batch_discount: Annotated[float | None, _FINETUNED["finetuned_batch_discount"]] = None

    serving: Annotated[
        Literal["per_token", "self_hosted"],
        Input(
            q.SERVING,
            "Serving mode",
            "Serving fleet",
            "Whether the fine-tuned model is paid by the token or runs on your own GPUs.",
        ),
    ] = "per_token"
    serving_gpu_hourly_rate: Annotated[
        float,
        Input(q.GPU_HOUR_PRICE, "Serving GPU price", "Serving fleet", "Price of one serving GPU for one hour."),
    ] = 0.0
    serving_tokens_per_second: Annotated[
        float,
        Input(
            q.TOKENS_PER_SECOND,
            "Replica throughput (in + out)",
            "Serving fleet",
            "Input + output tokens per second of one replica at the latency you accept. Engines publish output tokens alone: multiply by (input + output) / output.",
        ),
    ] = 0.0
    target_utilisation: Annotated[
        float,
        Input(
            q.UTILISATION,
            "Target utilisation",
            "Serving fleet",
            "Share of its throughput that a replica is planned for at peak.",
        ),
    ] = 0.6
    peak_factor: Annotated[
        float,
        Input(q.PEAK_FACTOR, "Peak factor", "Serving fleet", "Traffic of the busiest hour over the month's average."),
    ] = 3.0
    min_replicas: Annotated[
        int, Input(q.COUNT, "Minimum replicas", "Serving fleet", "Replicas that run whatever the traffic.")
    ] = 1
    gpus_per_replica: Annotated[
        int, Input(q.COUNT, "GPUs per replica", "Serving fleet", "GPUs that one replica needs.")
    ] = 1
    hours_per_month: Annotated[
        float,
        Input(
            q.HOURS_PER_MONTH,
            "Hours per month",
            "Serving fleet",
            "Hours that a serving GPU is paid for in a month.",
        ),
    ] = 730.0
    serving_tokens_per_call: Annotated[
        float | None,
        Input(
            q.TOKENS,
            "Served tokens per call",
            "Serving fleet",
            "Tokens that serving a call takes; empty: the fine-tuned mix's, else tokens per call.",
        ),
    ] = None

    operations_monthly_cost: Annotated[
        float,
        Input(
            q.MONEY_PER_MONTH,
            "Operations",
            "Running costs",
            "Monitoring, evaluation and on-call from go-live on, however the model is served.",
        ),
    ] = 0.0
    hosting_monthly_fee: Annotated[
        float,
        Input(
            q.MONEY_PER_MONTH,
            "Hosting fee",
            "Running costs",
            "Fixed fee of a hosted fine-tuned model from go-live on; borne where it is paid by the token.",
        ),
    ] = 0.0
    fleet_operations_monthly_cost: Annotated[
        float,
        Input(
            q.MONEY_PER_MONTH,
            "Fleet operations",
            "Running costs",
            "People who run your own servers, from go-live on; borne where the model is self-hosted.",
        ),
    ] = 0.0

    switch_input_tokens: Annotated[float | None, _SWITCH["switch_input_tokens"]] = None
    switch_output_tokens: Annotated[float | None, _SWITCH["switch_output_tokens"]] = None
    switch_input_price_per_m: Annotated[float | None, _SWITCH["switch_input_price_per_m"]] = None
    switch_output_price_per_m: Annotated[float | None, _SWITCH["switch_output_price_per_m"]] = None
    switch_cached_share: Annotated[float | None, _SWITCH["switch_cached_share"]] = None
    switch_cached_price_per_m: Annotated[float | None, _SWITCH["switch_cached_price_per_m"]] = None
    switch_cached_write_share: Annotated[float | None, _SWITCH["switch_cached_write_share"]] = None
    switch_cached_write_price_per_m: Annotated[float | None, _SWITCH["switch_cached_write_price_per_m"]] = None
    switch_batch_share: Annotated[float | None, _SWITCH["switch_batch_share"]] = None
    switch_batch_discount: Annotated[float | None, _SWITCH["switch_batch_discount"]] = None
    switch_cost_per_1k_tokens: Annotated[
        float | None,
        Input(
            q.PRICE_PER_1K,
            "Other model price",
            "Another general model",
            "What it charges per 1,000 tokens of a call, in place of a token mix.",
            ("switch_cost", "switch_price"),
        ),
    ] = None
    switch_accuracy_improvement_percent: Annotated[
        float,
        Input(
            q.IMPROVEMENT,
            "Other model review cost avoided",
            "Another general model",
            "Share of the review cost that disappears; negative where it makes more errors than today's model.",
            ("switch_accuracy", "switch_accuracy_improvement", "switch_error_reduction"),
        ),
    ] = 0.0
    switch_upfront_cost: Annotated[
        float,
        Input(
            q.MONEY,
            "Other model upfront cost",
            "Another general model",
            "What changing to it costs once: new prompts, evaluation, integration.",
        ),
    ] = 0.0
    switch_price_change: Annotated[
        float | None,
        Input(
            q.PRICE_CHANGE,
            "Other model price change",
            "Another general model",
            "Yearly change of its prices; empty: the baseline's.",
        ),
    ] = None

    monthly_gain_decay: Annotated[
        float,
        Input(q.DECAY, "Quality drift", "Quality", "Share of the review saving lost each month after training."),
    ] = 0.0
    retraining_interval: Annotated[
        int,
        Input(q.MONTHS_OR_NONE, "Retraining interval", "Quality", "Months between retrainings; 0: never."),
    ] = 0
    retraining_cost: Annotated[float, Input(q.MONEY, "Retraining cost", "Quality", "Cost of one retraining.")] = 0.0

    discount_rate: Annotated[
        float,
        Input(
            q.ANNUAL_RATE,
            "Discount rate",
            "Finance",
            "Effective rate per year, nominal and before tax as the flows are.",
            ("rate",),
        ),
    ] = 0.10
    benefit_risk: Annotated[
        float,
        Input(q.BENEFIT_RISK, "Benefit risk", "Finance", "Share by which the avoided bill is cut for caution."),
    ] = 0.0
    cost_risk: Annotated[
        float,
        Input(q.SURCHARGE, "Cost risk", "Finance", "Share by which every new cost is raised for caution."),
    ] = 0.0
    success_chance: Annotated[
        float,
        Input(
            q.CHANCE,
            "Chance of success",
            "Finance",
            "How likely the project succeeds; where it fails only month 0 is spent. Moves the risk figures, not the plan.",
        ),
    ] = 1.0

    ranges: dict[str, Range] = {}
    correlations: dict[str, dict[str, float]] = {}
    sources: dict[str, str] = {}
    notes: dict[str, str] = {}
    confirmed: dict[str, str] = {}

    @model_validator(mode="wrap")
    @classmethod
    def _report_everything(cls, data: Any, build: ModelWrapValidatorHandler[Scenario]) -> Scenario:
        if not isinstance(data, Mapping):
            return build(data)
        given, problems = rules.by_name(data, find_input, cls.model_fields)
        given = rules.without_empty(given)
        problems += rules.missing(given, INPUTS) + rules.unserved(given, INPUTS)
        problems += rules.reviewed_twice(given) + rules.other_model_lacks(given) + rules.cached_twice(given)
        problems += rules.unlike_units(given)
        foreign = {each.place: each for each in rules.other_money(given, INPUTS)}
        problems += foreign.values()
        problems += rules.read_annotations(given, find_input) + rules.outside_ranges(given, INPUTS)
        problems += rules.read_correlations(given, find_input)
        try:
            scenario = build(given)
        except ValidationError as error:
            problems += [each for each in rules.described(error, INPUTS) if each.place not in foreign]
        if problems:
            raise ScenarioError(rules.in_order(rules.without_misspelt(problems, problems), cls.model_fields))
        return scenario

    def inputs(self) -> dict[str, Any]:
        """Every input by name; None for an optional one that is left empty."""
        return {name: getattr(self, name) for name in INPUTS}

    def with_inputs(self, **changes: Any) -> Scenario:
        """A copy with some inputs replaced, checked again.

        A range that does not hold its input's new value is left behind, and so is the answer to the questions about
        another value.

        >>> from roi_engine.reference import REFERENCE
        >>> REFERENCE.with_inputs(months_to_amortize=24).months_to_amortize
        24
        """
        named, problems = rules.by_name(changes, find_input, type(self).model_fields)
        if problems:
            raise ScenarioError(problems)
        kept = self.given()
        if "ranges" in kept and "ranges" not in named:
            kept["ranges"] = {
                name: span for name, span in self.ranges.items() if name not in named or _holds(span, named[name])
            }
        if "confirmed" in kept and "confirmed" not in named:
            same = {name for name in self.confirmed if name not in named or named[name] == getattr(self, name)}
            kept["confirmed"] = {name: answer for name, answer in self.confirmed.items() if name in same}
        return Scenario(**{**kept, **named})

    def correlated_pairs(self) -> list[tuple[str, str, float]]:
        """The names of two inputs and their rank correlation, for each that is given.

        >>> from roi_engine.reference import REFERENCE
        >>> ranges = {name: {"low": 1, "high": 9e6} for name in ("calls", "hours")}
        >>> REFERENCE.with_inputs(ranges=ranges, correlations={"calls": {"hours": 0.5}}).correlated_pairs()
        [('baseline_monthly_api_calls', 'training_hours', 0.5)]
        """
        return [(one, other, value) for one, others in self.correlations.items() for other, value in others.items()]

    def given(self) -> dict[str, Any]:
        """What was set, without the defaults: the scenario in its shortest form."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    def fingerprint(self) -> str:
        """SHA-256 of the inputs: equal for equal numbers, whatever the file's form.

        It tells two plans apart: what is said of the inputs (ranges, correlations, sources, notes, answers) counts for
        nothing, as no figure but those of risk follows from it.

        >>> from roi_engine.reference import REFERENCE
        >>> uncertain = REFERENCE.with_inputs(ranges={"calls": {"low": 1e6, "high": 9e6}})
        >>> uncertain.fingerprint() == REFERENCE.fingerprint()
        True
        """
        canonical = json.dumps(self.inputs(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def _holds(span: Range, value: Any) -> bool:
    """Whether a range may stay beside a new value.

    What is no number is told elsewhere.
    """
    return value is not None and (not isinstance(value, (int, float)) or span.holds(value))


def _collect_inputs() -> dict[str, Input]:
    inputs = {}
    for name, field in Scenario.model_fields.items():
        for declared in field.metadata:
            if isinstance(declared, Input):
                inputs[name] = replace(
                    declared,
                    name=name,
                    default=None if field.is_required() else field.default,
                    required=name in REFERENCE_INPUTS and name != "model_size_b",
                    may_be_empty=not field.is_required() and field.default is None,
                )
    return inputs


REFERENCE_INPUTS = (
    "model_size_b", "training_hours", "gpu_hourly_rate", "storage_gb", "storage_monthly_rate",
    "baseline_monthly_api_calls", "baseline_cost_per_1k_tokens", "finetuned_cost_per_1k_tokens",
    "accuracy_improvement_percent", "monthly_review_cost", "months_to_amortize",
)  # fmt: skip
"""The eleven inputs of the reference framework, in its order."""

SCENARIO_ARGUMENTS = (*REFERENCE_INPUTS[1:], "tokens_per_call")
"""The scenario arguments of a typed worksheet function, in order (S in the documentation)."""

INPUTS: dict[str, Input] = _collect_inputs()
"""Every input by name, in the order of the Inputs sheet."""


@cache
def _names() -> dict[str, str]:
    return {
        normal_form(word): name
        for name, declared in INPUTS.items()
        for word in (name, declared.label, *declared.aliases)
    }


def find_input(label: str) -> Input:
    """The input that a name, short name or human label means.

    Raises `UnknownName` with a guess.

    >>> find_input("Review cost").name
    'monthly_review_cost'
    """
    return find_among(INPUTS, _names(), label)


def known_input(label: str) -> Input | None:
    """The input that `find_input` finds; None, and no guess, where there is none."""
    name = _names().get(normal_form(label))
    return None if name is None else INPUTS[name]
