"""A mail server on loopback for tests: aiosmtpd with a certificate, a user, and recipients that it refuses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

USER, PASSWORD = "ben@example.com", "correct horse"
REFUSED = "nobody@example.com"


@dataclass
class Postmaster:
    """What the server does with a message, and what it has seen."""

    received: list[Envelope] = field(default_factory=list)
    lose_message: int = -1
    """The number of the message after whose text the connection is cut, without a word."""
    most_per_connection: int = 1000
    logins: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        session.taken = 0
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == REFUSED:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if len(self.received) == self.lose_message:
            self.lose_message = -1
            server.transport.abort()
            return "451 gone"
        self.received.append(envelope)
        session.taken += 1
        return "250 Accepted"

    async def handle_NOOP(self, server: SMTP, session: Any, envelope: Envelope, arg: str) -> str:
        return "421 Enough for now" if session.taken >= self.most_per_connection else "250 OK"

    def authenticate(self, server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.login.decode())
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=right)


class _Quiet(Controller):
    """A controller that starts without connecting to itself as a client, which TLS would not let it."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), 5):
            pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(postmaster: Postmaster, certificate: trustme.LeafCert | None, *, implicit: bool = False) -> Iterator[int]:
    """Runs a server; gives its port. certificate : None offers no encryption. implicit : TLS from the first byte."""
    settings: dict[str, Any] = {}
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        settings["authenticator"] = postmaster.authenticate
    if context and not implicit:
        settings.update(tls_context=context, require_starttls=True, auth_required=True)
    port = free_port()
    controller = _Quiet(
        postmaster,
        "127.0.0.1",
        port,
        ssl_context=context if implicit else None,
        auth_require_tls=not implicit,
        **settings,
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def authority(folder: Path) -> tuple[trustme.LeafCert, Path]:
    """A certificate for this machine, and the file of the authority that signed it."""
    ca = trustme.CA()
    file = folder / "authority.pem"
    ca.cert_pem.write_to_path(str(file))
    return ca.issue_cert("localhost", "127.0.0.1"), file


__all__ = ["PASSWORD", "REFUSED", "SMTP", "USER", "Postmaster", "authority", "free_port", "serving"]
