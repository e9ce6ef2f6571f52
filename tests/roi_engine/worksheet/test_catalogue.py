"""The catalogue: every function is named, described and explained within Excel's limits."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from pathlib import Path

import pytest

from roi_engine import functions
from roi_engine.quantity import MONEY
from roi_engine.worksheet.catalogue import _FAMILIES, LONGEST_SENTENCE, find_function, worksheet_function

ROOT = Path(__file__).parents[3]
THIS_EDITION = {
    "Costs and benefits": [
        "FT_TRAINCOST", "FT_STORAGECOST", "FT_UPFRONT", "FT_TOTALCOST", "FT_INFSAVE", "FT_REVSAVE", "FT_MONTHLY",
        "FT_BENEFIT", "FT_NETROI", "FT_ROI", "FT_PAYBACK", "FT_WORTHIT", "FT_VERDICT", "FT_BREAKDOWN",
    ],
    "Capital budgeting": [
        "FT_CASHFLOW", "FT_NPV", "FT_IRR", "FT_MIRR", "FT_DPAYBACK", "FT_PI", "FT_EQUIVMONTHLY", "FT_BYYEAR",
    ],
    "Break-even and what-if": ["FT_BREAKEVEN", "FT_WHATIF", "FT_SENSITIVITY", "FT_TORNADO"],
    "Tokens and serving": [
        "FT_CALLCOST", "FT_APICOST", "FT_APITRAINCOST", "FT_COSTPER1K", "FT_GPUCOUNT", "FT_SELFHOST",
        "FT_SELFBREAKEVEN",
    ],
    "Options": ["FT_OPTIONS", "FT_OPTION"],
    "Quality": ["FT_REVIEWCOST", "FT_ERRORCUT"],
    "Estimators and tables": [
        "FT_TRAINHOURS", "FT_SERVINGRATE", "FT_SERVINGFIT", "FT_CHECKPOINTGB", "FT_LORAPARAMS", "FT_PRICE",
        "FT_GPUINFO",
    ],
    "Risk": ["FT_RISKVERDICT", "FT_SIMULATE", "FT_SIMSTAT", "FT_HISTOGRAM", "FT_IMPORTANCE", "FT_EVPI"],
    "Audit": ["FT_CHECK", "FT_VERSION"],
}  # fmt: skip

VBA_KEYWORDS = {
    "and", "as", "boolean", "byref", "byte", "byval", "call", "case", "const", "currency", "date", "declare", "dim",
    "do", "double", "each", "else", "elseif", "end", "enum", "erase", "error", "event", "exit", "for", "function",
    "get", "goto", "if", "implements", "in", "input", "integer", "is", "let", "like", "lock", "long", "loop", "me",
    "mod", "name", "new", "next", "not", "object", "on", "open", "option", "optional", "or", "print", "private",
    "property", "public", "put", "rem", "resume", "return", "seek", "select", "set", "single", "static", "step",
    "stop", "string", "sub", "then", "time", "to", "type", "until", "variant", "wend", "while", "with", "write", "xor",
}  # fmt: skip


def test_the_order_is_that_of_the_families_whichever_was_imported_first() -> None:
    program = (
        "import roi_engine.worksheet.options, roi_engine.worksheet.audit\n"
        "from roi_engine import functions\n"
        "print(*functions())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [name for names in THIS_EDITION.values() for name in names]


def test_every_file_that_declares_functions_is_read() -> None:
    folder = ROOT / "roi_engine" / "worksheet"
    declaring = {
        path.stem for path in folder.glob("*.py") if re.search(r"^@\w+_function\(", path.read_text("utf-8"), re.M)
    }
    assert sorted(declaring - {*_FAMILIES}) == [], "name the file in _FAMILIES of roi_engine/worksheet/catalogue.py"


def test_the_functions_stand_family_by_family() -> None:
    families: dict[str, list[str]] = {}
    for name, function in functions().items():
        families.setdefault(function.family, []).append(name)
    assert families == THIS_EDITION, "name a new function in THIS_EDITION above, where it stands in its family"


@pytest.mark.parametrize("name", functions())
def test_a_function_fits_into_excel(name: str) -> None:
    function = functions()[name]
    assert function.name == name
    assert re.fullmatch(r"FT_[A-Z]+[A-Z0-9]*", name)  # the underscore keeps it from being read as a cell
    assert 20 < len(function.sentence) <= LONGEST_SENTENCE == 255
    assert function.sentence.endswith(".") and function.sentence.isprintable()
    assert len(function.arguments) <= 60
    for argument in function.arguments:
        assert argument.name.isascii() and argument.name.isidentifier() and not keyword.iskeyword(argument.name)
        assert argument.name not in VBA_KEYWORDS
        assert argument.meaning.endswith(".") and len(argument.meaning) <= 255
    assert len({argument.name for argument in function.arguments}) == len(function.arguments)


@pytest.mark.parametrize("name", functions())
def test_optional_arguments_come_last_within_their_part(name: str) -> None:
    function = functions()[name]
    rates = {"discount_rate", "finance_rate", "reinvest_rate", "swing"}  # empty: the scenario's; they come first
    for part in (function.own, function.scenario):
        optional = [argument.optional for argument in part if argument.name not in rates]
        assert optional == sorted(optional)


def test_the_short_forms() -> None:
    assert find_function("NPV").block_signature == "FT_NPV([discount_rate], scenario)"
    assert find_function("WHATIF").signature == (
        "FT_WHATIF(metric, scenario, input_name, value, [input_name_2], [value_2])"
    )
    assert find_function("REVSAVE").signature == "FT_REVSAVE(accuracy_improvement_percent, monthly_review_cost)"
    assert find_function("VERSION").signature == find_function("VERSION").block_signature == "FT_VERSION([at_least])"


def test_a_function_is_declared_once_and_with_a_short_sentence() -> None:
    with pytest.raises(ValueError, match="FT_ROI is declared twice"):
        worksheet_function("FT_ROI", "Audit", "Again.", MONEY, scenario="none")(lambda: 0)
    with pytest.raises(ValueError, match="300 characters"):
        worksheet_function("FT_LONG", "Audit", "x" * 300, MONEY, scenario="none")(lambda: 0)
    assert "FT_LONG" not in functions()
