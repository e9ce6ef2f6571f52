"""Pyodide in Node: Python as xlwings Lite has it in Excel's task pane, with xlwings and pydantic, without NumPy.

Run as a program (python -m tests.pyodide) it installs the packages that Pyodide is given, for the versions that are
installed here. NumPy has no wheel for Pyodide where packages come from.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parents[1] / ".tools"
PYODIDE = TOOLS / "node_modules" / "pyodide"
PACKAGES = TOOLS / "pyodide-packages"
STAMP = "installed-for"
GIVEN = ("platformdirs", "pydantic", "xlwings")
INSTALL = ".ci/install (or npm install --prefix .tools pyodide), then .venv/bin/python -m tests.pyodide"

PROGRAM = """
const { packages, main, calls } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
(async () => {
  const times = {};
  let begun = performance.now();
  const lap = name => { times[name] = performance.now() - begun; begun = performance.now(); };
  const env = { HOME: '/home/pyodide', XLWINGS_ON_SERVER: 'true', XLWINGS_LICENSE_KEY: 'noncommercial' };
  const python = await require('pyodide').loadPyodide({ env, stdout: line => console.error(line) });
  lap('Python');
  python.FS.mkdir('/packages');
  python.FS.mount(python.FS.filesystems.NODEFS, { root: packages }, '/packages');
  python.FS.writeFile('/home/pyodide/main.py', main);
  python.globals.set('calls', JSON.stringify(calls));
  await python.runPythonAsync(`
import json, sys, time
sys.path.append("/packages")
import xlwings
from xlwings.server import custom_functions_call, custom_functions_meta
`);
  lap('xlwings');
  await python.runPythonAsync('import main; meta = custom_functions_meta(main)');
  lap('functions');
  const answered = JSON.parse(await python.runPythonAsync(`
async def answer(name, arguments):
    data = {"func_name": name, "args": arguments, "version": xlwings.__version__, "client": "Office.js",
            "runtime": "1.4", "date_format": None, "culture_info_name": "en-US"}
    begun = time.perf_counter()
    try:
        given = {"cells": await custom_functions_call(data, main)}
    except Exception as error:
        given = {"raised": repr(error)}
    return {**given, "milliseconds": 1000 * (time.perf_counter() - begun)}

json.dumps({"meta": meta, "answers": [await answer(*each) for each in json.loads(calls)]})
`));
  console.log(JSON.stringify({ ...answered, milliseconds: times }));
})().catch(problem => { console.error(problem.stack || problem); process.exit(1); });
"""


def _wanted() -> str:
    """The packages with their versions, for this Pyodide."""
    told = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))["info"]
    packages = " ".join(f"{name}=={version(name)}" for name in GIVEN)
    return f"{told['python']} pyemscripten_{told['abi_version']}_{told['arch']} {packages}"


def missing() -> str | None:
    """Why the tests cannot run Pyodide here, and what installs it; None where they can."""
    if shutil.which("node") is None or not PYODIDE.is_dir():
        return f"Pyodide is not installed: {INSTALL}"
    stamp = PACKAGES / STAMP
    installed = stamp.read_text("utf-8") if stamp.exists() else ""
    return None if installed == _wanted() else f"Pyodide lacks {_wanted()}: {INSTALL}"


def install() -> None:
    """Installs the packages, where they are not there yet."""
    if missing() is None:
        return
    wanted = _wanted()
    python, platform, *packages = wanted.split()
    minor = ".".join(python.split(".")[:2])
    shutil.rmtree(PACKAGES, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--target", folder,
             "--only-binary=:all:", "--implementation", "cp", "--python-version", minor,
             "--abi", f"cp{minor.replace('.', '')}", "--platform", platform, *packages],
            check=True,
        )  # fmt: skip
        (Path(folder) / STAMP).write_text(wanted, "utf-8")
        shutil.copytree(folder, PACKAGES)


def run(main: str, calls: list[tuple[str, list[Any]]]) -> dict[str, Any]:
    """What xlwings tells Excel of the functions in a main.py, and the cells that each call fills; what each took."""
    told = {"packages": str(PACKAGES), "main": main, "calls": calls}
    done = subprocess.run(
        ["node", "-e", PROGRAM], input=json.dumps(told), cwd=TOOLS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    install()
