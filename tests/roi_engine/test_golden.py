"""The golden files: scenarios computed by an independent program, and published worked examples."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roi_engine import Scenario, appraise, call, discounted_payback, irr, irr_roots, mirr, monthly_rate, npv, payback
from roi_engine.estimators import training_gpu_hours
from roi_engine.simulation.distributions import pert_quantile, triangular_quantile

GOLDEN = Path(__file__).parents[1] / "golden"
SCENARIOS: dict[str, dict[str, Any]] = {
    name: golden
    for file in ("scenarios.json", "scenarios-2.json")
    for name, golden in json.loads((GOLDEN / file).read_text("utf-8"))["scenarios"].items()
}
PUBLISHED: list[dict[str, Any]] = json.loads((GOLDEN / "published.json").read_text("utf-8"))["cases"]


def close(found: Any, expected: Any, tolerance: float) -> bool:
    if expected == "Never":
        return found == math.inf
    if expected is None or isinstance(expected, bool):
        return found is expected
    return math.isclose(found, expected, rel_tol=tolerance, abs_tol=1e-9 * (expected == 0))


FIGURES = [(scenario, figure) for scenario, golden in SCENARIOS.items() for figure in golden["expected"]]


@pytest.mark.parametrize(("scenario", "figure"), FIGURES)
def test_a_figure_of_a_golden_scenario(scenario: str, figure: str) -> None:
    golden = SCENARIOS[scenario]
    found = appraise(Scenario(**golden["inputs"])).as_dict()[figure]
    expected = golden["expected"][figure]
    assert close(found, expected, 1e-6 if figure.startswith("irr_") else 1e-9), (found, expected)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_cash_flow_of_a_golden_scenario(scenario: str) -> None:
    golden = SCENARIOS[scenario]
    found = appraise(Scenario(**golden["inputs"])).cash_flow
    assert found == pytest.approx(golden["cash_flow"], rel=1e-9)


BY_YEAR = [name for name, golden in SCENARIOS.items() if "by_year" in golden]


@pytest.mark.parametrize("scenario", BY_YEAR)
def test_the_years_of_a_golden_scenario(scenario: str) -> None:
    golden = SCENARIOS[scenario]["by_year"]
    result = appraise(Scenario(**SCENARIOS[scenario]["inputs"]))
    lines = result.by_year.lines
    for name in ("benefits", "costs", "net"):
        initial, *years, total, present = lines[name]
        assert initial == pytest.approx({"benefits": 0, "costs": 1, "net": -1}[name] * golden["initial"], rel=1e-9)
        assert years == pytest.approx([year[name] for year in golden["years"]], rel=1e-9)
        assert total == pytest.approx(golden.get(f"total_{name}", result.net_roi), rel=1e-9)
        assert present == pytest.approx(golden[f"pv_{name}"], rel=1e-9)
    assert close(result.roi_present_value(), golden["roi_present_value"], 1e-9)


TOLD_BY_SOME = {"roi_present_value", "by_year"}
"""Figures that stand beside the expected ones of some scenarios only."""


def test_the_golden_figures_are_all_of_ours() -> None:
    ours = appraise(Scenario(**SCENARIOS["reference"]["inputs"])).as_dict().keys()
    for golden in SCENARIOS.values():
        told = golden["expected"].keys() | {"cash_flow"} | TOLD_BY_SOME
        assert sorted(told ^ ours) == [], "give it an expected value in tests/golden, or name it in TOLD_BY_SOME"


# --- published examples ----------------------------------------------------------------------------------
# Their periods are no months; a rate per period p is the annual rate (1 + p)^12 − 1 of a monthly one.


def annual(rate: float) -> float:
    return (1 + rate) ** 12 - 1


def cost_of_a_call(**given: float) -> Any:
    shares = given.get("cached_share", 0)
    if "cached_tokens" in given:
        shares = given["cached_tokens"] / given["input_tokens"]
    prices = (given["input_price"], given["output_price"], shares, given.get("cached_price", ""))
    return call("FT_CALLCOST", given["input_tokens"], given["output_tokens"], *prices)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "npv": lambda rate, flows: npv(annual(rate), flows),
    "npv_after_first": lambda rate, first, flows: npv(annual(rate), [first, *flows]),
    "irr": lambda flows: irr(flows),
    "irr_roots": lambda flows: irr_roots(flows),
    "mirr": lambda flows, finance, reinvest: mirr(flows, annual(finance), annual(reinvest)),
    "payback": lambda flows: payback(flows),
    "discounted_payback": lambda rate, flows: discounted_payback(annual(rate), flows),
    "monthly_rate_from_annual": lambda annual: monthly_rate(annual),
    "call_cost": cost_of_a_call,
    "cost_per_1k": lambda gpu_rate, tokens_per_second, utilisation: call(
        "FT_COSTPER1K", gpu_rate, tokens_per_second, utilisation
    ),
    "training_gpu_hours": lambda params_b, tokens_b, mfu, peak_tflops: training_gpu_hours(
        params_b, tokens_b * 1000, peak_tflops, mfu
    ),
    "lora_params": lambda rank, shapes: call("FT_LORAPARAMS", rank, shapes),
    "checkpoint_gb": lambda params_b, method, checkpoints: call("FT_CHECKPOINTGB", params_b, method, checkpoints),
    "pert_quantile": lambda low, mode, high, p: pert_quantile(p, low, mode, high),
    "triangular_quantile": lambda low, mode, high, p: triangular_quantile(p, low, mode, high),
    "api_training_cost": lambda tokens_m, epochs, price_per_m: call("FT_APITRAINCOST", tokens_m, price_per_m, epochs),
}


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case["id"])
def test_a_published_example(case: dict[str, Any]) -> None:
    found, expected = FUNCTIONS[case["function"]](**case["args"]), case["expected"]
    if isinstance(expected, list):
        assert found == pytest.approx(expected, rel=case["rel_tol"])
    else:
        assert close(found, expected, case["rel_tol"]), (found, expected)
