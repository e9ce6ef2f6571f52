"""What each metric costs, for one scenario and for a chunk of scenarios.

It is compared with the cash flows alone, and with two NumPy expressions on the same flows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from many_scenarios import EVERYTHING_MOVES, VARIED, equal
from timing import Comparison, Contender, Ratio

from roi_engine import Appraisal, appraise_many
from roi_engine.cashflow import MODEL
from roi_engine.many import CHUNK, FULL_METRICS

CALLS = 500
FLOWS, NET_ROI, NPV, NINE = "the cash flows alone", "net return", "NPV", "all nine metrics"
EXPRESSIONS = "net return and NPV of the same flows, two NumPy expressions"
ONE_FLOW, ONE_NPV, ONE_ALL = (
    "one scenario: cash flow",
    "one scenario: NPV",
    "one scenario: every metric with MIRR and IRR",
)


def metrics(calls: int = CALLS) -> Comparison:
    """The comparison over one chunk of scenarios and over one scenario.

    The arrays of the chunk stay in the cache.
    """
    random = np.random.default_rng(1)
    columns = {name: random.uniform(low, high, CHUNK) for name, (low, high) in VARIED.items()}
    inputs, months = EVERYTHING_MOVES.inputs(), EVERYTHING_MOVES.months_to_amortize
    arrays = {**{name: np.nan if value is None else value for name, value in inputs.items()}, **columns}
    flows = np.array(MODEL.evaluate(arrays, ("net_cash_flow",), months)["net_cash_flow"])
    factors = (1 + EVERYTHING_MOVES.discount_rate) ** (-np.arange(months + 1) / 12)
    share = 1 / calls
    return Comparison(
        part="metrics",
        title=f"{CHUNK:,} scenarios, and one, × {months} months: what each metric costs",
        contenders=[
            Contender(FLOWS, lambda: MODEL.evaluate(arrays, ("net_cash_flow",), months)),
            Contender(NET_ROI, lambda: appraise_many(EVERYTHING_MOVES, columns, ("net_roi",))),
            Contender(NPV, lambda: appraise_many(EVERYTHING_MOVES, columns, ("npv",))),
            Contender(NINE, lambda: appraise_many(EVERYTHING_MOVES, columns, FULL_METRICS)),
            Contender(EXPRESSIONS, lambda: {"net_roi": flows.sum(0), "npv": factors @ flows}),
            Contender(ONE_FLOW, lambda: [_flow(inputs, months) for _ in range(calls)][-1], scale=share),
            Contender(ONE_NPV, lambda: [_npv(inputs, months) for _ in range(calls)][-1], scale=share),
            Contender(ONE_ALL, lambda: [Appraisal(inputs).as_dict() for _ in range(calls)][-1], scale=share),
        ],
        ratios=[
            Ratio(NET_ROI, FLOWS),
            Ratio(NPV, FLOWS),
            Ratio(NINE, FLOWS),
            Ratio(EXPRESSIONS, FLOWS),
            Ratio(ONE_NPV, ONE_FLOW),
            Ratio(ONE_ALL, ONE_FLOW),
        ],
        check=differences,
        remarks=["The expressions are given the flows: they show what is left once the model has been evaluated."],
    )


def _flow(inputs: Mapping[str, Any], months: int) -> Any:
    return MODEL.evaluate(inputs, ("net_cash_flow",), months)["net_cash_flow"]


def _npv(inputs: Mapping[str, Any], months: int) -> Any:
    return MODEL.evaluate(inputs, ("npv",), months)["npv"]


def differences(results: Mapping[str, Any]) -> list[str]:
    """Where results differ that must be equal.

    The expressions and the nine metrics from the metric alone, and one scenario from itself.
    """
    found = []
    for name, alone in (("net_roi", results[NET_ROI]), ("npv", results[NPV])):
        for contender in (NINE, EXPRESSIONS):
            if not np.allclose(results[contender][name], alone[name], rtol=1e-9, atol=1e-6):
                found.append(f"{contender}: {name} is not that of {name} alone.")
    if not equal(results[ONE_NPV], results[ONE_ALL]["npv"]):
        found.append(f"{ONE_ALL}: the NPV is not that of {ONE_NPV}.")
    if results[ONE_FLOW] != results[ONE_ALL]["cash_flow"]:
        found.append(f"{ONE_ALL}: the flows are not those of {ONE_FLOW}.")
    return found
