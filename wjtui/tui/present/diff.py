"""A unified diff in inks."""

from __future__ import annotations

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain

_INKS = (("+++", Ink.STRONG), ("---", Ink.STRONG), ("@@", Ink.ACCENT), ("+", Ink.SUCCESS), ("-", Ink.FAILED))
_TAB = "    "


def diff_lines(text: str, skip: int = 0) -> list[Line]:
    """A row a line; ``skip``: so many characters behind the sign in front are out of sight at the left."""
    return [_line(line.rstrip("\r"), skip) for line in text.split("\n")] if text else []


def longest_line(text: str) -> int:
    """Characters of the longest line."""
    return max((len(line) for line in text.split("\n")), default=0)


def counts(text: str) -> tuple[int, int]:
    """Lines that come and go."""
    lines = text.split("\n")
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    return added, sum(line.startswith("-") and not line.startswith("---") for line in lines)


def _line(line: str, skip: int) -> Line:
    ink = next((ink for sign, ink in _INKS if line.startswith(sign)), Ink.PLAIN)
    sign, rest = line[:1], line[1:]
    return (Piece(plain(sign + rest.replace("\t", _TAB)[skip:]), ink),)
