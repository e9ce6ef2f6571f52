"""ft-roi email: the draft, whom it is for, and sending it through a real server on loopback."""

from __future__ import annotations

import email as email_package
import email.policy
import json
import os
import re
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import keyring
import openpyxl
import pytest
from click.testing import CliRunner
from PIL import Image

from addin.command_line import ft_roi
from addin.mail.header_check import check_headers
from addin.mail.header_text import ascii_name
from addin.mail.letter import Paragraph
from addin.mail.message import Mail, as_bytes, message
from addin.mail.person import Person, Unmailable
from addin.shell.figures_on_terminal import amount
from roi_engine import REFERENCE, appraise, check_inputs, load_scenario
from roi_engine.errors import cleaned
from roi_engine.scenario import REFERENCE_INPUTS
from roi_engine.scenario_file import scenario_json
from templates.cash_flow_picture import cash_flow_picture
from templates.workbook import build_template
from tests.addin.commands import mail_server
from tests.addin.commands.mail_server import PASSWORD, REFUSED, USER, Postmaster, serving

ROOT = Path(__file__).parents[3]
SUPPORT = ROOT / "templates" / "samples" / "support-classifier.toml"
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA, CEM = "anna@example.com", "cem@example.com"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty working folder with the support sample in it, at a fixed time and without settings."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("FT_ROI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(MOMENT.timestamp())))
    (tmp_path / "support.toml").write_bytes(SUPPORT.read_bytes())
    return tmp_path


@pytest.fixture
def stand_in(monkeypatch):
    """Workbooks that are quick to build, and show whose they are; a picture that is quick to draw."""

    def build(scenario, **settings):
        return f"{scenario.name} | {settings['edition']} | {settings['recipient']}".encode()

    def build_template(**settings):
        return f"{settings['name']} | {settings['edition']} | {settings['recipient']}".encode()

    monkeypatch.setattr("templates.workbook.build_workbook", build)
    monkeypatch.setattr("templates.workbook.build_template", build_template)
    monkeypatch.setattr("addin.mail.report_letter.cash_flow_picture", lambda *_: b"a picture")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return mail_server.authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(certificate, monkeypatch, folder, stand_in):
    """A server with STARTTLS and a user, trusted here; gives its postmaster and the options that reach it."""
    leaf, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("FT_ROI_SMTP_PASSWORD", PASSWORD)
    postmaster = Postmaster()
    with serving(postmaster, leaf) as port:
        yield postmaster, ["--send", "--smtp", f"localhost:{port}", "--user", USER]


def run(*arguments: object):
    return CliRunner().invoke(ft_roi, ["email", *map(str, arguments)], prog_name="ft-roi")


def parsed(content: bytes) -> EmailMessage:
    message = email_package.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def draft(path: Path) -> EmailMessage:
    return parsed(path.read_bytes())


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()


def workbook_of(message: EmailMessage) -> tuple[str, bytes]:
    (attachment,) = message.iter_attachments()
    return attachment.get_filename(), attachment.get_content()


# --- no text writes a header -------------------------------------------------------------------------------

HEADERS = {"from", "to", "cc", "subject", "date", "message-id", "x-unsent", "mime-version", "content-type"}
NASTY = {
    "encoded word": "=?utf-8?q?x=0D=0ABcc:_eve=40example.com?=",
    "in base 64": "=?utf-8?b?eA0KQmNjOiBldmVAZXhhbXBsZS5jb20=?=",
    "among others": "Q3 =?us-ascii*en?Q?=0D=0ABcc:_eve=40example.com=0D=0A?= plan",
    "two in a row": "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:_eve=40example.com?=",
    "made by taking out": "=\N{ZERO WIDTH SPACE}?utf-8?q?=0D=0ABcc:_eve=40example.com?=",
    "equals signs": "==??utf-8?q?=0D=0ABcc:_eve=40example.com?=",
    "line breaks": "x\r\nBcc: eve@example.com\x0bBcc: eve@example.com\u2028Bcc: eve@example.com",
    "quotation marks": 'x"\\"; name="y"; filename*=utf-8\'\'%0D%0ABcc:%20eve',
    "turned around": "\u202eBcc: eve@example.com",
    "long": "Zahlen für " * 4_000,
    "long without blanks": "ü" * 40_000,
}


def names_of_headers(content: bytes) -> set[str]:
    """The names of a message's headers, line by line and without decoding, as a mail server reads them."""
    head, _, _ = content.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert b"\r" not in head.replace(b"\r\n", b"") and b"\n" not in head.replace(b"\r\n", b"")
    return {line.partition(b":")[0].decode().lower() for line in lines}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_no_name_of_a_scenario_writes_a_header(folder, stand_in, text):
    (folder / "named.json").write_text(json.dumps({**json.loads(scenario_json(REFERENCE)), "name": text[:200]}))
    result = run("named.json", "--to", ANNA, "-o", "x.eml")
    if result.exit_code == 3:  # the loader takes no such name
        return
    assert result.exit_code == 0, result.output
    content = (folder / "x.eml").read_bytes()
    assert names_of_headers(content) == HEADERS - {"from", "cc"}
    assert max(map(len, content.splitlines())) < 100
    shown = run("named.json", "--to", ANNA, "--dry-run").stdout
    (subject,) = (line for line in shown.splitlines() if line.startswith("Subject:"))
    assert " ".join(subject.partition(":")[2].split()) == " ".join(draft(folder / "x.eml")["Subject"].split())


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_no_text_of_a_message_writes_a_header(text):
    names = [text, "Müller, Anna", 'a" <eve@example.com>, "b', "x, eve@example.com, " * 9, f"{'ö' * 70} <;"]
    people = [Person(f"a{number}@example.com", name.strip()) for number, name in enumerate(map(cleaned, names))]
    cem, attachment = Person(CEM, "Cem; x"), (f"{text}.xlsx", b"book")
    mail = Mail(people, text, [Paragraph(text)], attachment, cc=[cem], sender=people[0])
    content = as_bytes(message(mail, draft=True))
    assert names_of_headers(content) == HEADERS
    read = email_package.message_from_bytes(content)
    found = getaddresses([value for name in ("To", "Cc", "From") for value in read.get_all(name)])
    assert sorted(address for _, address in found) == sorted([CEM, people[0].address, *(p.address for p in people)])
    assert "eve@example.com" not in [address for _, address in found]
    assert not [part for part in read.walk() if part["Bcc"]]
    name = parsed(content).get_payload()[-1].get_filename()
    own = mail.attachment[0]
    assert name in (own, ascii_name(own)) and len(name) < 100 and not set(name) & set('<>:"/\\|?*\r\n')


def test_a_file_s_name_is_written_for_old_programs_too():
    mail = Mail([Person(ANNA)], "x", [], ("template-Anna-Müller.xlsx", b"book"))
    *_, part = email_package.message_from_bytes(as_bytes(message(mail, draft=True))).walk()
    assert part.get_param("name") == "template-Anna-Muller.xlsx"
    assert b"filename*=utf-8''template-Anna-M%C3%BCller.xlsx" in part.as_bytes()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("template-Anna-Müller.xlsx", "template-Anna-Muller.xlsx"),
        ("отчёт.xlsx", "_____.xlsx"),
        ("見積" * 40 + ".xlsx", "_" * 80 + ".xlsx"),
        ("\uff02; filename=\uff02x é.xlsx", "_; filename=_x e.xlsx"),
        ("x" * 75 + ".xlsx", "x" * 75 + ".xlsx"),
        ("report; filename=x.exe é.xlsx", "report; filename=x.exe e.xlsx"),
    ],
)
def test_a_file_s_name_stands_in_ascii_beside_its_own_letters(name: str, plain: str):
    written = as_bytes(message(Mail([Person(ANNA)], "x", [], (name, b"book")), draft=True))
    *_, part = email_package.message_from_bytes(written).walk()
    own = "" if name == plain else f"; filename*=utf-8''{quote(name, safe='')}"
    assert " ".join(part["Content-Disposition"].split()) == f'attachment; filename="{plain}"{own}'
    assert part.get_param("name") == plain
    assert parsed(written).get_payload()[-1].get_filename() in (name, plain)
    assert max(map(len, written.split(b"\r\n"))) < 998


def test_what_is_written_is_compared_with_what_was_meant():
    mail = Mail([Person(ANNA)], "x", [], ("x.xlsx", b"book"))
    meant = message(mail, draft=True)
    content = as_bytes(meant)
    check_headers(content, meant, [ANNA])
    for wrong in (
        content.replace(b"Subject: x\r\n", b"Subject: x\r\nBcc: eve@example.com\r\n"),
        content.replace(b"Subject: x\r\n", b"Subject: x\r\nSubject: y\r\n"),
        content.replace(b"Subject: x\r\n", b"Subject: x\r\n\r\n"),
        content.replace(b"base64\r\n", b"base64\r\nX-Other: 1\r\n"),
        content.replace(b"To: anna@", b"To: eve@example.com, anna@"),
    ):
        assert wrong != content
        with pytest.raises(Unmailable, match="that nobody asked for"):
            check_headers(wrong, meant, [ANNA])


def test_a_message_that_would_have_other_headers_is_neither_written_nor_sent_nor_shown(server, folder, monkeypatch):
    """As on a Python whose email package decodes what it is given and writes it as it is."""
    postmaster, options = server
    monkeypatch.setattr("addin.mail.message.header_text", lambda text: NASTY["encoded word"])
    written = EmailMessage.as_bytes
    extra = b"Subject: x\r\nBcc: eve@example.com\r\n"
    monkeypatch.setattr(
        EmailMessage, "as_bytes", lambda *a, **k: re.sub(rb"Subject: .*\r\n", extra, written(*a, **k), count=1)
    )
    for more in ([], ["--dry-run"], options):
        result = run("support.toml", "--to", ANNA, "-o", "x.eml", "--from", USER, *more)
        assert result.exit_code == 3 and "bcc that nobody asked for" in result.output
        assert not (folder / "x.eml").exists() and postmaster.received == []


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_what_is_sent_has_the_headers_that_are_meant(server, folder, text):
    postmaster, options = server
    (folder / "named.json").write_text(json.dumps({**json.loads(scenario_json(REFERENCE)), "name": text[:200]}))
    result = run("named.json", "--to", ANNA, *options)
    if result.exit_code == 3:
        return
    assert result.exit_code == 0, result.output
    (envelope,) = postmaster.received
    assert envelope.rcpt_tos == [ANNA]
    assert names_of_headers(envelope.content) == HEADERS - {"x-unsent", "cc"}


def test_a_file_name_writes_no_header(folder, stand_in):
    name = f"{NASTY['encoded word']}.toml"
    (folder / name).write_bytes(SUPPORT.read_bytes())
    result = run(name, "--to", ANNA, "-o", "x.eml")
    assert result.exit_code == 0, result.output
    content = (folder / "x.eml").read_bytes()
    assert names_of_headers(content) == HEADERS - {"from", "cc"} and b"\nBcc:" not in content
    shown, _ = workbook_of(draft(folder / "x.eml"))
    assert "?" not in shown and shown in text_of(draft(folder / "x.eml")).replace("\n", " ")


# --- the draft ------------------------------------------------------------------------------------------


def test_a_draft_of_a_report(folder, stand_in):
    result = run("support.toml", "--to", "Anna Müller <anna@example.com>", "--cc", CEM)
    assert result.exit_code == 0
    assert result.stdout.startswith("Wrote support.eml: to Anna Müller <anna@example.com>, with support.xlsx (")
    message = draft(folder / "support.eml")
    assert message["X-Unsent"] == "1"
    assert message["From"] is None  # the mail program knows
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Anna Müller", ANNA)
    assert message["Cc"] == CEM
    assert message["Subject"] == "Fine-tuning decision: Support classifier"
    assert parsedate_to_datetime(message["Date"]) == MOMENT
    assert re.fullmatch(r"<\S+@\S+>", message["Message-ID"])
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]  # fmt: skip
    assert workbook_of(message) == ("support.xlsx", b"Support classifier | native | ")


def test_a_draft_is_ascii_in_short_lines_that_end_in_cr_lf(folder, stand_in):
    run("support.toml", "--to", "Анна Мюллер <anna@example.com>", "--note", "Grüße " * 300)
    content = (folder / "support.eml").read_bytes()
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) < 200
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert draft(folder / "support.eml")["To"].addresses[0].display_name == "Анна Мюллер"


def test_both_bodies_give_the_engine_s_three_figures_and_its_answer(folder, stand_in):
    run("support.toml", "--to", ANNA)
    message, scenario = draft(folder / "support.eml"), load_scenario("support.toml")
    result = appraise(scenario)
    for body in (text_of(message), html_of(message)):
        assert f"{amount(result.net_roi)} USD" in body
        assert f"{amount(result.npv())} USD" in body
        assert f"{result.payback_months:.1f} months" in body
        assert "Pays back in 11.8 months and returns 44,932 USD over 24 months." in re.sub(r"\s+", " ", body)


def test_the_picture_stands_in_the_html_and_says_what_it_shows(folder, stand_in, monkeypatch):
    monkeypatch.setattr("addin.mail.report_letter.cash_flow_picture", cash_flow_picture)
    run("support.toml", "--to", ANNA)
    message = draft(folder / "support.eml")
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    identifier = image["Content-ID"].strip("<>")
    assert image.get_content_disposition() == "inline"
    tag = re.search(r"<img [^>]*>", html_of(message))[0]
    assert f'src="cid:{identifier}"' in tag
    assert 'alt="Cumulative cash flow over 24 months. Pays back in 11.8 months and returns 44,932 USD' in tag
    assert Image.open(BytesIO(image.get_content())).size == (1280, 640)


def test_the_warnings_come_along(folder, stand_in):
    (folder / "reference.toml").write_bytes((ROOT / "templates/samples/reference.toml").read_bytes())
    warnings = check_inputs(load_scenario("reference.toml"))
    run("reference.toml", "--to", ANNA)
    message = draft(folder / "reference.eml")
    for body in (text_of(message), unescape(html_of(message))):
        words = re.sub(r"\s+", " ", body)
        assert "Before you rely on these figures:" in words
        assert [each.sentence in words for each in warnings] == [True] * 3 + [False] * (len(warnings) - 3)
        assert f"{len(warnings) - 3} more on the workbook's first sheet." in words


@pytest.mark.parametrize(
    ("edition", "says"),
    [
        ("wired", "in any spreadsheet program; what is tried out"),
        ("lambda", "read the figures above: LibreOffice shows errors in its cells."),
        ("values", "as values"),
    ],
)
def test_other_editions_say_what_they_can_do(folder, stand_in, edition, says):
    run("support.toml", "--to", ANNA, "--formulas", edition)
    message = draft(folder / "support.eml")
    assert says in re.sub(r"\s+", " ", text_of(message))
    assert workbook_of(message)[1] == f"Support classifier | {edition} | ".encode()


def test_a_template_says_where_its_answer_shows(folder, stand_in):
    """Figures that were typed elsewhere count; the answer would be an error there."""
    said = (
        "It does so in Excel 365 and Excel 2024; LibreOffice shows errors there, and your figures count all the same."
    )
    for edition in ("native", "lambda"):
        run("--template", "--to", ANNA, "--formulas", edition, "-o", f"{edition}.eml")
        words = re.sub(r"\s+", " ", text_of(draft(folder / f"{edition}.eml")))
        assert (said in words) == (edition == "lambda")
        assert "shows the answer once nothing is missing." in words


@pytest.mark.slow
def test_a_draft_of_the_template_says_which_cells_and_how_to_send_it_back(folder):
    assert run("--template", "--to", ANNA, "-o", "ask.eml").exit_code == 0
    message = draft(folder / "ask.eml")
    name, content = workbook_of(message)
    assert (name, content) == ("template.xlsx", build_template(edition="native", generated=MOMENT))
    book = openpyxl.load_workbook(BytesIO(content))
    labels = [book["Inputs"][f"A{row}"].value for row in range(1, 30)]
    for body in (text_of(message), html_of(message)):
        words = re.sub(r"\s+", " ", body)
        assert "template.xlsx" in words and "answer this message, and attach the file" in words
        assert "it opens on its sheet Inputs" in words
        for each in REFERENCE_INPUTS:
            label = type(REFERENCE).model_fields[each].metadata[0].label
            assert label in words and label in labels
    assert "image/png" not in [part.get_content_type() for part in message.walk()]


def test_nothing_of_the_scenario_is_markup(folder, stand_in):
    name = '<script>alert(1)</script>\n\nBcc: eve@example.com \u202e"&'
    scenario = load_scenario("support.toml").with_inputs(name=name, currency="<b>€", description="<i>5 > 4</i>")
    (folder / "bad.json").write_text(scenario_json(scenario), "utf-8")
    result = run("bad.json", "--to", ANNA, "--note", "<img src=x onerror=1>")
    assert result.exit_code == 0, result.output
    message = draft(folder / "bad.eml")
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.append(tag)
    parser.feed(html_of(message))
    ours = {"html", "head", "meta", "body", "p", "strong", "table", "tr", "th", "td", "img", "ul", "li"}
    assert set(tags) <= ours and tags.count("img") == 1
    assert "Bcc" not in message
    assert "\u202e" not in text_of(message) + html_of(message) + message["Subject"]
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--to", ANNA, "--subject", "Hi\nBcc: eve@x.com"], '--subject: The subject "Hi Bcc: eve@x.com" has a line'),
        (["--to", ANNA, "--subject", "Hello\r"], "has a line break"),
        (["--to", ANNA, "--subject", "Bell \x07"], "has a character that no message header can show"),
        (["--to", "Anna\nBcc: eve@example.com <anna@example.com>"], "The name"),
        (["--to", "anna@example.com\nBcc: eve@example.com"], "is no email address"),
        (["--to", "anna"], '"anna" is no email address. An email address must have an @-sign.'),
        (["--to", "anna@example.com, ben@example.com"], "looks like several addresses. Give --to"),
        (["--to", ANNA, "--from", "ben@"], "--from:"),
        (["--to", ANNA, "--cc", "ben"], "--cc:"),
        (["--to", ANNA, "--smtp", "ftp://x"], "--smtp:"),
        (["--to", ANNA, "--smtp", "mail:99999"], "names no mail server"),
    ],
)  # fmt: skip
def test_what_no_header_can_hold_is_refused_in_words(folder, stand_in, arguments, sentence):
    result = run("support.toml", *arguments)
    assert result.exit_code == 3
    assert sentence in result.stderr
    assert list(folder.glob("*.eml")) == []


def test_all_problems_at_once(folder, stand_in):
    result = run("support.toml", "--to", "anna", "--to", "ben", "--subject", "a\nb")
    assert [line.split(":")[0] for line in result.stderr.splitlines()[1:]] == ["--to", "--to", "--subject"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", ANNA],
        ["support.toml", "--template", "--to", ANNA],
        ["support.toml"],
        ["support.toml", "--to", ANNA, "--each", "names.csv"],
        ["support.toml", "--to", ANNA, "--send"],
        ["support.toml", "--to", ANNA, "--send", "--smtp", "localhost"],
        ["--template", "--to", ANNA, "--formulas", "values"],
        ["support.toml", "--to", ANNA, "--password", "secret"],
        ["support.toml", "--to", ANNA, "-o", "draft.txt"],
    ],
)
def test_wrong_usage(folder, stand_in, arguments):
    assert run(*arguments).exit_code == 2
    assert sorted(path.name for path in folder.iterdir()) == ["support.toml"]


def test_an_existing_draft_needs_force(folder, stand_in):
    assert run("support.toml", "--to", ANNA).exit_code == 0
    before = (folder / "support.eml").read_bytes()
    assert run("support.toml", "--to", CEM).exit_code == 5
    assert (folder / "support.eml").read_bytes() == before
    assert run("support.toml", "--to", CEM, "--force").exit_code == 0
    assert draft(folder / "support.eml")["To"] == CEM


def test_an_invalid_scenario_writes_nothing(folder):
    (folder / "wrong.toml").write_text("training_hours = -1", "utf-8")
    result = run("wrong.toml", "--to", ANNA)
    assert result.exit_code == 3
    assert "training_hours" in result.stderr
    assert list(folder.glob("*.eml")) == []


def test_json(folder, stand_in):
    result = json.loads(run("support.toml", "--to", ANNA, "--json").stdout)
    assert result == [
        {
            "to": [ANNA],
            "cc": [],
            "subject": "Fine-tuning decision: Support classifier",
            "attached": "support.xlsx",
            "file": "support.eml",
        }
    ]


# --- a file of names ------------------------------------------------------------------------------------


def names(folder: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path = folder / "names.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.slow
def test_everybody_gets_a_workbook_of_their_own(folder):
    names(
        folder, "Name;Email;Department;Note\nAnna Müller;anna@example.com;Sales;By Friday?\n=1+1;cem@example.com;IT;\n"
    )
    result = run("--template", "--each", "names.csv")
    assert result.exit_code == 0, result.output
    assert "not used: department" in result.stderr
    anna, cem = (draft(path) for path in sorted((folder / "template-drafts").iterdir(), reverse=True))
    assert (anna["To"].addresses[0].addr_spec, cem["To"].addresses[0].addr_spec) == (ANNA, CEM)
    assert text_of(anna).startswith("Hello Anna Müller,\n\nBy Friday?\n\n")
    assert text_of(cem).startswith("Hello =1+1,\n\nDoes it pay")
    name, content = workbook_of(anna)
    assert name == "template-Anna-Muller.xlsx"  # what programs read that know no other letters
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.custom_doc_props["Recipient"].value == "Anna Müller <anna@example.com>"
    assert book["Inputs"][book.defined_names["in_name"].attr_text.split("!")[1].replace("$", "")].value == "Anna Müller"
    name, content = workbook_of(cem)
    assert name == "template-1-1.xlsx"
    cell = openpyxl.load_workbook(BytesIO(content))["Inputs"]["B6"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")  # text, and no formula


def test_a_report_for_each_names_the_scenario_and_the_person(folder, stand_in):
    names(folder, "email,name,cc,subject\nanna@example.com,Anna,cem@example.com;ben@example.com,Yours\n")
    run("support.toml", "--each", "names.csv", "--cc", "dora@example.com", "-o", "out")
    (path,) = (folder / "out").iterdir()
    message = draft(path)
    assert path.name == "support-Anna.eml"
    assert message["Subject"] == "Yours"
    assert message["Cc"] == "dora@example.com, cem@example.com, ben@example.com"
    assert workbook_of(message)[1] == b"Support classifier, for Anna | native | Anna <anna@example.com>"


def test_two_people_of_one_name_get_two_files(folder, stand_in):
    names(folder, "email,name\nanna@example.com,Anna\nanna@example.org,anna\nanna@example.net,Anna/\n")
    run("--template", "--each", "names.csv")
    assert sorted(path.name for path in (folder / "template-drafts").iterdir()) == [
        "template-Anna-3.eml", "template-Anna.eml", "template-anna-2.eml",
    ]  # fmt: skip


def test_every_problem_of_every_row_is_told_before_anything_is_written(folder, stand_in):
    names(folder, 'email,name\nanna,Anna\nben@example.com,\n\ncem@example.com,"Cem\nBcc: x"\nanna@example.com,A,B\n,\n')
    result = run("--template", "--each", "names.csv")
    assert result.exit_code == 3
    problems = result.stderr.splitlines()
    assert problems[0] == "Error: names.csv has 4 problems; nothing was sent."
    for line, words in (
        (2, '"anna" is no email address'),
        (3, "The name is empty"),
        (6, "has a line break"),
        (7, "more cells than column titles"),
    ):
        assert any(told.startswith(f"names.csv: line {line}: ") and words in told for told in problems), (line, words)
    assert not (folder / "template-drafts").exists()


@pytest.mark.parametrize(
    ("text", "encoding", "sentence"),
    [
        ("E-Mail,name\nanna@example.com,Anna\nANNA@example.com,Anna\n", "utf-8", "line 3: anna@example.com stands in"),
        ("name\nAnna\n", "utf-8", "There is no column email."),
        ("email,name,name\na@example.com,A,A\n", "utf-8", "The column name is there twice."),
        ("email,name\n", "utf-8", "No row names anybody."),
        ("", "utf-8", "There is no column email and no column name."),
        ('email,name\n"a"b,c\n', "utf-8", "line 2: This is not a row"),
        ("email,name\nanna@example.com,Anna Müller\n", "latin-1", "CSV UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_of_names(folder, stand_in, text, encoding, sentence):
    names(folder, text, encoding)
    result = run("--template", "--each", "names.csv")
    assert result.exit_code == 3
    assert sentence in result.stderr


# --- sending --------------------------------------------------------------------------------------------


def test_a_message_arrives_once_with_its_workbook(server):
    postmaster, options = server
    result = run("support.toml", "--to", "Anna Müller <anna@example.com>", "--cc", CEM, *options)
    assert result.exit_code == 0, result.output
    assert result.stdout == "sent      Anna Müller <anna@example.com>\nsent      cem@example.com\n"
    (envelope,) = postmaster.received
    assert (envelope.mail_from, envelope.rcpt_tos) == (USER, [ANNA, CEM])
    message = parsed(envelope.content)
    assert message["From"] == USER
    assert message["X-Unsent"] is None
    assert workbook_of(message) == ("support.xlsx", b"Support classifier | native | ")
    assert postmaster.logins == [USER]


def test_a_workbook_arrives_byte_by_byte(server, monkeypatch):
    postmaster, options = server
    content = bytes(range(256)) * 3000 + b"\r\n.\r\n"
    monkeypatch.setattr("templates.workbook.build_workbook", lambda *_, **__: content)
    assert run("support.toml", "--to", ANNA, *options).exit_code == 0
    assert workbook_of(parsed(postmaster.received[0].content))[1] == content


def test_everybody_gets_their_own_once(server, folder):
    postmaster, options = server
    names(folder, "email,name\nanna@example.com,Anna\ncem@example.com,Cem\n")
    result = run("--template", "--each", "names.csv", *options, "--json")
    assert [(each.rcpt_tos, workbook_of(parsed(each.content))) for each in postmaster.received] == [
        ([ANNA], ("template-Anna.xlsx", b"Anna | native | Anna <anna@example.com>")),
        ([CEM], ("template-Cem.xlsx", b"Cem | native | Cem <cem@example.com>")),
    ]
    assert [(each["email"], each["state"]) for each in json.loads(result.stdout)] == [(ANNA, "sent"), (CEM, "sent")]
    assert postmaster.logins == [USER]


@pytest.mark.parametrize("each", [False, True])
def test_a_refused_recipient_is_named_and_the_others_get_it(server, folder, each):
    postmaster, options = server
    people = (ANNA, REFUSED, CEM)
    names(folder, "email,name\n" + "".join(f"{address},X\n" for address in people))
    to = ["--each", "names.csv"] if each else [word for address in people for word in ("--to", address)]
    result = run("--template", *to, *options)
    assert result.exit_code == 4
    assert [recipient for envelope in postmaster.received for recipient in envelope.rcpt_tos] == [ANNA, CEM]
    assert re.findall(r"^\w+", result.stdout, re.MULTILINE) == ["sent", "refused", "sent"]
    assert "1 of 3 did not get it. The others got it." in result.stderr
    assert re.search(rf"refused .*{REFUSED}.*550 5\.1\.1 No such user here", result.stderr)


def test_when_all_are_refused_all_are_named(server):
    postmaster, options = server
    result = run("support.toml", "--to", REFUSED, *options)
    assert result.exit_code == 4
    assert "1 of 1 did not get it.\n" in result.stderr and REFUSED in result.stderr
    assert postmaster.received == []


def test_a_wrong_password(server, monkeypatch):
    postmaster, options = server
    monkeypatch.setenv("FT_ROI_SMTP_PASSWORD", "wrong horse")
    result = run("support.toml", "--to", ANNA, *options)
    assert result.exit_code == 4
    assert f"localhost does not accept the user {USER} with this password. It says: 535" in result.stderr
    assert "wrong horse" not in result.output
    assert postmaster.received == []


def test_the_password_of_the_keyring_belongs_to_one_server(server, monkeypatch):
    postmaster, options = server
    monkeypatch.delenv("FT_ROI_SMTP_PASSWORD")
    stored = {("localhost", USER): PASSWORD}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: stored.get((service, user)))
    assert run("support.toml", "--to", ANNA, *options).exit_code == 0
    assert len(postmaster.received) == 1
    elsewhere = [option.replace("localhost", "127.0.0.1") for option in options]
    result = run("support.toml", "--to", ANNA, *elsewhere)
    assert result.exit_code == 2
    assert "FT_ROI_SMTP_PASSWORD" in result.stderr and f"keyring set 127.0.0.1 {USER}" in result.stderr
    assert len(postmaster.received) == 1


def test_a_dry_run_shows_all_and_sends_nothing(server, folder):
    postmaster, options = server
    names(folder, "email,name\nanna@example.com,Anna\ncem@example.com,Cem\n")
    result = run("--template", "--each", "names.csv", *options, "--dry-run")
    assert result.exit_code == 0
    assert "2 messages would go out through localhost:" in result.stderr
    assert (
        "To:       Anna <anna@example.com>\n" in result.stdout and "To:       Cem <cem@example.com>\n" in result.stdout
    )
    assert "template-Cem.xlsx" in result.stdout and "Hello Anna," in result.stdout
    assert (postmaster.received, postmaster.logins, postmaster.connections) == ([], [], 0)
    assert sorted(path.name for path in folder.iterdir()) == ["names.csv", "support.toml"]


def test_a_server_that_ends_the_connection_after_each_message_is_called_again(server, folder):
    postmaster, options = server
    postmaster.most_per_connection = 1
    names(folder, "email,name\nanna@example.com,Anna\ncem@example.com,Cem\ndora@example.com,Dora\n")
    assert run("--template", "--each", "names.csv", *options).exit_code == 0
    assert [envelope.rcpt_tos for envelope in postmaster.received] == [[ANNA], [CEM], ["dora@example.com"]]
    assert postmaster.logins == [USER] * 3


def test_a_message_lost_half_way_is_not_sent_twice(server, folder):
    postmaster, options = server
    postmaster.lose_message = 1
    names(folder, "email,name\nanna@example.com,Anna\ncem@example.com,Cem\ndora@example.com,Dora\n")
    result = run("--template", "--each", "names.csv", *options)
    assert result.exit_code == 4
    assert re.findall(r"^\w+", result.stdout, re.MULTILINE) == ["sent", "unknown", "sent"]
    assert "ask before sending again" in result.stderr and CEM in result.stderr
    assert [envelope.rcpt_tos for envelope in postmaster.received] == [[ANNA], ["dora@example.com"]]


def test_tls_from_the_first_byte(certificate, folder, stand_in, monkeypatch):
    leaf, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("FT_ROI_SMTP_PASSWORD", PASSWORD)
    postmaster = Postmaster()
    with serving(postmaster, leaf, implicit=True) as port:
        result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"smtps://localhost:{port}", "--user", USER)
    assert result.exit_code == 0, result.output
    assert len(postmaster.received) == 1


def test_nothing_goes_out_without_encryption(folder, stand_in):
    postmaster = Postmaster()
    with serving(postmaster, None) as port:
        result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"localhost:{port}", "--from", USER)
        assert result.exit_code == 4
        assert f"localhost offers no encryption (STARTTLS) at port {port}" in result.stderr
        result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"smtps://localhost:{port}", "--from", USER)
        assert f"localhost does not speak TLS at port {port}" in result.stderr
    assert postmaster.received == []


def test_a_certificate_that_nobody_vouches_for(certificate, folder, stand_in, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("FT_ROI_SMTP_PASSWORD", PASSWORD)
    postmaster = Postmaster()
    with serving(postmaster, certificate[0]) as port:
        result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"localhost:{port}", "--user", USER)
    assert result.exit_code == 4
    assert "The certificate of localhost cannot be trusted" in result.stderr and "SSL_CERT_FILE" in result.stderr
    assert (postmaster.received, postmaster.logins) == ([], [])


def test_no_such_server(folder, stand_in, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = run("support.toml", "--to", ANNA, "--send", "--smtp", "mail.example.invalid", "--from", USER)
    assert result.exit_code == 4
    assert "There is no mail server mail.example.invalid, or no network." in result.stderr


def test_nobody_at_the_port(folder, stand_in):
    port = mail_server.free_port()
    result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"localhost:{port}", "--from", USER)
    assert result.exit_code == 4
    assert f"localhost takes no connections at port {port}." in result.stderr


def test_a_server_that_says_nothing(folder, stand_in, monkeypatch):
    monkeypatch.setattr("addin.mail.sending.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = run("support.toml", "--to", ANNA, "--send", "--smtp", f"127.0.0.1:{port}", "--from", USER)
    assert result.exit_code == 4
    assert f"127.0.0.1 did not answer at port {port} within 0.2 seconds." in result.stderr
