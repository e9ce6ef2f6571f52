"""The commands under prices: what they print, what they write, and that a wrong file changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from addin.command_line import ft_roi
from roi_engine.prices import price_tables as tables

ROOT = Path(__file__).parents[3]
EXCERPT = Path(__file__).parents[2] / "roi_engine" / "prices" / "litellm_excerpt.json"
OURS = "name,kind,value\ngpt-4.1,input,1.8\nour-model,input,3\nour-model,training,40\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's own table will stand; the working folder is another one."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(tmp_path / "data" / "ft-roi"))
    return tmp_path / "data" / "ft-roi" / tables.USER_FILE


def run(*words: str, exit_code: int = 0) -> Result:
    done = CliRunner().invoke(ft_roi, ["prices", *words], prog_name="ft-roi")
    assert done.exit_code == exit_code, done.output
    assert "Traceback" not in done.output
    return done


def made(name: str, entries: dict[str, Any]) -> str:
    """A price map as a file in the working folder."""
    Path(name).write_text(json.dumps(entries), "utf-8")
    return name


def generated_map(models: int) -> dict[str, Any]:
    """A map of the shape and size of litellm's."""
    entries: dict[str, Any] = {"sample_spec": {"input_cost_per_token": 0, "mode": "one of: chat, embedding"}}
    for number in range(models):
        entries[f"vendor-{number % 40}/model-{number}"] = {
            "litellm_provider": f"vendor-{number % 40}",
            "max_tokens": 128_000,
            "mode": "chat",
            "input_cost_per_token": (1 + number % 97) * 1e-8,
            "output_cost_per_token": (1 + number % 89) * 4e-8,
            "cache_read_input_token_cost": (1 + number % 97) * 1e-9,
            "supports_function_calling": True,
        }
    return entries


# --- looking --------------------------------------------------------------------------------------------


def test_list_prints_models_and_gpus_with_their_newest_figures(own: Path) -> None:
    lines = run("list").stdout.splitlines()
    titles = "per million tokens, input, output, cached, cache write, batch input, batch output, training, currency"
    assert lines[0].split() == titles.replace(",", "").split()
    assert ["claude-sonnet-5", "3", "15", "USD"] in [line.split() for line in lines]
    assert ["A100", "80GB", "312", "80", "2.039", "600", "0.8", "1.39", "3.67", "USD"] in [
        line.split() for line in lines
    ]


def test_list_filters_by_name_and_vendor(own: Path) -> None:
    assert [line.split()[0] for line in run("list", "GPT-4.1-").stdout.splitlines()[1:]] == [
        "ft:gpt-4.1-2025-04-14", "ft:gpt-4.1-mini-2025-04-14", "ft:gpt-4.1-nano-2025-04-14", "gpt-4.1-mini",
        "gpt-4.1-nano",
    ]  # fmt: skip
    listed = run("list", "anthropic").stdout
    assert "claude-opus-4" in listed and "gpt" not in listed and "A100" not in listed
    assert "A100 80GB" in run("list", "nvidia").stdout


def test_list_says_when_nothing_is_so_named(own: Path) -> None:
    assert (
        'No model or GPU has "gpt-4l" in its name or vendor. Did you mean' in run("list", "gpt-4l", exit_code=3).stderr
    )


def test_list_and_show_as_json(own: Path) -> None:
    rows = json.loads(run("list", "o3-pro", "--json").stdout)
    assert {(row["name"], row["kind"], row["value"]) for row in rows} == {
        ("o3-pro", "input", 20),
        ("o3-pro", "output", 80),
    }
    first = json.loads(run("show", "O3", "--json").stdout)[0]
    assert first == {
        "name": "o3", "vendor": "openai", "kind": "input", "value": 10, "currency": "USD", "from_date": None,
        "to_date": "2025-06-10", "read_on": "2026-08-05",
        "source": "llm-prices (before the cut; its day is not confirmed by a page)",
    }  # fmt: skip


def test_show_prints_every_period_with_its_source(own: Path) -> None:
    lines = [line.split() for line in run("show", "deepseek-chat").stdout.splitlines()]
    assert lines[0] == ["deepseek-chat", "(deepseek)"]
    assert ["input", "0.14", "USD", "2025-02-08", "2026-08-05", "llm-prices"] in lines
    assert ["input", "0.27", "USD", "2025-02-08", "2026-08-05", "llm-prices"] in lines


def test_open_models_are_listed_shown_and_imported(own: Path) -> None:
    listed = run("list", "llama-3.1-8b").stdout.splitlines()
    assert listed[0].split()[:4] == ["open", "model", "params", "b"]
    assert " ".join(listed[1].split()) == "Llama-3.1-8B 8.03 8.03 32 4096 32 8 128 0 131072 Llama 3.1 Community License"
    shown = [" ".join(line.split()) for line in run("show", "Llama-3.3-70B").stdout.splitlines()]
    assert shown[0] == "Llama-3.1-70B (meta)" and "kv heads 8" in shown and "read on 2026-11-01" in shown
    (model,) = json.loads(run("show", "Llama-3.3-70B", "--json").stdout)
    assert (model["name"], model["layers"]) == ("Llama-3.1-70B", 80)
    titles = "name,params_b,active_b,layers,hidden,heads,kv_heads,head_dim,intermediate,context"
    Path("models.csv").write_text(f"{titles}\nmine-8B,8,8,32,4096,32,8,128,14336,8192\n", "utf-8")
    assert run("import", "models.csv").stdout.startswith("Read 1 open models. Wrote ")
    assert "models.csv" in run("show", "mine-8B").stdout
    assert not own.exists()  # prices are another table
    Path("models.csv").write_text(
        f"sep=;\n{titles}\nhis-8B,8,8,32,4096,32,8,128,14336,8192\n".replace(",", ";"), "utf-8"
    )
    assert run("import", "models.csv").stdout.startswith("Read 1 open models. Wrote ")
    assert "models.csv" in run("show", "his-8B").stdout

    Path("models.csv").write_text(f"{titles}\nmine-8B,8,8,0,4096,32,8,128,14336,8192\n", "utf-8")
    assert "models.csv, line 2, layers: 0 is no number above 0" in run("import", "models.csv", exit_code=3).stderr
    assert "layers             32" in run("show", "mine-8B").stdout
    Path("models.csv").write_text(titles + "\n", "utf-8")
    assert "no model below its titles" in run("import", "models.csv", exit_code=3).stderr


def test_show_knows_gpus_by_short_names(own: Path) -> None:
    assert "peak tflops" in run("show", "a100").stdout
    assert "There are several GPUs" in run("show", "H100", exit_code=3).stderr
    assert "Nearest: gpt-4.1" in run("show", "gpt4.1", exit_code=3).stderr
    for typed, meant in (("H100 SXN", "H100 SXM"), ("Llama-3.1-8", "Llama-3.1-8B")):
        assert run("show", typed, exit_code=3).stderr.endswith(f' Did you mean "{meant}"?\n')


def test_the_age_of_the_table_is_told_beside_the_data(own: Path) -> None:
    read_on = tables.shipped_tables().read_on
    days = (date.today() - read_on).days
    age = {0: "read today", 1: "1 day old"}.get(days, f"{days:,} days old")
    assert run("list", "o3-pro").stderr == f"\nPrice table of {read_on} (as shipped), {age}.\n"
    assert run("list", "o3-pro", "-q").stderr == ""


# --- importing ------------------------------------------------------------------------------------------


def test_import_of_litellms_map(own: Path) -> None:
    done = run("import", str(EXCERPT), "--date", "2026-11-20")
    assert done.stdout.startswith(
        "Read 5 models and GPUs: 2 new, 0 with other or more figures from 2026-11-20 on, 3 as before."
    )
    assert f"Wrote {own}." in done.stdout
    newest = max(date(2026, 11, 20), tables.shipped_tables().read_on)
    assert f"Price table of {newest} ({own})" in done.stderr
    assert tables.price_tables().models.row("claude-haiku-4-5", "cached").value == 0.1
    assert tables.price_tables().gpus.row("A100", "peak_tflops").value == 312  # what is not in the map stays


def test_import_of_our_own_table_keeps_the_history(own: Path) -> None:
    Path("ours.csv").write_text(OURS, "utf-8")
    done = run("import", "ours.csv", "--date", "2026-11-01", "--json")
    assert json.loads(done.stdout) == {
        "file": str(own), "table_date": str(tables.shipped_tables().read_on), "new": ["our-model"],
        "changed": ["gpt-4.1"], "read_again": [], "older": [], "left_out": [],
    }  # fmt: skip
    was, now = tables.price_tables().models.periods("gpt-4.1", "input")
    assert (was.value, was.to_date, was.source) == (2, date(2026, 11, 1), "llm-prices")
    assert (now.value, now.from_date, now.source) == (1.8, date(2026, 11, 1), "ours.csv")
    shown = run("show", "gpt-4.1").stdout
    assert "1.8" in shown and "ours.csv" in shown and "llm-prices" in shown


def test_an_older_reading_changes_no_price_in_force(own: Path) -> None:
    Path("newer.csv").write_text("name,kind,value,read_on\nm,input,0.28,2026-11-20\n", "utf-8")
    Path("older.csv").write_text("name,kind,value,read_on\nm,input,3200,2025-09-01\n", "utf-8")
    run("import", "newer.csv", "--date", "2026-11-20")
    before = own.read_bytes()
    done = run("import", "older.csv", "--date", "2025-09-01")
    assert "Of 1 the table has figures that were read later: those stay in force." in done.stdout
    assert own.read_bytes() == before
    older = run("import", "older.csv", "--date", "2025-09-01", "--json")
    assert json.loads(older.stdout)["older"] == ["m"]


def test_wrong_entries_of_a_map_are_left_out_and_named(own: Path) -> None:
    entries = {
        "good": {"input_cost_per_token": 2e-6},
        "by the thousand": {"input_cost_per_token": 0.0032, "output_cost_per_token": 1e-6},
    }
    done = run("import", made("map.json", entries), exit_code=4)
    assert "Read 1 models and GPUs: 1 new" in done.stdout
    assert "What was left out, the rest was taken:" in done.stderr
    assert "map.json: by the thousand, input_cost_per_token: 0.0032 is 3,200 per million tokens" in done.stderr
    assert tables.price_tables().models.row("good", "input").value == 2
    many = {f"m{number}": {"input_cost_per_token": -1} for number in range(30)} | {"good": entries["good"]}
    told = run("import", made("many.json", many), exit_code=4).stderr
    assert "… and 10 more; --json names all." in told and "m19" in told and "m20" not in told
    as_json = run("import", "many.json", "--json", exit_code=4)
    assert len(json.loads(as_json.stdout)["left_out"]) == 30


def test_a_file_of_llm_prices(own: Path) -> None:
    entries = {"updated_at": "2026-11-01", "prices": [{"id": "gpt-4.1", "vendor": "openai", "input": 1.5, "output": 8}]}
    run("import", made("current-v1.json", entries), "--date", "2026-11-02")
    row = tables.price_tables().models.row("gpt-4.1", "input")
    assert (row.value, row.source, str(row.read_on), str(row.from_date)) == (
        1.5,
        "llm-prices",
        "2026-11-01",
        "2026-11-02",
    )


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("name;kind;value;currency\nours;input;0,5;EUR\nours;output;1,25;EUR\n", 0.5, "EUR"),
        ("sep=;\nname;kind;value\nours;input;0.5\n", 0.5, "USD"),
        ("name\tkind\tvalue\tcurrency\nours\tinput\t1.234,5\t €\nours\toutput\t1.234\t€\n", 1234.5, "EUR"),
        ("SEP=,\r\nname,kind,value,currency\r\nours,input,0.5,usd \r\n", 0.5, "USD"),
    ],
)
def test_tables_as_spreadsheet_programs_write_them(own: Path, text: str, value: float, currency: str) -> None:
    Path("ours.csv").write_text(text, "utf-8")
    run("import", "ours.csv")
    row = tables.price_tables().models.row("ours", "input")
    assert (row.value, row.currency) == (value, currency)


def test_a_place_in_a_file_that_names_its_separator(own: Path) -> None:
    Path("ours.csv").write_text("sep=;\nname;kind;value\nours;input;0.5\nours;output;x\n", "utf-8")
    assert 'ours.csv, line 4, value: "x" is not a number' in run("import", "ours.csv", exit_code=3).stderr


def test_import_holds_from_today_unless_told(own: Path) -> None:
    Path("ours.csv").write_text(OURS, "utf-8")
    run("import", "ours.csv", "-q")
    assert tables.price_tables().models.row("gpt-4.1", "input").from_date == date.today()


def test_an_import_twice_is_as_one(own: Path) -> None:
    for _ in range(2):
        run("import", str(EXCERPT), "--date", "2026-11-20")
    first = own.read_bytes()
    run("import", str(EXCERPT), "--date", "2026-11-20")
    assert own.read_bytes() == first


def test_a_map_of_the_usual_size(own: Path) -> None:
    Path("map.json").write_text(json.dumps(generated_map(3_000)), "utf-8")
    assert "3,000 new" in run("import", "map.json").stdout
    assert tables.price_tables().models.row("vendor-7/model-2007", "input").value == pytest.approx(0.68)


WRONG: dict[str, tuple[str, str, list[str]]] = {
    "malformed JSON": ("map.json", '{"gpt-4.1": {', ["map.json, line 1", "not valid JSON"]),
    "a negative price": (
        "map.json",
        '{"a": {"input_cost_per_token": -1e-6}}',
        ["map.json: a, input_cost_per_token: -1e-06"],
    ),
    "a duplicate model": ("map.json", '{"a": {"input_cost_per_token": 1e-6}, "a": {}}', ["map.json: a: Given twice"]),
    "several": (
        "ours.csv",
        "name,kind,value,currency\na,input,-1,USD\na,output,1,ECU\n",
        ["the price table has 2 problems", "-1 is negative", '"ECU" is no currency'],
    ),
    "a duplicate row": ("ours.csv", "name,kind,value\na,input,1\nA,input,1\n", ["meets that of line 2"]),
    "a wrong date": ("ours.csv", "name,kind,value,from_date\na,input,1,1.5.26\n", ["line 2, from_date", "is no date"]),
    "no rows": ("ours.csv", "name,kind,value\n", ["holds no price below its titles"]),
    "no titles": ("ours.csv", "a,input,1\n", ["Missing columns: name, kind, value"]),
    "nothing": ("ours.csv", "", ["Missing columns"]),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("there", [False, True], ids=["no table", "a table"])
def test_a_wrong_file_changes_nothing(own: Path, what: str, there: bool) -> None:
    if there:
        run("import", str(EXCERPT), "--date", "2026-11-20")
    before = own.read_bytes() if there else None
    name, content, words = WRONG[what]
    Path(name).write_text(content, "utf-8")
    told = run("import", name, exit_code=3).stderr
    assert all(word in told for word in words), told
    assert (own.read_bytes() if own.exists() else None) == before


def test_files_of_other_kinds(own: Path) -> None:
    assert "There is no file map.json" in run("import", "map.json", exit_code=2).stderr
    Path("map.txt").write_text("{}")
    assert "(.json) or from a .csv file" in run("import", "map.txt", exit_code=2).stderr
    assert "(.json) or from a .csv file" in run("import", ".", exit_code=2).stderr
    Path("map.json").write_bytes(b"\xff{}")
    assert "is not UTF-8 text" in run("import", "map.json", exit_code=3).stderr


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", str(date.today() + timedelta(days=2))])
def test_a_wrong_date_of_the_import(own: Path, day: str) -> None:
    assert "--date:" in run("import", str(EXCERPT), "--date", day, exit_code=3).stderr
    assert not own.exists()


def test_a_folder_that_cannot_be_made_is_told_with_the_cure(own: Path) -> None:
    own.parents[1].write_text("a file")
    told = run("import", str(EXCERPT), exit_code=2).stderr
    assert "cannot be made" in told and "FT_ROI_PRICES" in told


# --- going back -----------------------------------------------------------------------------------------


def test_reset_goes_back_and_keeps_the_table(own: Path) -> None:
    run("import", str(EXCERPT), "--date", "2026-11-20")
    content = own.read_bytes()
    kept = own.with_name("prices.old.csv")
    assert run("reset").stdout == f"The shipped price table is in use again. Yours is kept as {kept}.\n"
    assert not own.exists() and kept.read_bytes() == content
    assert tables.price_tables() is tables.shipped_tables()
    assert run("reset").stdout == "The shipped price table is in use already.\n"
    assert json.loads(run("reset", "--json").stdout)["reset"] is False


def test_a_table_that_cannot_be_read_is_told_and_reset_helps(own: Path) -> None:
    own.parent.mkdir(parents=True)
    own.write_text("name,kind,value,source,read_on\na,input,-1,list,2026-01-01\n")
    told = run("list", exit_code=3).stderr
    assert '"ft-roi prices reset" goes back' in told and "line 2, value" in told
    assert CliRunner().invoke(ft_roi, ["--version"]).stdout.endswith("(price table unreadable)\n")
    run("import", str(EXCERPT), exit_code=3)
    run("reset")
    run("list")


# --- nothing is lost ------------------------------------------------------------------------------------


def test_a_map_that_names_a_model_twice_but_for_spaces_changes_nothing(own: Path) -> None:
    run("import", made("first.json", {"gpt-x": {"input_cost_per_token": 1e-6}}))
    before = own.read_bytes()
    for other in ("gpt-x ", " GPT-X", "gpt-x\t"):
        twice = {"gpt-x": {"input_cost_per_token": 1e-6}, other: {"input_cost_per_token": 2e-6}}
        assert "Keep one of the two" in run("import", made("twice.json", twice), exit_code=3).stderr
    assert own.read_bytes() == before


@pytest.mark.parametrize("name", ["two\nlines", " spaces  within ", "tab\there", 'comma, and "quotes"', "ümläut"])
def test_whatever_a_model_is_called_the_table_can_be_read_again(own: Path, name: str) -> None:
    run("import", made("map.json", {name: {"input_cost_per_token": 1e-6, "litellm_provider": " me "}}))
    row = tables.price_tables().models.row(name, "input")
    assert (row.value, row.name, row.vendor) == (1.0, " ".join(name.split()), "me")


@pytest.mark.parametrize("name", ["\x1b]0;pwned\x07", "a\x9bb", "a\u202eb", "", "   ", "\ufeff"])
def test_a_name_that_cannot_be_printed_is_a_problem(own: Path, name: str) -> None:
    told = run("import", made("map.json", {name: {"input_cost_per_token": 1e-6}}), exit_code=3).stderr
    assert "a text that can be printed" in told and not own.exists()


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-" + "9" * 400, "1e400", "2"])
def test_numbers_of_any_size_are_problems(own: Path, number: str) -> None:
    Path("huge.json").write_text(f'{{"gpt-x": {{"input_cost_per_token": {number}}}}}')
    assert "huge.json: gpt-x, input_cost_per_token" in run("import", "huge.json", exit_code=3).stderr
    assert not own.exists()


def test_an_import_keeps_the_table_that_it_replaces(own: Path) -> None:
    run("import", made("first.json", {"gpt-x": {"input_cost_per_token": 1e-6}}))
    before = own.read_bytes()
    run("import", made("second.json", {"gpt-y": {"input_cost_per_token": 1e-6}}))
    assert own.with_name("prices.before.csv").read_bytes() == before != own.read_bytes()


def test_a_table_that_could_not_be_read_again_is_not_written(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", made("first.json", {"gpt-x": {"input_cost_per_token": 1e-6}}))
    before = own.read_bytes()
    monkeypatch.setattr("roi_engine.prices.price_file.rows_as_csv", lambda rows: "name,kind\n")
    told = run("import", made("second.json", {"gpt-y": {"input_cost_per_token": 1e-6}}), exit_code=3).stderr
    assert "Nothing was written." in told and own.read_bytes() == before


def test_imports_at_once_keep_what_each_brings(own: Path) -> None:
    files = [made(f"map{number}.json", {f"model-{number}": {"input_cost_per_token": 1e-6}}) for number in range(4)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "addin", "prices", "import", "-q"]
    started = [subprocess.Popen([*command, file], env=environment) for file in files]
    assert [each.wait(120) for each in started] == [0, 0, 0, 0]
    tables.forget_tables()
    assert {f"model-{number}" for number in range(4)} <= {*tables.price_tables().models.names}


def test_an_import_does_not_wait_for_ever(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.parent.mkdir(parents=True)
    monkeypatch.setattr("addin.commands.prices_command.PATIENCE", 0.1)
    with FileLock(own.with_name("prices.lock")):
        told = run("import", made("map.json", {"gpt-x": {"input_cost_per_token": 1e-6}}), exit_code=2).stderr
    assert "Another import is changing" in told


def test_a_table_of_titles_alone_is_said_to_be_empty(own: Path) -> None:
    own.parent.mkdir(parents=True)
    own.write_text("name,vendor,kind,value,currency,from_date,to_date,source,read_on\n")
    tables.forget_tables()
    version = CliRunner().invoke(ft_roi, ["--version"], prog_name="ft-roi")
    assert version.exit_code == 0 and "price table unreadable" in version.output
    told = run("list", exit_code=3).stderr
    assert "It holds no price below its titles." in told and "ft-roi prices reset" in told
