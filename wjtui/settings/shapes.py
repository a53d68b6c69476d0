"""The keys whose value is an object of its own: ``retry``, ``watch`` and ``probe``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from wjtui.model.settings import Probe, Retry, Watch
from wjtui.settings.values import LARGEST, Wrong, kind_of, short

MOST_RETRIES = 1000
_Reader = Callable[[str, Any], Any]


def read_retry(value: dict[str, Any]) -> Retry:
    """``{"count": 3, "delay": 30, "backoff": 2}``; only ``count`` is needed. Raises Wrong."""
    found = _read(
        value, {"count": _whole(1, MOST_RETRIES), "delay": _seconds(0), "backoff": _number(1, 1000)}, "count"
    )
    return Retry(**found)


def read_watch(value: dict[str, Any]) -> Watch:
    """``{"path": "inbox", "pattern": "*.csv", "quiet": 2, "spool": true}``; only ``path`` is needed.

    Raises Wrong.
    """
    kinds = {"path": _text, "pattern": _text, "quiet": _seconds(0), "spool": _flag}
    return Watch(**_read(value, kinds, "path"))


def read_probe(value: dict[str, Any]) -> Probe:
    """``{"http": "/health", "interval": 30, "timeout": 5, "threshold": 3, "restart": true}``.

    In place of ``http``: ``file``, to which ``max_age`` belongs, or ``command``. Raises Wrong.
    """
    ways = ("http", "file", "command")
    kinds: dict[str, _Reader] = {
        **dict.fromkeys(ways, _text),
        "interval": _seconds(0.1),
        "timeout": _seconds(0.1),
        "max_age": _seconds(0.1),
        "threshold": _whole(1, 1000),
        "restart": _flag,
    }
    found = _read(value, kinds)
    count = len([way for way in ways if found.get(way)])
    if count != 1:
        among = f"an object with {count or 'none'} of 'http', 'file' and 'command'"
        raise Wrong("one with exactly one of them", found=among)
    if (http := found.get("http")) and not http.startswith("/"):
        raise _wrong_part("http", http, 'a path such as "/health"')
    if (file := found.get("file")) and not file.startswith("/") and ".." in file.split("/"):
        raise _wrong_part("file", file, "a path below the job's data folder, or an absolute one")
    if (command := found.get("command")) and not _is_command(command):
        raise _wrong_part("command", command, "a program and its arguments, with quotes that are closed")
    return Probe(**found)


def _is_command(text: str) -> bool:
    """Whether it can be taken apart as a shell does, into a program and its arguments."""
    try:
        return bool([*shlex.split(text), ""][0])
    except ValueError:
        return False


def _read(value: dict[str, Any], kinds: dict[str, _Reader], *needed: str) -> dict[str, Any]:
    """Its keys as they count; null counts as absent."""
    for name in value:
        if name not in kinds:
            raise Wrong(f"one of {', '.join(kinds)} alone", found=f"an object with '{short(str(name))}'")
    found = {name: kinds[name](name, each) for name, each in value.items() if each is not None}
    for name in needed:
        if name not in found:
            raise Wrong("one with it", found=f"an object without '{name}'")
    return found


def _wrong_part(name: str, value: Any, wanted: str) -> Wrong:
    return Wrong(wanted, found=kind_of(value), part=name)


def _whole(lowest: int, highest: int) -> _Reader:
    def read(name: str, value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise _wrong_part(name, value, f"a whole number from {lowest} to {highest}")
        return value

    return read


def _number(lowest: float, highest: float) -> _Reader:
    def read(name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise _wrong_part(name, value, f"a number from {lowest} to {highest}")
        return float(value)

    return read


def _seconds(lowest: float) -> _Reader:
    return _number(lowest, LARGEST)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _wrong_part(name, value, "a text")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong_part(name, value, "true or false")
    return value
