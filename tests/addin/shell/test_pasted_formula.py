"""A formula pasted from a cell: what it calculates as eval, and what it cannot."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from addin.command_line import ft_roi

CALCULATED = {
    "=FT_TRAINCOST(24,1.5)": "36",
    "FT_TRAINCOST( 24 , 1.5 )": "36",
    "+FT_TRAINCOST(24,1.5)": "36",
    "=@FT_TRAINCOST(24,1.5)": "36",
    "=_xlfn.FT_TRAINCOST(24,1.5)": "36",
    "=ft_traincost(24;1,5)": "36",
    "=FT_TRAINCOST(--24,+1.5)": "36",
    "=FT_ERRORCUT(85%,97%)": "0.8",
    "=FT_ERRORCUT(85 %; 97 %)": "0.8",
    "=FT_TRAINCOST(FT_TRAINCOST(8,3),FT_TRAINCOST(1,1.5))": "36",
    '=FT_NETROI({"training_hours",24;"gpu_hourly_rate",1.5})': "#VALUE!",
    "=FT_TRAINCOST(-24,1.5)": "#NUM!",
}


def run(*words: str):
    return CliRunner().invoke(ft_roi, ["eval", *words])


@pytest.mark.parametrize(("formula", "shown"), CALCULATED.items())
def test_a_pasted_formula_gives_what_its_cell_shows(formula, shown):
    result = run(formula)
    assert (result.stdout or result.stderr).removeprefix("Error: ").split()[0] == shown, result.output


REFUSED = {
    "=FT_TRAINCOST(A1,1.5)": '"A1" cannot be calculated without its sheet.',
    "=FT_TRAINCOST(in_hours,1.5)": '"in_hours" cannot be calculated',
    "=FT_TRAINCOST(24,1.5)+1": '"+" cannot be calculated',
    "=FT_TRAINCOST((24),1.5)": '"(" cannot be calculated',
    "=FT_TRAINCOST(SUM(1,2),1.5)": '"SUM(" cannot be calculated',
    '=FT_TRAINCOST("24"%,1.5)': "cannot be calculated",
    "=FT_TRAINCOST(24 1.5)": 'stands "1.5" where , or ) belongs',
    "=FT_TRAINCOST(24": "stands nothing more where , or ) belongs",
    "=FT_TRAINCOST(": "a closing bracket is missing",
    '=FT_TRAINCOST("24,1.5)': "a quotation mark or bracket is missing",
    "=FT_NPV(8%,{1,2;3})": "have not all as many values",
    "=FT_TRAINKOST(24,1.5)": 'There is no function "FT_TRAINKOST". Did you mean "FT_TRAINCOST"?',
    "=" + 60 * "FT_NPV(": "more than 50 brackets",
}


@pytest.mark.parametrize("formula", REFUSED)
def test_what_a_pasted_formula_cannot_hold_is_named(formula):
    result = run(formula)
    assert result.exit_code == 2 and REFUSED[formula] in result.stderr, result.output


def test_a_pasted_formula_takes_no_further_arguments():
    result = run("=FT_TRAINCOST(24,1.5)", "7")
    assert result.exit_code == 2 and 'has its arguments in it; "7" is too much' in result.stderr


def test_a_pasted_formula_prints_json_under_the_functions_name():
    result = run("=ft_traincost(24;1,5)", "--json")
    assert result.exit_code == 0 and '"function": "FT_TRAINCOST"' in result.stdout and '"result": 36' in result.stdout
