"""The readers of workbooks for node that tests ask: ExcelJS, xlsx-populate and SheetJS."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCAL = Path(__file__).parents[1] / ".tools" / "node_modules"
PACKAGES = ("exceljs", "xlsx-populate", "xlsx")
INSTALL = ".ci/install, or npm install --prefix .tools exceljs xlsx-populate xlsx"

READ = """
const [, file] = process.argv.slice(1);
const found = {};
(async () => {
  const one = new (require('exceljs').Workbook)();
  await one.xlsx.readFile(file);
  found.exceljs = {};
  one.eachSheet(sheet => {
    const cells = found.exceljs[sheet.name] = {};
    sheet.eachRow(row => row.eachCell(cell => { cells[cell.address] = cell.formula ? cell.result : cell.value; }));
  });
  const two = await require('xlsx-populate').fromFileAsync(file);
  found['xlsx-populate'] = {};
  for (const sheet of two.sheets()) {
    const cells = found['xlsx-populate'][sheet.name()] = {};
    const range = sheet.usedRange();
    if (range) range.forEach(cell => { const v = cell.value(); if (v !== undefined) cells[cell.address()] = v; });
  }
  const three = require('xlsx').readFile(file);
  found.sheetjs = {};
  for (const name of three.SheetNames) {
    const cells = found.sheetjs[name] = {};
    for (const [address, cell] of Object.entries(three.Sheets[name]))
      if (!address.startsWith('!') && cell.v !== undefined) cells[address] = cell.v;
  }
  console.log(JSON.stringify(found));
})().catch(problem => { console.error(problem.stack); process.exit(1); });
"""

SHOW = """
const shown = {};
for (const file of process.argv.slice(2)) {
  const book = require('xlsx').readFile(file), sheets = shown[file] = {};
  for (const name of book.SheetNames) {
    const cells = sheets[name] = {};
    for (const [address, cell] of Object.entries(book.Sheets[name]))
      if (!address.startsWith('!') && cell.w) cells[address] = [cell.t, cell.w];
  }
}
console.log(JSON.stringify(shown));
"""


def missing() -> str | None:
    """Why node cannot read here, and the line that installs what is missing; None where it can."""
    if shutil.which("node") is None:
        return f"node is not installed: {INSTALL}"
    lacking = [name for name in PACKAGES if not (LOCAL / name).is_dir()]
    return f"{', '.join(lacking)} not installed: {INSTALL}" if lacking else None


def read(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """What each reader shows of the cells that are not empty: by reader, sheet and address."""
    done = subprocess.run(
        ["node", "-e", READ, "read", str(path)], cwd=LOCAL.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(done.stdout)
    return found


def shown(paths: Sequence[Path]) -> dict[str, dict[str, dict[str, tuple[str, str]]]]:
    """The letter of each cell's kind and the text that SheetJS shows: by file, sheet and address.

    Nothing of a format that it does not know (#,##0.00####).
    """
    done = subprocess.run(
        ["node", "-e", SHOW, "show", *map(str, paths)], cwd=LOCAL.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, tuple[str, str]]]] = json.loads(done.stdout)
    return found
