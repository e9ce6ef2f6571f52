"""The native and the values edition: the wired edition's figures, without a function or without a formula."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from roi_engine import INPUTS, REFERENCE, Appraisal, Scenario, appraise, verdict
from roi_engine.errors import FtRoiError
from roi_engine.options import compare_options
from templates.building.book import FILL_IN, Edition
from tests import libreoffice, open_xml_sdk
from tests.builds import WHEN, build_workbook
from tests.by_year_table import wrong_by_year
from tests.random_scenarios import random_scenarios
from tests.slow_cases import some
from tests.workbook_cells import Cells, named_cells, same, samples_and_edges, stored_cells, with_inputs

EDITIONS: tuple[Edition, ...] = ("wired", "native", "values")


def _scenarios() -> dict[str, Scenario]:
    """The samples and the edges: loss, never, nothing upfront, nothing at all, horizons of 1, 60 and 600 months."""
    found = samples_and_edges()
    found["five years"] = REFERENCE.with_inputs(
        months=60, monthly_growth=0.01, storage_timing="monthly", start_month="2026-11"
    )
    found["fifty years"] = REFERENCE.with_inputs(months=600, training_hours=90_000)
    found |= {each.name: each for each in random_scenarios(5, seed=11)}
    return found


SCENARIOS = _scenarios()


PLAIN = ("support-classifier",)
"""The scenario that plain pytest looks at."""
SLOW = ("nothing", "five years")
"""What make test adds; the full tests look at all."""
EDITED_IN_MAKE_TEST = ("fleet",)


@cache
def _native(name: str) -> bytes:
    return build_workbook(SCENARIOS[name], edition="native", generated=WHEN)


@cache
def _native_cells(name: str) -> list[tuple[str, str, str, Any]]:
    """Sheet, address, formula and cached value of every formula cell."""
    return [
        (title, address, cell.formula, cell.value)
        for title, cells in stored_cells(_native(name)).items()
        for address, cell in cells.items()
        if cell.formula is not None
    ]


def _scale(scenario: Scenario) -> float:
    return max(1.0, *(abs(flow) for flow in appraise(scenario).cash_flow))


@pytest.mark.parametrize("name", some(SCENARIOS, PLAIN, []))
def test_native_cells_are_ordinary_formulas_and_every_check_is_ok(name: str) -> None:
    cells = _native_cells(name)
    assert len(cells) > 1500
    assert not any("FT_" in formula for _, _, formula, _ in cells)
    checks = stored_cells(_native(name))["Checks"]
    rows = [int(address[1:]) for address in checks if address[0] == "A"]
    results = {checks[f"A{row}"].value: checks[f"G{row}"].value for row in rows}
    results = {check: result for check, result in results.items() if str(check).startswith("check_")}
    assert len(results) >= 8 and set(results.values()) == {"OK"}, results


@pytest.mark.slow
def test_the_months_are_named_by_the_calendar() -> None:
    cells = stored_cells(_native("five years"))["Cash flow"]
    assert cells["B4"].value == "Calendar month"
    named = {month: cells[f"B{8 + month}"].value for month in (0, 1, 2, 3, 14, 60)}
    assert named == {0: "", 1: "2026-11", 2: "2026-12", 3: "2027-01", 14: "2027-12", 60: "2031-10"}


@pytest.mark.parametrize("name", some(("support-classifier", "never", "late"), slow=("support-classifier",)))
def test_the_editions_show_the_same_figures(name: str) -> None:
    """Every figure that two editions have in the same cell is the same; the answer and the metrics are among them."""
    scenario, scale = SCENARIOS[name], _scale(SCENARIOS[name])
    wired, native, values = (
        stored_cells(build_workbook(scenario, edition=edition, generated=WHEN)) for edition in EDITIONS
    )
    compared = 0
    for title in ("Summary", "By year", "Inputs", "Cash flow", "Sensitivity", "Breakdown", "Options"):
        for address, cell in wired[title].items():
            beside = title == "Breakdown" and address[0] > "D"
            if isinstance(cell.value, float) and not beside:
                for other in (native, values):
                    assert same(other[title][address].value, cell.value, scale), f"{title}!{address}"
                    compared += 1
    assert compared > 2000
    for book in (wired, native, values):
        assert book["Summary"]["A5"].value == verdict(appraise(scenario), scenario.currency)


@open_xml_sdk.every_office
@pytest.mark.needs_open_xml_sdk
@pytest.mark.parametrize("edition", some(["native", "values"], slow=["native"]))
def test_the_package_is_valid_for_every_office(edition: Edition, versions: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(build_workbook(SCENARIOS["support-classifier"], edition=edition, generated=WHEN))
    assert open_xml_sdk.validate(path, versions) == []


# --- recalculated ---------------------------------------------------------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "batches": {
        "baseline_batch_share": 0.5,
        "baseline_batch_discount": 0.5,
        "finetuned_batch_share": 0.25,
        "finetuned_batch_discount": 0.4,
    },
    "horizon": {"months_to_amortize": 30},
    "shorter": {"months_to_amortize": 7},
    "delay": {"go_live_delay": 4, "ramp_months": 3},
    "calls": {"baseline_monthly_api_calls": 450_000.0},
    "fleet": {"serving": "self_hosted", "serving_gpu_hourly_rate": 3.0, "serving_tokens_per_second": 2500.0},
    "storage": {"storage_gb": 500.0, "storage_timing": "monthly"},
    "prices": {"baseline_output_tokens": 400.0, "baseline_price_change": -0.3},
    "review as an amount": {"review_cost_per_call": None, "monthly_review_cost": 12_000.0},
    "dearer people": {"pay_change": 0.08, "parallel_months": 4, "go_live_delay": 1},
    "cheaper GPUs": {
        "serving": "self_hosted",
        "serving_gpu_hourly_rate": 3.0,
        "serving_tokens_per_second": 2500.0,
        "serving_gpu_price_change": -0.3,
        "pay_change": -0.1,
    },
    "quality": {"accuracy_improvement_percent": -0.1, "retraining_interval": 5, "retraining_cost": 900.0},
    "loss": {"data_preparation_cost": 900_000.0, "discount_rate": 0.25},
    "dear money": {"discount_rate": 2.0},
    "wears out": {"operations_monthly_cost": 3_100.0, "baseline_price_change": -0.9, "discount_rate": 0.0825},
    "default": {"discount_rate": None, "gpu_count": None},
    "another model": {
        "switch_input_price_per_m": 0.4,
        "switch_output_price_per_m": 1.6,
        "switch_upfront_cost": 4_000.0,
        "switch_accuracy_improvement_percent": -0.05,
        "switch_output_tokens": 120.0,
        "switch_cached_share": 0.3,
        "switch_cached_write_share": 0.4,
        "switch_cached_write_price_per_m": 0.5,
        "switch_batch_share": 0.5,
        "switch_batch_discount": 0.5,
    },
    "another model by 1k": {"switch_cost_per_1k_tokens": 0.0002, "switch_price_change": -0.2},
    "both ways": {
        "training_hours": 30.0,
        "gpu_hourly_rate": 2.0,
        "serving_gpu_hourly_rate": 3.0,
        "serving_tokens_per_second": 2500.0,
        "fleet_operations_monthly_cost": 400.0,
        "hosting_monthly_fee": 90.0,
    },
    "own servers and an API beside them": {
        "serving": "self_hosted",
        "training_hours": 30.0,
        "gpu_hourly_rate": 2.0,
        "storage_gb": 200.0,
        "storage_monthly_rate": 0.05,
        "serving_gpu_hourly_rate": 3.0,
        "serving_tokens_per_second": 2500.0,
        "fleet_operations_monthly_cost": 400.0,
    },
}
OUTPUTS: dict[str, Any] = {
    "out_net_roi": lambda a: a.net_roi,
    "out_roi": lambda a: a.roi,
    "out_roi_total": lambda a: a.roi_total,
    "out_payback": lambda a: a.payback_months,
    "out_npv": lambda a: a.npv(),
    "out_discounted_payback": lambda a: a.discounted_payback_months(),
    "out_irr": lambda a: a.irr_annual,
    "out_mirr": lambda a: a.mirr_annual(),
    "out_profitability_index": lambda a: a.profitability_index(),
    "out_equivalent_monthly": lambda a: a.equivalent_monthly(),
    "out_upfront": lambda a: a.upfront,
    "out_total_cost": lambda a: a.total_cost,
    "going_back_month": lambda a: a.figure("going_back_month"),
    "net_roi_if_going_back": lambda a: a.figure("net_roi_if_going_back"),
    "npv_if_going_back": lambda a: a.figure("npv_if_going_back"),
}


def _moved(name: str) -> float:
    """Another legal value of a numeric input of the support sample."""
    sample = SCENARIOS["support-classifier"]
    before = sample.inputs()[name]
    for value in ((before or 0) * 1.25, (before or 0) + 3, 0.25, 0.75):
        try:
            if value != before:
                sample.with_inputs(**{name: value})
                return float(value)
        except FtRoiError:
            continue
    raise AssertionError(f"no legal value for {name}")


IN_PAIRS = {"monthly_review_cost", *(name for name in INPUTS if name.startswith("switch_"))}
"""The sample's review cost goes by the call, and another model needs a price; they are among `CHANGES`."""
MOVED = {name: _moved(name) for name, declared in INPUTS.items() if declared.numeric and name not in IN_PAIRS}

UNMOVED = {
    **dict.fromkeys(("training_hours", "gpu_hourly_rate", "gpu_count", "training_runs"), "an API trains the sample"),
    "finetuned_cached_price_per_m": "no prompt token is cached",
    **dict.fromkeys(
        (
            "baseline_cached_write_share", "baseline_cached_write_price_per_m", "finetuned_cached_write_share",
            "finetuned_cached_write_price_per_m",
        ),
        "a share that is written and a price other than the input's move it together",
    ),
    "model_size_b": "nothing is calculated with it",
    "success_chance": "only a simulation draws it",
    **dict.fromkeys(("baseline_batch_share", "finetuned_batch_share"), "batches have no discount"),
    **dict.fromkeys(("baseline_batch_discount", "finetuned_batch_discount"), "no call is batched"),
    "storage_gb": "the price is 0",
    "storage_monthly_rate": "nothing is stored",
    "baseline_cost_per_1k_tokens": "the token mix replaces it",
    "finetuned_cost_per_1k_tokens": "the token mix replaces it",
    "tokens_per_call": "the token mix replaces it",
    **dict.fromkeys(
        (
            "serving_gpu_hourly_rate", "serving_tokens_per_second", "target_utilisation", "peak_factor",
            "min_replicas", "gpus_per_replica", "hours_per_month", "serving_tokens_per_call",
            "serving_gpu_price_change", "fleet_operations_monthly_cost",
        ),
        "the sample pays by the token",
    ),
}  # fmt: skip


EDITED = {f"edited {name}": changes for name, changes in CHANGES.items()}
EDITED |= {f"moved {name}": {name: value} for name, value in MOVED.items()}
EDITED["edited missing"] = {"training_hours": None}
EDITED["edited twice"] = {"monthly_review_cost": 9_000.0}
EDITED["edited units"] = {each: None for each in INPUTS if each.startswith("finetuned_") and "change" not in each}
EDITED["edited units"] |= {"finetuned_cost_per_1k_tokens": 0.009}
EDITED["edited illegal"] = {"discount_rate": 8.0, "serving": "cloud", "months_to_amortize": 12.5}
EDITED["edited outside"] = {"contingency": 0.31}
EDITED["edited month 13"] = {"start_month": "2027-13"}


class Recalculated(dict[str, Path]):
    """A native workbook, or a copy of the sample's with inputs edited, as LibreOffice computes it when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, name: str) -> Path:
        path = self.folder / f"{name.replace(' ', '-')}.xlsx"
        path.write_bytes(self._edited(name) if name in EDITED else _native(name))
        self[name] = libreoffice.recalculate(path, self.folder / "computed")
        return self[name]

    @staticmethod
    def _edited(name: str) -> bytes:
        if name in ("edited outside", "edited illegal"):
            return with_inputs(_native("support-classifier"), EDITED[name])
        sample = build_workbook(_to_be_edited(EDITED[name]), edition="native", generated=WHEN)
        return with_inputs(sample, EDITED[name])


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> Recalculated:
    return Recalculated(tmp_path_factory.mktemp("native"))


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("file", some(SCENARIOS, slow=SLOW))
def test_libreoffice_computes_what_is_cached(recalculated: dict[str, Path], file: str) -> None:
    book, scale = stored_cells(recalculated[file].read_bytes()), _scale(SCENARIOS[file])
    wrong = []
    for sheet, address, formula, value in _native_cells(file):
        shown = book[sheet][address].value
        if not same(shown, value, scale):
            wrong.append(f"{sheet}!{address} {formula}: {shown} is not {value}")
    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    "file",
    some([f"edited {n}" for n in CHANGES], slow=[f"edited {n}" for n in EDITED_IN_MAKE_TEST]),
)
def test_an_edited_input_moves_every_result_as_the_engine_does(recalculated: dict[str, Path], file: str) -> None:
    _compare(stored_cells(recalculated[file].read_bytes()), CHANGES[file.removeprefix("edited ")])


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("file", some(each := [f"moved {n}" for n in MOVED], slow=each[:1]))
def test_every_input_moves_every_result_as_the_engine_does(recalculated: dict[str, Path], file: str) -> None:
    name = file.removeprefix("moved ")
    result = _compare(stored_cells(recalculated[file].read_bytes()), {name: MOVED[name]})
    before = appraise(SCENARIOS["support-classifier"])
    assert (result.npv() != before.npv()) != (name in UNMOVED), UNMOVED.get(name)


@cache
def _places() -> dict[str, tuple[str, str]]:
    return named_cells(_native("support-classifier"))


def _named(book: dict[str, Cells], name: str) -> Any:
    """What a recalculated copy of the sample shows in a named cell."""
    title, address = _places()[name]
    return book[title][address].value


def _to_be_edited(changes: dict[str, Any]) -> Scenario:
    """The sample without the ranges of what is changed: a value outside of its own is refused."""
    given = SCENARIOS["support-classifier"].given()
    ranges = {name: span for name, span in given["ranges"].items() if name not in changes}
    return Scenario(**{**given, "ranges": ranges})


def _compare(book: dict[str, Cells], changes: dict[str, Any]) -> Appraisal:
    """Holds a recalculated workbook against a fresh engine run of the sample with these inputs, None for emptied."""
    changed = {**_to_be_edited(changes).given(), **changes}
    scenario = Scenario(**{each: value for each, value in changed.items() if value is not None})
    result = appraise(scenario)
    for output, metric in OUTPUTS.items():
        value, shown = metric(result), _named(book, output)
        expected = "n/a" if value is None else "Never" if value == math.inf else value
        assert same(shown, expected, _scale(scenario)), f"{output}: {shown!r} is not {expected!r}"
    assert book["Summary"]["A5"].value == verdict(result, scenario.currency)
    assert book["Summary"]["A3"].value == "All checks OK"
    _compare_options(book, scenario)
    assert not wrong_by_year(book["By year"], scenario, _scale(scenario))
    return result


def _compare_options(book: dict[str, Cells], scenario: Scenario) -> None:
    for row, option in enumerate(compare_options(scenario).all(), start=5):
        figures = (
            option.npv, option.npv_best, option.pv_cost, option.equivalent_monthly_cost, option.payback_months,
            option.bill, option.rank,
        )  # fmt: skip
        for column, figure in zip("BCDEFGH", figures, strict=True):
            expected = "n/a" if figure is None else "Never" if figure == math.inf else figure
            shown = book["Options"][f"{column}{row}"].value
            assert same(shown, expected, _scale(scenario)), f"{option.name} {column}: {shown!r} is not {expected!r}"
        assert book["Options"][f"J{row}"].value == option.note
    assert (book["Options"]["A10"].value or "") == compare_options(scenario).not_borne


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("file", ["edited missing"])
def test_an_emptied_required_input_is_no_silent_zero(recalculated: dict[str, Path], file: str) -> None:
    book = stored_cells(recalculated[file].read_bytes())
    assert _named(book, "out_net_roi") == FILL_IN
    assert "All checks OK" not in str(book["Summary"]["A3"].value)


@pytest.mark.parametrize("edition", some(EDITIONS, ["native"], slow=[]))
def test_the_verdict_on_month_1_is_among_those_that_a_check_counts(edition: Edition) -> None:
    content = build_workbook(SCENARIOS["five years"], edition=edition, generated=WHEN)
    names, cells = named_cells(content), stored_cells(content)
    row = names["in_start_month"][1].removeprefix("B")
    assert cells["Inputs"][f"O{row}"].value == "OK"
    counted = openpyxl.load_workbook(io.BytesIO(content)).defined_names["inputs_in_range"]
    ((_, area),) = counted.destinations
    first, last = (int(each.rpartition("$")[2]) for each in area.split(":"))
    assert first <= int(row) <= last


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("file", ["edited month 13"])
def test_a_month_1_that_is_none_fails_a_check_and_names_no_month(recalculated: dict[str, Path], file: str) -> None:
    book = stored_cells(recalculated[file].read_bytes())
    assert "All checks OK" not in str(book["Summary"]["A3"].value)
    assert book["By year"]["D4"].value == "Year 1"
    assert not [each for each in book["Cash flow"].values() if re.match(r"\d{4}-\d\d", str(each.value))]
    sample = SCENARIOS["support-classifier"]
    assert same(_named(book, "out_npv"), appraise(sample).npv(), _scale(sample))


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    ("file", "said"),
    some(
        [
            ("edited illegal", "3 of 17 figures are missing or not legal: Horizon, Serving mode, Discount rate"),
            ("edited units", "1 of 13 figures is missing or not legal: Tokens per call (1 beside a token mix)"),
            ("edited twice", "1 of 16 figures is missing or not legal: Review cost per call (beside Review cost)"),
        ],
        slow=[("edited illegal", "3 of 17 figures are missing or not legal: Horizon, Serving mode, Discount rate")],
    ),
)
def test_a_workbook_waits_where_a_file_would_be_refused(recalculated: dict[str, Path], file: str, said: str) -> None:
    """Illegal figures, one token a call beside a token mix, two review costs: no figure, and a sentence says so."""
    book = stored_cells(recalculated[file].read_bytes())
    assert _named(book, "answer") == said
    assert {_named(book, name) for name in ("out_npv", "out_net_roi", "out_payback", "check_state")} == {FILL_IN}
    assert not [cell for cells in book.values() for cell in cells.values() if str(cell.value).startswith("#")]


@pytest.mark.full(seconds=10)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("file", ["edited outside"])
def test_a_value_above_its_own_high_fails_a_check(recalculated: dict[str, Path], file: str) -> None:
    book = stored_cells(recalculated[file].read_bytes())
    results = {book["Checks"][f"A{row}"].value: book["Checks"][f"G{row}"].value for row in range(5, 60)}
    assert [name for name, result in results.items() if result == "FAIL"] == ["check_inputs_in_range"]
    assert "All checks OK" not in str(book["Summary"]["A3"].value)
    assert isinstance(_named(book, "out_npv"), float)
