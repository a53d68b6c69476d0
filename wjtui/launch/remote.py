"""The engine that ``--connect`` means, with credentials from the environment or from who sits there."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import replace

from wjtui.api.credentials import NAME, PASSWORD, USER
from wjtui.client.remote import Remote, read_url
from wjtui.model.errors import InvalidRequest

_TERMINAL = "/dev/tty"


def find_remote(url: str, authority: str | None, environment: Mapping[str, str]) -> Remote:
    """The engine, and what is needed to log in. Raises InvalidRequest."""
    remote = read_url(url, os.path.abspath(authority) if authority else "")
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if not user or not password:
        user, password = _ask(remote.url, user)
    return replace(remote, user=user, password=password)


def _ask(url: str, user: str) -> tuple[str, str]:
    """Ask on the terminal; standard input may be a package on its way."""
    try:
        with open(_TERMINAL, "r+b", buffering=0) as terminal:
            if not user:
                terminal.write(f"User at {url} [{NAME}]: ".encode())
                user = _line(terminal.read(1024) or b"") or NAME
        return user, getpass.getpass(f"Password of {user} at {url}: ")
    except OSError:
        raise InvalidRequest(
            f"'{url}' asks for credentials, and there is no terminal to type them on: set {USER} and"
            f" {PASSWORD}."
        ) from None


def _line(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()
