"""The public names as a typed program uses them: mypy holds each assert_type, and a test runs the program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, assert_type

import numpy as np
import numpy.typing as npt
import pyarrow

import roi_engine
from roi_engine import (
    INPUTS,
    METRICS,
    REFERENCE,
    Appraisal,
    AppraisedRows,
    BreakEven,
    Estimate,
    FtRoiError,
    InputWarning,
    Option,
    Options,
    OutOfRange,
    Problem,
    Range,
    RankingChange,
    Rejection,
    Scenario,
    ScenarioError,
    SelfHostingBreakEven,
    Simulation,
    TornadoBar,
    UnknownName,
    WrongType,
    ZeroDivisor,
)
from templates.workbook import build_workbook

SAMPLE = "templates/samples/support-classifier.toml"


def scenarios() -> None:
    scenario = assert_type(roi_engine.load_scenario(SAMPLE), Scenario)
    assert_type(scenario.months_to_amortize, int)
    assert_type(scenario.training_hours, float)
    assert_type(scenario.finetuned_input_tokens, float | None)
    assert_type(scenario.serving, Literal["per_token", "self_hosted"])
    assert_type(scenario.ranges["baseline_monthly_api_calls"], Range)
    assert_type(scenario.with_inputs(training_hours=48), Scenario)
    assert_type(scenario.fingerprint(), str)
    assert_type(roi_engine.check_inputs(scenario), list[InputWarning])
    assert_type(INPUTS["training_hours"].label, str)
    assert_type(REFERENCE, Scenario)


def one_scenario() -> None:
    found = assert_type(roi_engine.appraise(REFERENCE), Appraisal)
    assert_type(found.cash_flow, list[float])
    assert_type(found.net_roi, float)
    assert_type(found.npv(), float)
    assert_type(found.npv(0.08), float)
    assert_type(found.payback_months, float)
    assert_type(found.roi, float | None)
    assert_type(found.irr_annual, float | None)
    assert_type(found.worthwhile, bool)
    assert_type(roi_engine.verdict(found), str)
    assert_type(METRICS["NPV"].label, str)
    assert_type(roi_engine.prompt_shrink_needed(REFERENCE.inputs()), float | None)
    assert_type(roi_engine.what_if(REFERENCE, "NPV", training_hours=48), float | None)
    for bar in assert_type(roi_engine.tornado(REFERENCE), list[TornadoBar]):
        assert_type(bar.low, float)


def break_evens() -> None:
    found = assert_type(roi_engine.break_even(REFERENCE, "baseline_monthly_api_calls"), BreakEven)
    assert_type(found.value, float | None)
    assert_type(found.verdict, Literal["crosses", "always", "never", "undefined"])
    hosted = assert_type(roi_engine.self_hosting_break_even(0.0012, 650, 2500, 3), SelfHostingBreakEven)
    assert_type(hosted.first, float)


def options() -> None:
    found = assert_type(roi_engine.compare_options(REFERENCE), Options)
    assert_type(found.option("API"), Option)
    assert_type(found.ranking_changes, list[RankingChange])


def many_scenarios() -> None:
    columns = {"training_hours": np.linspace(12.0, 48.0, 3)}
    found = assert_type(roi_engine.appraise_many(REFERENCE, columns), dict[str, npt.NDArray[np.float64]])
    assert_type(found["npv"], npt.NDArray[np.float64])
    assert_type(roi_engine.appraise_level(REFERENCE, columns), dict[str, npt.NDArray[np.float64]])
    rows = assert_type(roi_engine.appraise_rows(columns, REFERENCE, ["npv"]), AppraisedRows)
    assert_type(rows.rejections, list[Rejection])
    assert_type(rows.good, npt.NDArray[np.bool_])
    table = pyarrow.table({"hours": [24.0, 48.0]})
    assert roi_engine.evaluate(table, REFERENCE, ["npv"]).num_rows == 2


def simulation() -> None:
    uncertain = REFERENCE.with_inputs(ranges={"baseline_monthly_api_calls": {"low": 2e6, "high": 9e6}})
    found = assert_type(roi_engine.simulate(uncertain, 64, metric="NETROI"), Simulation)
    assert_type(found.statistic("MEAN"), Estimate)
    assert_type(found.results, npt.NDArray[np.float64])


def plain_functions() -> None:
    """Those that take floats or arrays over scenarios give what they are given."""
    flows = assert_type(roi_engine.cash_flow(REFERENCE.inputs()), list[Any])
    assert_type(roi_engine.irr(flows), float | None)
    assert_type(roi_engine.irr_roots(flows), list[float])
    roi_engine.npv(0.1, flows)
    roi_engine.payback(flows)
    roi_engine.discounted_payback(0.1, flows)
    roi_engine.mirr(flows, 0.1, 0.1)
    roi_engine.monthly_rate(0.1)
    assert_type(
        roi_engine.cost_benefit_finetuning(7, 24, 1.5, 28, 0.02, 5_000_000, 0.30, 0.05, 0.12, 2000, 12),
        dict[str, Any],
    )


def worksheet_functions() -> None:
    assert_type(roi_engine.functions()["FT_NPV"].sentence, str)
    roi_engine.call("FT_TRAINCOST", 24, 1.5)


def errors() -> None:
    try:
        REFERENCE.with_inputs(training_hours=-1)
    except ScenarioError as error:
        for problem in assert_type(error.problems, tuple[Problem, ...]):
            assert_type(problem.sentence, str)
    kinds: list[type[FtRoiError]] = [OutOfRange, ScenarioError, UnknownName, WrongType, ZeroDivisor]
    assert_type([each.code for each in kinds], list[str])


def workbooks() -> None:
    assert_type(build_workbook(REFERENCE), bytes)
    assert_type(build_workbook(REFERENCE, edition="native", generated=datetime(2026, 1, 1, tzinfo=UTC)), bytes)


PROGRAMS: tuple[Callable[[], None], ...] = (
    scenarios,
    one_scenario,
    break_evens,
    options,
    many_scenarios,
    simulation,
    plain_functions,
    worksheet_functions,
    errors,
    workbooks,
)
