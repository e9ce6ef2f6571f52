"""The text that xlwings Lite runs: what stands in it, and that it stands there as in the package."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import tomllib
import traceback
from pathlib import Path

import pytest

from addin.lite import bundle
from addin.lite.bundle import NEEDED, bundled_files, is_headed, main_text, requirements_text, version_in
from addin.lite.text_modules import TextModules, import_from
from roi_engine._version import __version__

ROOT = Path(__file__).parents[3]


def files_in(text: str) -> dict[str, str]:
    """The files that a main.py holds, as Python reads it."""
    calls = [each.value for each in ast.parse(text).body if isinstance(each, ast.Expr)]
    files = [call.args for call in calls if isinstance(call, ast.Call) and call.func.id == "file"]
    return {ast.literal_eval(path): ast.literal_eval(text).removeprefix("\n") for path, text in files}


def test_every_file_stands_in_it_letter_for_letter():
    files = files_in(main_text())
    assert files == bundled_files()
    assert {"addin/functions.py", "roi_engine/worksheet/risk.py", "roi_engine/prices/gpus.csv"} <= files.keys()
    for path, text in files.items():
        assert (ROOT / path).read_text("utf-8") == text


def test_nothing_in_it_is_packed():
    """All of it but the files is code of a page, and no line of it is longer than people write."""
    text = main_text()
    for file in bundled_files().values():
        assert file in text
        text = text.replace(file, "")
    assert len(text) < 15_000
    assert not {"exec", "eval", "compile", "zlib", "base64"} & {
        each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)
    }
    assert max(map(len, text.splitlines())) <= 120


def test_it_holds_no_command_no_workbook_and_no_test():
    assert {path.partition("/")[0] for path in bundled_files()} == {"addin", "roi_engine"}
    assert [path for path in bundled_files() if path.startswith("addin/")] == [
        "addin/__init__.py",
        "addin/functions.py",
    ]


def test_its_header_tells_a_change():
    text = main_text()
    assert version_in(text) == __version__
    for changed in (text.replace("def ", "def  ", 1), text + "\n", text.replace("SHA-256", "SHA 256", 1)):
        assert changed != text and version_in(changed) == ""
    assert is_headed(text + "import os\n") and not is_headed("import os\n" + text)


def test_the_packages_are_asked_for_as_ft_roi_asks():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    lines = requirements_text().splitlines()
    assert len(lines) == len(NEEDED) and set(lines) <= set(asked)


def test_the_functions_import_no_other_package():
    tops = set()
    for path, text in bundled_files().items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                tops |= {name.partition(".")[0] for name in names}
    assert tops - set(sys.stdlib_module_names) == {*NEEDED, "pydantic_core", "roi_engine"}


@pytest.mark.parametrize("text", ["x = '''a'''\n", "no line", "\nfirst"])
def test_a_file_that_cannot_stand_in_it_is_refused(text, monkeypatch):
    monkeypatch.setattr(bundle, "bundled_files", lambda: {"odd.py": text})
    with pytest.raises(ValueError, match=r"odd\.py"):
        main_text.__wrapped__()


FILES = {
    "ft_test/__init__.py": '"""A package."""\n',
    "ft_test/table.csv": "name,euro\nÄ,1\n",
    "ft_test/inner/__init__.py": "from ft_test.inner.deep import half\n",
    "ft_test/inner/deep.py": (
        "from importlib import resources\n\n\ndef half(number):\n    return number / 2\n\n\n"
        "def table():\n    return resources.files('ft_test').joinpath('table.csv').read_text('utf-8')\n"
    ),
}


@pytest.fixture
def texts(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    import_from(FILES)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "ft_test"]:
        del sys.modules[name]


def test_texts_are_imported_as_files_are(texts):
    package = importlib.import_module("ft_test")
    deep = importlib.import_module("ft_test.inner.deep")
    assert package.__doc__ == "A package." and package.__path__ == ["ft_test"]
    assert deep.__file__ == "ft_test/inner/deep.py" and deep.half(3) == 1.5
    assert importlib.import_module("ft_test.inner").half is deep.half
    assert deep.table() == FILES["ft_test/table.csv"]
    assert inspect.getsource(deep.half) == "def half(number):\n    return number / 2\n"
    with pytest.raises(ModuleNotFoundError, match=r"ft_test\.other"):
        importlib.import_module("ft_test.other")


def test_a_traceback_shows_the_line(texts):
    try:
        importlib.import_module("ft_test.inner.deep").half("")
    except TypeError:
        told = traceback.format_exc()
    assert 'File "ft_test/inner/deep.py", line 5, in half\n    return number / 2' in told


def test_other_modules_are_left_to_python():
    assert TextModules(FILES).find_spec("json") is None
