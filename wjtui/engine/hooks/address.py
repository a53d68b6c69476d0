"""What a subscription may name: a URL that can be posted to, and an event; pure."""

from __future__ import annotations

import base64
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from wjtui.model.errors import InvalidRequest

LONGEST_URL = 2048
"""Characters."""
_EVENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Target(NamedTuple):
    """Where to post: a URL without credentials, and the header that carries them."""

    url: str
    authorization: str | None
    insecure_ssl: bool = False

    def __repr__(self) -> str:
        return "Target()"  # it is secret, the URL too


def check_url(url: str) -> str:
    """Return a URL that can be posted to. Raises InvalidRequest, which does not repeat it: a secret."""
    if (fault := find_fault(url)) is not None:
        raise InvalidRequest(
            f"The URL {fault}: give one like https://user:password@ci.example.org/hooks/42, a character that "
            "means something else in a URL as %XX."
        )
    return url


def check_event(event: str) -> str:
    """Return the name of an event. Raises InvalidRequest."""
    if _EVENT.fullmatch(event) is None:
        raise InvalidRequest(
            f"'{event[:80]}' is no name of an event: write up to 64 letters, digits, '.', '-' and '_', for "
            "example TriggeredJobFinished."
        )
    return event


def target_of(url: str, *, insecure_ssl: bool = False) -> Target:
    """Where a URL that was checked is posted to; ``user:password@`` becomes Basic authentication."""
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    if not at:
        return Target(urlunsplit(parts._replace(fragment="")), None, insecure_ssl)
    user, _, password = login.partition(":")
    token = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return Target(urlunsplit(parts._replace(netloc=place, fragment="")), f"Basic {token}", insecure_ssl)


def find_fault(url: str) -> str | None:
    """What keeps a text from being a URL that can be posted to."""
    if len(url) > LONGEST_URL:
        return f"is over {LONGEST_URL} characters long"
    # Checked first: splitting would silently drop tabs and line ends.
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "holds a blank or a character that no URL has"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "cannot be read"
    if parts.scheme not in ("http", "https"):
        return "does not begin with http:// or https://"
    if not host or port == 0:
        return "names no host"
    return None
