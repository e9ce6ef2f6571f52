"""Equations wired by their names: order, leaves, what is monthly, circles."""

from __future__ import annotations

import inspect
import re
import traceback
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from roi_engine import REFERENCE, equations, functions, level, metrics
from roi_engine.appraisal import METRICS
from roi_engine.cashflow import LEVEL, MODEL, SHARED
from roi_engine.cashflow import TYPED as TYPED_LEVEL
from roi_engine.errors import UnknownName
from roi_engine.graph import Graph, OverMonths, equations_of, unchanged_unless
from roi_engine.options import OPTIONS, TAKEN
from roi_engine.scenario import INPUTS, SCENARIO_ARGUMENTS


def area(width: Any, height: Any) -> Any:
    return width * height


def volume(area: Any, depth: Any) -> Any:
    return area * depth


def filled(volume: Any, month: Any) -> Any:
    return volume * month


def weight(filled: Any, density: Any) -> Any:
    return filled * density


GRAPH = Graph({each.__name__: each for each in (weight, filled, volume, area)})
BOX = {"width": 2, "height": 3, "depth": 4, "density": 0.5}


def test_leaves_stand_in_the_order_in_which_they_are_met() -> None:
    assert GRAPH.leaves("weight") == ("width", "height", "depth", "month", "density")
    assert GRAPH.leaves("area") == ("width", "height")


def test_each_equation_comes_after_what_it_takes() -> None:
    assert GRAPH.order(["weight", "area"]) == ["area", "volume", "filled", "weight"]


def test_monthly_is_what_has_the_month_among_its_ancestors() -> None:
    assert GRAPH.monthly == {"filled", "weight"}


def test_a_fixed_quantity_is_a_value_and_a_monthly_one_a_row() -> None:
    assert GRAPH.evaluate(BOX, ["volume", "weight"], 2) == {"volume": 24, "weight": [0, 12, 24]}
    assert GRAPH.evaluate({"width": 2, "height": 3}, ["area"]) == {"area": 6}


def test_what_is_not_wanted_is_not_evaluated() -> None:
    assert GRAPH.evaluate({**BOX, "density": None}, ["filled"], 1) == {"filled": [0, 24]}


def test_a_leaf_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="depth"):
        GRAPH.evaluate({"width": 2, "height": 3}, ["volume"])


def test_a_circle_is_told() -> None:
    circle = Graph({"egg": lambda hen: hen, "hen": lambda chick: chick, "chick": lambda egg: egg})
    with pytest.raises(ValueError, match="equations in a circle: egg → hen → chick → egg"):
        circle.order(["egg"])
    with pytest.raises(ValueError, match="circle"):
        Graph({"self": lambda self: self}).leaves("self")


def test_only_the_modules_own_public_functions_are_equations() -> None:
    module = ModuleType("sums")
    source = "from math import sqrt\ndef total(one, other): return _plus(one, other)\ndef _plus(a, b): return a + b\n"
    exec(source, vars(module))
    assert list(equations_of(module)) == ["total"]


# --- over the months -------------------------------------------------------------------------------------


def step(month: Any, size: Any) -> Any:
    return month * size


def walked(walked_before: Any, step: Any) -> Any:
    return walked_before + step


def mean(total_step: Any, months: Any) -> Any:
    return total_step / (months + 1)


def above(walked: Any, mean: Any) -> Any:
    return walked - mean


def span(first_above: Any, last_above: Any) -> Any:
    return last_above - first_above


def largest(every_walked: Any) -> Any:
    return max(every_walked)


WALK = Graph({each.__name__: each for each in (span, above, mean, walked, step, largest)})
"""Three stages: the steps, the distance above their mean, its span."""


def test_a_parameter_may_be_a_sum_an_end_the_list_or_the_month_before() -> None:
    assert WALK.over_months("total_step") == OverMonths("total", "step")
    assert WALK.over_months("first_above") == OverMonths("first", "above")
    assert WALK.over_months("every_walked") == OverMonths("every", "walked")
    assert WALK.over_months("walked_before") == OverMonths("before", "walked")
    assert WALK.over_months("step") is WALK.over_months("size") is WALK.over_months("total_mean") is None
    assert WALK.quantity_of("last_above") == "above" and WALK.quantity_of("size") == "size"


def test_an_equation_comes_before_what_a_parameter_could_mean() -> None:
    graph = Graph({"cost": lambda month: month, "total_cost": lambda fee: fee, "bill": lambda total_cost: total_cost})
    assert graph.over_months("total_cost") is None
    assert graph.evaluate({"fee": 9}, ["bill"], 3) == {"bill": 9}


def test_what_takes_a_sum_is_fixed_and_what_takes_the_month_before_is_monthly() -> None:
    assert WALK.monthly == {"step", "walked", "above"}
    assert WALK.leaves("span") == ("month", "size", "months")
    grown = Graph({"grown": lambda grown_before, first: grown_before * 2 + first})
    assert grown.evaluate({"first": 1}, ["grown"], 3) == {"grown": [1, 3, 7, 15]}


def test_the_months_are_gone_through_in_stages() -> None:
    inputs = {"size": 2, "months": 3}
    assert WALK.order(["span"]) == ["step", "walked", "mean", "above", "span"]
    assert WALK.evaluate(inputs, ["walked", "mean", "above", "span"], 3) == {
        "walked": [0, 2, 6, 12],
        "mean": 3,
        "above": [-3, -1, 3, 9],
        "span": 12,
    }
    assert WALK.evaluate(inputs, ["largest"], 3) == {"largest": 12}
    assert WALK.evaluate(inputs, ["total_walked", "first_above", "last_step", "every_step"], 3) == {
        "total_walked": 20,
        "first_above": -3,
        "last_step": 6,
        "every_step": [0, 2, 4, 6],
    }


def test_the_month_before_of_what_comes_later_in_the_month() -> None:
    """A debt carries interest on the month before, and the interest is part of the debt."""

    def interest(debt_before: Any, rate: Any) -> Any:
        return debt_before * rate

    def debt(debt_before: Any, interest: Any, loan: Any, month: Any) -> Any:
        return debt_before + interest + (loan if month == 0 else 0)

    graph = Graph({"interest": interest, "debt": debt})
    assert graph.evaluate({"rate": 0.5, "loan": 8}, ["interest"], 3) == {"interest": [0, 4, 6, 9]}


def test_given_quantities_are_inputs() -> None:
    given = WALK.given("walked", "mean")
    assert "walked" in given.monthly and "mean" not in given.equations
    inputs = {"walked": [5, 6, 8], "mean": 1}
    assert given.evaluate(inputs, ["span", "above"], 2) == {"span": 3, "above": [4, 5, 7]}
    assert given.evaluate(inputs, ["total_walked", "last_walked", "largest"], 2) == {
        "total_walked": 19,
        "last_walked": 8,
        "largest": 8,
    }


def test_the_last_month_is_each_scenarios_own() -> None:
    horizons = np.array([1.0, 3.0, 2.0])
    found = WALK.evaluate({"size": 2, "months": horizons}, ["last_step", "total_step"], horizons)
    assert found["last_step"].tolist() == [2, 6, 4]
    assert found["total_step"] == 12
    alike = np.array([2.0, 2.0])
    assert WALK.evaluate({"size": alike, "months": alike}, ["last_step"], alike)["last_step"].tolist() == [4, 4]


def test_a_month_in_which_nothing_changes_is_left_out() -> None:
    met = []

    def record(record_before: Any, step: Any) -> Any:
        met.append(step)
        return np.maximum(record_before, step)

    marked = unchanged_unless(lambda record_before, step: step > record_before)(record)
    graph = Graph({"step": lambda month, size: -abs(month - 2) * size, "record": marked})
    assert graph.evaluate({"size": 1}, ["record"], 4) == {"record": [0] * 5} and met == []
    graph = Graph({"step": lambda month, size: (2 - abs(month - 2)) * size, "record": marked})
    assert graph.evaluate({"size": np.array([0, 3])}, ["last_record"], 4)["last_record"].tolist() == [0, 6]
    assert [step.tolist() for step in met] == [[0, 3], [0, 6]]


def test_a_circle_over_the_months_is_told() -> None:
    """The sum of what itself takes that sum, by way of the month before."""
    circle = Graph({"x": lambda month, y_before: y_before, "y": lambda x, total_x: x + total_x})
    with pytest.raises(ValueError, match="circle over the months"):
        circle.evaluate({}, ["y"], 2)
    with pytest.raises(ValueError, match="circle: x → x"):
        Graph({"x": lambda month, total_x: total_x}).evaluate({}, ["x"], 2)


def test_an_unknown_quantity_is_guessed() -> None:
    with pytest.raises(UnknownName, match=r'no equation "npw"\. Did you mean "npv"\?'):
        MODEL.evaluate({}, ["npw"])


def test_a_traceback_shows_the_equation() -> None:
    inputs = {**REFERENCE.inputs(), "discount_rate": "a tenth"}
    with pytest.raises(TypeError) as caught:
        MODEL.evaluate(inputs, ["npv"], 12)
    shown = "".join(traceback.format_exception(caught.value))
    assert "discount_factor = equation_discount_factor(month, discount_rate)" in shown
    assert "return (1 + discount_rate) ** (-month / 12)" in shown
    assert re.search(r'File "<equations \d+: npv>", line \d+, in evaluate', shown)


# --- the model's graphs ----------------------------------------------------------------------------------


def test_the_graphs_have_no_circle_and_only_inputs_as_leaves() -> None:
    for graph in (MODEL, LEVEL, TYPED_LEVEL):
        for name in graph.equations:
            assert set(graph.leaves(name)) <= {*INPUTS, "month"}, name


def test_every_input_that_calculates_is_a_leaf_of_the_cash_flow() -> None:
    """All but texts, the echoed model size, the discount rate, what the simulation reads, and another general model."""
    idle = {"name", "description", "currency", "start_month", "model_size_b", "discount_rate", "success_chance"}
    other_model = {name for name in INPUTS if name.startswith("switch_")}
    assert set(MODEL.leaves("net_cash_flow")) == {*INPUTS, "month"} - idle - other_model
    leaves = {leaf for equation in OPTIONS.equations for leaf in OPTIONS.leaves(equation)}
    assert other_model <= leaves | {*TAKEN["SWITCH"].values()}


def test_every_equation_is_needed_and_described() -> None:
    """Every one leads to a metric that people ask for, or to a figure that the sheets show."""
    asked = [metric.equation for metric in METRICS.values()]
    shown = [
        "roi_total",
        "roi_present_value",
        "year",
        "monthly_benefit",
        "monthly_inference_savings",
        "monthly_review_savings",
        "monthly_rate",
        "worthwhile",
        "pv_cost",
        "net_roi_if_going_back",
        "npv_if_going_back",
    ]
    unused = MODEL.equations.keys() - {*MODEL.order([*asked, *shown])}
    assert sorted(unused) == [], "leads to no metric: name it above if a sheet shows it, else take it out"
    defined = {**vars(equations), **vars(metrics)}
    assert all(defined[name] is formula for name, formula in SHARED.items())
    for name, equation in {**equations_of(equations, metrics), **equations_of(level)}.items():
        assert inspect.getdoc(equation), name


def test_the_level_graph_is_the_fixed_part_of_the_model_and_the_closed_form() -> None:
    fixed = {*equations_of(equations)} & MODEL.equations.keys() - MODEL.monthly
    assert LEVEL.equations.keys() == fixed | equations_of(level).keys() - {"typed_review_cost"} | {"roi"}
    assert TYPED_LEVEL.equations.keys() == LEVEL.equations.keys()


def test_the_metrics_are_values_and_what_they_are_read_off_are_rows() -> None:
    assert {"cumulative", "recovered", "discounted", "reinvested"} <= MODEL.monthly
    assert not {"npv", "rounding", "payback_months", "mirr_annual", "irr_annual"} & MODEL.monthly
    assert "discount_rate" in MODEL.leaves("npv") and "discount_rate" not in MODEL.leaves("net_roi")


TYPED = {
    "FT_TRAINCOST": ("training_cost", ["training_hours", "gpu_hourly_rate"]),
    "FT_STORAGECOST": ("storage_cost", ["storage_gb", "storage_monthly_rate", "months_to_amortize"]),
    "FT_UPFRONT": ("upfront_cost", [*SCENARIO_ARGUMENTS[:4], "months_to_amortize"]),
    "FT_TOTALCOST": ("total_cost", [*SCENARIO_ARGUMENTS[:4], "months_to_amortize"]),
    "FT_INFSAVE": ("monthly_inference_savings", [*SCENARIO_ARGUMENTS[4:7], "tokens_per_call"]),
    "FT_REVSAVE": ("monthly_review_savings", [*SCENARIO_ARGUMENTS[7:9]]),
    "FT_MONTHLY": ("monthly_benefit", [*SCENARIO_ARGUMENTS[4:9], "tokens_per_call"]),
    "FT_BENEFIT": ("total_benefit", [*SCENARIO_ARGUMENTS[4:]]),
    "FT_NETROI": ("net_roi", [*SCENARIO_ARGUMENTS]),
    "FT_ROI": ("roi", [*SCENARIO_ARGUMENTS]),
    "FT_PAYBACK": ("payback_months", [*SCENARIO_ARGUMENTS]),
}


@pytest.mark.parametrize("name", TYPED)
def test_typed_arguments_are_the_leaves_of_the_quantity_in_the_scenarios_order(name: str) -> None:
    quantity, expected = TYPED[name]
    arguments = functions()[name].scenario
    assert [argument.name for argument in arguments] == expected
    assert [each for each in SCENARIO_ARGUMENTS if each in TYPED_LEVEL.leaves(quantity)] == expected
    assert [argument.name for argument in arguments if argument.optional] == expected[len(expected) :] + (
        ["tokens_per_call"] if "tokens_per_call" in expected else []
    )


def test_functions_without_a_closed_form_take_the_whole_scenario() -> None:
    for name in ("FT_NPV", "FT_IRR", "FT_CASHFLOW", "FT_BYYEAR", "FT_VERDICT", "FT_BREAKEVEN", "FT_TORNADO"):
        assert tuple(argument.name for argument in functions()[name].scenario) == SCENARIO_ARGUMENTS
