"""Site settings and connection strings as the command line takes and shows them; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wjtui.cli.assignments import split_assignment
from wjtui.model.errors import InvalidRequest
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange, SiteSettings
from wjtui.settings.secrets import looks_secret

MASK = "********"
_STREAM = "-"


def change_of(
    found: SiteSettings,
    assignments: Sequence[str],
    unset: Sequence[str],
    connections: Sequence[str],
    disconnect: Sequence[str],
    read: Callable[[], str],
) -> SiteChange:
    """What is to change. ``read`` gives what standard input holds. Raises InvalidRequest."""
    gone = tuple(variable for name in disconnect for variable in _variables(found, name))
    added = tuple(read_connection(text, read) for text in connections)
    put = dict(split_assignment(text) for text in assignments)
    for name in unset:
        if name not in found.values:
            raise InvalidRequest(f"There is no site setting '{name}': 'wjtui config' lists those there are.")
    return SiteChange(put, tuple(unset), added, gone, found.etag)


def read_connection(text: str, read: Callable[[], str]) -> ConnectionString:
    """``NAME=TYPE:VALUE``; ``-`` as the value stands for what ``read`` gives. Raises InvalidRequest."""
    # Without the text: it holds a secret, and errors are kept in logs.
    name, found, rest = text.partition("=")
    word, colon, value = rest.partition(":")
    if not found or not name or not colon:
        raise InvalidRequest(
            "--connection takes NAME=TYPE:VALUE, for example --connection Orders=SQLServer:- < orders.txt."
        )
    kinds = {kind.value.lower(): kind for kind in ConnectionType}
    kind = kinds.get(word.lower())
    if kind is None:
        raise InvalidRequest(
            f"'{word}' is no type of connection string: there are {', '.join(ConnectionType)}, for example "
            f"{name}=Custom:-."
        )
    if value == _STREAM:
        value = read()
    if not value:
        raise InvalidRequest(f"The connection string '{name}' has no value: give one, or take it away.")
    return ConnectionString(name, kind, value)


def shown(name: str, value: str, *, reveal: bool) -> str:
    """A value as it is listed: one that looks like a secret only with ``reveal``."""
    return value if reveal or not looks_secret(name, value) else masked(value)


def masked(value: str) -> str:
    """What stands for a secret; nothing of it can be told from that, its length neither."""
    return MASK if value else ""


def _variables(found: SiteSettings, name: str) -> list[str]:
    """The variables of the connection strings of a name. Raises InvalidRequest."""
    variables = [each.variable for each in found.connections if name in (each.name, each.variable)]
    if not variables:
        raise InvalidRequest(f"There is no connection string '{name}': 'wjtui config' lists those there are.")
    return variables
