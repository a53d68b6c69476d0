"""A change of the site's settings: whether it may be made, and what there is after it."""

from __future__ import annotations

import re

import msgspec

from wjtui.model.errors import InvalidRequest
from wjtui.model.site import ConnectionString, SiteChange, SiteSettings
from wjtui.settings.values import short, variable_fault

MAX_BYTES = 1 << 20
"""Of all names and values together, in UTF-8."""
_CONNECTION_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def setting_fault(name: str, value: str) -> str:
    """Why this cannot be a site setting, as a sentence that does not tell the value; empty: it can."""
    reason = variable_fault(name, value)
    return f"The setting '{short(name)}' cannot be set: {reason}." if reason else ""


def connection_fault(connection: ConnectionString) -> str:
    """The same for a connection string."""
    name = connection.name
    if not _CONNECTION_NAME.fullmatch(name):
        return (
            f"A connection string cannot be called '{short(name)}': a name has 1 to 128 letters, digits or "
            "any of _ . : - in it, for example AzureWebJobsStorage."
        )
    reason = variable_fault(connection.variable, connection.value)
    return f"The connection string '{short(name)}' cannot be set: {reason}." if reason else ""


def apply_change(before: SiteSettings, change: SiteChange) -> SiteSettings:
    """The settings after a change, its tag aside. Raises InvalidRequest, which tells no value."""
    faults = [setting_fault(name, value) for name, value in change.put.items()]
    faults += [connection_fault(connection) for connection in change.connect]
    put, connect = change.put.keys(), [each.variable for each in change.connect]
    twice = [*(put & {*change.remove}), *({*connect} & {*change.disconnect})]
    twice += [each for each in connect if connect.count(each) > 1]
    faults += [f"'{short(name)}' is named twice in one change: set it, or remove it." for name in twice]
    if fault := next(filter(None, faults), ""):
        raise InvalidRequest(fault)
    values = {name: value for name, value in before.values.items() if name not in change.remove}
    gone = {*change.disconnect, *connect}
    connections = [each for each in before.connections if each.variable not in gone] + [*change.connect]
    connections.sort(key=lambda each: (each.name.lower(), each.variable))
    after = msgspec.structs.replace(before, values=values | change.put, connections=tuple(connections))
    if _size(after) > MAX_BYTES:
        limit = f"{MAX_BYTES >> 20} MiB"
        raise InvalidRequest(
            f"The settings of the site would be longer than {limit} in all: remove some first."
        )
    return after


def _size(settings: SiteSettings) -> int:
    texts = [*settings.values, *settings.values.values()]
    texts += [text for each in settings.connections for text in (each.variable, each.value)]
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
