"""The email message: headers, the letter and the workbook (RFC 5322, RFC 2045).

The letter stands in it as text, and as HTML with its picture.
"""

from __future__ import annotations

import email.policy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from urllib.parse import quote

from addin.mail.header_check import check_headers
from addin.mail.header_text import ascii_name, header_text
from addin.mail.letter import Block, Picture, as_html, as_text
from addin.mail.person import Person, Unmailable
from addin.shell.file_name import safe_file_name

WORKBOOK_TYPE = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
NO_DOMAIN = "ft-roi.invalid"
"""Ends the identifier of a draft whose sender is not known (RFC 2606): the program that sends it makes its own."""


@dataclass(frozen=True)
class Mail:
    """One message before it is put into its form.

    attachment : the file's name and content.

    The subject and the file's name are made what a header can hold, so that all who show them show what goes out.
    """

    to: Sequence[Person]
    subject: str
    letter: Sequence[Block]
    attachment: tuple[str, bytes]
    cc: Sequence[Person] = ()
    sender: Person | None = None
    date: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        name, content = self.attachment
        stem, dot, suffix = name.rpartition(".")
        object.__setattr__(self, "subject", header_text(self.subject))
        object.__setattr__(self, "attachment", (safe_file_name(stem, dot + suffix), content))

    @property
    def recipients(self) -> list[Person]:
        """Everybody who gets it, once each."""
        return list({each.address: each for each in (*self.to, *self.cc)}.values())


def message(mail: Mail, *, draft: bool) -> EmailMessage:
    """The message in its form.

    mail : what is in it.
    draft : with X-Unsent, which lets Outlook open it as one to be edited and sent.
    Raises `Unmailable` where it would not have the headers and addresses that are meant, and no others.

    multipart/mixed: multipart/alternative (text, multipart/related (HTML, picture)), the workbook.
    """
    people = [each.address for each in (*([mail.sender] if mail.sender else []), *mail.to, *mail.cc)]
    result = _composed(mail, draft, plain=False)
    try:
        check_headers(as_bytes(result), result, people)
    except Unmailable:
        result = _composed(mail, draft, plain=True)
        check_headers(as_bytes(result), result, people)
    return result


def _composed(mail: Mail, draft: bool, plain: bool) -> EmailMessage:
    result = EmailMessage(email.policy.SMTP)
    if mail.sender:
        result["From"] = mail.sender.header(plain)
    result["To"] = [each.header(plain) for each in mail.to]
    if mail.cc:
        result["Cc"] = [each.header(plain) for each in mail.cc]
    result["Subject"] = mail.subject
    result["Date"] = format_datetime(mail.date)
    result["Message-ID"] = make_msgid(domain=mail.sender.address.rpartition("@")[2] if mail.sender else NO_DOMAIN)
    if draft:
        result["X-Unsent"] = "1"
    # quoted-printable: any server takes it, and lines stay short
    result.set_content(as_text(mail.letter), cte="quoted-printable")
    result.add_alternative(as_html(mail.letter), subtype="html", cte="quoted-printable")
    html = result.get_body(("html",))
    assert html is not None
    for block in mail.letter:
        if isinstance(block, Picture):
            html.add_related(
                block.content,
                "image",
                "png",
                cid=f"<{block.content_id}>",
                filename="cash-flow.png",
                disposition="inline",
            )
    name, content = mail.attachment
    result.add_attachment(content, *WORKBOOK_TYPE, filename=name)
    *_, part = result.iter_attachments()
    for header in _named(name):
        del part[header.name]
        part[header.name] = header
    return result


def _named(name: str) -> tuple[_Header, _Header]:
    """The headers of an attachment with its name.

    In ASCII for old programs, and in its own letters too (RFC 6266).
    """
    plain = ascii_name(name)
    own = () if name.isascii() else (f"filename*=utf-8''{quote(name, safe='')}",)
    return (
        _Header("Content-Type", ("/".join(WORKBOOK_TYPE), f'name="{plain}"')),
        _Header("Content-Disposition", ("attachment", f'filename="{plain}"', *own)),
    )


class _Header(str):
    """A header as it is written, a parameter a line.

    The library writes one of filename and filename* alone, and cuts a long one.
    """

    name: str
    parts: Sequence[str]

    def __new__(cls, name: str, parts: Sequence[str]) -> _Header:
        header = super().__new__(cls, "; ".join(parts))
        header.name, header.parts = name, parts
        return header

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header's lines."""
        return f"{self.name}: {f';{policy.linesep} '.join(self.parts)}{policy.linesep}"


def as_bytes(mail: EmailMessage) -> bytes:
    """The message as it goes into a file or over the wire: lines end in CR LF."""
    return mail.as_bytes(policy=email.policy.SMTP)
