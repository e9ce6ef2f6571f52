"""Scenario files: TOML and JSON, flat and nested, and every problem at its place."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given

from roi_engine import REFERENCE, Range, Scenario, ScenarioError, load_scenario
from roi_engine.scenario_file import scenario_json
from tests.examples import examples
from tests.roi_engine.legal_scenarios import scenarios

FLAT = """
training_hours = 24
gpu_hourly_rate = 1.5
storage_gb = 28
storage_monthly_rate = 0.02
baseline_monthly_api_calls = 5_000_000
baseline_cost_per_1k_tokens = 0.30
finetuned_cost_per_1k_tokens = 0.05
accuracy_improvement_percent = 0.12
monthly_review_cost = 2_000
months_to_amortize = 12
"""

NESTED = """
name = "The pilot"

[label]
currency = "EUR"

[training]
hours = 24
gpu_rate = 1.5
gpu_count = 4

[storage]
storage_gb = 28
storage_rate = 0.02
timing = "monthly"

[one_off]
contingency = 0.1

[traffic]
calls = 5_000_000
tokens_per_call = 650

[baseline]
input_tokens = 1800
output_tokens = 250
input_price_per_m = 2
output_price_per_m = 8
cached_share = 0.5

[finetuned]
cost_per_1k_tokens = 0.05
price_change = -0.2

[serving]
gpu_hourly_rate = 3

[quality]
accuracy = 0.12
review_cost = 2_000

[finance]
months = 24
discount_rate = 0.08

[ranges]
calls = { low = 2e6, high = 9e6 }

[sources]
calls = "last month's invoice"

[notes]
contingency = "board rule"
"""


def written(folder: Path, text: str, name: str = "pilot.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path | str) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return [(problem.place.replace(str(path), "FILE"), problem.sentence) for problem in caught.value.problems]


def test_null_beside_a_review_cost_by_the_call_is_left_out(tmp_path: Path) -> None:
    given = {name: value for name, value in REFERENCE.given().items() if name != "monthly_review_cost"}
    by_call = given | {"monthly_review_cost": None, "review_cost_per_call": 0.08}
    scenario = load_scenario(written(tmp_path, json.dumps(by_call), "pilot.json"))
    assert (scenario.monthly_review_cost, scenario.review_cost_per_call) == (0, 0.08)
    (problem,) = problems(written(tmp_path, json.dumps(given | {"monthly_review_cost": None}), "pilot.json"))
    assert problem[0] == "FILE: monthly_review_cost" and problem[1].startswith("Missing. What people spend")


@pytest.mark.parametrize("month", ["2027-13", "Nov 27", 5])
def test_a_start_month_that_is_no_month_is_refused(tmp_path: Path, month: str | int) -> None:
    text = f"{FLAT}\nstart_month = {json.dumps(month)}\n"
    ((place, sentence),) = problems(written(tmp_path, text))
    assert place == "FILE: start_month" and sentence.endswith("Type year and month, such as 2027-01.")


def test_a_start_month_may_be_the_serial_number_of_a_date(tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, f"{FLAT}\nstart_month = 46692\n")).start_month == "2027-11"


def test_a_flat_file(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, FLAT))
    assert scenario.inputs() == {**REFERENCE.inputs(), "name": "pilot", "description": "", "model_size_b": 0}


def test_a_group_may_stand_for_the_first_word_of_a_short_name(tmp_path: Path) -> None:
    inputs = ("training_hours = 24", "gpu_rate = 1.5", "storage_gb = 28", "storage_monthly_rate = 0.02", "calls = 5e6",
              "accuracy = 0.1", "review_cost = 2000", "months = 12", "[baseline]", "cost = 0.3", "[finetuned]",
              "price = 0.05")  # fmt: skip
    scenario = load_scenario(written(tmp_path, "\n".join(inputs)))
    assert (scenario.baseline_cost_per_1k_tokens, scenario.finetuned_cost_per_1k_tokens) == (0.3, 0.05)


def test_a_file_in_groups_under_short_names(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, NESTED))
    assert scenario.given() == {
        "name": "The pilot",
        "currency": "EUR",
        "training_hours": 24,
        "gpu_hourly_rate": 1.5,
        "gpu_count": 4,
        "storage_gb": 28,
        "storage_monthly_rate": 0.02,
        "storage_timing": "monthly",
        "contingency": 0.1,
        "baseline_monthly_api_calls": 5_000_000,
        "tokens_per_call": 650,
        "baseline_input_tokens": 1800,
        "baseline_output_tokens": 250,
        "baseline_input_price_per_m": 2,
        "baseline_output_price_per_m": 8,
        "baseline_cached_share": 0.5,
        "finetuned_cost_per_1k_tokens": 0.05,
        "finetuned_price_change": -0.2,
        "serving_gpu_hourly_rate": 3,
        "accuracy_improvement_percent": 0.12,
        "monthly_review_cost": 2000,
        "months_to_amortize": 24,
        "discount_rate": 0.08,
        "ranges": {"baseline_monthly_api_calls": Range(low=2e6, high=9e6)},
        "sources": {"baseline_monthly_api_calls": "last month's invoice"},
        "notes": {"contingency": "board rule"},
    }


def test_json_flat_and_nested(tmp_path: Path) -> None:
    inputs = {name: value for name, value in REFERENCE.given().items() if name not in ("name", "description")}
    flat = load_scenario(written(tmp_path, json.dumps(inputs), "flat.json"))
    assert flat == REFERENCE.with_inputs(name="flat", description="")
    training = {name: inputs.pop(name) for name in ("training_hours", "gpu_hourly_rate")}
    nested = load_scenario(written(tmp_path, json.dumps({"training": training, **inputs}), "nested.json"))
    assert nested == flat.with_inputs(name="nested")


def test_the_equal_scenario_from_either_form_has_the_same_fingerprint(tmp_path: Path) -> None:
    inputs = json.dumps({"name": "pilot", **json.loads(scenario_json(load_scenario(written(tmp_path, FLAT))))})
    assert (
        load_scenario(written(tmp_path, inputs, "pilot.json")).fingerprint()
        == load_scenario(written(tmp_path, FLAT)).fingerprint()
    )


@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scenario=scenarios())
def test_a_scenario_written_as_json_reads_back(tmp_path: Path, scenario: Scenario) -> None:
    read = load_scenario(written(tmp_path, scenario_json(scenario), "pilot.json"))
    assert read.inputs() == {**scenario.inputs(), "name": "pilot"}


def test_ranges_and_sources_read_back_too(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, NESTED))
    assert load_scenario(written(tmp_path, scenario_json(scenario), "again.json")) == scenario


@pytest.mark.parametrize("name", ["pilot.toml", "pilot.TOML", "pilot.json"])
def test_a_byte_order_mark_does_no_harm(tmp_path: Path, name: str) -> None:
    text = scenario_json(REFERENCE) if name.endswith("json") else FLAT
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_scenario(path).training_hours == 24


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))


@pytest.mark.parametrize("form", ["utf-16", "utf-8-sig"])
def test_standard_input_as_windows_shells_write_it(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, f'name = "Überprüfung"\n{FLAT}'.encode(form))
    assert load_scenario("-").name == "Überprüfung"


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_a_workbook_in_standard_input_is_asked_for_by_its_name(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("xl/workbook.xml", b"x" * size)
    piped(monkeypatch, packed.getvalue())
    sentence = "This is a workbook or another packed file. Name the file in place of -."
    assert problems("-") == [("standard input", sentence)]


def test_standard_input_of_another_alphabet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, f'name = "Überprüfung"\n{FLAT}'.encode("latin-1"))
    assert problems("-") == [("standard input", "This is not UTF-8 text.")]


@pytest.mark.parametrize(
    "text", [FLAT, scenario_json(REFERENCE), "\n  " + scenario_json(REFERENCE)], ids=["TOML", "JSON", "spaces"]
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_standard_input_in_either_form(text: str, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, (mark + text).encode())
    scenario = load_scenario("-")
    assert scenario.training_hours == 24
    assert scenario.name == ("" if text is FLAT else "Reference scenario")


def test_a_problem_of_standard_input_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, FLAT.replace("hours = 24", "hours = -24").encode())
    assert problems("-")[0] == ("standard input: training_hours", "-24 is below 0. Type a number of at least 0.")


# --- problems --------------------------------------------------------------------------------------------


def test_all_problems_at_once_each_at_its_place(tmp_path: Path) -> None:
    text = NESTED.replace("hours = 24", "hours = -24").replace("months = 24", "months = 12.5")
    text = text.replace("contingency = 0.1", "contingenci = 0.1").replace("accuracy = 0.12", "accuracy = 12")
    assert problems(written(tmp_path, text)) == [
        ("FILE: one_off.contingenci", 'There is no input "contingenci". Did you mean "contingency"?'),
        ("FILE: training.hours", "-24 is below 0. Type a number of at least 0."),
        ("FILE: quality.accuracy", "12 is above 1. Did you mean 12 % (0.12)?"),
        ("FILE: finance.months", "12.5 is not a whole number. Type 12 or 13."),
    ]


def test_missing_inputs_have_no_place_but_their_names(tmp_path: Path) -> None:
    found = problems(written(tmp_path, "training_hours = 24"))
    assert [place for place, _ in found][:2] == ["FILE: gpu_hourly_rate", "FILE: storage_gb"]
    assert len(found) == 9


@pytest.mark.parametrize(
    ("extra", "place", "sentence"),
    [
        ("gpu_hourly_rat = 3", "gpu_hourly_rat", 'Did you mean "gpu_hourly_rate"?'),
        ("[trainin]\nhours = 3", "trainin", 'There is no group [trainin]. Did you mean "training"?'),
        ("[training]\nhuors = 3", "training.huors", 'Did you mean "hours"?'),
        ("hours = 24", "hours", '"training_hours" is given twice, also at training_hours'),
        ("[training]\nhours = 24", "training.hours", '"training_hours" is given twice, also at training_hours'),
        ("[ranges]\ncalls = 5", "ranges.calls", "low and high"),
        ("[ranges]\nhours = {low = 9, high = 3}", "ranges.hours", "above high"),
        ("[ranges]\nhours = {low = -9, high = 3}", "ranges.hours.low", "-9 is below 0"),
        ("[ranges]\ncolour = {low = 1, high = 3}", "ranges.colour", 'no input "colour"'),
        ("[sources]\ncolour = 'a'", "sources.colour", 'no input "colour"'),
        ("[notes]\ncalls = 3", "notes.calls", "text"),
        ("serving = 'cloud'", "serving", "not one of the choices"),
        ("monthly_growth = nan", "monthly_growth", "not a finite number"),
        ("monthly_growth = inf", "monthly_growth", "not a finite number"),
        ("monthly_growth = '3 %'", "monthly_growth", "Type 0.03 without quotation marks"),
        ("monthly_growth = true", "monthly_growth", "true is not a number"),
        ("monthly_growth = [0.1]", "monthly_growth", "not a number"),
        ("monthly_growth = 2026-01-01", "monthly_growth", "not a number"),
        ("evaluation_cost = " + "9" * 400, "evaluation_cost", "too large"),
        ("name = 5", "name", "not a text"),
        (
            "'Go-live delay (weeks)' = 6",
            "Go-live delay (weeks)",
            '"weeks" is written beside it, and it counts in months.',
        ),
    ],
)
def test_a_problem(tmp_path: Path, extra: str, place: str, sentence: str) -> None:
    found = problems(written(tmp_path, FLAT + extra))
    assert [each for each, _ in found] == [f"FILE: {place}"]
    assert sentence in found[0][1]


def test_broken_toml_says_where(tmp_path: Path) -> None:
    (place, sentence), *rest = problems(written(tmp_path, "training_hours = 24\ngpu_hourly_rate = = 3"))
    assert place == "FILE" and not rest
    assert sentence.startswith("This is not valid TOML: Invalid value (at line 2, column 19). Write numbers plainly")
    (_, sentence), *_ = problems(written(tmp_path, "training_hours = 24\ncalls per month = 5000"))
    assert "(at line 2, column 7). A line is a name, = and a value; a name of several words stands in quot" in sentence


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a = 1\nb = 2\na = 3\nc = 4\n", 3, "a is given twice, also on line 1. Keep one of the two."),
        ("a = 1\n[t]\nb = 2\na = 3\n b= 4", 5, "b is given twice, also on line 3. Keep one of the two."),
        ("[t] # one\na = 1\n[u]\na = 2\n[t]\nb = 2\n", 5, "[t] is given twice, also on line 1. Keep one of the two."),
        ("a = 1\n[a]\nb = 2\n", 2, "[a] is given twice. Keep one of the two."),
    ],
)
def test_a_key_or_table_twice_in_toml(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    assert problems(written(tmp_path, text)) == [(f"FILE: line {line}", sentence)]


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("a = 1\nname = “Pilot”\n", "pilot.toml", "line 2"),
        ("name = \u2018Pilot\u2019", "pilot.toml", "line 1"),
        ("“name” = 'Pilot'", "pilot.toml", "line 1"),
        ("name = „Pilot“", "pilot.toml", "line 1"),
        ('{"a": 1,\n “name”: "Pilot"}', "pilot.json", "line 2, column 2"),
        ('{"name": «Pilot»}', "pilot.json", "line 1, column 10"),
    ],
)
def test_quotation_marks_of_a_word_processor(tmp_path: Path, text: str, name: str, place: str) -> None:
    (found, sentence), *rest = problems(written(tmp_path, text, name))
    assert found == f"FILE: {place}" and not rest
    assert "is a quotation mark of printed text" in sentence and sentence.endswith('Type a straight one: "')


def test_quotation_marks_within_a_text_are_text(tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, FLAT + 'name = "the “Pilot”"')).name == "the “Pilot”"


def test_broken_json_says_where(tmp_path: Path) -> None:
    found = problems(written(tmp_path, '{"training_hours": 24,\n "gpu_hourly_rate": }', "pilot.json"))
    assert found == [("FILE: line 2, column 21", "This is not valid JSON: Expecting value.")]


def test_a_key_twice_in_json(tmp_path: Path) -> None:
    found = problems(written(tmp_path, '{"training_hours": 24, "training_hours": 25}', "pilot.json"))
    assert found == [("FILE: training_hours", "Given twice. Keep one of the two.")]


@pytest.mark.parametrize("text", ["[1, 2]", "24", '"text"', "null"])
def test_json_that_is_no_object(tmp_path: Path, text: str) -> None:
    assert "A JSON scenario is an object" in problems(written(tmp_path, text, "pilot.json"))[0][1]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_json_numbers_that_are_none(tmp_path: Path, number: str) -> None:
    text = scenario_json(REFERENCE).replace('"training_hours": 24.0', f'"training_hours": {number}')
    assert "not a finite number" in problems(written(tmp_path, text, "pilot.json"))[0][1]


def test_null_in_json_is_an_input_left_empty(tmp_path: Path) -> None:
    values: dict[str, Any] = {**json.loads(scenario_json(REFERENCE)), "serving_tokens_per_call": None}
    assert load_scenario(written(tmp_path, json.dumps(values), "pilot.json")).serving_tokens_per_call is None
    values["training_hours"] = None
    assert problems(written(tmp_path, json.dumps(values), "pilot.json"))[0][0] == "FILE: training_hours"


def test_nested_too_deeply(tmp_path: Path) -> None:
    assert problems(written(tmp_path, "[" * 100_000, "pilot.json"))[0][0] == "FILE"


def test_an_empty_json_file(tmp_path: Path) -> None:
    assert problems(written(tmp_path, " \n", "pilot.json")) == [
        ("FILE", "The file is empty. Its inputs stand between { and }.")
    ]


def test_another_kind_of_file(tmp_path: Path) -> None:
    assert problems(written(tmp_path, FLAT, "pilot.txt")) == [("FILE", "A scenario is a .toml or .json file.")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_that_say_so(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "pilot.toml"
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    path.write_bytes(f"{mark}name = 'Prüfung, 試験'\n{FLAT}".replace("\n", end).encode(encoding))
    assert load_scenario(path).name == "Prüfung, 試験"


def test_half_a_letter_of_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "pilot.toml"
    path.write_bytes(FLAT.encode("utf-16")[:-1])
    assert problems(path) == [("FILE", "This is not UTF-8 text. Save the file with UTF-8 encoding.")]


def test_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "pilot.toml"
    path.write_bytes("name = 'Prüfung'".encode("latin-1"))
    assert problems(path) == [("FILE", "This is not UTF-8 text. Save the file with UTF-8 encoding.")]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_scenario(tmp_path / "nothing.toml")


def test_an_empty_file_lacks_everything(tmp_path: Path) -> None:
    assert len(problems(written(tmp_path, ""))) == 10


# --- files that nobody wrote by hand ----------------------------------------------------------------------


def refused(tmp_path: Path, name: str, content: str | bytes) -> str:
    """The sentences with which a file is refused, within the processor time of a moment."""
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    before = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert time.process_time() - before < 10, "a guard against hanging"
    assert str(file) in str(caught.value) and len(str(caught.value)) < 20_000
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "a" + ".a" * 40_000 + " = 1",
        "[a" + ".a" * 30_000 + "]",
        "a" + " . a" * 30_000 + " = 1",
        '"a"' + '."a"' * 30_000 + " = 1",
        "x = 1\n" * 3 + "\n".join(f"[{'.'.join('a' * 300)}.b{number}]" for number in range(300)),
    ],
)
def test_keys_of_many_parts_are_refused_before_they_are_parsed(tmp_path: Path, content: str) -> None:
    assert "The line has more than 200 dots." in refused(tmp_path, "deep.toml", content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("many.json", json.dumps({f"key{number}": number for number in range(9_000)})),
        ("many.json", json.dumps({"training": {f"key{number}": 1 for number in range(9_000)}})),
        ("many.json", json.dumps({"name": list(range(9_000))})),
        ("many.toml", "\n".join(f"key{number} = 1" for number in range(9_000))),
        ("many.toml", "[[a]]\n" * 9_000),
    ],
)
def test_thousands_of_entries_are_one_problem(tmp_path: Path, name: str, content: str) -> None:
    assert "This is no scenario: it has more than 2,000 entries" in refused(tmp_path, name, content)


@pytest.mark.parametrize("opening", ['{"a":', "["])
@pytest.mark.parametrize("depth", [9, 300, 950, 30_000])
def test_deep_nesting_is_no_scenario(tmp_path: Path, opening: str, depth: int) -> None:
    closing = "}" if opening.startswith("{") else "]"
    content = '{"name": ' + opening * depth + "1" + closing * depth + "}"
    assert "brackets are nested too deeply" in refused(tmp_path, "deep.json", content)


def test_a_file_larger_than_any_scenario_is_not_read(tmp_path: Path) -> None:
    assert "it has more than 250 kB" in refused(tmp_path, "large.json", "[" * 300_000)


@pytest.mark.parametrize("key", ["()" * 20_000, "(" * 20_000, ")" * 20_000, "a" * 20_000, " " * 20_000, "(a" * 10_000])
def test_a_key_of_any_length_is_quoted_in_short(tmp_path: Path, key: str) -> None:
    assert "There is no input" in refused(tmp_path, "key.json", json.dumps({key: 1}))
    assert "There is no group" in refused(tmp_path, "key.json", json.dumps({key: {"calls": 1}}))


@pytest.mark.parametrize("place", ["name", "description", "notes", "sources"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\x1b[2J", "letter 2 (U+001B)"),
        ("a\ufffeb", "letter 2 (U+FFFE)"),
        ("\ud800", "letter 1 (U+D800)"),
        ("ab\uffff", "letter 3 (U+FFFF)"),
        ("x" * 40_000, "The text has 40,000 letters, and a cell holds 32,767. Shorten it."),
        ("#N/A", '"#N/A" is what a sheet shows for an error. Write another text.'),
        (" #value! ", "is what a sheet shows for an error."),
    ],
)
def test_texts_that_no_cell_can_hold_are_problems(tmp_path: Path, place: str, text: str, sentence: str) -> None:
    given = {place: {"calls": text}} if place in ("notes", "sources") else {place: text}
    assert sentence in refused(tmp_path, "text.json", json.dumps(given))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ScenarioError, match="no file with text in it"):
        load_scenario(tmp_path / "pipe.toml")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("training_hour = 24", "training_hours"),
        ("[traffic]\ncals = 5e6", "baseline_monthly_api_calls"),
        ("[notes]\ntraining_hour = 'measured'", ""),
        ("[baseline]\ninput_tokens = 3\noutput_token = 4", "baseline_output_tokens"),
    ],
)
def test_a_misspelt_input_is_told_once(tmp_path: Path, written: str, name: str) -> None:
    """Its name, with the nearest; that it is missing too would be told of every file that lacks it."""
    path = tmp_path / "plan.toml"
    path.write_text(written)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    told = [str(each) for each in caught.value.problems]
    assert sum("Did you mean" in each for each in told) == 1
    assert not [each for each in told if f": {name}: Missing" in each] and len(told) > 5
    assert bool(name) or any("training_hours: Missing" in each for each in told)
    if "baseline_" in name and "[baseline]" in written:
        assert f'Did you mean "{name}"?' in " ".join(told)
