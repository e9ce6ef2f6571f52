"""The lower half of the Options sheet: the monthly bill against the volume, and where self-hosting breaks even.

Ordinary formulas in every edition, printed from the engine's equations.
"""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from roi_engine import equations, fleet_equations
from roi_engine.options import CALLS, LABELS
from roi_engine.value import ceiling, divide, maximum, minimum
from templates.building import styles
from templates.building.book import Book, absolute, column_titles, group_title
from templates.building.charts import BLUE, GREEN, ORANGE, Cells, bill_chart
from templates.building.formula import Formula, formula_of, function, is_number, joined

COLUMNS = {"STAY": "B", "API": "C", "SELFHOSTED": "D"}
"""Where an option's figures stand below the table."""
LAST_COLUMN = "H"
CHART_ROWS = 20
STEPS = 24
"""Steps of the fleet that the chart draws; a larger fleet grows by several replicas a step."""
POINTS_ROW = 4
"""The row of the titles over the chart's points, beside the page."""
_LOOKS = {"STAY": (BLUE, "solid"), "API": (ORANGE, "sysDash"), "SELFHOSTED": (GREEN, "solid")}
"""An option's line keeps its colour and dash whichever options have figures."""
REACHES = (2, 3, 5, 10, 20, 50)
_RIGHT = Alignment(horizontal="right", vertical="center")


def add_bills(book: Book, sheet: Worksheet, row: int) -> int:
    """The monthly bill at the scenario's volume, and the volumes at which self-hosting breaks even."""
    n, currency = book.names, book.scenario.currency
    calls = n[CALLS]
    group_title(book, sheet, row, "Monthly bill, all traffic moved, first-month prices; no upfront cost", LAST_COLUMN)
    column_titles(book, sheet, row + 1, ("", *(f">{label}" for label in LABELS.values()), "Unit"))
    row += 2
    book.put(sheet, f"A{row}", "At the scenario's calls")
    bills = []
    for name, column in COLUMNS.items():
        bills.append(book.put(sheet, f"{column}{row}", _bill(book, name, calls), "Output", styles.MONEY))
        sheet[f"{column}{row}"].alignment = _RIGHT
    book.put(sheet, f"E{row}", f"{currency} / month", "Unit")
    lowest = function("MIN", Formula(f"B{row}:D{row}", None), value=_smallest(bills))
    words = (bills[0] == lowest).where("staying", (bills[1] == lowest).where("the fine-tuned API", "self-hosting"))
    book.put(sheet, f"F{row}", joined("Lowest monthly bill: ", words), "Explanatory Text", name="bills_title")

    row += 2
    group_title(book, sheet, row, "Volumes from which self-hosting costs no more, month by month", LAST_COLUMN)
    column_titles(book, sheet, row + 1, ("", ">Against staying", ">Against the API", "", "Unit"))
    row += 2
    sides = {
        "B": ("stay", n["has_own"] == 1, n["baseline_cost_per_call"], n["operations_monthly_cost"]),
        "C": (
            "api",
            (n["has_own"] == 1) & (n["has_api"] == 1),
            n["finetuned_cost_per_call"],
            n["operations_monthly_cost"] - n["hosting_monthly_fee"],
        ),
    }
    for offset, (title, unit, _) in enumerate(STAIRCASE):
        book.put(sheet, f"A{row + offset}", title)
        book.put(sheet, f"E{row + offset}", unit.replace("{currency}", currency), "Unit")
    for column, (side, both, price, fixed) in sides.items():
        _add_staircase(book, sheet, column, row, side, both, price, fixed)
    last = row + len(STAIRCASE) - 1
    note = "Between the two a new replica can be nearly empty: there the price per call may win again."
    book.put(sheet, f"F{last}", note, "Explanatory Text")
    return last + 1


STAIRCASE = (
    ("Price of a call", "{currency} / call", styles.CALL_PRICE),
    ("Fixed costs beside the GPUs (less the API's fee)", "{currency} / month", styles.MONEY),
    ("Bill of one replica", "{currency} / month", styles.MONEY),
    ("Calls that one replica serves", "calls / month", styles.WHOLE),
    ("Saving of a call on a full replica", "{currency} / call", styles.CALL_PRICE),
    ("Replicas at the first volume", "replicas", styles.WHOLE),
    ("Replicas at the last change", "replicas", styles.WHOLE),
    ("First volume at which it costs no more", "calls / month", styles.WHOLE),
    ("Volume from which it always costs no more", "calls / month", styles.WHOLE),
)


def _add_staircase(
    book: Book, sheet: Worksheet, column: str, row: int, side: str, both: Formula, price: Any, fixed: Any
) -> None:
    """Self-hosting against a price per call, step by step, by the engine's equations."""
    n: Any = book.names
    rows = iter(enumerate(STAIRCASE, start=row))

    def put(figure: Any, style: str = "Calculation", name: str | None = None) -> Any:
        at, (_, _, shown) = next(rows)
        cell = book.put(sheet, f"{column}{at}", figure, style, shown, name)
        sheet[f"{column}{at}"].alignment = _RIGHT
        return cell

    per_call, least = n["replicas_per_call"], n["min_replicas"]
    price, fixed = put(price), put(fixed)
    bill = put(fleet_equations.replica_bill(n["gpus_per_replica"], n["serving_gpu_hourly_rate"], n["hours_per_month"]))
    put(divide(formula_of(1), per_call, 0))
    saving = put(fleet_equations.full_replica_saving(price, bill, per_call))
    first = put(fleet_equations.first_paying_replicas(saving, fixed, per_call, least))
    always = put(fleet_equations.always_paying_replicas(saving, price, fixed, per_call, least))
    for volume, replicas, word in (
        (fleet_equations.first_paying_calls, first, "first"),
        (fleet_equations.always_paying_calls, always, "always"),
    ):
        calls = volume(saving, replicas, bill, fixed, price)
        from_nothing = (calls > 0).where(calls, 0)  # a text is greater than any number, so Never stays
        put(both.where(from_nothing, "n/a"), "Output", f"own_{word}_against_{side}")


def _bill(book: Book, name: str, calls: Formula) -> Formula:
    """The bill of a month with so many calls; n/a for an option that lacks inputs."""
    n = book.names
    if name == "STAY":
        return calls * n["baseline_cost_per_call"]
    if name == "API":
        return (n["has_api"] == 1).where(calls * n["finetuned_cost_per_call"] + n["hosting_monthly_fee"], "n/a")
    gpus = equations.serving_gpus(
        "self_hosted", 1, calls, n["replicas_per_call"], n["min_replicas"], n["gpus_per_replica"]
    )
    fleet: Any = equations.fleet_spend(gpus, n["serving_gpu_hourly_rate"], n["hours_per_month"])
    return (n["has_own"] == 1).where(fleet + n["operations_monthly_cost"], "n/a")


def _smallest(cells: list[Formula]) -> float:
    return min(cell.value for cell in cells if isinstance(cell.value, (int, float)))


def add_bill_chart(book: Book, sheet: Worksheet, row: int) -> int:
    """The chart of the bill against the calls, the break-even volumes marked; returns the last row."""
    n = book.names
    group_title(book, sheet, row, "The monthly bill against the volume", LAST_COLUMN)
    row += 1
    book.put(sheet, f"A{row}", "The chart reaches, times the scenario's calls")
    reach = book.put(sheet, f"B{row}", _reach(book), "Input", styles.NUMBER, name="chart_reach")
    sheet.add_data_validation(_reach_rule(f"B{row}"))
    widest = book.put(sheet, f"C{row}", maximum(reach * n[CALLS], 1), "Calculation", styles.WHOLE, name="chart_calls")
    book.put(sheet, f"D{row}", "calls / month", "Unit")
    stay, api, marks = _add_lines(book, sheet, widest)
    steps = _add_steps(book, sheet, widest)
    shown = {"STAY": stay}
    if n["has_api"].value == 1:
        shown["API"] = api
    if n["has_own"].value == 1:
        shown["SELFHOSTED"] = steps
    found: Any = n["bills_title"]
    definition: Any = book.workbook.defined_names["bills_title"]
    title = (sheet, definition.attr_text.split("!")[1].replace("$", ""), [found.value])
    lines = {LABELS[name]: (_LOOKS[name], each) for name, each in shown.items()}
    chart: Any = bill_chart(lines, marks if "SELFHOSTED" in shown else None, title, book.scenario.currency)
    chart.width, chart.height = 28, 9.3
    sheet.add_chart(chart, f"A{row + 1}")
    book.chart_descriptions[sheet.title].append(
        f"Line chart of the monthly bill against the calls per month: {', '.join(LABELS[name] for name in shown)}; "
        f"diamonds where self-hosting first costs no more. {found.value} at this scenario's volume."
    )
    return row + CHART_ROWS


def _reach(book: Book) -> int:
    """How far the chart reaches: past the break-even volumes, if they are not too far away."""
    n = book.names
    calls = max(n[CALLS].value, 1)
    firsts = [n[f"own_first_against_{side}"].value for side in ("stay", "api")]
    wanted = [1.25 * first / calls for first in firsts if isinstance(first, (int, float)) and first <= 40 * calls]
    return next(reach for reach in REACHES if reach >= max(wanted, default=0))


def _reach_rule(address: str) -> DataValidation:
    rule = DataValidation(type="decimal", operator="between", formula1="0.1", formula2="1000", allow_blank=False)
    rule.promptTitle = rule.errorTitle = "Reach of the chart"
    rule.prompt = "How many times the scenario's calls the chart reaches: 0.1 to 1,000."
    rule.error = "Type a number from 0.1 to 1000."
    rule.showInputMessage = rule.showErrorMessage = True
    rule.add(address)
    return rule


def _add_lines(book: Book, sheet: Worksheet, widest: Formula) -> tuple[tuple[Cells, Cells], ...]:
    """The ends of the two straight lines, and the marks; a point left of the axis is one that does not exist."""
    n = book.names
    column_titles(book, sheet, POINTS_ROW, (">Calls", ">Stay", ">Calls", ">API"), 16)
    api = n["has_api"] == 1
    columns: list[list[Any]] = [[], [], [], []]
    for row, calls in enumerate((formula_of(0), widest), start=POINTS_ROW + 1):
        figures = (
            calls,
            _bill(book, "STAY", Formula(f"P{row}", calls.value)),
            api.where(Formula(f"P{row}", calls.value), -1),
            api.where(_bill(book, "API", Formula(f"P{row}", calls.value)), 0),
        )
        for column, values, figure in zip("PQRS", columns, figures, strict=True):
            values.append(book.put(sheet, f"{column}{row}", figure, "Explanatory Text", styles.WHOLE).value)
    marks_row = POINTS_ROW + 4
    column_titles(book, sheet, marks_row, (">Breaks even", ">Bill"), 16)
    marks: list[list[Any]] = [[], []]
    for row, (side, option) in enumerate((("stay", "STAY"), ("api", "API")), start=marks_row + 1):
        volume = n[f"own_first_against_{side}"]
        inside = is_number(volume) & (volume <= widest)
        at = book.put(sheet, f"P{row}", inside.where(volume, -1), "Explanatory Text", styles.WHOLE)
        level = (at >= 0).where(_bill(book, option, at), 0)
        marks[0].append(at.value)
        marks[1].append(book.put(sheet, f"Q{row}", level, "Explanatory Text", styles.WHOLE).value)
    first, last = POINTS_ROW + 1, POINTS_ROW + 2

    def line(x: int, y: int) -> tuple[Cells, Cells]:
        return tuple((sheet, f"{'PQRS'[at]}{first}:{'PQRS'[at]}{last}", columns[at]) for at in (x, y))  # type: ignore[return-value]

    ends = f"{marks_row + 1}:{{0}}{marks_row + 2}"
    crossings = tuple((sheet, column + ends.format(column), values) for column, values in zip("PQ", marks, strict=True))
    return line(0, 1), line(2, 3), crossings  # type: ignore[return-value]


def _add_steps(book: Book, sheet: Worksheet, widest: Formula) -> tuple[Cells, Cells]:
    """The points of the staircase: each step from the capacity of the fleet before to its own."""
    n: Any = book.names
    own, least = n["has_own"] == 1, n["min_replicas"]
    titles_row = POINTS_ROW + 8
    column_titles(book, sheet, titles_row, (">Replicas", ">A step", ">Calls of one", ">Steps"), 16)
    steps = book.put(sheet, f"S{titles_row + 1}", STEPS, "Explanatory Text", styles.WHOLE)
    needed: Any = equations.serving_gpus("self_hosted", 1, widest, n["replicas_per_call"], least, 1)
    most = book.put(sheet, f"P{titles_row + 1}", needed, "Explanatory Text", styles.WHOLE)
    stride_of = maximum(ceiling((most - least + 1) / Formula(steps.text, STEPS)), 1)
    stride = book.put(sheet, f"Q{titles_row + 1}", stride_of, "Explanatory Text", styles.WHOLE)
    calls_of = divide(formula_of(1), n["replicas_per_call"], widest)
    capacity = book.put(sheet, f"R{titles_row + 1}", calls_of, "Explanatory Text", styles.WHOLE)
    most, stride, capacity = (Formula(absolute(each.text), each.value) for each in (most, stride, capacity))
    column_titles(book, sheet, POINTS_ROW, (">Point", ">Step", ">Replicas", ">Calls", ">Bill"), 10)
    xs, ys = [], []
    for number in range(2 * STEPS):
        row = POINTS_ROW + 1 + number
        point = book.put(sheet, f"J{row}", number, "Explanatory Text", styles.WHOLE)
        point = Formula(point.text, number)
        step_of = function("INT", point / 2, value=number // 2)
        step = book.put(sheet, f"K{row}", step_of, "Explanatory Text", styles.WHOLE)
        drawn = minimum(least + step * stride, most)
        replicas: Any = book.put(sheet, f"L{row}", drawn, "Explanatory Text", styles.WHOLE)
        full = (least + (step - (1 - point % 2)) * stride) * capacity
        calls = own.where((point == 0).where(0, minimum(widest, full)), -1)
        xs.append(book.put(sheet, f"M{row}", calls, "Explanatory Text", styles.WHOLE).value)
        fleet: Any = equations.fleet_spend(
            replicas * n["gpus_per_replica"], n["serving_gpu_hourly_rate"], n["hours_per_month"]
        )
        bill = own.where(fleet + n["operations_monthly_cost"], 0)
        ys.append(book.put(sheet, f"N{row}", bill, "Explanatory Text", styles.WHOLE).value)
    first, last = POINTS_ROW + 1, POINTS_ROW + 2 * STEPS
    return (sheet, f"M{first}:M{last}", xs), (sheet, f"N{first}:N{last}", ys)
