"""Remote: an engine that is reached over TCP, by its URL and with credentials."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wjtui.model.errors import InvalidRequest

_EXAMPLE = "for example https://jobs.example.org:8443, or http://127.0.0.1:8080 on this machine"


@dataclass(frozen=True)
class Remote:
    """Where it is, and who asks."""

    url: str
    """``scheme://host[:port]``."""
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""
    """A file with the certificates to trust; empty: those that the system trusts."""

    def context(self) -> ssl.SSLContext | None:
        """What the engine's certificate and name are checked with; None: no TLS. Raises InvalidRequest."""
        if not self.url.startswith("https:"):
            return None
        try:
            return ssl.create_default_context(cafile=self.authority or None)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror if error.filename or not isinstance(error, ssl.SSLError) else error.reason
            raise InvalidRequest(
                f"'{self.authority}' of --ca cannot be used ({reason}): give a PEM file with the engine's"
                " certificate, or that of who has signed it."
            ) from error


def read_url(text: str, authority: str = "") -> Remote:
    """What ``--connect`` says, without credentials yet. Raises InvalidRequest, which repeats no password."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest(
            "Everybody on this machine can read the password in an address that is given to a program: leave"
            " it out of --connect, set WJTUI_USER and WJTUI_PASSWORD, or type it when you are asked."
        )
    plain_path = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not host or not plain_path:
        raise InvalidRequest(f"--connect is '{text}', allowed is https://HOST:PORT, {_EXAMPLE}.")
    if parts.scheme == "http" and not _is_here(host):
        raise InvalidRequest(
            f"--connect is '{text}', over which your password would travel in clear: use https://, or a"
            f" tunnel (ssh -L 8080:127.0.0.1:8080 {host}) and http://127.0.0.1:8080."
        )
    shown = f"[{host}]" if ":" in host else host
    return Remote(f"{parts.scheme}://{shown}{f':{port}' if port else ''}", authority=authority)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
