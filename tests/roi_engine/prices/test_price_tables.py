"""The tables in use: names, periods, and the user's own file in place of the shipped ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from roi_engine.errors import FtRoiError, PriceTableError, UnknownName
from roi_engine.prices import open_models
from roi_engine.prices import price_tables as tables
from roi_engine.prices.price_row import GPU_KINDS

COUNTED = "so many are shipped, that none is lost unseen: after adding or taking out one, say how many here"
PRICED = ["A100 80GB", "A6000", "B200", "H100 PCIe", "H100 SXM", "H200", "L40S"]
"""The GPUs that have prices, in the order of the table."""

OWN = "name,kind,value,source,read_on\nmine,input,2,offer,2026-01-01\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def test_the_shipped_tables_leave_out_what_is_no_chat_model_and_what_is_wrong() -> None:
    names = tables.shipped_tables().models.names
    assert len(names) == 150, COUNTED
    assert not [name for name in names if "image" in name or name == "text-davinci-003"]
    assert "training" not in tables.shipped_tables().models.kinds("gpt-4.1")


def test_every_gpu_has_what_an_estimate_needs_and_its_prices_are_in_order() -> None:
    gpus = tables.shipped_tables().gpus
    assert len(gpus.names) == 23, COUNTED
    priced = []
    for name in gpus.names:
        kinds = set(gpus.kinds(name))
        assert {"peak_tflops", "memory_gb", "bandwidth_tb_s", "link_gb_s"} <= kinds <= set(GPU_KINDS)
        assert "fp8_tflops" not in kinds or gpus.row(name, "fp8_tflops").value > gpus.row(name, "peak_tflops").value
        if "hourly_low" not in kinds:
            continue
        priced.append(gpus.find(name))
        low, typical, high = (gpus.row(name, f"hourly_{each}").value for each in ("low", "typical", "high"))
        assert low <= typical <= high
    assert priced == PRICED, "name it in PRICED above, or give it three prices an hour"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("L4", "L4"), ("L40", "L40"), ("l40s", "L40S"), ("A10", "A10"), ("A10G", "A10G"), ("A100", "A100 80GB"),
        ("a100 40gb", "A100 40GB"), ("A100 PCIe", "A100 PCIe 80GB"), ("H100SXM", "H100 SXM"),
        ("h100-pcie", "H100 PCIe"),        ("4090", "RTX 4090"), ("H200 SXM", "H200"), ("RTX A6000", "A6000"),
    ],
)  # fmt: skip
def test_names_of_gpus_match_whole_words(typed: str, found: str) -> None:
    assert tables.shipped_tables().gpus.find(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("NVIDIA H100 80GB HBM3", "H100 SXM"), ("h100-sxm5-80gb", "H100 SXM"), ("NVIDIA H100 NVL", "H100 NVL"),
        ("NVIDIA A100-SXM4-80GB", "A100 80GB"), ("NVIDIA A100-SXM4-40GB", "A100 40GB"),
        ("NVIDIA A100 80GB PCIe", "A100 PCIe 80GB"), ("NVIDIA GeForce RTX 4090", "RTX 4090"), ("Tesla T4", "T4"),
        ("NVIDIA L40S", "L40S"), ("NVIDIA L4", "L4"), ("AMD Instinct MI300X", "MI300X"), ("HGX B200", "B200"),
        ("NVIDIA GH200 480GB", "GH200"), ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
    ],
)  # fmt: skip
def test_names_of_gpus_as_their_driver_has_them(typed: str, found: str) -> None:
    assert tables.shipped_tables().gpus.find(typed) == found


def test_a_name_of_one_s_own_table_comes_before_its_words(folder: Path) -> None:
    lines = ["name,kind,value,source,read_on", "NVIDIA H100,peak_tflops,900,offer,2026-08-05"]
    (folder / tables.USER_FILE).write_text("\n".join(lines), "utf-8")
    assert tables.price_tables().gpus.find("nvidia h100") == "NVIDIA H100"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("H20", 'Did you mean "H200"?'),
        ("H100", 'There are several GPUs "H100": H100 NVL, H100 PCIe, H100 SXM.'),
        ("NVIDIA H100", 'There are several GPUs "NVIDIA H100": H100 NVL, H100 PCIe, H100 SXM.'),
        ("H100-80GB", 'There are several GPUs "H100-80GB": H100 PCIe, H100 SXM.'),
        ("SXM", 'There are several GPUs "SXM": A100 40GB, A100 80GB, H100 SXM, H200.'),
        ("NVIDIA", "There is no GPU"),
        ("A1", "There is no GPU"),
        ("100", "There is no GPU"),
    ],
)
def test_a_part_of_a_word_is_no_name(typed: str, words: str) -> None:
    with pytest.raises(UnknownName) as told:
        tables.shipped_tables().gpus.find(typed)
    assert words in str(told.value)


def test_the_newest_row_and_that_of_a_day() -> None:
    models = tables.shipped_tables().models
    assert [row.value for row in models.periods("o3", "output")] == [40, 8]
    assert models.row("o3", "output").value == 8
    assert models.row("o3", "output", date(2025, 6, 9)).value == 40
    assert models.row("o3", "output", date(2025, 6, 10)).value == 8
    assert models.row("o3", "output", date(1990, 1, 1)).value == 40  # an unknown start is no start


def test_a_day_between_two_periods_has_no_price(folder: Path) -> None:
    lines = ["name,kind,value,source,read_on,from_date,to_date"]
    lines += ["mine,input,2,offer,2026-01-01,2026-01-01,2026-02-01", "mine,input,3,offer,2026-01-01,2026-03-01,"]
    (folder / tables.USER_FILE).write_text("\n".join(lines), "utf-8")
    with pytest.raises(UnknownName, match="no input is known for 2026-02-15"):
        tables.price_tables().models.row("mine", "input", date(2026, 2, 15))
    assert tables.price_tables().models.row("mine", "input").value == 3


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r'no model "gpt4.1" in the price table. Nearest: gpt-4.1'):
        tables.shipped_tables().models.find("gpt4.1")
    with pytest.raises(UnknownName, match=r'no GPU "H20O" in the price table. Did you mean "H200"\? Known: A10'):
        tables.shipped_tables().gpus.find("H20O")
    with pytest.raises(UnknownName, match="Known: A10,"):
        tables.shipped_tables().gpus.find("-")


def test_without_a_file_of_the_users_the_shipped_tables_are_in_use(folder: Path) -> None:
    assert tables.price_tables() is tables.shipped_tables()
    assert tables.price_tables().own_file is None


def test_the_users_file_takes_the_place_of_the_shipped_tables(folder: Path) -> None:
    (folder / tables.USER_FILE).write_text(OWN, "utf-8")
    found = tables.price_tables()
    assert found.models.row("mine", "input").value == 2
    assert (found.own_file, found.read_on) == (folder / tables.USER_FILE, date(2026, 1, 1))
    assert found is tables.price_tables()  # read once
    with pytest.raises(UnknownName):
        found.models.find("gpt-4.1")
    assert found.gpus.row("L4", "bandwidth_tb_s").value == 0.3  # what a GPU can do is no price
    with pytest.raises(UnknownName):
        found.gpus.row("H100 SXM", "hourly_typical")


@pytest.mark.parametrize("content", [b"name\n", OWN.replace("2,", "-2,").encode(), b"\xff\xfe", b""])
def test_a_file_that_cannot_be_used_is_told_with_the_cure(folder: Path, content: bytes) -> None:
    (folder / tables.USER_FILE).write_bytes(content)
    with pytest.raises(PriceTableError, match=r'"ft-roi prices reset" goes back'):
        tables.price_tables()
    assert tables.table_date_in_words() == "price table unreadable"


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices with names")
@pytest.mark.parametrize("name", [tables.USER_FILE, open_models.USER_FILE])
def test_a_table_without_end_is_told_and_not_waited_for(folder: Path, name: str) -> None:
    os.mkfifo(folder / "pipe")
    for other in (folder / "pipe", "/dev/zero"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(other)
        tables.forget_tables()
        open_models.forget_models()
        with pytest.raises(FtRoiError, match=rf"{name} is no file with text in it"):
            tables.price_tables()
            open_models.open_models()


def test_open_models_that_are_no_text_are_told(folder: Path) -> None:
    (folder / open_models.USER_FILE).write_bytes(b"name\xff")
    open_models.forget_models()
    with pytest.raises(PriceTableError, match=r"open_models\.csv: No UTF-8 text"):
        open_models.open_models()


def test_the_users_folder_is_that_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tables.FOLDER_VARIABLE)
    assert tables.user_file().name == tables.USER_FILE
    assert tables.user_file().parent.name == "ft-roi"


def test_a_lookup_needs_no_heavy_library() -> None:
    program = (
        "import sys\n"
        "from roi_engine.prices.price_tables import price_tables\n"
        "price_tables().models.row('gpt-4.1', 'input')\n"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_models_with_prices_of_long_prompts_have_them_by_their_own_name() -> None:
    """llm-prices lists gpt-5.4 and gpt-5.4-272k: a scenario that names the first finds both."""
    models = tables.shipped_tables().models
    long = [name for name in models.names if re.search(r"-\d+k$", name)]
    assert len(long) > 20
    for name in long:
        model, _, size = name.rpartition("-")
        if model in models.names:
            for kind in models.kinds(name):
                assert models.row(model, f"{kind}_above_{size}").value == models.row(name, kind).value, name
