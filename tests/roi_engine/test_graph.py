"""Equations wired by their names: order, leaves, what is monthly, circles."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from roi_engine import equations, functions, level
from roi_engine.cashflow import LEVEL, MODEL, SHARED
from roi_engine.graph import Graph, equations_of
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


# --- the model's graphs ----------------------------------------------------------------------------------


def test_the_graphs_have_no_circle_and_only_inputs_as_leaves() -> None:
    for graph in (MODEL, LEVEL):
        for name in graph.equations:
            assert set(graph.leaves(name)) <= {*INPUTS, "month"}, name


def test_every_input_that_calculates_is_a_leaf_of_the_cash_flow() -> None:
    """All but texts, the echoed model size and the rate at which the flows are discounted."""
    idle = {"name", "description", "currency", "model_size_b", "discount_rate"}
    assert set(MODEL.leaves("net_cash_flow")) == {*INPUTS, "month"} - idle


def test_every_equation_is_needed_and_described() -> None:
    needed = set(MODEL.order(["net_cash_flow", "one_off_cost", "contingency_cost", "storage_cost"]))
    assert needed == MODEL.equations.keys()
    assert all(equation is getattr(equations, name) for name, equation in SHARED.items())
    for name, equation in {**equations_of(equations), **equations_of(level)}.items():
        assert inspect.getdoc(equation), name


def test_the_level_graph_is_the_fixed_part_of_the_model_and_the_closed_form() -> None:
    assert LEVEL.equations.keys() == {*MODEL.equations} - MODEL.monthly | equations_of(level).keys()


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
    assert [each for each in SCENARIO_ARGUMENTS if each in LEVEL.leaves(quantity)] == expected
    assert [argument.name for argument in arguments if argument.optional] == expected[len(expected) :] + (
        ["tokens_per_call"] if "tokens_per_call" in expected else []
    )


def test_functions_without_a_closed_form_take_the_whole_scenario() -> None:
    for name in ("FT_NPV", "FT_IRR", "FT_CASHFLOW", "FT_VERDICT", "FT_BREAKEVEN", "FT_TORNADO"):
        assert tuple(argument.name for argument in functions()[name].scenario) == SCENARIO_ARGUMENTS
