"""What the packages import is what pyproject.toml asks for: nothing missing, nothing carried along unused."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("roi_engine", "templates", "addin")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# LibreOffice brings these to the Python within it.
FROM_LIBREOFFICE = {"uno", "unohelper", "com", "org"}


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(requirements: list[str]) -> set[str]:
    return {normal(found[0]) for each in requirements if (found := re.match(r"[\w.-]+", each))}


def distributions_imported() -> set[str]:
    """The distributions that a module of a package imports, at its top or inside a function."""
    names: set[str] = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names.add(node.module.split(".")[0])
    foreign = names - set(sys.stdlib_module_names) - set(PACKAGES) - FROM_LIBREOFFICE
    known = packages_distributions()
    return {normal(known[name][0]) for name in foreign}


def test_the_packages_import_what_the_project_depends_on():
    dependencies = asked_for(PROJECT["project"]["dependencies"])
    optional = {name for each in PROJECT["project"]["optional-dependencies"].values() for name in asked_for(each)}
    assert distributions_imported() - {"pydantic-core"} == dependencies | optional
