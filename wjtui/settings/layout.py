"""Where the members of a JSON object are in its text, which people write in many ways."""

from __future__ import annotations

import re

from wjtui.model.base import Value
from wjtui.settings.lenient import TOKEN, read_lenient

USUAL_INDENT = "  "
_BLANKS = re.compile(r"[ \t]*")


class Member(Value, frozen=True):
    """One key of the outermost object: where it begins, and from where to where its value reaches."""

    key: str
    at: int
    start: int
    end: int
    comma: int | None
    """Behind the comma that follows it."""


class Layout(Value, frozen=True):
    """The outermost object of a text."""

    members: tuple[Member, ...]
    brace: int
    """Where its closing brace is."""


def line_start(text: str, at: int) -> int:
    """Where the line of a place begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def end_of_blanks(text: str, at: int) -> int:
    """Behind the blanks and tabs that follow a place."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def line_end_of(text: str) -> str:
    """What its lines end in."""
    return "\r\n" if "\r\n" in text else "\n"


def indent_of(text: str, at: int) -> str:
    """What stands before the key in its line, where that is nothing but blanks."""
    line = line_start(text, at)
    found = _BLANKS.match(text, line, at)
    return found[0] if found and found.end() == at else USUAL_INDENT


def find_layout(text: str) -> Layout:
    """Where everything of the outermost object is; ``text`` was read before, so it is well formed."""
    members: list[Member] = []
    key, at, start, end = "", 0, 0, 0
    position = depth = 0
    wants_key = True
    while found := TOKEN.match(text, position):
        position = found.end()
        piece = found.group()
        if found.lastgroup == "blank":
            continue
        if depth == 1 and piece in ("}", ",") and start:
            members.append(Member(key, at, start, end, found.end() if piece == "," else None))
            start, wants_key = 0, True
        elif depth == 1 and wants_key and found.lastgroup in ("double", "single"):
            key, at, wants_key = str(read_lenient(piece)), found.start(), False
        elif depth >= 1 and piece != ":" and not wants_key:
            start, end = start or found.start(), found.end()
        depth += (piece in "[{") - (piece in "]}") if found.lastgroup == "mark" else 0
        if depth == 0:
            return Layout(tuple(members), found.start())
    raise ValueError("its braces do not match")
