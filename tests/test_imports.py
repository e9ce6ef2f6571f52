"""Which package may import which, and which libraries the command line must not load to start."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What no module of a package may import, at its top or inside a function.
FORBIDDEN = {
    "roi_engine": {"templates", "addin", "openpyxl", "xlwings", "click", "lxml"},
    "templates": {"addin", "xlwings", "click"},
    "addin": set(),
}

# Inside roi_engine, the modules near the bottom and all that they may import of the package.
# (`from roi_engine import quantity` and `from roi_engine.quantity import …` both import quantity.)
FOUNDATIONS = {
    "errors": set(),
    "cell_errors": set(),
    "value": set(),
    "too_large": {"errors"},
    "graph": {"errors", "value", "too_large"},
    "written_numbers": set(),
    "quantity": {"errors", "value", "cell_errors", "written_numbers"},
    "equations": {"value", "quantity"},
    "figures": {"errors", "quantity"},
}

# Inside templates and addin, each room and the rooms that its modules may import. A room is a sub-package, or a module
# beside them.
ROOMS = {
    "templates": {
        "xlsx": set(),
        "building": {"xlsx"},
        "cash_flow_picture": {"building"},
        "sheets": {"building", "xlsx"},
        "workbook": {"sheets", "building", "lambdas", "xlsx"},
        "package_check": {"xlsx"},
        "lambdas": {"building", "package_check", "xlsx"},
        "returned": {"workbook", "sheets", "building", "lambdas", "package_check", "xlsx"},
        "tables": {"building", "xlsx"},
        "portfolio": {"returned", "workbook", "sheets", "building", "xlsx"},
    },
    "addin": {
        "shell": set(),
        "functions": set(),
        "excel": {"functions", "shell"},
        "libreoffice": {"shell"},
        "lite": set(),
        "mail": {"shell"},
        "tables": {"shell"},
        "commands": {"excel", "libreoffice", "lite", "mail", "tables", "shell"},
        "command_line": {"commands", "shell"},
        "__main__": {"command_line"},
    },
}

HEAVY = ("numpy", "openpyxl", "scipy", "xlwings")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def dotted_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports anywhere in it; `from a import b` gives a and a.b."""
    package = dotted_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join(above + ([node.module] if node.module else []))
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_package_imports_what_it_must_not_know(package):
    found = modules(package)
    assert len(found) > 1, f"{package}/ holds no modules"
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in found
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN[package]
    }
    assert not wrong


@pytest.mark.parametrize("package", ["templates", "addin"])
def test_the_packages_build_on_the_engine(package):
    assert any(name.split(".")[0] == "roi_engine" for path in modules(package) for name in imported(path))


@pytest.mark.parametrize("module", FOUNDATIONS)
def test_the_foundations_of_the_engine_know_only_what_is_below_them(module):
    engine = {path.stem for path in modules("roi_engine")}
    names = imported(ROOT / "roi_engine" / f"{module}.py")
    of_the_package = {name.split(".")[1] for name in names if name.startswith("roi_engine.")}
    assert of_the_package & engine <= FOUNDATIONS[module]


def room(name: str) -> str:
    return name.split(".")[1]


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_rooms_below_them(package):
    own = {dotted_name(path): path for path in modules(package) if dotted_name(path) != package}
    assert {room(name) for name in own} == ROOMS[package].keys(), "a room without its rule, or a rule without its room"
    wrong = {
        f"{name} imports {other}"
        for name, path in own.items()
        for other in set(imported(path)) & own.keys()
        if room(other) != room(name) and room(other) not in ROOMS[package][room(name)]
    }
    assert not wrong


def test_the_engine_has_no_import_cycle():
    """Modules that import each other cannot be read one at a time."""
    engine = {dotted_name(path): path for path in modules("roi_engine") if path.name != "__init__.py"}
    below = {name: set(imported(path)) & engine.keys() - {name} for name, path in engine.items()}
    while free := {name for name in below if not below[name] & below.keys()}:
        below = {name: names for name, names in below.items() if name not in free}
    assert not below, f"a cycle among {sorted(below)}"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_command_line_answers_without_the_heavy_libraries(option):
    program = f"""
import json, sys
from addin.command_line import main
sys.argv = ["ft-roi", {option!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print()
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    *answer, loaded = done.stdout.splitlines()
    assert any(line.strip() for line in answer), f"ft-roi {option} printed nothing"
    assert json.loads(loaded) == []


def test_no_command_imports_another():
    commands = {dotted_name(path): path for path in modules("addin") if dotted_name(path).startswith("addin.commands.")}
    assert len(commands) > 10
    arrows = {f"{name} imports {other}" for name, path in commands.items() for other in {*imported(path)} & {*commands}}
    assert not arrows
