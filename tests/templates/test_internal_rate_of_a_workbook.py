"""The IRR of a workbook: shown where the engine shows one, after LibreOffice has calculated it too."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from roi_engine import Scenario, appraise, load_scenario
from roi_engine.internal_rate import SEVERAL_OR_IDLE_MONEY, SEVERAL_RATES
from templates.building.flow_metrics import A_RETURN
from tests import libreoffice
from tests.builds import build_workbook
from tests.random_scenarios import random_scenarios
from tests.slow_cases import some
from tests.workbook_cells import named_cells, samples_and_edges, stored_cells

_LEVEL: dict[str, Any] = {
    "training_hours": 0, "gpu_hourly_rate": 0, "storage_gb": 0, "storage_monthly_rate": 0, "calls": 1_000_000,
    "tokens_per_call": 1000, "baseline_cost": 0.004, "finetuned_cost": 0.0001, "accuracy": 0, "review_cost": 0,
    "months": 36,
}  # fmt: skip
LOAN = Scenario(**_LEVEL, name="A loan", operations_monthly_cost=2800, baseline_price_change=-0.5)
TWO_RATES = Scenario(
    name="Two rates", training_hours=400, gpu_hourly_rate=2.5, storage_gb=500, storage_monthly_rate=0.02,
    other_upfront_cost=83_000, calls=2_000_000, accuracy=0, review_cost=0, months=48, baseline_price_change=-0.3,
    baseline_input_tokens=3000, baseline_output_tokens=600, baseline_input_price_per_m=2.5,
    baseline_output_price_per_m=10, serving="self_hosted", serving_gpu_hourly_rate=3, serving_tokens_per_second=6000,
    serving_tokens_per_call=3600, min_replicas=3, gpus_per_replica=2,
)  # fmt: skip
BILL = Scenario(
    **_LEVEL, name="A bill in the middle", other_upfront_cost=30_000, retraining_interval=12, retraining_cost=9000
)
LOSS = Scenario(**{**_LEVEL, "months": 12}, name="A loss", other_upfront_cost=60_000)
RETRAINED: dict[str, Any] = {
    **_LEVEL, "calls": 100_000, "baseline_cost": 0.02, "finetuned_cost": 0.002, "operations_monthly_cost": 200,
    "monthly_growth": 0.01, "retraining_interval": 6, "retraining_cost": 2000,
}  # fmt: skip
"""Bills for retraining spread over the life bring the mean months of inflows and outflows close together."""
FREQUENT = Scenario(
    **RETRAINED | {"months": 60}, name="Often retrained", other_upfront_cost=5000, go_live_delay=3,
    baseline_price_change=-0.3, finetuned_price_change=-0.3,
)  # fmt: skip
STEEP = Scenario(
    **RETRAINED | {"months": 48, "baseline_cost": 0.01, "finetuned_cost": 0.001, "retraining_cost": 500},
    name="Steep prices", other_upfront_cost=2000, baseline_price_change=-0.5, finetuned_price_change=-0.5,
)  # fmt: skip
NO_OUTLAY = Scenario(
    **RETRAINED | {"months": 23, "baseline_cost": 0.06, "finetuned_cost": 0.01, "operations_monthly_cost": 0,
                   "monthly_growth": 0.001, "retraining_interval": 12, "retraining_cost": 8000}, name="No outlay",
)  # fmt: skip
OF_EACH_KIND = {
    "loan": (LOAN, "a loan: money comes first"),
    "two rates": (TWO_RATES, "several rates"),
    "bill": (BILL, ""),
    "loss": (LOSS, ""),
    "often retrained": (FREQUENT, ""),
    "steep prices": (STEEP, ""),
    "no outlay": (NO_OUTLAY, "a loan: money comes first"),
    "ordinary": (samples_and_edges()["support-classifier"], ""),
}


def shown(content: bytes) -> tuple[Any, Any, Any]:
    """The IRR, what the rate is, and the line of checks of a workbook."""
    cells, places = stored_cells(content), named_cells(content)
    rate, reason = (cells[title][address].value for title, address in (places["out_irr"], places["irr_reason"]))
    checks, _, _ = cells["Summary"]["A3"].value.partition(". ")
    return rate, reason, checks


def expected(scenario: Scenario) -> tuple[Any, Any, Any]:
    result = appraise(scenario)
    if result.irr_annual is None:
        return "n/a", result.irr_reason, "All checks OK"
    return pytest.approx(result.irr_annual, rel=1e-6), A_RETURN, "All checks OK"


@pytest.mark.slow
@pytest.mark.parametrize("kind", some(OF_EACH_KIND, ("two rates",), slow=("ordinary",)))
@pytest.mark.parametrize("edition", some(["wired", "native", "values"], ["native"], slow=[]))
def test_a_workbook_shows_the_rate_of_the_engine_or_its_reason(kind: str, edition: Any) -> None:
    scenario, reason = OF_EACH_KIND[kind]
    assert appraise(scenario).irr_reason == reason
    content = build_workbook(scenario, edition=edition)
    assert shown(content) == expected(scenario)
    note = stored_cells(content)["Summary"]["D8"].value
    assert note == (reason or "per year; n.m.: over 1,000 %")


@pytest.mark.slow
def test_a_sheet_counts_no_roots() -> None:
    """Three roots, none a return, and the last flow an inflow: the engine knows, a sheet names both."""
    scenario = load_scenario(Path(__file__).parents[1] / "one_story" / "three-rates.json")
    assert appraise(scenario).irr_reason == SEVERAL_RATES and appraise(scenario).irr_is_ambiguous
    content = build_workbook(scenario, edition="native")
    assert shown(content) == ("n/a", SEVERAL_OR_IDLE_MONEY, "All checks OK")


@pytest.mark.full(seconds=3)
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("kind", some(OF_EACH_KIND, slow=("two rates",)))
def test_libreoffice_shows_the_same(tmp_path: Path, kind: str) -> None:
    scenario, _ = OF_EACH_KIND[kind]
    path = tmp_path / "native.xlsx"
    path.write_bytes(build_workbook(scenario, edition="native"))
    assert shown(libreoffice.recalculate(path, tmp_path / "computed").read_bytes()) == expected(scenario)


@pytest.mark.full(seconds=10)
@pytest.mark.needs_libreoffice
def test_the_scenarios_of_a_workbook_follow_the_rule_too(tmp_path: Path) -> None:
    """Random plans beside each other, recalculated: a rate where the engine has one, else n/a."""
    chance = random.Random(5)
    plans = [LOAN, TWO_RATES, BILL, LOSS]
    for number in range(14):
        plans.append(
            Scenario(
                **{
                    **_LEVEL,
                    "name": f"Plan {number}",
                    "months": chance.choice((6, 12, 24)),
                    "other_upfront_cost": chance.choice((0, 4000, 12_000, 50_000)),
                    "operations_monthly_cost": chance.choice((0, 1500, 2900, 3800)),
                    "baseline_price_change": chance.choice((-0.6, -0.3, 0, 0.2)),
                    "retraining_interval": chance.choice((0, 4, 5)),
                    "retraining_cost": chance.choice((900, 9000, 20_000)),
                }
            )
        )
    shown_rates = _recalculated_rates(tmp_path, plans)
    hidden = sum(rate == "n/a" for rate in shown_rates)
    assert 4 < hidden < len(plans) - 4


def _is_hard(scenario: Scenario) -> bool:
    """Whether IRR() may miss the rate from a plain start.

    It is deep below zero or far above, or the last months lose, so that there is a second one.
    """
    result = appraise(scenario)
    rate = result.irr_monthly
    return rate is not None and (rate < -0.4 or rate > 1.5 or result.cash_flow[-1] < 0)


@pytest.mark.full(seconds=10)
@pytest.mark.needs_libreoffice
def test_a_rate_far_from_its_first_start_value_is_found(tmp_path: Path) -> None:
    hard = [each for each in random_scenarios(500) if _is_hard(each)]
    assert len(hard) > 30
    assert "n/a" not in _recalculated_rates(tmp_path, hard[:12])


@pytest.mark.full
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("part", range(10))
def test_five_hundred_random_scenarios_follow_the_rule(tmp_path: Path, part: int) -> None:
    _recalculated_rates(tmp_path, random_scenarios(500)[part * 50 : part * 50 + 50])


def _recalculated_rates(folder: Path, plans: list[Scenario]) -> list[Any]:
    """The rates of a workbook of these scenarios, each of them the engine's."""
    path = folder / "native.xlsx"
    path.write_bytes(build_workbook(plans[0], edition="native", others=plans[1:]))
    content = libreoffice.recalculate(path, folder / "computed").read_bytes()
    row = _row(content, "scenarios_irr")
    for plan, rate in zip(plans, row, strict=True):
        assert rate == expected(plan)[0], plan.name
    return row


def _row(content: bytes, name: str) -> list[Any]:
    """The values of a named row."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    ((title, area),) = book.defined_names[name].destinations
    return [cell.value for line in book[title][area] for cell in line]
