"""The password of a mail account: from the environment or the keyring.

Never from the command line, which other users can read.
"""

from __future__ import annotations

import os

import click

from addin.mail.sending import Server

VARIABLE = "FT_ROI_SMTP_PASSWORD"


def password_of(user: str, server: Server) -> str:
    """The password; raises a usage error that says where to put one.

    The environment is asked first. In the keyring it is stored for one server, so that no other ever gets it.
    """
    if password := os.environ.get(VARIABLE):
        return password
    password = _from_keyring(user, server.host)
    if password:
        return password
    raise click.UsageError(
        f"There is no password for {user} at {server.host}. Put it in the environment as {VARIABLE}, or once in the "
        f'keyring of your system: pip install "ft-roi[keyring]", then keyring set {server.host} {user}'
    )


def _from_keyring(user: str, host: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(host, user)
    except KeyringError:  # no keyring on this system, or it stays locked
        return None
