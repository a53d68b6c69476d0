"""The wrong part of a schedule, with a mark under it; pure."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from wjtui.cli.output import clean
from wjtui.model.errors import InvalidSchedule

_LONGEST = 200
"""Characters; a longer text wraps, and a mark under a wrapped line points at nothing."""


def mark(text: str, error: InvalidSchedule) -> list[str]:
    """The text and the line under it; nothing where the error names no part of it."""
    start, end = _part(text, error)
    if end <= start or len(text) > _LONGEST:
        return []
    line = clean(text)
    # The end may be the place behind the last character, where something is missing.
    return [line, " " * _cells(line[:start]) + "^" * max(1, _cells(line[start:end]))]


def _part(text: str, error: InvalidSchedule) -> tuple[int, int]:
    if error.start == error.end and error.field is not None:
        key = f'"{error.field}"'
        start = text.find(key)
        return (start, start + len(key)) if start >= 0 else (0, 0)
    return error.start, error.end


def _cells(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
