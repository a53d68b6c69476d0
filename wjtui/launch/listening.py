"""Listening on TCP: what has to be in order before an engine does it, and whose credentials count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from wjtui.api.credentials import (
    CredentialsFile,
    Hashed,
    Made,
    ensure_credentials,
    given_credentials,
    hash_credentials,
    read_credentials,
)
from wjtui.api.tcp_socket import Listen, check_secured, resolve
from wjtui.launch.place import Place


def credentials_file(place: Place) -> Path:
    """Where the hash of the password lies; the instances of a root share it."""
    return place.site.shared / "credentials"


def prepare(place: Place, listen: Listen, environment: Mapping[str, str]) -> Made | None:
    """Look at everything that may be wrong, and make credentials where there are none: those are returned.

    Raises InvalidRequest, ListenFailed and RootUnusable.
    """
    check_secured(listen, resolve(listen))
    if listen.certificate:
        from wjtui.api.tls import server_context

        server_context(listen)
    if given_credentials(environment) is not None:
        return None
    return ensure_credentials(credentials_file(place))


def known_credentials(file: Path, environment: Mapping[str, str]) -> Callable[[], Hashed | None]:
    """What says whose credentials count now: the environment's, else those of the file.

    It takes tens of ms. Raises InvalidRequest and RootUnusable.
    """
    given = given_credentials(environment)
    if given is not None:
        hashed = hash_credentials(*given)
        return lambda: hashed
    read_credentials(file)
    return CredentialsFile(file)
