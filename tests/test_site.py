"""The pages as a site: it builds without a warning, leads to every page, and its reference to every public name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import roi_engine

ROOT = Path(__file__).parents[1]
SITE = (ROOT / "mkdocs.yml").read_text("utf-8")


def test_every_page_is_in_the_navigation_once():
    listed = re.findall(r"^ +- (?:\w+: )?([\w-]+\.md)$", SITE, re.MULTILINE)
    assert sorted(listed) == sorted(page.name for page in (ROOT / "docs").glob("*.md"))


def test_every_public_name_is_in_the_reference():
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    described = set(re.findall(r"^::: roi_engine\.(\w+)$", page, re.MULTILINE))
    constants = {name for name in roi_engine.__all__ if name.isupper()} | {"__version__"}
    assert described == set(roi_engine.__all__) - constants
    assert all(f"`{name}`" in page for name in constants)


@pytest.mark.full(seconds=5)
def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="pip install --group docs")
    pytest.importorskip("mkdocstrings", reason="pip install --group docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "python.html").read_text("utf-8")
    assert "The value of an input at which net return or NPV is zero" in reference
    assert not list(tmp_path.rglob("*.py")), "the site holds pages alone"


def test_docstrings_gain_the_sections_of_the_sites_parser():
    pytest.importorskip("griffe", reason="pip install --group docs")
    sys.path.append(str(ROOT / "docs"))
    try:
        from house_docstrings import in_googles_form
    finally:
        sys.path.remove(str(ROOT / "docs"))
    told = (
        "The payment of a loan.\n\n    p = …\n\nloan : money.\nrate, term : decimal per year;\n  years. "
        "Returns money per year.\nRaises `OutOfRange` below zero. Source: a book.\n\n>>> payment(1, 0, 1)\n1.0"
    )
    assert in_googles_form(told, "Args", ["loan", "rate", "term"]).split("\n\n") == [
        "The payment of a loan.",
        "```text\np = …\n```",
        "Args:\n    loan: money.\n    rate, term: decimal per year; years.",
        "Returns:\n    money per year.",
        "Raises `OutOfRange` below zero.",
        "Source: a book.",
        "Examples:\n    >>> payment(1, 0, 1)\n    1.0",
    ]
