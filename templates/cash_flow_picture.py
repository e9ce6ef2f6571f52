"""The cumulative cash flow as a picture.

For places that show no chart, such as an email.

It is the chart of the Summary sheet again: the same flows, the same payback, the same colours. Pillow's own letters are
ASCII only, so a currency that is not (€) is left to the text beside the picture.
"""

from __future__ import annotations

import math
from io import BytesIO
from itertools import accumulate
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from roi_engine import metrics
from roi_engine.answer import duration, horizon_in_words, verdict
from roi_engine.appraisal import Appraisal
from templates.building.charts import BLUE, GRID, TEXT, VERMILION

WIDTH, HEIGHT = 640, 320
"""The size at which the picture is shown; it holds twice as many pixels each way, for sharp screens."""
STORED = 2
_DRAWN = 4  # lines are drawn larger still and shrunk, which smooths them
_LEFT, _RIGHT, _TOP, _BOTTOM = 86, 26, 46, 50
_MOST_LINES = 6
_BIG, _SMALL = 15, 12
_GAP = 11
"""Between a point and its label."""
AXIS = "A6A6A6"


def cash_flow_picture(appraisal: Appraisal, currency: str) -> bytes:
    """The cumulative cash flow over the months as a PNG.

    appraisal : what the figures are read from; the payback is marked where it lies within the horizon.
    currency : named on the axis if it is ASCII.

    >>> from roi_engine import REFERENCE, appraise
    >>> cash_flow_picture(appraise(REFERENCE), "USD")[1:4]
    b'PNG'
    """
    picture = Image.new("RGB", (WIDTH * _DRAWN, HEIGHT * _DRAWN), "white")
    _Drawing(picture, appraisal).draw(currency)
    stored = picture.resize((WIDTH * STORED, HEIGHT * STORED), Image.Resampling.LANCZOS)
    # greys and two colours: a palette holds them, in a third of the bytes; its lightest entry must be white itself
    few = stored.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette, paper = few.getpalette() or [], 3 * int(few.getpixel((0, 0)))  # type: ignore[arg-type]
    palette[paper : paper + 3] = [255, 255, 255]
    few.putpalette(palette)
    content = BytesIO()
    few.save(content, "PNG", optimize=True)
    return content.getvalue()


def picture_in_words(appraisal: Appraisal, currency: str) -> str:
    """What the picture shows, for people who do not see it.

    >>> from roi_engine import REFERENCE, appraise
    >>> picture_in_words(appraise(REFERENCE), "USD")
    'Cumulative cash flow over 12 months. Pays back in 0.9 days and returns 17,837 USD over 12 months.'
    """
    return f"Cumulative cash flow {horizon_in_words(appraisal.months)}. {verdict(appraisal, currency)}"


class _Drawing:
    """A picture with the scales of its axes.

    Points are given in months and money, sizes in shown pixels.
    """

    def __init__(self, picture: Image.Image, appraisal: Appraisal) -> None:
        self.pen = ImageDraw.Draw(picture)
        sums: Any = accumulate(appraisal.cash_flow, metrics.cumulative_sum)
        self.flows: list[float] = list(sums)
        self.months = appraisal.months
        self.payback = appraisal.payback_months if appraisal.payback_months <= self.months else None
        least, most = min(*self.flows, 0.0), max(*self.flows, 0.0)
        self.step = tidy_step(most - least or _MOST_LINES)
        self.lowest = math.floor(least / self.step) - (self.payback == 0)  # room for the words below the diamond
        self.highest = max(math.ceil(most / self.step), self.lowest + 1)

    def draw(self, currency: str) -> None:
        """Title, axes, curve, and the labels of the payback and of the end."""
        unit = f" ({currency})" if currency.isascii() else ""
        title = f"Cumulative cash flow{unit} {horizon_in_words(self.months)}"
        self.pen.text(self._scaled(12, 12), title, f"#{TEXT}", self._font(_BIG))
        self._axes()
        points = [self._at(month, flow) for month, flow in enumerate(self.flows)]
        self.pen.line(points, f"#{BLUE}", 3 * _DRAWN, joint="curve")
        self._label_of_the_end()
        if self.payback is not None:
            self._diamond(self.payback)

    def _axes(self) -> None:
        font = self._font(_SMALL)
        for level in range(self.lowest, self.highest + 1):
            left, right = self._at(0, level * self.step), self._at(self.months, level * self.step)
            colour, width = (TEXT, 1.5) if level == 0 else (GRID, 1)
            self.pen.line([left, right], f"#{colour}", round(width * _DRAWN))
            words = _shown(level * self.step, self.step)
            self.pen.text((left[0] - 8 * _DRAWN, left[1]), words, f"#{TEXT}", font, anchor="rm")
        floor = self.lowest * self.step
        self.pen.line([self._at(0, floor), self._at(self.months, floor)], f"#{AXIS}", _DRAWN)
        every = 1 if self.months <= 12 else 6 if self.months <= 72 else 60
        for month in range(0, self.months + 1, every):
            x, y = self._at(month, floor)
            self.pen.line([(x, y), (x, y + 4 * _DRAWN)], f"#{AXIS}", _DRAWN)
            self.pen.text((x, y + 7 * _DRAWN), str(month), f"#{TEXT}", font, anchor="ma")
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        self.pen.text(self._scaled(middle, HEIGHT - 8), "Month", f"#{TEXT}", font, anchor="ms")

    def _label_of_the_end(self) -> None:
        last = self.flows[-1]
        x, y = self._at(self.months, last)
        radius = 4 * _DRAWN
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), f"#{BLUE}")
        rises = last >= self.flows[-2]
        y += (-_GAP if rises else _GAP) * _DRAWN
        self.pen.text(
            (x, y), _shown(last, min(self.step / 10, 1)), f"#{TEXT}", self._font(_BIG), anchor="rs" if rises else "rt"
        )

    def _diamond(self, payback: float) -> None:
        x, y = self._at(payback, 0)
        size = 8 * _DRAWN
        self.pen.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], f"#{VERMILION}")
        words = "needs no outlay" if payback == 0 else f"pays back in {duration(payback)}"
        gap = _GAP * _DRAWN
        # a curve that rises through the diamond leaves room below it to the right and above it to the left
        place, anchor = ((x + gap, y + gap), "lt") if payback < 0.6 * self.months else ((x - gap, y - gap), "rs")
        self.pen.text(place, words, f"#{TEXT}", self._font(_BIG), anchor=anchor)

    def _at(self, month: float, flow: float) -> tuple[float, float]:
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * month / self.months
        share = (flow / self.step - self.lowest) / (self.highest - self.lowest)
        return self._scaled(x, HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share)

    @staticmethod
    def _scaled(x: float, y: float) -> tuple[float, float]:
        return x * _DRAWN, y * _DRAWN

    @staticmethod
    def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(size * _DRAWN)


def tidy_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides a span into at most six.

    >>> tidy_step(17_879), tidy_step(0.6), tidy_step(100)
    (5000.0, 0.1, 20.0)
    """
    power: float = 10.0 ** math.floor(math.log10(span / _MOST_LINES))
    return next(step for factor in (1, 2, 5, 10) if (step := factor * power) * _MOST_LINES >= span * (1 - 1e-9))


def _shown(value: float, step: float) -> str:
    """An amount with the decimals that the step has.

    A large one on a coarse scale is shown in millions or billions.
    """
    for size, word in ((1e9, " bn"), (1e6, " M")):
        if abs(value) >= size and step >= size / 100:
            return f"{value / size:,.2f}".rstrip("0").rstrip(".") + word
    decimals = max(0, -math.floor(math.log10(step))) if step < 1 else 0
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"
