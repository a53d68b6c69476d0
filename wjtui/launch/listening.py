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
from wjtui.model.errors import InvalidRequest


def credentials_file(place: Place) -> Path:
    """Where the hash of the password lies; the instances of a root share it."""
    return place.site.shared / "credentials"


def prepare(place: Place, listen: Listen, environment: Mapping[str, str], *, journal: bool) -> Made | None:
    """Look at everything that may be wrong, and make credentials where there are none: those are returned.

    ``journal``: what is told goes there, where many may read it and it stays, so that none are made. Raises
    InvalidRequest, ListenFailed and RootUnusable.
    """
    check_secured(listen, resolve(listen))
    if listen.certificate:
        from wjtui.api.tls import server_context

        server_context(listen)
    if given_credentials(environment) is not None:
        return None
    file = credentials_file(place)
    if journal and not file.exists():
        raise InvalidRequest(
            f"Nobody may use the API of '{place.root}' over TCP yet, and a password does not belong in the "
            f"journal: run 'wjtui credentials {place.hint}' once as this user, then start the service again."
        )
    return ensure_credentials(file)


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
