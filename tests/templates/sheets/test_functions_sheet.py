"""The sheet Functions: what its column Match says once something is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from roi_engine.scenario import INPUTS
from templates.building.book import NOT_COMPARED
from templates.sheets.functions_sheet import Column
from templates.sheets.risk_state import NAME
from tests.builds import WHEN, build_workbook
from tests.ironcalc_cells import calculated
from tests.roi_engine.simulation.uncertain_scenarios import UNCERTAIN_REFERENCE
from tests.workbook_cells import named_cells, stored_cells
from tests.workbook_edits import with_cells

SWITCHED = UNCERTAIN_REFERENCE.with_inputs(name="Switched", switch_upfront_cost=500)
OF_OPTIONS, OF_DRAWS, OF_NO_SCENARIO = "FT_OPTION", "FT_SIMSTAT", "FT_PRICE"


@pytest.mark.full(seconds=11)
def test_it_compares_nothing_that_an_edit_may_have_changed(tmp_path: Path) -> None:
    """An edit of another option leaves the scenario's figures as they were; an error leaves nothing to compare."""
    content = build_workbook(UNCERTAIN_REFERENCE, edition="wired", others=(SWITCHED,), generated=WHEN)
    cells, names = stored_cells(content), named_cells(content)
    rows = {cell.value: address[1:] for address, cell in cells["Functions"].items() if address[0] == "A"}
    upfront = INPUTS["switch_upfront_cost"].label
    (other,) = (f"C{at[1:]}" for at, cell in cells["Scenarios"].items() if at[0] == "A" and cell.value == upfront)
    made, edited = NOT_COMPARED, "edited"
    for sheet, edits, expected, said in (
        ("Scenarios", {}, (made, made), "as generated"),
        ("Scenarios", {other: 900.0}, (edited, edited), "as generated"),
        ("Scenarios", {names["scenario_choice"][1]: "Switched"}, (edited, edited), "as generated"),
        ("Risk", {names["risk_seed"][1]: ("1/0", 0.0)}, (made, edited), "edited since"),
    ):
        found = calculated(with_cells(content, edits, sheet), tmp_path / "edited.xlsx")
        shown = tuple(found["Functions"][f"{Column.MATCH.letter}{rows[each]}"] for each in (OF_OPTIONS, OF_DRAWS))
        assert (shown, found["Risk"][names[NAME][1]]) == (expected, said), edits
        assert found["Functions"][f"{Column.MATCH.letter}{rows[OF_NO_SCENARIO]}"] == made, edits
