"""The metric that a cell names: by FT_WHATIF, or chosen by ordinary formulas."""

from __future__ import annotations

from collections.abc import Mapping

from roi_engine.appraisal import METRICS, find_metric
from roi_engine.scenario import INPUTS
from templates.building.book import Book
from templates.building.formula import Formula, function, if_error
from templates.building.quantities import Quantities


def chosen_metric(metric: Formula, figures: Mapping[str, Formula]) -> Formula:
    """The figure of the metric that a cell names.

    By CHOOSE: LibreOffice's data tables follow cells, but not ranges.

    figures : by the metrics' names.
    """
    name = find_metric(metric.value).name
    labels = tuple(METRICS[each].label for each in figures)
    number = function("MATCH", metric, (labels,), 0, value=list(figures).index(name) + 1)
    return if_error(function("CHOOSE", number, *figures.values(), value=figures[name].value), "n/a")


def metric_at_base(
    book: Book, metric: Formula, block: Formula, in_use: Quantities, figures: Mapping[str, Formula]
) -> Formula:
    """A metric of the scenario as it stands: what-if with nothing changed."""
    unmoved = INPUTS["months_to_amortize"]
    return book.live(
        lambda: if_error(book.ft("FT_WHATIF", metric, block, unmoved.label, in_use[unmoved.name]), "n/a"),
        lambda: chosen_metric(metric, figures),
    )
