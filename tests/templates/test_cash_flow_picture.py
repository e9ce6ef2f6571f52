"""The picture of the cumulative cash flow: what it shows stands where the engine's figures say."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from roi_engine import appraise
from templates import cash_flow_picture as picture
from tests.workbook_cells import samples_and_edges

SCENARIOS = samples_and_edges()
BLUE, VERMILION, WHITE = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (255, 255, 255)


def drawn(name: str) -> Image.Image:
    scenario = SCENARIOS[name]
    return Image.open(BytesIO(picture.cash_flow_picture(appraise(scenario), scenario.currency))).convert("RGB")


def places_of(image: Image.Image, colour: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of a colour."""
    return np.nonzero(np.abs(np.asarray(image, dtype=int) - colour).sum(axis=2) < 60)


def across(month: float, months: int) -> float:
    """Where a month stands, in stored pixels."""
    return 2 * (86 + (640 - 86 - 26) * month / months)


@pytest.mark.parametrize("name", ["support-classifier", "document-extraction", "reference", "free"])
def test_the_diamond_stands_at_the_payback(name):
    result = appraise(SCENARIOS[name])
    _, columns = places_of(drawn(name), VERMILION)
    centre = (columns.min() + columns.max()) / 2
    assert centre == pytest.approx(across(result.payback_months, result.months), abs=2)


@pytest.mark.parametrize("name", ["loss", "never", "late", "nothing"])
def test_there_is_no_diamond_where_nothing_is_paid_back_in_time(name):
    assert places_of(drawn(name), VERMILION)[0].size == 0


@pytest.mark.parametrize("name", ["support-classifier", "document-extraction", "never", "late"])
def test_the_curve_is_the_engine_s_cumulative_flow(name):
    """The height of the curve in two months gives the scale; every other month must fit it."""
    flows = appraise(SCENARIOS[name]).cash_flow
    months, sums = len(flows) - 1, [sum(flows[: month + 1]) for month in range(len(flows))]
    rows, columns = places_of(drawn(name), BLUE)

    def height(month: int) -> float:
        here = rows[columns == round(across(month, months))]
        return float(here.min() + here.max()) / 2

    low, high = sums.index(min(sums[1:-1])), sums.index(max(sums[1:-1]))
    scale = (height(high) - height(low)) / (sums[high] - sums[low])
    for month in range(1, months):
        hidden = abs(month - appraise(SCENARIOS[name]).payback_months) < 1
        if not hidden:
            assert height(month) == pytest.approx(height(low) + scale * (sums[month] - sums[low]), abs=4), month


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_picture_is_small_and_light(name):
    content = picture.cash_flow_picture(appraise(SCENARIOS[name]), "USD")
    assert len(content) < 30_000
    assert drawn(name).getpixel((2, 2)) == WHITE


def test_a_currency_that_the_letters_cannot_write_is_left_out(monkeypatch):
    euro = picture.cash_flow_picture(appraise(SCENARIOS["reference"]), "€")
    assert euro == picture.cash_flow_picture(appraise(SCENARIOS["reference"]), "₹")
    assert euro != picture.cash_flow_picture(appraise(SCENARIOS["reference"]), "USD")


def test_the_same_scenario_gives_the_same_bytes():
    result = appraise(SCENARIOS["late"])
    assert picture.cash_flow_picture(result, "USD") == picture.cash_flow_picture(result, "USD")


@pytest.mark.parametrize("colour", [BLUE, VERMILION])
def test_lines_are_dark_enough_without_colour(colour):
    def light(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    luminance = sum(weight * light(part) for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))
    assert 1.05 / (luminance + 0.05) >= 3
