"""A package that a function needs and Python lacks: every surface says so in a sentence, and all else calculates."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from addin import functions as xlwings_functions
from addin.command_line import ft_roi
from addin.excel import calls
from addin.libreoffice import worker
from roi_engine import call
from roi_engine.errors import MissingPackage
from roi_engine.prices.price_tables import forget_tables
from roi_engine.worksheet.call import _called

NEEDING = {
    "numpy": ("FT_TRAINCOST", [[[24.0], [48.0]], 1.5]),
    "platformdirs": ("FT_PRICE", ["gpt-4.1", "input"]),
}


@pytest.fixture(params=NEEDING)
def lacking(request, monkeypatch):
    """The package, which cannot be imported, and a call that needs it."""
    monkeypatch.setitem(sys.modules, request.param, None)
    monkeypatch.delenv("FT_ROI_PRICES")
    forget_tables()
    _called.cache_clear()  # what was asked before, it answers without the package
    yield request.param, *NEEDING[request.param]
    forget_tables()


def test_in_python_it_is_an_error_of_ours(lacking):
    package, name, arguments = lacking
    with pytest.raises(MissingPackage, match=f"{name} needs the Python package {package}"):
        call(name, *arguments)
    assert call("FT_TRAINCOST", 24.0, 1.5) == 36


def test_a_cell_shows_the_sentence(lacking):
    package, name, arguments = lacking
    sentence = str(MissingPackage(name, package))
    assert getattr(xlwings_functions, name)(*arguments) == sentence
    assert calls.cells(name, *arguments) == [[f"'{sentence}"]]
    assert worker.engine()(name, arguments) == sentence
    assert sentence.endswith("requirements.txt.") and len(sentence) < 255


def test_the_command_line_prints_it_alone(lacking, tmp_path):
    package, name, arguments = lacking
    column = tmp_path / "hours.csv"
    column.write_text("24\n48\n", "utf-8")
    words = [str(column) if isinstance(each, list) else str(each) for each in arguments]
    done = CliRunner().invoke(ft_roi, ["eval", name, *words])
    assert done.exit_code == 3 and done.stderr == f"Error: {MissingPackage(name, package)}\n"
    done = CliRunner().invoke(ft_roi, ["eval", name, *words, "--json"])
    assert json.loads(done.stdout)["error"]["message"] == str(MissingPackage(name, package))


def test_once_it_is_there_the_same_call_answers(monkeypatch):
    """What failed for want of a package is not remembered."""
    hours = [[25.0], [49.0]]
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "numpy", None)
        with pytest.raises(MissingPackage):
            call("FT_TRAINCOST", hours, 1.5)
    assert call("FT_TRAINCOST", hours, 1.5) == [[37.5], [73.5]]


def test_a_module_of_ours_that_is_missing_is_no_package_to_install(monkeypatch):
    def broken(*_):
        raise ModuleNotFoundError("No module named 'roi_engine.gone'", name="roi_engine.gone")

    monkeypatch.setattr("roi_engine.worksheet.call._called", broken)
    with pytest.raises(ModuleNotFoundError):
        call("FT_TRAINCOST", 24.0, 1.5)
