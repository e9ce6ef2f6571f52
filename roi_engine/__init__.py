"""FT ROI: what fine-tuning a model costs and returns beside keeping the API.

The engine behind every surface: scenarios, the cash flow, its metrics, sensitivity, break-even, and the
catalogue of worksheet functions. It knows no spreadsheet. Names are loaded when they are first used, so that
importing the package is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from roi_engine._version import __version__

if TYPE_CHECKING:
    from roi_engine.answer import verdict
    from roi_engine.appraisal import METRICS, Appraisal, appraise
    from roi_engine.batch.arrow import evaluate
    from roi_engine.batch.rows import AppraisedRows, Rejection, appraise_rows
    from roi_engine.breakeven import BreakEven, break_even
    from roi_engine.cashflow import cash_flow
    from roi_engine.errors import (
        FtRoiError,
        OutOfRange,
        Problem,
        ScenarioError,
        UnknownName,
        WrongType,
        ZeroDivisor,
    )
    from roi_engine.flow_metrics import discounted_payback, mirr, npv, payback
    from roi_engine.input_checks import InputWarning, check_inputs
    from roi_engine.inputs import Range
    from roi_engine.internal_rate import irr, irr_roots
    from roi_engine.many import appraise_level, appraise_many
    from roi_engine.metrics import monthly_rate
    from roi_engine.options import Option, Options, RankingChange, compare_options
    from roi_engine.prompt_shrink import prompt_shrink_needed
    from roi_engine.reference import REFERENCE, cost_benefit_finetuning
    from roi_engine.scenario import INPUTS, Scenario
    from roi_engine.scenario_file import load_scenario
    from roi_engine.sensitivity import TornadoBar, tornado, what_if
    from roi_engine.serving import SelfHostingBreakEven, self_hosting_break_even
    from roi_engine.simulation.estimate import Estimate
    from roi_engine.simulation.simulation import Simulation, simulate
    from roi_engine.worksheet.call import call
    from roi_engine.worksheet.catalogue import functions

_HOMES = {
    "appraisal": ("METRICS", "Appraisal", "appraise"),
    "batch.arrow": ("evaluate",),
    "batch.rows": ("AppraisedRows", "Rejection", "appraise_rows"),
    "breakeven": ("BreakEven", "break_even"),
    "cashflow": ("cash_flow",),
    "errors": (
        "FtRoiError",
        "OutOfRange",
        "Problem",
        "ScenarioError",
        "UnknownName",
        "WrongType",
        "ZeroDivisor",
    ),
    "flow_metrics": ("discounted_payback", "mirr", "npv", "payback"),
    "input_checks": ("InputWarning", "check_inputs"),
    "internal_rate": ("irr", "irr_roots"),
    "many": ("appraise_level", "appraise_many"),
    "metrics": ("monthly_rate",),
    "options": ("Option", "Options", "RankingChange", "compare_options"),
    "prompt_shrink": ("prompt_shrink_needed",),
    "reference": ("REFERENCE", "cost_benefit_finetuning"),
    "inputs": ("Range",),
    "scenario": ("INPUTS", "Scenario"),
    "scenario_file": ("load_scenario",),
    "sensitivity": ("TornadoBar", "tornado", "what_if"),
    "serving": ("SelfHostingBreakEven", "self_hosting_break_even"),
    "answer": ("verdict",),
    "simulation.estimate": ("Estimate",),
    "simulation.simulation": ("Simulation", "simulate"),
    "worksheet.call": ("call",),
    "worksheet.catalogue": ("functions",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "INPUTS",
    "METRICS",
    "REFERENCE",
    "Appraisal",
    "AppraisedRows",
    "BreakEven",
    "Estimate",
    "FtRoiError",
    "InputWarning",
    "Option",
    "Options",
    "OutOfRange",
    "Problem",
    "Range",
    "RankingChange",
    "Rejection",
    "Scenario",
    "ScenarioError",
    "SelfHostingBreakEven",
    "Simulation",
    "TornadoBar",
    "UnknownName",
    "WrongType",
    "ZeroDivisor",
    "__version__",
    "appraise",
    "appraise_level",
    "appraise_many",
    "appraise_rows",
    "break_even",
    "call",
    "cash_flow",
    "check_inputs",
    "compare_options",
    "cost_benefit_finetuning",
    "discounted_payback",
    "evaluate",
    "functions",
    "irr",
    "irr_roots",
    "load_scenario",
    "mirr",
    "monthly_rate",
    "npv",
    "payback",
    "prompt_shrink_needed",
    "self_hosting_break_even",
    "simulate",
    "tornado",
    "verdict",
    "what_if",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value
