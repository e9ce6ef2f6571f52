"""The typed programs beside this run, and leave no public name out; that their types hold is mypy's part."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import roi_engine
from tests.typing import public_api

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", public_api.PROGRAMS, ids=lambda program: program.__name__)
def test_the_typed_programs_run(program, monkeypatch):
    monkeypatch.chdir(ROOT)
    program()


def test_every_public_name_is_in_them():
    tree = ast.parse(inspect.getsource(public_api))
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(roi_engine.__all__) - {"__version__"} <= named


@pytest.mark.parametrize("package", ["roi_engine", "templates", "addin"])
def test_type_checkers_may_read_the_package(package):
    assert (ROOT / package / "py.typed").exists()
