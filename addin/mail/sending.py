"""Sending over SMTP, encrypted or not at all.

By STARTTLS (RFC 3207), or TLS from the first byte (RFC 8314).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from addin.mail.message import as_bytes
from addin.mail.person import Person, Unmailable
from addin.shell.failures import Undelivered
from roi_engine.errors import cleaned

SUBMISSION, IMPLICIT = 587, 465
"""The ports of RFC 6409 and RFC 8314."""
TIMEOUT = 30.0
"""Seconds to wait for the server at each step."""


@dataclass(frozen=True)
class Server:
    """Where to hand a message in.

    implicit : encrypted from the first byte on; else by STARTTLS.
    """

    host: str
    port: int
    implicit: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server_of(text: str) -> Server:
    """The server of ``HOST``, ``HOST:PORT`` or ``smtps://HOST:PORT``.

    Raises `Unmailable`.

    >>> server_of("smtp.example.com"), server_of("smtp.example.com:465").implicit
    (Server(host='smtp.example.com', port=587, implicit=False), True)
    """
    scheme, _, rest = text.strip().rpartition("://")
    host, _, port_text = rest.rpartition(":") if ":" in rest and not rest.endswith("]") else (rest, "", "")
    implicit = scheme == "smtps" or (not scheme and port_text == str(IMPLICIT))
    port = port_text or str(IMPLICIT if implicit else SUBMISSION)
    if scheme not in ("", "smtp", "smtps") or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Unmailable(f'"{text}" names no mail server. Give it as smtp.example.com or smtp.example.com:587.')
    return Server(host.strip("[]"), int(port), implicit)


@dataclass(frozen=True)
class Delivery:
    """What became of one message for one person."""

    person: Person
    state: Literal["sent", "refused", "unknown", "not sent"]
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.state:<8}  {self.person}" + (f"  ({self.reason})" if self.reason else "")


@dataclass(frozen=True)
class Envelope:
    """A message with the sender and the recipients that the server is told."""

    content: EmailMessage
    sender: Person
    recipients: Sequence[Person]


class Postbox:
    """A connection to a server.

    It is opened when the first message is handed in, and again where the server closed it.
    """

    def __init__(self, server: Server, user: str, password: str) -> None:
        self.server = server
        self.user = user
        self.password = password
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Postbox:
        self._connection = self._connected()
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()

    def deliver(self, envelopes: Sequence[Envelope]) -> Iterator[Delivery]:
        """Hands the messages in, and says of each person what became of theirs.

        Also when the server is lost.
        """
        for number, envelope in enumerate(envelopes):
            try:
                connection = self._alive()
            except Undelivered as failure:
                for left in envelopes[number:]:
                    yield from (Delivery(each, "not sent", failure.message) for each in left.recipients)
                return
            yield from _handed_in(connection, envelope)

    def _alive(self) -> smtplib.SMTP:
        """The connection; a new one where the server has closed it.

        Some do after a few messages.
        """
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._connection.noop()[0] == 250:
                    return self._connection
            self._connection.close()
        self._connection = self._connected()
        return self._connection

    def _connected(self) -> smtplib.SMTP:
        """An encrypted connection, logged in where there is a user.

        Raises `Undelivered` in words.
        """
        connection: smtplib.SMTP | None = None
        try:
            connection = self._encrypted()
            if self.user:
                connection.login(self.user, self.password)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if connection is not None:
                connection.close()
            raise Undelivered(self._in_words(error)) from None
        return connection

    def _encrypted(self) -> smtplib.SMTP:
        server, context = self.server, ssl.create_default_context()
        if server.implicit:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
        return connection

    def _in_words(self, error: Exception) -> str:
        host, port = self.server.host, self.server.port
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return (
                f"{host} does not accept the user {self.user} with this password. It says: {_said(error)}. "
                "Many providers want a password made for one program (an app password) in place of your own."
            )
        if isinstance(error, smtplib.SMTPNotSupportedError):
            if "STARTTLS" in str(error):
                return (
                    f"{host} offers no encryption (STARTTLS) at port {port}, and nothing is sent without. "
                    f"Ask your provider for the port that does; {IMPLICIT} encrypts from the start."
                )
            return f"{host} takes no user and password at port {port}. Leave --user out, or try another port."
        if isinstance(error, smtplib.SMTPResponseException):
            return f"{host} refuses the connection. It says: {_said(error)}."
        if isinstance(error, TimeoutError) or "timed out" in str(error):
            return f"{host} did not answer at port {port} within {TIMEOUT:g} seconds. Check the port after --smtp."
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return f"{host} closed the connection at port {port}. Port {IMPLICIT} wants encryption from the start."
        if isinstance(error, smtplib.SMTPException):
            return f"{host}: {error}."
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"The certificate of {host} cannot be trusted: {error.verify_message}. If it is your company's own, "
                "name the file of its certificate authority in the environment as SSL_CERT_FILE."
            )
        if isinstance(error, ssl.SSLError):
            return (
                f"{host} does not speak TLS at port {port} ({error.reason or error}). For STARTTLS give port "
                f"{SUBMISSION}, for TLS from the start {IMPLICIT}."
            )
        if isinstance(error, (socket.gaierror, UnicodeError)):
            return f"There is no mail server {host}, or no network. Check the name after --smtp."
        if isinstance(error, ConnectionRefusedError):
            return f"{host} takes no connections at port {port}. Check the port after --smtp."
        assert isinstance(error, OSError)
        return f"{host}, port {port}: {error.strerror or error}."


def _handed_in(connection: smtplib.SMTP, envelope: Envelope) -> Iterator[Delivery]:
    people, addresses = envelope.recipients, [each.address for each in envelope.recipients]
    try:
        # the bytes that were looked at, not the message: it would be written once more
        refused = connection.sendmail(envelope.sender.address, addresses, as_bytes(envelope.content))
    except smtplib.SMTPRecipientsRefused as error:
        yield from (Delivery(each, "refused", _answer(*error.recipients[each.address])) for each in people)
    except smtplib.SMTPResponseException as error:  # the sender, or the message as a whole
        yield from (Delivery(each, "refused", _said(error)) for each in people)
    except (smtplib.SMTPException, OSError):
        # the server may have taken the message before it was lost: sending again could deliver it twice
        connection.close()
        reason = "the connection was lost; ask before sending again"
        yield from (Delivery(each, "unknown", reason) for each in people)
    else:
        for each in people:
            answer = refused.get(each.address)
            yield Delivery(each, "refused", _answer(*answer)) if answer else Delivery(each, "sent")


def _said(error: smtplib.SMTPResponseException) -> str:
    answer = error.smtp_error
    return _answer(error.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())


def _answer(code: int, text: bytes) -> str:
    """A server's answer on one line, without a dot at its end."""
    return f"{code} {cleaned(text.decode('utf-8', 'replace'))[:200]}".rstrip(". ")
