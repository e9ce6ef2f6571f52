"""The command that puts a report or a template into an email: as a draft, or sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from addin.shell.command import Command
from addin.shell.failures import InvalidInput, Undelivered
from addin.shell.file_name import safe_file_name
from addin.shell.input_file import existing_file
from addin.shell.options import (
    EDITIONS,
    force_option,
    formulas_option,
    is_on,
    json_option,
    option_group,
    output_option,
)
from addin.shell.output_file import write_file
from addin.shell.output_path import check_output_file, check_output_folder
from addin.shell.progress import with_progress
from addin.shell.scenario_argument import ScenarioFile, figures_of, read_scenario
from addin.shell.terminal import print_json, print_line, print_note

if TYPE_CHECKING:
    from addin.mail.message import Mail
    from addin.mail.names_file import Row
    from addin.mail.person import Person
    from addin.mail.sending import Delivery, Server
    from roi_engine import Scenario
    from templates.building.book import Edition


@dataclass(frozen=True)
class Recipients:
    """Who gets the message: addresses as typed, or a file with a row for each."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    each: str | None


@dataclass(frozen=True)
class Words:
    """What is written in place of, or beside, our own words."""

    subject: str | None
    note: str


@dataclass(frozen=True)
class Draft:
    """Where a draft goes, and whether it may replace a file."""

    output: str | None
    force: bool


@dataclass(frozen=True)
class Post:
    """Whether the message is sent, through which server, and for whom."""

    send: bool
    smtp: str | None
    user: str
    sender: str | None
    dry_run: bool

    @property
    def writer(self) -> str | None:
        """Who it is from: the user who logs in, where an address and nobody else is named."""
        return self.sender or (self.user if "@" in self.user else None)


class Wishes(NamedTuple):
    """What was asked for, in the objects that it stands for."""

    rows: list[Row]
    cc: tuple[Person, ...]
    sender: Person | None
    server: Server | None
    subject: str
    note: str
    personal: bool


@click.command(
    "email",
    cls=Command,
    short_help="Put a report or a template into an email.",
    examples="""
ft-roi email support.toml --to anna@example.com
ft-roi email --template --to "Anna Müller <anna@example.com>" -o please-fill-in.eml
ft-roi email --template --each names.csv
ft-roi email support.toml --to anna@example.com --send --smtp smtp.example.com --user ben@example.com
ft-roi email --template --each names.csv --send --smtp smtp.example.com --user ben@example.com --dry-run
""",
)
@click.argument("scenario_file", metavar="[SCENARIO]", type=ScenarioFile(), required=False)
@click.option("--template", "asks", is_flag=True, help="Send the workbook to be filled in, in place of a report.")
@option_group(
    Recipients,
    "recipients",
    click.option("--to", multiple=True, metavar="ADDRESS", help="Who gets it; may be repeated."),
    click.option("--cc", multiple=True, metavar="ADDRESS", help="Who gets a copy; may be repeated."),
    click.option(
        "--each",
        type=click.Path(),
        metavar="FILE",
        help="A CSV file with the columns email and name: everybody gets a message and a workbook of their own.",
    ),
)
@option_group(
    Words,
    "words",
    click.option("--subject", help="The subject, in place of ours."),
    click.option("--note", default="", metavar="TEXT", help="A paragraph of your own, after the greeting."),
)
@formulas_option(*EDITIONS, explanation="What the workbook's cells hold.  [default: native]", default=None)
@option_group(
    Draft,
    "draft",
    output_option(
        "Where to write the draft; an .eml file, with --each a folder.  [default: the workbook's name]",
    ),
    force_option(),
)
@option_group(
    Post,
    "post",
    click.option("--send", is_flag=True, allow_from_autoenv=False, help="Send it, in place of writing a draft."),
    click.option(
        "--smtp", metavar="HOST[:PORT]", help="The mail server. Port 587 and STARTTLS, unless the port is 465."
    ),
    click.option("--user", default="", help="The name to log in with. The password is read from FT_ROI_SMTP_PASSWORD."),
    click.option("--from", "sender", metavar="ADDRESS", help="Who it is from.  [default: the user, if an address]"),
    click.option("--dry-run", is_flag=True, help="Show what would go to whom. Nothing is sent or written."),
)
@json_option("Print what was written or sent as JSON.")
def email(
    scenario_file: str | None,
    asks: bool,
    recipients: Recipients,
    words: Words,
    formulas: Edition | None,
    draft: Draft,
    post: Post,
    json: bool,
) -> None:
    """Put a report, or with --template the workbook to be filled in, into an email, and write it as a draft.

    A draft opens in Outlook, Apple Mail or Thunderbird, to be looked at and sent from there. With --send it goes out at
    once, encrypted; --dry-run first shows what would go to whom.
    """
    from roi_engine.errors import printable

    if bool(scenario_file) == asks:
        raise click.UsageError("Name a SCENARIO for a report, or give --template for the workbook to be filled in.")
    if bool(recipients.to) == bool(recipients.each):
        raise click.UsageError("Say who gets it: --to ADDRESS, or --each FILE with a row for everybody.")
    if asks and formulas == "values":
        raise click.UsageError("A template to be filled in needs formulas. Leave --formulas values out.")
    if post.send and not post.smtp:
        raise click.UsageError("Sending needs a mail server: --smtp HOST[:PORT].")
    wishes = _understood(recipients, words, post)
    if post.send and not wishes.sender:
        raise click.UsageError("Say who it is from: --from ADDRESS.")
    stem = "template" if asks else "report" if scenario_file == "-" else printable(Path(str(scenario_file)).stem)
    if not post.send and not post.dry_run:
        paths = _draft_paths(stem, wishes, draft)
    password = ""
    if post.send and post.user and not post.dry_run:
        from addin.mail.password import password_of

        assert wishes.server
        password = password_of(post.user, wishes.server)

    mails = _mails(scenario_file, wishes, stem, formulas or "native")
    if post.dry_run:
        _show(mails, wishes.server if post.send else None, post.user, json)
    elif post.send:
        assert wishes.server
        _send(mails, wishes.server, post.user, password, json)
    else:
        _write(mails, paths, draft.force, json)


def _understood(recipients: Recipients, words: Words, post: Post) -> Wishes:
    """Addresses, names and the server; `InvalidInput` tells all that is wrong."""
    from addin.mail.names_file import Row, read_names
    from addin.mail.person import Unmailable, one_line, person
    from addin.mail.sending import server_of

    problems: list[str] = []

    def checked(option: str, read: Any, *typed: Any) -> Any:
        try:
            return read(*typed)
        except Unmailable as error:
            problems.append(f"{option}: {error}")

    people = [checked("--to", person, word) for word in recipients.to]
    copies = [checked("--cc", person, word) for word in recipients.cc]
    writer = checked("--from", person, post.writer) if post.writer else None
    server = checked("--smtp", server_of, post.smtp) if post.smtp else None
    title = checked("--subject", one_line, words.subject, "subject") if words.subject else ""
    if problems:
        raise InvalidInput(*problems) if len(problems) == 1 else InvalidInput("", *problems)
    rows = [Row(each_one) for each_one in dict.fromkeys(people)]
    if recipients.each:
        rows, unused = read_names(existing_file(recipients.each))
        if unused and not is_on("quiet"):
            print_note("Note", f"{recipients.each}: not used: {', '.join(unused)}.", "yellow")
    return Wishes(rows, tuple(dict.fromkeys(copies)), writer, server, title, words.note, bool(recipients.each))


def _draft_paths(stem: str, wishes: Wishes, draft: Draft) -> list[Path]:
    """Where the drafts go; each path is one that can be written to."""
    if not wishes.personal:
        path = Path(draft.output or f"{stem}.eml")
        check_output_file(path, draft.force, "a draft", "draft.eml")
        return [path]
    folder = Path(draft.output or f"{stem}-drafts")
    check_output_folder(folder, cure="With --each, -o names the folder of the drafts.")
    paths = [folder / f"{name}.eml" for name in _file_names(stem, wishes)]
    for path in paths if folder.exists() else []:
        check_output_file(path, draft.force, "a draft", "draft.eml")
    return paths


def _file_names(stem: str, wishes: Wishes) -> list[str]:
    """A name for the files of each message, all different.

    Letters of any alphabet, no sign that means something in a path.
    """
    if not wishes.personal:
        return [stem]
    names: list[str] = []
    taken: set[str] = set()
    for row in wishes.rows:
        person = re.sub(r"[^\w.]+", "-", row.person.name).strip("-.")
        name = wanted = f"{stem}-{person}"
        number = 2
        while name.casefold() in taken:
            name, number = f"{wanted}-{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _mails(scenario_file: str | None, wishes: Wishes, stem: str, edition: Edition) -> list[Mail]:
    """The messages with their workbooks, one for everybody or one each."""
    from addin.shell.generation_time import generation_time
    from roi_engine import REFERENCE, appraise, check_inputs

    generated = generation_time()
    scenario = read_scenario(scenario_file) if scenario_file else REFERENCE

    from addin.mail.message import Mail
    from addin.mail.report_letter import report_letter
    from addin.mail.template_letter import template_letter
    from roi_engine.errors import cleaned
    from templates.workbook import build_template, build_workbook

    with figures_of(scenario_file or "the reference"):
        appraisal = appraise(scenario)
        warnings = check_inputs(scenario, appraisal=appraisal)
    mails = []
    letters = list(zip(wishes.rows, _file_names(stem, wishes), strict=False))
    for row, name in with_progress(letters, "workbooks"):
        people = [row.person] if wishes.personal else [each.person for each in wishes.rows]
        greeting = f"Hello {row.person.name}," if len(people) == 1 and row.person.name else "Hello,"
        file, note = safe_file_name(name, ".xlsx"), row.note or wishes.note
        if scenario_file:
            letter = report_letter(
                scenario, appraisal, warnings, greeting=greeting, note=note, file=file, edition=edition
            )
            subject = f"Fine-tuning decision: {cleaned(scenario.name) or stem}"
        else:
            letter = template_letter(
                greeting=greeting, note=note, file=file, currency=scenario.currency, edition=edition
            )
            subject = "Your figures, please: fine-tuning or API?"
        called, recipient = (row.person.name, str(row.person)) if wishes.personal else ("", "")
        if scenario_file:
            copy = _personal(scenario, called) if wishes.personal else scenario
            workbook = build_workbook(copy, edition=edition, generated=generated, recipient=recipient)
        else:  # called after who fills it in
            workbook = build_template(edition=edition, generated=generated, recipient=recipient, name=called)
        mail = Mail(
            to=people,
            cc=tuple(dict.fromkeys((*wishes.cc, *row.cc))),
            subject=row.subject or wishes.subject or subject,
            letter=letter,
            attachment=(file, workbook),
            sender=wishes.sender,
        )
        mails.append(replace(mail, date=generated) if generated else mail)
    return mails


def _personal(scenario: Scenario, name: str) -> Scenario:
    """The scenario, called after who gets it."""
    return scenario.with_inputs(name=f"{scenario.name}, for {name}" if scenario.name else f"For {name}")


def _write(mails: Sequence[Mail], paths: Sequence[Path], force: bool, json: bool) -> None:
    from addin.mail.message import as_bytes, message

    for mail, path in zip(mails, paths, strict=True):
        path.parent.mkdir(exist_ok=True)
        write_file(path, as_bytes(message(mail, draft=True)), force)
    if json:
        print_json([{**_summary(mail), "file": str(path)} for mail, path in zip(mails, paths, strict=True)])
    elif not is_on("quiet"):
        for mail, path in zip(mails, paths, strict=True):
            print_line(f"Wrote {path}: to {_names(mail.to)}, with {_attached(mail)}.")
        them = "it" if len(paths) == 1 else "them"
        print_line(f"Nothing was sent. Open {them} in your mail program, look, and send from there.", err=True)


def _show(mails: Sequence[Mail], server: Server | None, user: str, json: bool) -> None:
    """What would go to whom: the head of every message, and the first one's text."""
    from addin.mail.letter import as_text
    from addin.mail.message import message

    for mail in mails:
        message(mail, draft=server is None)  # what cannot be written or sent is not shown as if it could
    if json:
        print_json([_summary(mail) for mail in mails])
        return
    through = f" through {server}" + (f" as {user}" if user else "") if server else ""
    what = "1 message" if len(mails) == 1 else f"{len(mails)} messages"
    print_line(f"{what} would go out{through}; nothing was sent or written.", err=True)
    for number, mail in enumerate(mails):
        heads = [("From", str(mail.sender or "(your mail program fills this in)")), ("To", _names(mail.to))]
        heads += [("Cc", _names(mail.cc))] if mail.cc else []
        heads += [("Subject", mail.subject), ("Attached", _attached(mail))]
        lines = ["", *(f"{label + ':':<10}{text}" for label, text in heads)]
        if number == 0:
            lines += ["", *as_text(mail.letter).rstrip().split("\n")]
            lines += ["", "The others, with the same text but for names and notes:"] if len(mails) > 1 else []
        for line in lines:
            print_line(line)


def _send(mails: Sequence[Mail], server: Server, user: str, password: str, json: bool) -> None:
    """Sends; says what became of each message, and fails if one did not arrive."""
    from addin.mail.message import message
    from addin.mail.sending import Envelope, Postbox

    envelopes = []
    for mail in mails:
        assert mail.sender
        envelopes.append(Envelope(message(mail, draft=False), mail.sender, mail.recipients))
    deliveries: list[Delivery] = []
    with Postbox(server, user, password) as postbox:
        for delivery in postbox.deliver(envelopes):
            deliveries.append(delivery)
            if not json and not is_on("quiet"):
                print_line(str(delivery))
    if json:
        print_json(
            [
                {"name": each.person.name, "email": each.person.address, "state": each.state, "reason": each.reason}
                for each in deliveries
            ]
        )
    failed = [each for each in deliveries if each.state != "sent"]
    if failed:
        others = " The others got it." if len(failed) < len(deliveries) else ""
        raise Undelivered(f"{len(failed)} of {len(deliveries)} did not get it.{others}", *map(str, failed))


def _summary(mail: Mail) -> dict[str, Any]:
    return {
        "to": [str(each) for each in mail.to],
        "cc": [str(each) for each in mail.cc],
        "subject": mail.subject,
        "attached": mail.attachment[0],
    }


def _names(people: Sequence[Person]) -> str:
    return ", ".join(map(str, people))


def _attached(mail: Mail) -> str:
    name, content = mail.attachment
    return f"{name} ({len(content) / 1000:,.0f} kB)"
