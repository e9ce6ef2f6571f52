"""The columns of the Options sheet: options, bills, the chart's points."""

from __future__ import annotations

from openpyxl.styles import Alignment

from roi_engine.figures import OPTION_FIGURES
from templates.building.columns import Columns


def _title(name: str) -> str:
    return f">{OPTION_FIGURES[name].heading()}"


class Column(Columns):
    """The table of options."""

    OPTION = "A", "Option", 41
    NPV = "B", _title("npv"), 17
    BEST = "C", _title("npv_best"), 17
    COST = "D", _title("pv_cost"), 17
    MONTHLY = "E", _title("equivalent_monthly_cost"), 17
    PAYBACK = "F", _title("payback_months"), 16
    BILL = "G", _title("bill"), 17
    RANK = "H", _title("rank"), 8
    CHANGES = "I", f"{_title('ranking_changes_at')} (calls/month)", 19
    NOTE = "J", "Note", 36


class Bearing(Columns):
    """What an option bears."""

    LABEL = "A", ""
    SCENARIO = "B", ">Scenario"
    SWITCH = "C", ">Another model"
    API = "D", ">Fine-tuned API"
    SELFHOSTED = "E", ">Self-hosted"
    UNIT = "F", "Unit"


class Bill(Columns):
    """The monthly bill of each option."""

    LABEL = "A", ""
    STAY = "B", ">Stay"
    SWITCH = "C", ">Another model"
    API = "D", ">Fine-tuned API"
    SELFHOSTED = "E", ">Self-hosted"
    UNIT = "F", "Unit"
    FINDING = "G"


class Volume(Columns):
    """The volumes at which self-hosting breaks even with another option."""

    LABEL = "A", ""
    STAY = "B", ">Against staying"
    SWITCH = "C", ">Another model"
    API = "D", ">Against the API"
    EMPTY = "E", ""
    UNIT = "F", "Unit"
    NOTE = "G"


class Step(Columns):
    """The staircase of the fleet's bill: points of the chart."""

    POINT = "L", ">Point", 8
    STEP = "M", ">Step", 8
    REPLICAS = "N", ">Replicas", 11
    CALLS = "O", ">Calls", 14
    BILL = "P", ">Bill", 14


class End(Columns):
    """The ends of the straight lines of the chart."""

    STAY_CALLS = "R", ">Calls", 16
    STAY_BILL = "S", ">Stay", 16
    SWITCH_CALLS = "T", ">Calls", 16
    SWITCH_BILL = "U", ">Another model", 16
    API_CALLS = "V", ">Calls", 18
    API_BILL = "W", ">API", 14


class Mark(Columns):
    """Where self-hosting first costs no more: diamonds of the chart."""

    CALLS = "R", ">Breaks even"
    BILL = "S", ">Bill"


class Fleet(Columns):
    """What the staircase is drawn from."""

    REPLICAS = "R", ">Replicas"
    STRIDE = "S", ">A step"
    CALLS = "T", ">Calls of one"
    STEPS = "U", ">Steps"


RIGHT = Alignment(horizontal="right", vertical="center")
