"""What a value of ``settings.job`` may be, by kind, and a value in words (spec 3.2)."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from enum import StrEnum
from typing import Any

LARGEST = 2**31 - 1
"""What is larger is no number of seconds or runs that anybody means."""
LONGEST_VARIABLE = 128 * 1024
"""Bytes of ``NAME=value`` and its end: with more of them in one, Linux starts no process."""
_SHOWN = 40
_SIZE = re.compile(r"\s*([0-9]{1,15})\s*([kKmMgGtT]?)i?[bB]?\s*")
_LARGEST_SIZE = 1 << 60
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")


class Kind(StrEnum):
    """How a value is written, and edited."""

    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    WORD = "word"
    """One of some words."""
    SIGNAL = "signal"
    SCHEDULE = "schedule"
    RECURRENCE = "recurrence"
    ZONE = "zone"
    VARIABLES = "variables"
    """An object of texts."""
    WAYS = "ways"
    """A list of some words."""
    SIZE = "size"
    """Bytes, as a number or as a text such as ``512M``."""
    JOB = "job"
    """The name of a triggered job."""
    OBJECT = "object"
    """An object with keys of its own: ``Key.shape`` says which."""


class Wrong(Exception):
    """A value that counts as absent; the text is what is wanted."""

    def __init__(self, wanted: str, *, found: str = "", part: str = "") -> None:
        """``found``: what is there, in words, where the value alone does not say it; ``part``: the key of an
        object that it is about."""
        super().__init__(wanted)
        self._found = found
        self._part = part

    def what(self, key: str, value: Any) -> str:
        """What is there, as the beginning of a sentence."""
        name = f"'{self._part}' of '{short(key)}'" if self._part else f"'{short(key)}'"
        return f"{name} is {self._found or kind_of(value)}"


def read_value(kind: Kind, value: Any) -> Any:
    """The value as it counts, where its JSON type is right. Raises Wrong."""
    return _READERS[kind](value)


def integer(text: str) -> int | None:
    """A whole number with blanks and a sign allowed around it, cut to ``LARGEST``; None: none (spec 3.1)."""
    return max(-LARGEST, min(LARGEST, int(text))) if _INTEGER.fullmatch(text) else None


def variable_fault(name: str, value: object) -> str:
    """Why no environment takes a variable; empty where one does."""
    if not name or "=" in name or "\0" in name:
        return "a name is not empty and has no '=' and no NUL in it, for example DB_HOST"
    if not isinstance(value, str) or "\0" in value:
        return "its value must be a text without NUL"
    try:
        length = len(f"{name}={value}".encode()) + 1
    except UnicodeEncodeError:
        return "it has half a character in it, which no environment takes"
    if length > LONGEST_VARIABLE:
        return f"it is longer than {LONGEST_VARIABLE >> 10} KiB, with which no process can be started"
    return ""


def kind_of(value: Any) -> str:
    """A value in words, short enough for a line."""
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, int | float):
        return f"the number {short(str(value))}"
    if isinstance(value, str):
        return f'the text "{short(value)}"'
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"


def short(text: str) -> str:
    """The beginning of a text, for a line."""
    shown = "".join(c if c.isprintable() else "?" for c in text[:_SHOWN])
    return shown if len(text) <= _SHOWN else shown + "…"


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false")
    return value


def _number(value: Any) -> int:
    # True is an int in Python, and 60.0 is no integer to the original either.
    if type(value) is not int or not -LARGEST <= value <= LARGEST:
        raise Wrong("a whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise Wrong("a text")
    return value


def _signal(value: Any) -> str:
    name = value.upper() if isinstance(value, str) else ""
    name = name if name.startswith("SIG") else f"SIG{name}"
    if name not in signal.Signals.__members__:
        raise Wrong("a signal's name, for example SIGINT")
    return name


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("an object")
    return value


def _variables(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("an object of texts")
    return value


def _size(value: Any) -> int:
    if type(value) is int and 0 < value <= _LARGEST_SIZE:
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    size = int(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " ") if found else 0
    if not 0 < size <= _LARGEST_SIZE:
        raise Wrong('a number of bytes, for example "512M"')
    return size


def _ways(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Wrong('a list such as ["toast", "bell"]')
    return tuple(value)


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.WORD: _text,
    Kind.SIGNAL: _signal,
    Kind.SCHEDULE: _text,
    Kind.RECURRENCE: _object,
    Kind.ZONE: _text,
    Kind.VARIABLES: _variables,
    Kind.WAYS: _ways,
    Kind.SIZE: _size,
    Kind.JOB: _text,
    Kind.OBJECT: _object,
}
