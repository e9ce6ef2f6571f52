"""What every test may ask for: LibreOffice, the Open XML SDK; and, on CI, that nothing is skipped.

A test with the marker `needs_libreoffice`, `needs_open_xml_sdk` and so on is skipped where the program is missing;
the reason is the line that installs it. With FT_ROI_CI set, a run with a skipped test fails.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import cut_texts, gnumeric, libreoffice, node_readers, open_xml_sdk, pyodide
from tests import examples as examples  # loads the profile of Hypothesis

os.environ["FT_ROI_PRICES"] = os.devnull  # no folder: the shipped price table, whatever this computer's user has

# With this set, each of the hundreds of programs that tests start would compile anew what it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PROGRAMS: dict[str, Callable[[], str | None]] = {
    "needs_libreoffice": libreoffice.missing,
    "needs_open_xml_sdk": open_xml_sdk.missing,
    "needs_node_readers": node_readers.missing,
    "needs_gnumeric": gnumeric.missing,
    "needs_pyodide": pyodide.missing,
    "needs_carlito": cut_texts.missing,
}
SECONDS = {"slow": 3, "full": 30}
"""How long a test with a marker is expected to take where the marker does not say."""


def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder of the workbooks that processes share (tests/builds.py); the first process does."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="workbooks-")
        os.environ["WORKBOOKS_OF_THE_RUN"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, missing in PROGRAMS.items():
        if item.get_closest_marker(marker):
            reason = missing()
            if reason:
                pytest.skip(reason)


def expected_seconds(item: pytest.Item) -> float:
    """What the markers of a test say of its time; nothing for a plain one."""
    found = [
        marker.kwargs.get("seconds", usual)
        for name, usual in SECONDS.items()
        if (marker := item.get_closest_marker(name))
    ]
    return max(found, default=0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: what one worker would end with alone, the others take from it."""
    items.sort(key=expected_seconds, reverse=True)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no search for garbage goes through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 100)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that a test starts take Ctrl-C and a hang-up, though a shell in the background or nohup ignores them."""
    usual: dict[int, Any] = {signal.SIGINT: signal.default_int_handler}
    if sys.platform != "win32":
        usual[signal.SIGHUP] = signal.SIG_DFL
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def no_office_is_left_behind() -> Iterator[None]:
    """Ends the LibreOffice that converts this process's files, where a test has started it."""
    yield
    libreoffice.stop()


def skipped(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    """The reports of skipped tests; of none where a skip is allowed."""
    if not os.environ.get("FT_ROI_CI"):
        return []
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.getreports("skipped") if reporter else []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) and skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped(config):
        terminalreporter.section("skipped, and FT_ROI_CI allows no skip: the run fails", red=True, bold=True)
        for report in skipped(config):
            reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
            terminalreporter.write_line(f"{report.nodeid}: {reason}")
