"""Every surface that shows figures, and the one list of what it leaves out.

A surface gives what it shows as pairs of a label (or name) and a value, read from what it wrote: a built workbook's
cells, a command's output, a letter's text. A figure is on it where its own label stands beside its own value.
"""

from __future__ import annotations

import email
import email.policy
import inspect
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from click.testing import CliRunner

from addin.command_line import ft_roi
from roi_engine import METRICS, REFERENCE, Appraisal, appraise, appraise_many, call, compare_options, functions
from roi_engine.figures import FIGURES, OPTION_FIGURES, Figure
from roi_engine.options import LABELS
from roi_engine.scenario_writing import scenario_toml
from roi_engine.worksheet.options import ITEMS
from templates.building.book import Edition
from tests.builds import WHEN, build_workbook
from tests.workbook_cells import Cells, stored_cells

SCENARIO = REFERENCE.with_inputs(
    name="Every figure", training_hours=400, data_preparation_cost=12_000, contingency=0.1,
    operations_monthly_cost=100, cost_risk=0.1, benefit_risk=0.05, monthly_growth=0.01,
    serving_gpu_hourly_rate=0.2, serving_tokens_per_second=2500, training_tokens_m=10, training_price_per_m=3,
)  # fmt: skip
"""Every figure of it is a number other than 0, and no two are equal."""
CURRENCY = SCENARIO.currency
BLOCK = [[name, value] for name, value in SCENARIO.given().items()]
OPTION = "API"

Pairs = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Surface:
    """One place where figures are shown.

    title : its column in the matrix; editions and forms that show the same figures share one.
    form : which of them it is.
    key : what it calls a figure.
    shown : the labels (or names) on it, each with its value.
    others : labels of what is no figure; None where it shows so much else that nobody asks.
    """

    title: str
    form: str
    key: Callable[[Figure], str]
    shown: Callable[[], Pairs]
    others: frozenset[str] | None = frozenset()

    def __str__(self) -> str:
        return f"{self.title}, {self.form}" if self.form else self.title


def found_on(surface: Surface, figures: Mapping[str, Figure], source: object) -> set[str]:
    """The figures that a surface shows with their own values."""
    shown = list(surface.shown())
    return {
        name
        for name, figure in figures.items()
        if any(key == surface.key(figure) and _is(value, figure.of(source)) for key, value in shown)
    }


def _is(shown: Any, value: Any) -> bool:
    """Whether a value is shown: a number as it is, a text to its own digits."""
    if isinstance(value, bool):
        return shown in (value, *(("Yes", "yes") if value else ("No", "no")))
    if isinstance(shown, str):
        return _reads(shown, value)
    return isinstance(shown, (int, float)) and math.isclose(shown, value, rel_tol=1e-9)


def _reads(text: str, value: float) -> bool:
    match = re.match(r"(-?[\d,]+)(\.\d+)?(%?)", text)
    if not match:
        return False
    step = 10.0 ** -max(0, len(match[2] or "") - 1)
    number = float((match[1] + (match[2] or "")).replace(",", ""))
    return abs(number - value * (100 if match[3] else 1)) <= step / 2 * (1 + 1e-9)


# --- Python and JSON --------------------------------------------------------------------------------------


def _attributes() -> Pairs:
    """The numbers that an appraisal gives when it is asked for nothing more."""
    result = appraise(SCENARIO)
    for name in dir(Appraisal):
        if name.startswith("_"):
            continue
        value = getattr(result, name)
        if callable(value):
            needs = (each.default is each.empty for each in inspect.signature(value).parameters.values())
            value = None if any(needs) else value()
        if isinstance(value, (bool, int, float)):
            yield name, value


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()  # removed when the tests end


@cache
def _file() -> Path:
    file = Path(_folder().name) / "every-figure.toml"
    file.write_text(scenario_toml(SCENARIO, "Every figure"), "utf-8")
    return file


@cache
def _printed(*words: str) -> str:
    """What a command prints.

    FILE stands for the scenario; the file that the command writes lies beside it.
    """
    arguments = [str(_file()) if word == "FILE" else word for word in words]
    if words[0] in ("report", "email", "collect"):
        arguments += ["-o", str(_written(words[0])), "--force"]
    done = CliRunner().invoke(ft_roi, arguments, prog_name="ft-roi", env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert done.exit_code == 0, done.output
    return done.stdout


def _written(command: str) -> Path:
    return _file().with_name(f"{command}{'.eml' if command == 'email' else '.xlsx'}")


def _json(*words: str) -> Any:
    return json.loads(_printed(*words, "--json"))


def _many() -> Pairs:
    return ((name, float(values[0])) for name, values in appraise_many(SCENARIO, {}).items())


# --- functions --------------------------------------------------------------------------------------------


def _functions() -> Pairs:
    """The functions that need only a scenario and give one figure of it."""
    for name, function in functions().items():
        needs_more = (
            not function.takes_scenario
            or function.block_only
            or not all(argument.optional for argument in function.own)
        )
        if not needs_more and function.result.kind not in ("table", "text"):
            yield name, call(name, *[None] * len(function.own), BLOCK)


def _what_if() -> Pairs:
    months = SCENARIO.months_to_amortize
    return ((code, call("FT_WHATIF", code, BLOCK, "months", months)) for code in METRICS)


def _breakdown_table() -> Pairs:
    return ((label, value) for label, value in call("FT_BREAKDOWN", BLOCK))


# --- texts ------------------------------------------------------------------------------------------------


def _lines(*words: str) -> Iterator[list[str]]:
    """The lines of a text in columns: what stands two spaces apart."""
    for line in _printed(*words).splitlines():
        if line.startswith("  "):
            yield re.split(r"\s{2,}", line.strip())


def _calc(*more: str) -> Pairs:
    return ((label, " ".join(rest)) for label, *rest in _lines("calc", "FILE", *more))


def _calc_metrics() -> Pairs:
    return _calc(*(word for code in METRICS for word in ("--metric", code)))


def _report() -> Pairs:
    for cells in _lines("report", "FILE"):
        yield from zip(cells[::2], cells[1::2], strict=True)


def _letter() -> Pairs:
    _printed("email", "FILE", "--to", "anna@example.com")
    message = email.message_from_bytes(_written("email").read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body
    for line in body.get_content().splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if line.startswith("  ") and len(cells) == 3:  # a label, a figure and its meaning; a bullet's lines are one
            yield cells[0], cells[1]


# --- workbooks --------------------------------------------------------------------------------------------


@cache
def _sheets(edition: Edition, several: bool = False) -> dict[str, Cells]:
    others = [SCENARIO.with_inputs(name="Another", training_hours=500)] if several else []
    return stored_cells(build_workbook(SCENARIO, edition=edition, generated=WHEN, others=others))


def _down(cells: Cells, value_column: str, first: int) -> Iterator[tuple[str, Any]]:
    """The labels of column A and their values, from a row on until one has no label."""
    row = first
    while label := cells[f"A{row}"].value:
        yield str(label), cells[f"{value_column}{row}"].value
        row += 1


def _across(cells: Cells, titles: int, values: int) -> Iterator[tuple[str, Any]]:
    """Titles and values of two rows, from column A on until one has no title."""
    for column in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        title = cells[f"{column}{titles}"].value
        if title is None:
            return
        yield str(title), cells[f"{column}{values}"].value


def _row_of(cells: Cells, text: str, column: str = "A") -> int:
    return next(row for row in range(1, 400) if cells[f"{column}{row}"].value == text)


def _breakdown(edition: Edition, column: str = "B") -> Pairs:
    cells = _sheets(edition)["Breakdown"]
    rows = _down(cells, column, _row_of(cells, "Figure") + 1)
    return ((label, value) for label, value in rows if value is not None)  # a heading has none


def _scenarios(edition: Edition, column: str = "C") -> Pairs:
    cells = _sheets(edition, several=True)["Scenarios"]
    rows = _down(cells, column, _row_of(cells, "Results") + 1)
    return takewhile(lambda pair: pair[1] is not None, rows)  # up to the heading of the inputs


def units_on_sheets(edition: Edition) -> Iterator[tuple[str, str]]:
    """Every label with the unit beside it, on sheets with a column of units."""
    yield from _breakdown(edition, "C")
    yield from _scenarios(edition, "B")


def _summary(edition: Edition) -> Pairs:
    cells = _sheets(edition)["Summary"]
    yield from _across(cells, 6, 7)
    yield from _across(cells, 9, 10)


def _portfolio() -> Pairs:
    _collected()
    cells = stored_cells(_written("collect").read_bytes())["Portfolio"]
    titles = _row_of(cells, "Scenario", "B")
    return _across(cells, titles, titles + 1)


def _collected() -> Any:
    _printed("report", "FILE")
    return json.loads(_printed("collect", str(_written("report")), "--json"))


def _collected_row() -> Pairs:
    return list(_collected()["answers"][0].items())


# --- the surfaces of a scenario's figures -------------------------------------------------------------------


def _name(figure: Figure) -> str:
    return figure.name


def _code(figure: Figure) -> str:
    return figure.code


def _label(figure: Figure) -> str:
    return figure.label


def _heading(figure: Figure) -> str:
    return figure.heading()


def _heading_with_currency(figure: Figure) -> str:
    return figure.heading(CURRENCY)


_BEST = OPTION_FIGURES["npv_best"].label
_BESIDE = frozenset(
    {f"{_BEST} ({CURRENCY})", f"PV of cost, staying ({CURRENCY})", f"PV of cost, best other ({CURRENCY})"}
)
"""Figures of options that stand beside the scenario's."""

SURFACES: tuple[Surface, ...] = (
    Surface("Python", "Appraisal", _name, _attributes, frozenset({"months", "irr_is_ambiguous", "flow_size"})),
    Surface("JSON", "calc --json", _name, lambda: _json("calc", "FILE").items(), frozenset({"by_year", "cash_flow"})),
    Surface("Many", "appraise_many", _name, _many),
    Surface("Function", "", lambda figure: figure.function, _functions),
    Surface("Metric", "FT_WHATIF", _code, _what_if),
    Surface("Metric", "calc --metric", _label, _calc_metrics),
    Surface("FT_BREAKDOWN", "", _heading, _breakdown_table, None),
    Surface("calc", "", _label, _calc, None),
    Surface("calc --all", "", _label, lambda: _calc("--all"), None),
    Surface("report", "five lines", _label, _report, frozenset({"File"})),
    Surface(
        "report", "--json", _name, lambda: _json("report", "FILE").items(),
        frozenset({"scenario", "currency", "verdict", "warnings", "file"}),
    ),
    Surface("Letter", "", _label, _letter, frozenset({_BEST})),
    Surface("Summary", "wired", _heading_with_currency, lambda: _summary("wired"), _BESIDE),
    Surface("Summary", "native", _heading_with_currency, lambda: _summary("native"), _BESIDE),
    Surface("Breakdown", "wired", _label, lambda: _breakdown("wired")),
    Surface("Breakdown", "native", _label, lambda: _breakdown("native")),
    Surface("Breakdown", "values", _label, lambda: _breakdown("values")),
    Surface("Scenarios", "wired", _label, lambda: _scenarios("wired")),
    Surface("Scenarios", "native", _label, lambda: _scenarios("native")),
    Surface("Portfolio", "sheet", _heading, _portfolio, None),
    Surface("Portfolio", "collect --json", _name, _collected_row, None),
)  # fmt: skip


@dataclass(frozen=True)
class Omission:
    """Figures that a surface leaves out, and why."""

    surface: str
    figures: tuple[str, ...]
    reason: str


_PARTS = ("training_cost", "one_off_cost", "contingency_cost", "storage_cost", "total_running_cost")
_MONTHLY = ("monthly_inference_savings", "monthly_review_savings", "monthly_benefit")
_MONTHLY_RATES = ("irr_monthly", "mirr_monthly")
_RATES = ("irr_annual", "mirr_annual", *_MONTHLY_RATES)
_HEADLINES = ("net_roi", "roi", "payback_months", "npv", "irr_annual")

_ARE_PARTS = "parts of a metric; `Appraisal` gives them"
_FEW = "a few figures to compare by; the rest is on Breakdown"


def _all_but(*names: str) -> tuple[str, ...]:
    return tuple(name for name in FIGURES if name not in names)


OMISSIONS: tuple[Omission, ...] = (
    Omission("JSON", (*_PARTS, *_MONTHLY, "total_benefit"), _ARE_PARTS),
    Omission("JSON", ("pv_cost",), "with the options: `--options --json`"),
    Omission("Many", (*_PARTS, *_MONTHLY), _ARE_PARTS),
    Omission("Many", ("pv_cost",), "that of staying, which does not vary with the plan, less NPV"),
    Omission("Many", _RATES, "rates of return are found one cash flow at a time"),
    Omission("Many", ("roi_total", "roi_present_value", "worthwhile"),
             "one form of ROI is enough; worth it where net return is above 0"),
    Omission("Function", ("one_off_cost", "contingency_cost"), "parts of `FT_UPFRONT`; on Breakdown"),
    Omission("Function", ("total_running_cost", "roi_total"), "other forms of `FT_TOTALCOST`, `FT_ROI`; on Breakdown"),
    Omission("Function", ("roi_present_value",), "`FT_BYYEAR` has both present values; on Breakdown and By year"),
    Omission("Function", ("pv_cost",), "`FT_OPTION` gives it: PVCOST of the option that the scenario is"),
    Omission("Function", _MONTHLY_RATES, "`(1 + FT_IRR(scenario))^(1/12) − 1` gives one"),
    Omission("Metric", _PARTS, "parts of UPFRONT and TOTALCOST"),
    Omission("Metric", _MONTHLY, "parts of BENEFIT, which stands for them"),
    Omission("Metric", ("roi_total", "roi_present_value", *_MONTHLY_RATES), "one form of each metric has a name"),
    Omission("Metric", ("worthwhile",), "no number: NETROI above 0"),
    Omission("Metric", ("pv_cost",), "it compares options, and moves as NPV does"),
    Omission("FT_BREAKDOWN", ("one_off_cost", "contingency_cost", "total_running_cost", "total_cost"),
             "the reference framework has no such cost"),
    Omission("FT_BREAKDOWN", ("roi_total", "npv", "roi_present_value", "discounted_payback_months", *_RATES,
                              "profitability_index", "equivalent_monthly", "pv_cost"),
             "the reference framework does not discount"),
    Omission("calc", ("roi_total", "npv", "roi_present_value", "discounted_payback_months", *_RATES,
                      "profitability_index", "equivalent_monthly", "pv_cost"), "`--all` adds them"),
    Omission("calc", ("total_running_cost",), "shown with the risk, as the line Running cost and risk"),
    Omission("calc --all", ("total_running_cost",), "shown with the risk, as the line Running cost and risk"),
    Omission("report", _all_but(*_HEADLINES, "discounted_payback_months"), "five lines; the workbook has the rest"),
    Omission("Letter", _all_but("net_roi", "payback_months", "npv"), "a few figures; the workbook has the rest"),
    Omission("Summary", _all_but(*_HEADLINES, "discounted_payback_months", "pv_cost"), _FEW),
    Omission("Breakdown", _MONTHLY_RATES, "a sheet tells rates per year"),
    Omission("Scenarios", _all_but(*_HEADLINES, "total_cost", "pv_cost"), _FEW),
    Omission("Portfolio", _all_but(*_HEADLINES, "pv_cost"),
             "a few figures to rank by; each answer's workbook has the rest"),
)  # fmt: skip
"""Every figure that a surface leaves out. A figure that is there may not be in this list."""


# --- the surfaces of an option's figures --------------------------------------------------------------------


def _option_calc() -> Pairs:
    lines = iter(_printed("calc", "FILE", "--options").splitlines())
    next(line for line in lines if line.startswith(LABELS[OPTION]))
    for line in lines:
        if not line.startswith("  "):
            return
        label, *rest = re.split(r"\s{2,}", line.strip())
        yield label, " ".join(rest)


def _option_json() -> Pairs:
    options = _json("calc", "FILE", "--options")["options"]
    return list(next(each for each in options if each["name"] == OPTION).items())


def _options_table() -> Pairs:
    """The table tells no titles: a figure's place in it is its order."""
    row = next(row for row in call("FT_OPTIONS", BLOCK) if row[0] == LABELS[OPTION])
    return zip(OPTION_FIGURES, row[1:-1], strict=True)


def _options_sheet(edition: Edition) -> Pairs:
    cells = _sheets(edition)["Options"]
    titles = _row_of(cells, "Option")
    pairs = _across(cells, titles, _row_of(cells, LABELS[OPTION]))
    return ((re.sub(r" \(.*\)$", "", title), value) for title, value in pairs)


OPTION_SURFACES: tuple[Surface, ...] = (
    Surface("Python", "Option", _name, lambda: vars(compare_options(SCENARIO).option(OPTION)).items(),
            frozenset({"name", "note"})),
    Surface("JSON", "calc --options --json", _name, _option_json, frozenset({"name", "note"})),
    Surface("FT_OPTION", "", _code, lambda: ((item, call("FT_OPTION", OPTION, item, BLOCK)) for item in ITEMS)),
    Surface("FT_OPTIONS", "", _name, _options_table),
    Surface("calc --options", "", _label, _option_calc, frozenset({"Note"})),
    Surface("Options", "wired", _label, lambda: _options_sheet("wired"), frozenset({"Option", "Note"})),
    Surface("Options", "native", _label, lambda: _options_sheet("native"), frozenset({"Option", "Note"})),
)  # fmt: skip


# --- the tables of docs/figures.md --------------------------------------------------------------------------

FIGURE_TITLES = "| Figure | Name | Unit | Function | Metric | What it is | Undefined |"
OPTION_TITLES = "| Figure of an option | Name | Unit | Item of `FT_OPTION` | What it is |"
REASON_TITLES = "| | Left out of | Why |"


def figure_table() -> str:
    """Every figure of a scenario: what it is."""
    lines = [FIGURE_TITLES, "|---|---|---|---|---|---|---|"]
    for each in FIGURES.values():
        undefined = f"`{each.error.code}` {each.undefined}" if each.undefined else ""
        cells = (each.label, f"`{each.name}`", each.unit_in("currency") or each.quantity.name,
                 _as_code(each.function), each.code, each.sentence, undefined)  # fmt: skip
        lines.append(_row(cells))
    return "\n".join(lines)


def option_table() -> str:
    """Every figure of an option: what it is."""
    lines = [OPTION_TITLES, "|---|---|---|---|---|"]
    for each in OPTION_FIGURES.values():
        unit = each.unit_in("currency") or each.quantity.name
        lines.append(_row((each.label, f"`{each.name}`", unit, each.code, each.sentence)))
    return "\n".join(lines)


def _titles() -> list[str]:
    return list(dict.fromkeys(surface.title for surface in SURFACES))


def matrix_titles() -> str:
    """The first line of the matrix."""
    return _row(("", *_titles()))


def matrix_table() -> str:
    """Which surface shows which figure; a letter where it does not, told below."""
    letters = {(each.surface, name): _letter_of(each) for each in OMISSIONS for name in each.figures}
    lines = [matrix_titles(), "|---|" + ":---:|" * len(_titles())]
    for name, figure in FIGURES.items():
        lines.append(_row((figure.label, *(letters.get((title, name), "✓") for title in _titles()))))
    return "\n".join(lines)


def reason_table() -> str:
    """Why a figure is left out."""
    lines = [REASON_TITLES, "|---|---|---|"]
    return "\n".join([*lines, *(_row((_letter_of(each), each.surface, each.reason)) for each in OMISSIONS)])


def _letter_of(omission: Omission) -> str:
    rounds, place = divmod(OMISSIONS.index(omission), len(ascii_lowercase))
    return ascii_lowercase[place] * (rounds + 1)


def _as_code(text: str) -> str:
    return f"`{text}`" if text else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("  ", " ")
