"""Every figure is on every surface, or in the one list of omissions.

And no surface shows a figure that is not declared.
"""

from __future__ import annotations

import inspect
import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from roi_engine import METRICS, Appraisal, appraise, compare_options, functions
from roi_engine.figures import FIGURES, OPTION_FIGURES, Figure
from roi_engine.options import Option
from roi_engine.worksheet.catalogue import LONGEST_SENTENCE
from templates.building.book import Edition
from tests.figure_surfaces import (
    OMISSIONS,
    OPTION,
    OPTION_SURFACES,
    SCENARIO,
    SURFACES,
    Surface,
    found_on,
    units_on_sheets,
)

ALL = [*FIGURES.values(), *OPTION_FIGURES.values()]


def omitted(title: str) -> list[str]:
    return [name for each in OMISSIONS if each.surface == title for name in each.figures]


# --- the matrix -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", SURFACES, ids=str)
def test_a_surface_shows_every_figure_that_it_does_not_leave_out_with_a_reason(surface: Surface) -> None:
    found = found_on(surface, FIGURES, appraise(SCENARIO))
    left_out = set(omitted(surface.title))
    assert sorted(FIGURES.keys() - left_out - found) == [], (
        "show it there, or say in OMISSIONS of tests/figure_surfaces.py why not"
    )
    assert sorted(left_out & found) == [], "shown: take it out of OMISSIONS in tests/figure_surfaces.py"


@pytest.mark.parametrize("surface", OPTION_SURFACES, ids=str)
def test_a_surface_shows_every_figure_of_an_option(surface: Surface) -> None:
    assert found_on(surface, OPTION_FIGURES, compare_options(SCENARIO).option(OPTION)) == OPTION_FIGURES.keys()


@pytest.mark.parametrize(
    ("surface", "figures"),
    [
        pytest.param(surface, figures, id=str(surface))
        for surfaces, figures in ((SURFACES, FIGURES), (OPTION_SURFACES, OPTION_FIGURES))
        for surface in surfaces
        if surface.others is not None
    ],
)
def test_a_surface_shows_no_figure_that_is_not_declared(surface: Surface, figures: dict[str, Figure]) -> None:
    shown = {key for key, _ in surface.shown()}
    known = {surface.key(figure) for figure in figures.values()}
    assert surface.others is not None
    assert sorted(shown - known - surface.others) == [], "declare it in roi_engine/figures.py, or among the others"
    assert surface.others <= shown, "named as no figure, and not shown"


@pytest.mark.parametrize("edition", ["wired", "native"])
def test_the_unit_beside_a_figure_is_the_figure_s(edition: Edition) -> None:
    unit = {figure.label: figure.unit_in(SCENARIO.currency) for figure in FIGURES.values()}
    found = list(units_on_sheets(edition))
    assert len(found) > len(FIGURES)
    assert [(label, shown) for label, shown in found if shown != unit[label]] == []


def test_a_label_beside_a_wrong_value_is_not_found() -> None:
    """The detection itself: it wants the label and the value."""
    npv = appraise(SCENARIO).npv()
    for shown, there in (
        (("NPV", npv), True),
        (("NPV", f"{npv:,.2f} USD"), True),
        (("NPV", npv * (1 + 1e-6)), False),
        (("NPV", f"{npv + 0.02:,.2f} USD"), False),
        (("NPV", "n/a"), False),
        (("IRR", npv), False),
    ):
        surface = Surface("", "", lambda figure: figure.label, lambda shown=shown: [shown])  # type: ignore[misc]
        assert ("npv" in found_on(surface, FIGURES, appraise(SCENARIO))) == there, shown


def test_no_figure_of_the_scenario_can_be_taken_for_another() -> None:
    result = appraise(SCENARIO)
    numbers = {name: figure.of(result) for name, figure in FIGURES.items() if name != "worthwhile"}
    assert all(isinstance(value, float) and math.isfinite(value) and value != 0 for value in numbers.values())
    assert [pair for pair in combinations(numbers, 2) if math.isclose(*map(numbers.get, pair), rel_tol=1e-6)] == []


def test_the_list_of_omissions_is_sound() -> None:
    titles = {surface.title for surface in SURFACES}
    for title in titles:
        assert len(omitted(title)) == len(set(omitted(title))), f"twice on {title}"
    for each in OMISSIONS:
        assert each.surface in titles
        assert each.figures and set(each.figures) <= FIGURES.keys()
        assert each.reason


def test_the_page_for_readers_calls_the_figures_by_their_labels() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reading-the-result.md").read_text("utf-8")
    table = page.split("| Figure | In words |\n|---|---|\n")[1].split("\n\n")[0]
    named = {line.split("|")[1].strip() for line in table.splitlines()}
    assert len(named) > 5 and named <= {figure.label for figure in FIGURES.values()}


# --- the table itself -------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.name)
def test_a_figure_is_told_in_full(figure: Figure) -> None:
    assert figure.label and figure.label[0].isupper()
    assert figure.sentence[0].isupper() or figure.sentence[0].isdigit()
    assert figure.sentence.endswith(".") and not figure.undefined.endswith(".")
    assert len(figure.full_sentence) <= LONGEST_SENTENCE
    assert not figure.function or figure.function in functions()


@pytest.mark.parametrize(("figures", "source"), [(FIGURES, Appraisal), (OPTION_FIGURES, Option)])
def test_a_figure_is_an_attribute_of_what_it_is_read_from(figures: dict[str, Figure], source: type) -> None:
    there = {*dir(source), *inspect.get_annotations(source)}
    home = f"roi_engine/{source.__module__.split('.')[-1]}.py"
    assert sorted(figures.keys() - there) == [], f"give {source.__name__} in {home} an attribute of this name"


@pytest.mark.parametrize("attribute", ["name", "label", "function", "code"])
def test_no_two_figures_of_a_scenario_share(attribute: str) -> None:
    values = [getattr(figure, attribute) for figure in FIGURES.values() if getattr(figure, attribute)]
    assert len(values) == len(set(values))


def test_the_mappings_are_by_name() -> None:
    assert all(name == figure.name for figures in (FIGURES, OPTION_FIGURES) for name, figure in figures.items())


def test_the_metrics_are_the_figures_with_a_code() -> None:
    assert {metric.name: metric.label for metric in METRICS.values()} == {
        figure.code: figure.label for figure in FIGURES.values() if figure.code
    }


def test_the_function_of_an_option_s_figures_names_every_item() -> None:
    function = functions()["FT_OPTION"]
    for told in (function.sentence, function.by_name["item"].meaning):
        assert all(re.search(rf"\b{figure.code}\b", told) for figure in OPTION_FIGURES.values())


@pytest.mark.parametrize("figure", [each for each in FIGURES.values() if each.function], ids=lambda each: each.name)
def test_a_figure_s_function_says_what_the_figure_says(figure: Figure) -> None:
    function = functions()[figure.function]
    assert (function.sentence, function.result, function.undefined) == (
        figure.full_sentence, figure.quantity, figure.error,
    )  # fmt: skip


def test_a_figure_that_can_be_undefined_says_when() -> None:
    """Nothing is spent and nothing saved: exactly these figures are None."""
    nothing = appraise(SCENARIO.with_inputs(
        training_hours=0, data_preparation_cost=0, storage_gb=0, calls=0, review_cost=0, operations_monthly_cost=0,
        training_tokens_m=0, min_replicas=1,
    ))  # fmt: skip
    undefined = {name for name, figure in FIGURES.items() if figure.of(nothing) is None}
    assert undefined == {name for name, figure in FIGURES.items() if figure.undefined}
