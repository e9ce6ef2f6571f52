"""Who gets a message: an address, and a name where it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address

from addin.mail.header_text import LONGEST_NAME, header_text
from roi_engine.errors import FtRoiError

_NAMED = re.compile(r"\s*(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*", re.DOTALL)
_SIGNS = re.compile(r'[][()<>@,:;.\\"]')
"""The signs that stand in a name between quotation marks only (RFC 5322, 3.2.3)."""


class Unmailable(FtRoiError):
    """Something that no message can be addressed to, called, or handed in at."""


@dataclass(frozen=True)
class Person:
    """An address as it goes over the wire, and a name or nothing.

    A domain of other letters is in its xn-- form.
    """

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address

    def header(self, plain: bool = False) -> Address:
        """The person as the email package writes it, in whatever letters the name has.

        plain : without the signs in the name that need quotation marks.

        Python forgets the marks in some places where it breaks a line, and what stands behind a comma is then another
        address.
        """
        name = header_text(self.name, LONGEST_NAME)
        if plain:
            name = " ".join(_SIGNS.sub(" ", name).split())
        return Address(name, addr_spec=self.address)


def person(text: str) -> Person:
    """The person of ``anna@example.com`` or ``Anna Müller <anna@example.com>``.

    Raises `Unmailable`.

    >>> person("Anna Müller <anna@bücher.example>")
    Person(address='anna@xn--bcher-kva.example', name='Anna Müller')
    >>> person("anna")
    Traceback (most recent call last):
    addin.mail.person.Unmailable: "anna" is no email address. An email address must have an @-sign.
    """
    named = _NAMED.fullmatch(text)
    if not named:
        return Person(checked_address(text))
    return Person(checked_address(named["address"]), one_line(named["name"].strip('"'), "name"))


def checked_address(text: str) -> str:
    """An address that a mail server can deliver to.

    Raises `Unmailable` with the reason.
    """
    from email_validator import EmailNotValidError, validate_email

    shown = " ".join(text.split())
    if "," in text or ";" in text:
        raise Unmailable(f'"{shown}" looks like several addresses. Give --to (or --cc) once for each.')
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise Unmailable(f'"{shown}" is no email address. {error}') from None
    if found.ascii_email is None:
        raise Unmailable(f'"{shown}" has letters before the @ that not every mail server takes. Use another address.')
    return found.ascii_email


def one_line(text: str, what: str) -> str:
    r"""A text fit for a header of a message: one line of printable characters.

    Raises `Unmailable`.

    >>> one_line("Figures\nBcc: eve@example.com", "subject")
    Traceback (most recent call last):
    addin.mail.person.Unmailable: The subject "Figures Bcc: eve@example.com" has a line break. Write it on one line.
    """
    shown = " ".join(text.split())
    if len(text.splitlines()) > 1 or text.splitlines() not in ([], [text]):
        raise Unmailable(f'The {what} "{shown}" has a line break. Write it on one line.')
    if not text.isprintable() or "=?" in text:
        raise Unmailable(f'The {what} "{_printable(shown)}" has a character that no message header can show.')
    return shown


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
