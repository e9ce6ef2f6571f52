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
    NPV = "B", _title("npv"), 18
    COST = "C", _title("pv_cost"), 18
    MONTHLY = "D", _title("equivalent_monthly_cost"), 18
    PAYBACK = "E", _title("payback_months"), 17
    RANK = "F", _title("rank"), 8
    CHANGES = "G", f"{_title('ranking_changes_at')} (calls/month)", 19
    NOTE = "H", "Note", 40


class Bearing(Columns):
    """What an option bears."""

    LABEL = "A", ""
    STAY = "B", ""
    API = "C", ">Fine-tuned API"
    SELFHOSTED = "D", ">Self-hosted"
    UNIT = "E", "Unit"


class Bill(Columns):
    """The monthly bill of each option."""

    LABEL = "A", ""
    STAY = "B", ">Stay"
    API = "C", ">Fine-tuned API"
    SELFHOSTED = "D", ">Self-hosted"
    UNIT = "E", "Unit"
    FINDING = "F"


class Volume(Columns):
    """The volumes at which self-hosting breaks even with another option."""

    LABEL = "A", ""
    STAY = "B", ">Against staying"
    API = "C", ">Against the API"
    EMPTY = "D", ""
    UNIT = "E", "Unit"
    NOTE = "F"


class Step(Columns):
    """The staircase of the fleet's bill: points of the chart."""

    POINT = "J", ">Point", 8
    STEP = "K", ">Step", 8
    REPLICAS = "L", ">Replicas", 11
    CALLS = "M", ">Calls", 14
    BILL = "N", ">Bill", 14


class End(Columns):
    """The ends of the straight lines of the chart."""

    STAY_CALLS = "P", ">Calls", 16
    STAY_BILL = "Q", ">Stay", 16
    API_CALLS = "R", ">Calls", 18
    API_BILL = "S", ">API", 14


class Mark(Columns):
    """Where self-hosting first costs no more: diamonds of the chart."""

    CALLS = "P", ">Breaks even"
    BILL = "Q", ">Bill"


class Fleet(Columns):
    """What the staircase is drawn from."""

    REPLICAS = "P", ">Replicas"
    STRIDE = "Q", ">A step"
    CALLS = "R", ">Calls of one"
    STEPS = "S", ">Steps"


RIGHT = Alignment(horizontal="right", vertical="center")
