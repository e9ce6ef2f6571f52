"""The table of open models: names, shapes, the user's own, and what is wrong with a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from roi_engine.errors import PriceTableError, UnknownName
from roi_engine.prices import price_tables as tables
from roi_engine.prices.open_models import (
    COLUMNS,
    USER_FILE,
    forget_models,
    models_as_csv,
    open_models,
    read_models,
    shipped_models,
)

ONE = "mine,me,8,8,32,4096,32,8,128,14336,0,0,8192,MIT,,my own,2026-01-01"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(tmp_path))
    yield tmp_path
    forget_models()


def table(*lines: str) -> str:
    return "\n".join([",".join(COLUMNS), *lines])


def problems(*lines: str) -> list[str]:
    with pytest.raises(PriceTableError) as wrong:
        read_models(table(*lines), "models.csv")
    return [str(each) for each in wrong.value.problems]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Llama-3.1-8B", "Llama-3.1-8B"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B"),
        ("llama 3 8b", "Llama-3-8B"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama-3.1-8B"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "Mistral-7B"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "Mixtral-8x7B"),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen2.5-7B"),
        ("microsoft/Phi-3-mini-128k-instruct", "Phi-3-mini"),
        ("DeepSeek-R1-Distill-Llama-70B", "Llama-3.1-70B"),
        ("mixtral", "Mixtral-8x7B"),
        ("GPT-OSS 20b", "gpt-oss-20b"),
    ],
)
def test_a_name_may_be_shortened_to_its_words(typed: str, found: str) -> None:
    assert open_models().find(typed).name == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("8B", 'several models "8B": Llama-3-8B, Llama-3.1-8B, Qwen3-8B, Ministral-8B'),
        ("Llama-3.1-8B-Instruct-AWQ-INT4", "Nearest: Llama-3.1-8B."),
        ("our-llama-3.1-8b-support-v2", "Nearest: Llama-3.1-8B."),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "Nearest: Qwen2.5-7B."),
        ("Phi-3-mini-4k-instruct", "Nearest: Phi-3-mini."),  # of the same shape, but of shorter requests
        ("Llama-3.1-7B", "Nearest: "),
        ("Qwen-7B", "There is no open model"),  # the first Qwen is no Qwen2.5
        ("", "There is no open model"),
    ],
)
def test_what_is_no_name_is_told(typed: str, words: str) -> None:
    with pytest.raises(UnknownName) as told:
        open_models().find(typed)
    assert words in str(told.value)


def test_bytes_of_the_cache_and_parameters_of_experts() -> None:
    """Llama 3.1 8B: 2 · 32 layers · 8 heads · 128 · 2 bytes. Mixtral: 8 experts of 3 · 4096 · 14336 in 32 layers."""
    assert open_models().find("Llama-3.1-8B").kv_bytes_per_token == 131_072
    experts = open_models().find("Mixtral-8x7B").expert_params_b
    assert experts == pytest.approx(8 * 3 * 4096 * 14336 * 32 / 1e9, rel=1e-3)
    assert open_models().find("Llama-3.1-8B").expert_params_b == 0


def test_every_shape_has_about_the_parameters_that_it_says() -> None:
    """Linear layers, and at least one embedding of some 32,000 to 262,000 words."""
    for model in shipped_models():
        linear = sum(inputs * outputs * count for inputs, outputs, count in model.linear_shapes) / 1e9
        left = model.params_b - linear - model.expert_params_b
        assert 25_000 * model.hidden / 1e9 < left < 2.1 * 263_000 * model.hidden / 1e9, model.name


def test_what_is_written_is_read_back() -> None:
    assert read_models(models_as_csv(shipped_models()), "copy") == list(shipped_models())


def test_the_users_models_come_beside_the_shipped_and_replace_those_of_the_same_name(folder: Path) -> None:
    own = replace(open_models().find("Llama-3.1-8B"), name="llama-3.1-8b", context=1, source="my own")
    forget_models()
    (folder / USER_FILE).write_text(models_as_csv([own, *read_models(table(ONE), "mine")]), "utf-8")
    assert open_models().find("Llama-3.1-8B").context == 1
    assert open_models().find("mine").evidence == "mine, read 2026-01-01, my own"
    assert open_models().find("Qwen2.5-7B").layers == 28


def test_source_and_date_stand_in_for_empty_cells() -> None:
    titles = "name,params_b,active_b,layers,hidden,heads,kv_heads,head_dim,intermediate,context"
    text = f"{titles}\nmine,8,8,32,4096,32,8,128,14336,8192"
    (model,) = read_models(text, "mine.csv", source="mine.csv", read_on=date(2026, 8, 5))
    assert (model.source, model.read_on, model.experts, model.licence) == ("mine.csv", date(2026, 8, 5), 0, "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (ONE.replace("mine", "", 1), "line 2, name: Missing."),
        (ONE.replace("32,4096", "32.5,4096"), 'line 2, layers: "32.5" is no whole number.'),
        (ONE.replace("4096", "-4096"), "line 2, hidden: -4096 is no number above 0"),
        (ONE.replace("8,8,32", "8,9,32", 1), "A token uses no more parameters"),
        (ONE.replace("8,8,32", "8,3,32", 1), "has experts, others have none"),
        (ONE.replace("2026-01-01", "January"), '"January" is no date'),
        (f"{ONE}\n{ONE}", "line 3: mine stands twice."),
    ],
)
def test_a_wrong_line_is_told_with_its_place(line: str, words: str) -> None:
    assert any(words in each for each in problems(line)), problems(line)


def test_wrong_titles() -> None:
    with pytest.raises(PriceTableError, match=r"no params_b, .*; unknown size"):
        read_models("name,size\nmine,8", "models.csv")


def test_a_table_may_have_semicolons_and_decimal_commas() -> None:
    titles = "name;params_b;active_b;layers;hidden;heads;kv_heads;head_dim;intermediate;context;also"
    line = 'Ours;9,5;9,5;40;4.096;32;8;128;14.336;32.768;"Mine; Yours"'
    for text in (f"{titles}\n{line}\n", f"sep=;\n{titles}\n{line}\n"):
        (model,) = read_models(text, "ours.csv", source="offer", read_on=date(2026, 8, 5))
        assert (model.params_b, model.hidden, model.context) == (9.5, 4096, 32768)
        assert model.also == ("Mine", "Yours")
    wrong = f"sep=;\n{titles}\n{line.replace(';40;', ';many;')}\n"
    with pytest.raises(PriceTableError, match=r'line 3, layers: "many" is no whole number'):
        read_models(wrong, "ours.csv", source="offer", read_on=date(2026, 8, 5))
