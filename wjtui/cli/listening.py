"""Options of the commands that start an engine which may be reached over TCP."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wjtui.api.credentials import Made
    from wjtui.api.tcp_socket import Listen
    from wjtui.launch.place import Place

_STANDARD_ERROR = 2

F = TypeVar("F", bound=Callable[..., Any])


def listening(function: F) -> F:
    """Add ``--listen`` and what belongs to it; the command gets them as ``listen``, a Listen or None."""

    @functools.wraps(function)
    def wrapped(*rest: Any, listen: str | None, **named: Any) -> Any:
        own = {name: named.pop(name) for name in ("tls_cert", "tls_key", "insecure")}
        return function(*rest, listen=_read(listen, **own), **named)

    decorated: Any = wrapped
    for option in (
        click.option("--insecure", is_flag=True, help="Without TLS beyond this machine all the same."),
        click.option("--tls-key", metavar="FILE", default="", help="Its key, PEM, without a passphrase."),
        click.option("--tls-cert", metavar="FILE", default="", help="Certificate and chain, PEM."),
        click.option("--listen", metavar="HOST:PORT", help="Serve the API on TCP too, with credentials."),
    ):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def make_ready(place: Place, listen: Listen | None) -> None:
    """See to it that an engine can listen; credentials that are made for it are told, this once."""
    import os

    from wjtui.launch.listening import prepare
    from wjtui.support.systemd import is_journal

    if listen is None:
        return
    made = prepare(place, listen, os.environ, journal=is_journal(_STANDARD_ERROR, os.environ))
    if made is not None:
        for line in credentials_lines(made):
            click.echo(line, err=True)


def credentials_lines(made: Made) -> list[str]:
    """New credentials for a person."""
    return [
        "Credentials for the API over TCP. The password is shown this once; only its hash is kept:",
        f"  user      {made.user}",
        f"  password  {made.password}",
    ]


def _read(listen: str | None, *, tls_cert: str, tls_key: str, insecure: bool) -> Listen | None:
    import os

    from wjtui.api.tcp_socket import read_listen
    from wjtui.model.errors import InvalidRequest

    if listen is None:
        if tls_cert or tls_key or insecure:
            raise InvalidRequest(
                "--tls-cert, --tls-key and --insecure say how to listen, and there is no --listen: add one,"
                " for example --listen 127.0.0.1:8443."
            )
        return None
    # The engine has a current folder of its own.
    certificate, key = (os.path.abspath(path) if path else "" for path in (tls_cert, tls_key))
    return read_listen(listen, certificate=certificate, key=key, insecure=insecure)
