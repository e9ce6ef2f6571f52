"""Figures that no number can hold: one sentence with the inputs they come from, and no infinite money."""

from __future__ import annotations

import math
from typing import Any

import pytest

from roi_engine import METRICS, REFERENCE, Scenario, appraise, appraise_level, appraise_many, break_even, check_inputs
from roi_engine.errors import OutOfRange
from roi_engine.flow_metrics import npv
from roi_engine.internal_rate import irr, irr_roots
from roi_engine.options import compare_options
from roi_engine.too_large import TooLarge
from roi_engine.worksheet.call import call

LARGE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "calls and growth": (
        {"calls": 1e200, "monthly_growth": 0.99, "months": 600},
        ["baseline_monthly_api_calls (1e+200)", "monthly_growth (0.99, over 600 months)"],
    ),
    "calls and price": (
        {"calls": 1.7e308, "baseline_cost": 1e308},
        ["baseline_monthly_api_calls", "baseline_cost_per_1k_tokens"],
    ),
    "discount rate": (
        {"discount_rate": -0.9999999999, "months": 600},
        ["discount_rate (-0.9999999999, over 600 months)"],
    ),
    "price change": (
        {"baseline_price_change": 9.0, "months": 600, "calls": 1e290},
        ["baseline_price_change (9, over 600 months)", "baseline_monthly_api_calls (1e+290)"],
    ),
    "outlay": ({"training_hours": 1e200, "gpu_hourly_rate": 1e200}, ["training_hours", "gpu_hourly_rate"]),
    "fleet": (
        {
            "serving": "self_hosted", "serving_gpu_hourly_rate": 1e200, "serving_tokens_per_second": 1e-200,
            "calls": 1e200,
        },
        ["serving_gpu_hourly_rate", "baseline_monthly_api_calls"],
    ),
    "one flow against another": (
        {"calls": 1e308, "baseline_cost": 1e3, "finetuned_cost": 1e3},
        ["baseline_monthly_api_calls"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LARGE)
def test_no_figure_of_a_scenario_is_infinite_money(case: str) -> None:
    changes, named = LARGE[case]
    scenario = REFERENCE.with_inputs(**changes)
    for name in METRICS:
        with pytest.raises(TooLarge) as raised:
            METRICS[name].of(appraise(scenario))
        assert all(each in str(raised.value) for each in named) and "nearer 0" in str(raised.value)
    for ask in (check_inputs, compare_options_fully, lambda each: appraise(each).explain("NPV")):
        with pytest.raises(TooLarge):
            ask(scenario)


def compare_options_fully(scenario: Scenario) -> None:
    compare_options(scenario.with_inputs(serving_gpu_hourly_rate=1, serving_tokens_per_second=1)).all()
    appraise(scenario).as_dict()


def test_a_payback_that_never_comes_is_still_infinite() -> None:
    assert appraise(REFERENCE.with_inputs(calls=0, accuracy=0)).payback_months == math.inf


def test_large_figures_that_numbers_hold_are_calculated() -> None:
    large = appraise(REFERENCE.with_inputs(calls=1e290)).as_dict()
    assert all(math.isfinite(value) for value in large.values() if isinstance(value, float))


def test_among_many_scenarios_such_a_figure_is_undefined() -> None:
    for appraise_several, wanted in (
        (appraise_many, ["net_roi", "npv", "payback_months", "roi"]),
        (appraise_level, ["net_roi", "payback_months", "roi"]),
    ):
        found = appraise_several(
            REFERENCE.with_inputs(baseline_cost=1e10), {"baseline_monthly_api_calls": [5e6, 1e307, 0]}, wanted
        )
        for name in wanted:
            assert math.isfinite(found[name][0]) and math.isnan(found[name][1]), name


def test_a_break_even_keeps_to_the_values_that_can_be_calculated() -> None:
    found = break_even(REFERENCE.with_inputs(months=600), "monthly_growth")
    assert found.verdict in ("crosses", "always", "never")


@pytest.mark.parametrize("flows", [[-1, math.inf], [-1.0, math.nan, 2.0], [-math.inf, 1]])
def test_an_internal_rate_of_infinite_flows_is_refused(flows: list[float]) -> None:
    with pytest.raises(OutOfRange, match="cash_flow"):
        irr(flows)


def test_internal_rates_do_not_depend_on_the_size_of_the_flows() -> None:
    flows = [100.0, -230.0, 132.0]
    assert irr_roots([flow * 2.0**1010 for flow in flows]) == pytest.approx(irr_roots(flows), abs=1e-12)
    waves = [(-1.0) ** month * 1.5e306 for month in range(120)]
    assert irr_roots(waves) == pytest.approx(irr_roots([each / 2.0**1000 for each in waves]))


def test_discounting_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(TooLarge, match="discount_rate"):
        npv(-0.9999999999, [1.0] * 600)


@pytest.mark.parametrize("function", ["FT_NETROI", "FT_ROI", "FT_NPV", "FT_IRR", "FT_PAYBACK", "FT_VERDICT"])
def test_a_cell_shows_a_number_s_error(function: str) -> None:
    rows = [[name, value] for name, value in REFERENCE.inputs().items() if value is not None]
    block = [[name, {"baseline_monthly_api_calls": 1.7e308, "baseline_cost_per_1k_tokens": 1e308}.get(name, value)]
             for name, value in rows]  # fmt: skip
    with pytest.raises(OutOfRange, match="too large"):
        call(function, *[None] * {"FT_NPV": 1}.get(function, 0), block)
