"""The Breakdown sheet: the reference's groups line by line, each figure twice: by its FT_ function and natively."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import answer, metrics
from roi_engine import quantity as q
from roi_engine.cashflow import MODEL
from roi_engine.quantity import Quantity
from roi_engine.value import maximum
from templates.building import flow_metrics, styles
from templates.building.book import Book, color_ok_and_fail, column_titles, group_title, page, protect
from templates.building.formula import Formula, formula_of, if_error, is_number
from templates.building.month_rows import at_horizon
from templates.sheets.waterfall import add_waterfall

TITLES = ("Figure", ">Value", "Unit", "How it is calculated", ">Native formula", "Match")
WIDTHS = (36, 20, 18, 78, 20, 9)
FIRST_ROW = 4
FIRST_PAGE = 60
"""Rows that the first printed page may hold: the chart comes after them, so that no page break cuts it."""
TOLERANCE = 1e-9
RATE_TOLERANCE = 1e-6
"""Spreadsheet programs stop refining an internal rate of return earlier than the engine does."""


@dataclass(frozen=True)
class Line:
    """One figure: its FT_ function, its unit, the equation in words, and the native formula."""

    name: str
    label: str
    unit: str
    number_format: str
    wired: Callable[[Book], Formula]
    native: Callable[[Book], Formula]
    words: str
    tolerance: float = TOLERANCE


def _ft(function_name: str, *own: Any) -> Callable[[Book], Formula]:
    """A metric of the whole block; the text n/a where it is undefined."""

    def formula(book: Book) -> Formula:
        return book.ft(function_name, *own, book.scenario_block)

    return formula


def _ft_or_na(function_name: str, *own: Any) -> Callable[[Book], Formula]:
    def formula(book: Book) -> Formula:
        return if_error(book.ft(function_name, *own, book.scenario_block), "n/a")

    return formula


def _named(name: str) -> Callable[[Book], Formula]:
    return lambda book: book.names[name]


def _average_saving(avoided: str, spent: str) -> Callable[[Book], Formula]:
    def formula(book: Book) -> Formula:
        n = book.names
        months = n["months_to_amortize"]
        return metrics.monthly_saving(n[avoided] / months, n[spent] / months, n["benefit_risk"], n["cost_risk"])  # type: ignore[return-value]

    return formula


def _total_cost(book: Book) -> Formula:
    n = book.names
    return metrics.total_cost(n["upfront_cost"], n["total_running_cost"], n["cost_risk"])  # type: ignore[return-value]


def _total_with_serving(book: Book) -> Formula:
    n = book.names
    return metrics.total_cost_with_serving(  # type: ignore[return-value]
        n["upfront_cost"], n["total_running_cost"], n["total_finetuned_spend"], n["cost_risk"]
    )


def _net(book: Book) -> Formula:
    return metrics.settled(book.names["total_net_cash_flow"], metrics.rounding(book.names["flow_size"]))  # type: ignore[return-value]


def _benefit(book: Book) -> Formula:
    return _net(book) + book.names["native_total_cost"]


def _npv(book: Book) -> Formula:
    n = book.names
    return flow_metrics.npv(n["discount_rate"], n["first_flow"], n["later_flows"])


def _irr(book: Book) -> Formula:
    n = book.names
    return flow_metrics.irr(n["net_flows"], n["irr_guess"], book.appraisal.irr_monthly)


def _mirr(book: Book) -> Formula:
    n = book.names
    monthly = metrics.mirr_monthly(n["total_reinvested"], n["total_financed"], n["months_to_amortize"])
    return if_error(metrics.annual_rate(monthly), "n/a")  # type: ignore[arg-type]


def _payback(book: Book) -> Any:
    n = book.names
    rows = (n["recovery_moments"], n["cumulative_flows"], n["net_flows"])
    return flow_metrics.payback(rows, n["months_to_amortize"], n["flow_size"])


def _discounted_payback(book: Book) -> Formula:
    n = book.names
    rows = (n["discounted_recovery_moments"], n["discounted_cumulative_flows"])
    last = [at_horizon(row, n["months_to_amortize"]) for row in rows]
    return metrics.discounted_payback_months(*last, n["discounted_size"])  # type: ignore[return-value,call-arg]


def _equivalent(book: Book) -> Formula:
    n = book.names
    return metrics.equivalent_monthly(n["native_npv"], n["discount_rate"], n["months_to_amortize"])  # type: ignore[return-value]


def _roi(book: Book) -> Formula:
    return metrics.roi(book.names["native_net_roi"], book.names["native_total_cost"])  # type: ignore[return-value]


def _roi_total(book: Book) -> Formula:
    return metrics.roi(book.names["native_net_roi"], _total_with_serving(book))  # type: ignore[return-value]


def _profitability_index(book: Book) -> Formula:
    return metrics.profitability_index(book.names["native_npv"], book.names["first_flow"])  # type: ignore[return-value]


def _monthly_benefit(book: Book) -> Formula:
    return _benefit(book) / book.names["months_to_amortize"]


def _worthwhile(book: Book) -> Formula:
    return book.ft("FT_WORTHIT", book.scenario_block).where("Yes", "No")


def _worthwhile_natively(book: Book) -> Formula:
    return (book.names["native_net_roi"] > 0).where("Yes", "No")


CURRENCY, PER_MONTH = "{currency}", "{currency} / month"
MONEY, FRACTION, RETURN, PLAIN = styles.SMALL_MONEY, styles.FRACTION, styles.RATE_OF_RETURN, "0.00"
_SAVED = "× (1 − benefit risk)"
_SPENT = "× (1 + cost risk)"
_INFERENCE = _average_saving("total_baseline_spend", "total_finetuned_spend")
_REVIEW = _average_saving("total_review_savings", "total_added_review")

LINES: tuple[Line | str, ...] = (
    "Upfront costs",
    Line("training", "Training", CURRENCY, MONEY, _ft("FT_TRAINCOST"), _named("training_cost"),
         "GPU-hours × price × GPUs × runs + million training tokens × price"),
    Line("one_off", "One-off costs", CURRENCY, MONEY, _named("one_off_cost"), _named("one_off_cost"),
         "data + engineering hours × pay + evaluation + other"),
    Line("contingency_amount", "Contingency", CURRENCY, MONEY, _named("contingency_cost"), _named("contingency_cost"),
         "(training + one-off costs) × contingency"),
    Line("storage", "Storage over the horizon", CURRENCY, MONEY, _ft("FT_STORAGECOST"), _named("storage_cost"),
         "GB × price per GB-month × months"),
    Line("upfront", "Total upfront", CURRENCY, MONEY, _ft("FT_UPFRONT"), _named("upfront_cost"),
         "training + one-off costs + contingency + storage counted upfront"),
    Line("running", "Running costs over the horizon", CURRENCY, MONEY,
         _named("total_running_cost"), _named("total_running_cost"), "operations, hosting, retraining, storage"),
    Line("total_cost", "Total cost", CURRENCY, MONEY, _ft("FT_TOTALCOST"), _total_cost,
         f"(upfront + running costs of every month) {_SPENT}"),
    "Monthly benefits (averages over the horizon)",
    Line("inference_savings", "Inference savings", PER_MONTH, MONEY, _ft("FT_INFSAVE"), _INFERENCE,
         f"baseline bill {_SAVED} − fine-tuned bill {_SPENT}"),
    Line("review_savings", "Review savings", PER_MONTH, MONEY, _ft("FT_REVSAVE"), _REVIEW,
         f"review cost avoided {_SAVED} − review cost added {_SPENT}"),
    Line("monthly_benefit", "Monthly benefit", PER_MONTH, MONEY, _ft("FT_MONTHLY"), _monthly_benefit,
         "total benefit / months"),
    "Benefits over the horizon",
    Line("benefit", "Total benefit", CURRENCY, MONEY, _ft("FT_BENEFIT"), _benefit, "net ROI + total cost"),
    "Metrics",
    Line("net_roi", "Net ROI", CURRENCY, MONEY, _ft("FT_NETROI"), _net, "sum of all cash flows"),
    Line("roi", "ROI", "of total cost", FRACTION, _ft_or_na("FT_ROI"), _roi, "net ROI / total cost"),
    Line("roi_total", "ROI, serving included", "of every new cost", FRACTION, _roi_total, _roi_total,
         "net ROI / (upfront + running costs + fine-tuned bill, risk-adjusted)"),
    Line("payback", "Payback", "months", PLAIN, _ft("FT_PAYBACK"), _payback,
         "moment at which the cumulative cash flow is recovered for good"),
    Line("npv", "NPV", CURRENCY, MONEY, _ft("FT_NPV", None), _npv,
         "cash flows discounted at the effective annual rate; month 0 undiscounted"),
    Line("discounted_payback", "Discounted payback", "months", PLAIN, _ft("FT_DPAYBACK", None), _discounted_payback,
         "payback of the discounted cash flow, within the horizon"),
    Line("irr", "IRR", "per year", RETURN, _ft_or_na("FT_IRR"), _irr,
         "effective annual rate at which NPV is zero; n.m. above 1,000 %", RATE_TOLERANCE),
    Line("mirr", "MIRR", "per year", RETURN, _ft_or_na("FT_MIRR", None, None), _mirr,
         "rate that turns financed outflows into reinvested inflows, at the discount rate"),
    Line("profitability_index", "Profitability index", "×", PLAIN, _ft_or_na("FT_PI", None), _profitability_index,
         "1 + NPV / outlay"),
    Line("equivalent_monthly", "Equivalent monthly value", PER_MONTH, MONEY, _ft("FT_EQUIVMONTHLY", None), _equivalent,
         "level monthly amount with the same NPV"),
    "Verdict",
    Line("worthwhile", "Worthwhile", "", styles.GENERAL, _worthwhile, _worthwhile_natively, "net ROI above zero"),
)  # fmt: skip

WORKINGS: tuple[tuple[str, str, Quantity], ...] = (
    ("training_cost", "Training", q.MONEY),
    ("one_off_cost", "One-off costs", q.MONEY),
    ("contingency_cost", "Contingency", q.MONEY),
    ("monthly_storage_cost", "Storage per month", q.MONEY_PER_MONTH),
    ("storage_cost", "Storage over the horizon", q.MONEY),
    ("storage_at_start", "Storage counted upfront", q.MONEY),
    ("storage_each_month", "Storage counted monthly", q.MONEY_PER_MONTH),
    ("upfront_cost", "Total upfront", q.MONEY),
    ("baseline_cached_price", "Baseline cached price", q.PRICE_PER_MILLION),
    ("baseline_mix_cost", "Baseline call, token mix", q.MONEY_PER_CALL),
    ("baseline_cost_per_call", "Baseline call", q.MONEY_PER_CALL),
    ("finetuned_cached_price", "Fine-tuned cached price", q.PRICE_PER_MILLION),
    ("finetuned_mix_cost", "Fine-tuned call, token mix", q.MONEY_PER_CALL),
    ("finetuned_cost_per_call", "Fine-tuned call", q.MONEY_PER_CALL),
    ("served_tokens", "Served tokens per call", q.TOKENS),
    ("replica_tokens", "Tokens of one replica per month", q.Quantity("tokens a month", "tokens / month", "number")),
    ("replicas_per_call", "Replicas per monthly call", q.Quantity("replicas", "replicas / call", "number")),
    ("review_gain", "Review cost avoided at full traffic", q.MONEY_PER_MONTH),
    ("review_loss", "Review cost added at full traffic", q.MONEY_PER_MONTH),
)


def working_format(quantity: Quantity) -> str:
    """How a fixed figure is shown."""
    return {"price": styles.CALL_PRICE, "money": MONEY}.get(quantity.kind, "#,##0.00######")


def add_breakdown_sheet(book: Book) -> Worksheet:
    """Creates the sheet and writes its workings, the fixed quantities that the Cash flow sheet takes."""
    widths = (*WIDTHS[: _columns(book)], *[3] * (8 - _columns(book)), 20, *[13] * 6)
    sheet = book.sheet("Breakdown", widths, "Breakdown", _SUBTITLES[book.edition])
    row = FIRST_ROW + len(LINES) + 2
    group_title(book, sheet, row, "Workings: fixed figures that the monthly formulas take", _last_column(book))
    for name, label, quantity in WORKINGS:
        row += 1
        book.put(sheet, f"A{row}", label)
        equation = MODEL.equations[name]
        formula = formula_of(equation(*(book.names[taken] for taken in MODEL.takes[name])))
        book.put(sheet, f"B{row}", formula, "Calculation", working_format(quantity), name=name)
        book.put(sheet, f"C{row}", quantity.unit_in(book.scenario.currency), "Unit")
        sentence = (equation.__doc__ or "").strip().splitlines()[0]
        book.put(sheet, f"D{row}", sentence, "Explanatory Text")
    sheet.freeze_panes = f"B{FIRST_ROW + 1}"
    protect(sheet)
    return sheet


_SUBTITLES = {
    "wired": "Every figure by its FT_ function, where it has one, and beside it by ordinary formulas.",
    "native": "Every figure by an ordinary formula.",
    "values": "Every figure, and how it is calculated.",
}


def _columns(book: Book) -> int:
    """The wired edition reconciles each figure with its native formula, in two columns more."""
    return 6 if book.edition == "wired" else 4


def _last_column(book: Book) -> str:
    return get_column_letter(_columns(book))


def fill_breakdown(book: Book, sheet: Worksheet) -> None:
    """Writes the lines; the Cash flow sheet must stand."""
    _name_irr_guess(book, sheet)
    column_titles(book, sheet, FIRST_ROW, TITLES[: _columns(book)])
    row = FIRST_ROW
    for line in LINES:
        row += 1
        if isinstance(line, str):
            group_title(book, sheet, row, line, _last_column(book))
            continue
        book.put(sheet, f"A{row}", line.label)
        figure = book.live(line.wired(book), lambda line=line: line.native(book))  # type: ignore[misc]
        value = book.put(sheet, f"B{row}", figure, "Output", line.number_format, name=f"out_{line.name}")
        book.put(sheet, f"C{row}", line.unit.replace("{currency}", book.scenario.currency), "Unit")
        book.put(sheet, f"D{row}", line.words, "Explanatory Text")
        if book.edition != "wired":
            book.names[f"native_{line.name}"] = book.names[f"out_{line.name}"]
            continue
        native = book.put(
            sheet, f"E{row}", line.native(book), "Calculation", line.number_format, name=f"native_{line.name}"
        )
        book.put(
            sheet,
            f"F{row}",
            matches(Formula(f"B{row}", value.value), Formula(f"E{row}", native.value), line.tolerance),
            "Good",
        )
    color_ok_and_fail(sheet, f"B{row}:B{row}")
    if book.edition == "wired":
        color_ok_and_fail(sheet, f"F{FIRST_ROW + 1}:F{row}")
        book.define("breakdown_matches", sheet, f"F{FIRST_ROW + 1}:F{row}")
    if book.edition == "native":
        _add_answer(book, sheet)
    last = add_waterfall(book, sheet, max(sheet.max_row, FIRST_PAGE) + 1)
    page(sheet, f"A1:{_last_column(book)}{last}", f"1:{FIRST_ROW}", tall=2)


ANSWER: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("horizon_in_words", "Horizon", answer.horizon_in_words),
    ("amount_in_words", "Net ROI", answer.amount_in_words),
    ("payback_in_words", "Payback", lambda payback: answer.duration(payback)),
    ("pace_in_words", "Assumption beyond the horizon", answer.pace_in_words),
    ("loss_in_words", "Where the outlay is not recovered", answer.loss_in_words),
    ("answer_in_words", "The answer", answer.answer_in_words),
)
"""The answer's parts: the engine's equations of words, each after those that it takes."""


def _add_answer(book: Book, sheet: Worksheet) -> None:
    """The answer as a sentence, part by part, below the workings."""
    first = sheet.max_row + 2
    group_title(book, sheet, first, "The answer in words", _last_column(book))
    n = book.names
    payback = Formula("out_payback", book.appraisal.payback_months)
    known = {**n, "payback": payback, "net_roi": n["out_net_roi"]}
    for row, (name, label, equation) in enumerate(ANSWER, start=first + 1):
        formula = formula_of(equation(*(known[taken] for taken in inspect.signature(equation).parameters)))
        book.put(sheet, f"A{row}", label)
        known[name] = book.put(sheet, f"B{row}", formula, "Calculation", name=name)


def matches(one: Formula, other: Formula, tolerance: float) -> Formula:
    """OK where two cells agree: numbers within a relative tolerance, texts exactly."""
    numbers = is_number(one) & is_number(other)
    same_text = (one == other).where("OK", "FAIL")
    return numbers.where(_close(one, other, tolerance).where("OK", "FAIL"), same_text)


def _close(one: Formula, other: Formula, tolerance: float) -> Formula:
    return abs(one - other) <= tolerance * maximum(abs(one), 1)


def _name_irr_guess(book: Book, sheet: Worksheet) -> None:
    n = book.names
    row = sheet.max_row + 1
    guess = flow_metrics.irr_guess(n["net_flows"], n["flow_months"])
    book.put(sheet, f"A{row}", "Start value for IRR()")
    book.put(sheet, f"B{row}", guess, "Calculation", styles.FACTOR, name="irr_guess")
    book.put(sheet, f"C{row}", "per month", "Unit")
    book.put(sheet, f"D{row}", "(Σ inflows / Σ outflows)^(1 / distance of their mean months) − 1", "Explanatory Text")
