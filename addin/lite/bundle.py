"""What xlwings Lite is given: one text, main.py, and the packages that it needs.

The modules of the functions and the engine stand in it as they are in the package, each under its path, so that a
reader can compare them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import requires
from pathlib import Path

import roi_engine
from addin.lite import text_modules
from roi_engine._version import __version__
from roi_engine.worksheet.catalogue import functions

MAIN, REQUIREMENTS = "main.py", "requirements.txt"
FUNCTIONS = "addin.functions"
"""The module that registers the functions."""
OUR_PACKAGES = ("addin", "roi_engine")
NEEDED = ("numpy", "platformdirs", "pydantic", "xlwings")
"""The packages that the functions need, all of them; `ft-roi` itself needs more."""

_ROOT = Path(roi_engine.__file__).parents[1]
_QUOTES = "'''"
_HEADER = '''"""FT ROI {version} for xlwings Lite: the FT_ worksheet functions and the engine that computes them.

{modules} modules and {tables} tables of the package ft-roi, each as it stands there, under its path. At the end they
are imported, and xlwings registers the functions. They open no connection and no file but a price table of your own.
`ft-roi addin lite --print` of this version prints the same text.

SHA-256 of all that follows this text: {digest}
SPDX-License-Identifier: BSD-3-Clause
"""
'''
_HEADED = re.compile(
    r'"""FT ROI (?P<version>[\w.+-]{1,40}) for xlwings Lite: .{1,2000}?\n'
    r'SHA-256 of all that follows this text: (?P<digest>[0-9a-f]{64})\n.{1,200}?\n"""\n',
    re.DOTALL,
)
_BEGINNING = '''
FILES = {}


def file(path, text):
    """Keeps the text of a file; it begins on a line of its own."""
    FILES[path] = text.removeprefix("\\n")

'''
_END = f"""

import_from(FILES)

from {FUNCTIONS} import *
"""


@cache
def main_text() -> str:
    """The text of main.py; the same for the same version.

    Raises ValueError where a file cannot stand in it as it is.
    """
    texts = bundled_files()
    body = [_BEGINNING, *(_entry(path, text) for path, text in texts.items())]
    loader = Path(text_modules.__file__).read_text("utf-8")
    body += [f"\n# {'-' * 10} imported as from a folder {'-' * 10}\n\n", _as_plain_code(loader), _END]
    modules = sum(path.endswith(".py") for path in texts)
    following = "".join(body)
    return (
        _HEADER.format(version=__version__, modules=modules, tables=len(texts) - modules, digest=_digest(following))
        + following
    )


def requirements_text() -> str:
    """The text of requirements.txt: the packages as ft-roi itself asks for them."""
    asked = [each for each in requires("ft-roi") or () if re.match(r"[\w-]+", each)[0] in NEEDED]  # type: ignore[index]
    return "".join(f"{each}\n" for each in sorted(asked))


@cache
def bundled_files() -> Mapping[str, str]:
    """The text of each file that the functions need, by its path, in order."""
    paths = set(_modules().values())
    folders = {path.parent for path in paths}
    paths |= {table for folder in folders for table in folder.glob("*.csv")}
    return {path.relative_to(_ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


def version_in(text: str) -> str:
    """The version that a main.py says it is of.

    Empty where it is none of ours, or was changed.

    >>> version_in("print('Hello')")
    ''
    """
    headed = _HEADED.match(text)
    return headed["version"] if headed and headed["digest"] == _digest(text[headed.end() :]) else ""


def is_headed(text: str) -> bool:
    """Whether a main.py has our header, whatever became of the rest."""
    return _HEADED.match(text) is not None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _entry(path: str, text: str) -> str:
    """A file as main.py has it: its text, letter for letter."""
    if _QUOTES in text or not text.endswith("\n") or text.startswith("\n"):
        raise ValueError(f"{path} holds {_QUOTES}, or begins or ends otherwise than with a line")
    return f'\n# {"-" * 10} {path} {"-" * 10}\n\nfile("{path}", r{_QUOTES}\n{text}{_QUOTES})\n'


def _as_plain_code(module: str) -> str:
    """A module's code without its docstring."""
    docstring = ast.parse(module).body[0]
    return "".join(module.splitlines(keepends=True)[docstring.end_lineno :]).lstrip("\n")


def _modules() -> dict[str, Path]:
    """Every module that the functions import, at any time, and its file."""
    families = {function.calculate.__module__ for function in functions().values()}  # imported by their names
    waiting = [FUNCTIONS, *families]
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        file = _file(name) if name.partition(".")[0] in OUR_PACKAGES and name not in found else None
        if file is not None:
            found[name] = file
            waiting += [name.rpartition(".")[0], *_imported(ast.parse(file.read_text("utf-8")))]
    return found


def _file(name: str) -> Path | None:
    path = _ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _imported(node: ast.AST) -> Iterator[str]:
    """The names that a module may import; not those for the type checker alone."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imported(child)
