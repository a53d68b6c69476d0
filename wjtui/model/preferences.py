"""Preferences: what a person wants of screen and notes, and how ``config.toml`` says it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from wjtui.model.base import Value

UTC = "UTC"


class Preferences(Value, frozen=True):
    """What ``config.toml`` says. Names of themes, columns and actions are checked by those who know them."""

    theme: str = ""
    """Empty: the screen's own choice; so are ``columns`` and ``sort``."""
    ascii: bool = False
    mouse: bool = True
    time_zone: str = UTC
    """The zone in which the screen shows times: an IANA name that exists here."""
    columns: tuple[str, ...] = ()
    """Columns of the job list, in this order."""
    sort: str = ""
    bell: bool = True
    notify: bool = True
    """Whether a terminal that can show notes of its own is given some."""
    notify_command: tuple[str, ...] = ()
    """Program and arguments that the engine tells of failures; empty: nobody is told."""
    keys: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Action id -> its keys; no keys: the action has none."""


class _Wrong(ValueError):
    """A value of another kind than its key takes."""


class _Setting(NamedTuple):
    read: Callable[[object], Any]
    allowed: str
    """What a value may be, for the sentence about one that is not."""


_SHOWN = 60
_LISTED = 5
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_ATTEMPTS = 100
"""Lines that are given up one after the other in a broken file whose end is missing."""


def parse_preferences(text: str, name: str = "config.toml") -> tuple[Preferences, tuple[str, ...]]:
    """What the text of a ``config.toml`` says, and a sentence for each thing in it that does not count.

    Everything else counts. Of a text that is no TOML, what stands above the broken line does. ``name`` is
    what the sentences call the file.
    """
    data, broken = _load(text)
    troubles = [f"{name} is no TOML: {broken}; what stands below does not count."] if broken else []
    found: dict[str, Any] = {}
    for key, value in data.items():
        if key == "keys":
            found[key] = _read_keys(value, name, troubles)
        elif (setting := _SETTINGS.get(key)) is None:
            known = ", ".join([*_SETTINGS, "[keys]"])
            troubles.append(f"{name} has an unknown key '{_plain(key)}': there are {known}.")
        else:
            try:
                found[key] = setting.read(value)
            except ValueError:
                troubles.append(f"{name}: '{key}' is {_shown(value)}, but must be {setting.allowed}.")
    return Preferences(**found), tuple(troubles)


def _load(text: str) -> tuple[dict[str, Any], str]:
    """The tables of the text, and what is wrong with it as TOML; empty when nothing is."""
    # 2 ms that only people with such a file pay.
    import tomllib

    broken = ""
    # TOML knows two line ends; splitlines would take more characters for one.
    lines = text.replace("\r\n", "\n").split("\n")
    for _ in range(_ATTEMPTS):
        try:
            return tomllib.loads("\n".join(lines)), broken
        # Some values are refused by what they are made into: a date, a number with 5,000 digits.
        except (ValueError, RecursionError) as error:
            wrong = str(error)
        place = _PLACE.search(wrong)
        number = int(place[1]) if place is not None and place[1] else len(lines)
        broken = broken or f"line {number}: {_plain(_PLACE.sub('', wrong))}"
        del lines[number - 1 :]
        if not lines:
            break
    return {}, broken


def _read_keys(value: object, name: str, troubles: list[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        troubles.append(f"{name}: 'keys' is {_shown(value)}, but must be a table: [keys], then actions.")
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for action, keys in _actions(value):
        try:
            found[action] = (_text(keys),) if isinstance(keys, str) else _texts(keys)
        except _Wrong:
            troubles.append(
                f"{name}: key '{_plain(action)}' in [keys] is {_shown(keys)}, but must be a text, "
                'such as "ctrl+r", or a list of texts; [] takes the action\'s keys away.'
            )
    return found


def _actions(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Action ids and their keys: to TOML, an id with a dot that is not in quotation marks is a table."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{rest}", keys) for rest, keys in value.items())
        else:
            yield name, value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong
    return value.strip()


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong
    return tuple(_text(each) for each in value)


def _command(value: object) -> tuple[str, ...]:
    """Program and arguments; a text is taken apart as a shell does, and no shell ever sees it."""
    if isinstance(value, str):
        parts = shlex.split(value)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        parts = value
    else:
        raise _Wrong
    if parts and not parts[0].strip():
        raise _Wrong
    return tuple(parts)


def _zone(value: object) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = _text(value)
    try:
        return ZoneInfo(name).key
    # An OSError is a folder (Europe) or a name longer than a file's may be.
    except (ZoneInfoNotFoundError, OSError):
        raise _Wrong from None


def _shown(value: object) -> str:
    """A value of the file for a sentence, much as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_plain(value)}"'
        case Mapping():
            return "a table"
        case list():
            # What is nested may be so a thousand times.
            each = ("a list" if isinstance(each, list) else _shown(each) for each in value[:_LISTED])
            return f"[{', '.join(each)}{', …' if len(value) > _LISTED else ''}]"
        case _:
            return _plain(str(value))


def _plain(text: str) -> str:
    """Short, one line, and nothing in it that a terminal obeys."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(c if c.isprintable() else "?" for c in cut)


_FLAG = _Setting(_flag, "true or false")
_NAMES = 'a list of texts, such as ["name", "status"]'
_SETTINGS: dict[str, _Setting] = {
    "theme": _Setting(_text, 'the name of a theme, such as "wjtui-light"'),
    "ascii": _FLAG,
    "mouse": _FLAG,
    "time_zone": _Setting(_zone, 'the IANA name of a time zone, such as "Europe/Berlin"'),
    "columns": _Setting(_texts, _NAMES),
    "sort": _Setting(_text, 'the name of a column, such as "name"'),
    "bell": _FLAG,
    "notify": _FLAG,
    "notify_command": _Setting(
        _command, 'a program with its arguments, such as "notify-send wjtui" or ["notify-send", "wjtui"]'
    ),
}  # fmt: skip
