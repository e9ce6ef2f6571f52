"""Hostile files by their commands, as a user types them: the right end, in time, in little memory, nothing lost."""

from __future__ import annotations

import sys
import threading
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.addin.libreoffice.hostile_workbooks import RED_DOT
from tests.hostile.inputs import LONG_NAME, OTHERS, QUICK, Hostile, linked_picture, picture_of_pictures, scenario
from tests.hostile.measured_command import SECONDS, Done, run, run_program
from tests.slow_cases import some

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="time and memory are measured as Linux counts them")
MEGABYTES = 300
"""Of memory, the program included. Where LibreOffice works, it is counted too."""
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
CASES = [
    *(pytest.param(each, id=name, marks=pytest.mark.slow(seconds=1)) for name, each in QUICK.items()),
    *(
        pytest.param(
            each,
            id=name,
            marks=[pytest.mark.full(seconds=3), *([pytest.mark.needs_libreoffice] if each.office else [])],
        )
        for name, each in OTHERS.items()
    ),
]


def hold(done: Done) -> None:
    """What is right of every command: an end that was meant, in time, in little memory, nothing that is obeyed."""
    assert done.seconds < SECONDS and done.megabytes < MEGABYTES, done
    assert done.code in (0, 3, 4, 5), done
    assert "Traceback" not in done.text and "should not have happened" not in done.text
    obeyed = {letter for letter in done.text if unicodedata.category(letter) in UNSEEN} - {"\n"}
    assert not obeyed, sorted(map(ascii, obeyed))
    assert not [line for line in done.text.splitlines() if line.startswith("Error: fake")]


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("hostile", CASES)
def test_a_hostile_file_by_its_command(hostile: Hostile, tmp_path: Path) -> None:
    hostile.write(tmp_path)
    for command in hostile.first:
        hold(run(tmp_path, *command.split()))
    before = files_in(tmp_path)
    done = run(tmp_path, *hostile.command.split())
    hold(done)
    assert done.code == hostile.code, done.text
    assert not [words for words in hostile.says if words not in done.text], done.text
    after = files_in(tmp_path)
    if hostile.command.startswith("read a/"):
        assert after.keys() - before.keys() == {f"out/{name}.toml" for name in (LONG_NAME, f"{LONG_NAME[:-2]}-2")}
    else:
        assert after.keys() - before.keys() == set(hostile.left)
    assert {name: after.get(name) for name in before} == before
    if "x.eml" in hostile.left:
        hold_headers(after["x.eml"])
    if "p.xlsx" in hostile.left:
        hold_portfolio(tmp_path / "p.xlsx")


def hold_headers(draft: bytes) -> None:
    """Those that are meant, and nobody else's address."""
    found = message_from_bytes(draft)
    assert sorted(found.keys()) == sorted(
        ["To", "Subject", "Date", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"]
    )
    assert found["To"] == "anna@example.com"


def hold_portfolio(path: Path) -> None:
    """The good answer is in it, and no cell shows an infinite number."""
    book = load_workbook(BytesIO(path.read_bytes()), data_only=True)
    shown = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "good.xlsx" in shown
    assert not {"inf", "nan", "-inf", "#NUM!"} & set(shown)


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from addin.command_line import main
main()
"""


@pytest.mark.parametrize(
    "command",
    some(["report x.json -o r.xlsx", "email x.json --to a@example.com -o x.eml"], slow=["report x.json -o r.xlsx"]),
)
def test_a_disk_that_is_full_is_told_in_a_sentence(command: str, tmp_path: Path) -> None:
    """Sheets are put aside in the folder of temporary files, which may be full where the user's own is not."""
    (tmp_path / "x.json").write_bytes(scenario())
    done = run_program([sys.executable, "-c", FULL, *command.split()], tmp_path)
    assert done.code == 2 and len(done.text.splitlines()) == 1
    assert "takes no more" in done.text and "TMPDIR" in done.text
    assert [*files_in(tmp_path)] == ["x.json"]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this computer, and what was asked of it."""
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_GET = do_HEAD = do_OPTIONS = do_PROPFIND = answer

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.mark.full(seconds=8)
@pytest.mark.needs_libreoffice
def test_a_linked_picture_is_not_fetched(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = listener
    (tmp_path / "x.xlsx").write_bytes(linked_picture(f"{address}/a.png"))
    done = run(tmp_path, "recalc", "x.xlsx")
    hold(done)
    assert done.code == 0 and "left out, unsafe to load: pictures" in done.text
    assert (tmp_path / "x-recalculated.xlsx").exists() and asked == []


@pytest.mark.full(seconds=8)
@pytest.mark.needs_libreoffice
def test_a_picture_of_this_computer_gets_into_no_pdf(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = listener
    local = tmp_path / "secret.png"
    local.write_bytes(RED_DOT)
    (tmp_path / "x.xlsx").write_bytes(picture_of_pictures(local.as_uri(), f"{address}/a.png"))
    done = run(tmp_path, "recalc", "x.xlsx", "--pdf")
    hold(done)
    assert done.code == 0 and "left out, unsafe to load: pictures" in done.text
    assert b"/Subtype/Image" not in (tmp_path / "x.pdf").read_bytes() and asked == []
