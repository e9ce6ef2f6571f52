"""The check of a message before it is written or sent.

Its headers and addresses are compared with those that were meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from addin.mail.letter import clean
from addin.mail.person import Unmailable


def check_headers(written: bytes, intended: Message, people: Sequence[str]) -> None:
    """Compares a message as it goes out with what was meant.

    written : the message as it goes out.
    intended : the message before it was written.
    people : the addresses in From, To and Cc.
    Raises `Unmailable` where a header is not meant.

    What is written is read as a mail server reads it, line by line, and nothing in it is decoded.
    """
    found = message_from_bytes(written)
    names = [[name.lower() for name in part] for part in found.walk()]
    wanted = [[name.lower() for name in part] for part in intended.walk()]
    if names != wanted:
        more = sorted({each for part in names for each in part} - {each for part in wanted for each in part})
        raise _unmeant(f"the header {', '.join(more)}" if more else "headers")
    lines = [value for name in ("from", "to", "cc") for value in found.get_all(name, [])]
    if sorted(address for _, address in getaddresses(lines)) != sorted(people):
        raise _unmeant("an address")


def _unmeant(what: str) -> Unmailable:
    return Unmailable(
        f"The message would have {clean(what)} that nobody asked for, so it is neither written nor sent. "
        "Name the scenario, the file and the people in plain letters."
    )
