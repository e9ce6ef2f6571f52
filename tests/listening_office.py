"""A LibreOffice that listens on a pipe, and scripts that its own Python runs against it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import libreoffice

SYSTEM_PYTHON = "/usr/bin/python3"


def _has_uno() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, timeout=60).returncode == 0


def run_script(script: Path, workbook: Path, asked: Any, folder: Path) -> str:
    """What a script prints that opens a workbook in LibreOffice, and takes what is asked of it as JSON."""
    if not _has_uno():
        pytest.skip(f"{SYSTEM_PYTHON} has no uno: {libreoffice.INSTALL}")
    with _listening(folder / "profile") as (office, pipe):
        done = subprocess.run(
            [SYSTEM_PYTHON, str(script), str(workbook), pipe],
            input=json.dumps(asked), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        office.wait(timeout=30)
    return done.stdout


@contextmanager
def _listening(profile: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    soffice = libreoffice.find_soffice()
    assert soffice is not None
    pipe = f"ft-roi-{os.getpid()}-{profile.parent.name}"
    listens = f"--accept=pipe,name={pipe};urp;"
    command = [str(soffice), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", listens]
    office = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield office, pipe
    finally:
        if office.poll() is None:
            os.killpg(office.pid, 9)
            office.wait()
        shutil.rmtree(profile, ignore_errors=True)
