"""The format of one log line: made, read, and told apart (spec 1.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from wjtui.model.base import Value


class Level(StrEnum):
    """How serious a line is; standard output is INFO, standard error is ERR."""

    INFO = "INFO"
    WARN = "WARN"
    ERR = "ERR"


class LineKind(IntEnum):
    """What a line is, as one small number for an index."""

    CONTINUATION = 0
    """No prefix: it belongs to the line before it."""
    INFO = 1
    WARN = 2
    ERR = 3
    SYS_INFO = 4
    SYS_WARN = 5
    SYS_ERR = 6


class LogLine(Value, frozen=True):
    """One physical line, taken apart."""

    at: datetime | None
    """When, in UTC and whole seconds; None for a continuation line, which has nothing but its text."""
    instance: str
    system: bool
    """Whether the engine wrote it, not the job."""
    level: Level
    text: str
    """Without prefix and line end; bytes that are no UTF-8 are U+FFFD."""


_STAMP = rb"\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d > "
# An instance id may hold anything printable, so it ends only where something reads like a level.
_LEVEL = rb": ((?:SYS )?(?:INFO|WARN|ERR ))\]"
_PREFIX = re.compile(_STAMP + rb"([^\n]*?)" + _LEVEL + rb" ?")
_EACH_LINE = re.compile(rb"(?:" + _STAMP + rb"[^\n]*?" + _LEVEL + rb")?[^\n]*\n")
_KINDS = {
    b"": LineKind.CONTINUATION,
    b"INFO": LineKind.INFO,
    b"WARN": LineKind.WARN,
    b"ERR ": LineKind.ERR,
    b"SYS INFO": LineKind.SYS_INFO,
    b"SYS WARN": LineKind.SYS_WARN,
    b"SYS ERR ": LineKind.SYS_ERR,
}
_LEVELS = {level.value.ljust(4).encode(): level for level in Level}


def prefix(instance: str, level: Level, at: datetime, *, system: bool = False) -> bytes:
    """What stands before the text of a line, the blank included."""
    utc = at.astimezone(UTC)
    date = f"{utc.month:02}/{utc.day:02}/{utc.year:04}"
    time = f"{utc.hour:02}:{utc.minute:02}:{utc.second:02}"
    return _encode(f"[{date} {time} > {instance}: {'SYS ' if system else ''}{level.value:<4}] ")


def message(instance: str, level: Level, text: str, at: datetime, *, system: bool = False) -> bytes:
    """A whole message, LF at its end; only the first of several lines has a prefix."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    return prefix(instance, level, at, system=system) + _encode(text) + b"\n"


def system_line(instance: str, level: Level, text: str, at: datetime) -> bytes:
    """A message of the engine."""
    return message(instance, level, text, at, system=True)


def parse(raw: bytes) -> LogLine:
    """Take one physical line apart, with or without its LF or CRLF."""
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    found = _PREFIX.match(raw)
    at = _instant(raw) if found else None
    if found is None or at is None:
        return LogLine(None, "", False, Level.INFO, raw.decode("utf-8", "replace"))
    return LogLine(
        at,
        found[1].decode("utf-8", "replace"),
        found[2].startswith(b"SYS "),
        _LEVELS[found[2].removeprefix(b"SYS ")],
        raw[found.end() :].decode("utf-8", "replace"),
    )


def prefix_of(raw: bytes) -> bytes:
    """What stands before the text of a line, the blank included; empty for a continuation line."""
    found = _PREFIX.match(raw)
    return found[0] if found else b""


def kind_of(raw: bytes) -> LineKind:
    """What kind of line ``raw`` is, or begins to be."""
    found = _PREFIX.match(raw)
    return _KINDS[found[2]] if found else LineKind.CONTINUATION


def kinds_of(data: bytes) -> bytes:
    """The kind of every line in ``data``, one byte a line; a rest behind the last LF does not count."""
    return bytes(map(_KINDS.__getitem__, _EACH_LINE.findall(data)))


def _instant(raw: bytes) -> datetime | None:
    # The fields have fixed places; strptime would cost ten times as much.
    try:
        return datetime(
            int(raw[7:11]), int(raw[1:3]), int(raw[4:6]), int(raw[12:14]), int(raw[15:17]), int(raw[18:20]),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


def _encode(text: str) -> bytes:
    # A path that is no UTF-8 carries lone surrogates; a log line about it must be written all the same.
    return text.encode("utf-8", "backslashreplace")
