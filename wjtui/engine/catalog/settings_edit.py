"""One key of a ``settings.job`` changed in its text: comments, order and layout stay as they were."""

from __future__ import annotations

import json
import re
from typing import Any

from wjtui.engine.catalog.lenient import TOKEN, NotJson, read_lenient
from wjtui.model.base import Value

_REST_OF_LINE = re.compile(r"(?:[ \t]+|//[^\r\n]*|/\*[^\r\n]*?\*/)*")
_INDENT = re.compile(r"[ \t]*")
_USUAL_INDENT = "  "


class CannotEdit(ValueError):
    """The text cannot be changed in this way; says why."""


class _Member(Value, frozen=True):
    """One key of the outermost object: where it begins, and from where to where its value reaches."""

    key: str
    at: int
    start: int
    end: int


class _Layout(Value, frozen=True):
    """The outermost object of a text."""

    members: tuple[_Member, ...]
    brace: int
    """Where its closing brace is."""
    comma: int | None
    """Behind a comma that follows the last value."""


def set_key(text: str, key: str, value: Any) -> str:
    """The text of a JSON object, as people write it, with ``key`` set to ``value`` and nothing else changed.

    Raises CannotEdit where the text is no object, or where reading the result would not give exactly that.
    """
    if not text.strip():
        return json.dumps({key: value}) + "\n"
    try:
        before = read_lenient(text)
        if not isinstance(before, dict):
            raise CannotEdit("it is no object in braces")
        changed = _put(text, key, json.dumps(value))
        after = read_lenient(changed)
    except NotJson as error:
        raise CannotEdit(f"line {error.line}, column {error.column}: {error.reason}") from None
    # Compared as text: to Python, true and 1 are equal.
    if json.dumps(after, sort_keys=True) != json.dumps({**before, key: value}, sort_keys=True):
        raise CannotEdit(f"'{key}' cannot be changed without touching other keys")
    return changed


def _put(text: str, key: str, value: str) -> str:
    layout = _layout(text)
    # Of a key that is there twice, the last one counts.
    known = [member for member in layout.members if member.key == key]
    if known:
        return text[: known[-1].start] + value + text[known[-1].end :]
    entry = f"{json.dumps(key)}: {value}"
    if not layout.members:
        return _into_empty(text, layout.brace, entry)
    last = layout.members[-1]
    if layout.comma is None:
        text = text[: last.end] + "," + text[last.end :]
    # A comment behind the last value belongs to it.
    rest = _REST_OF_LINE.match(text, layout.comma or last.end + 1)
    place = rest.end() if rest else last.end + 1
    if text[place] in "\r\n":
        return text[:place] + _line_end(text) + _indent(text, last.at) + entry + text[place:]
    place = (layout.comma or last.end + 1) if text[place] == "}" and rest and not rest[0].strip() else place
    return f"{text[:place]} {entry}{text[place:]}"


def _into_empty(text: str, brace: int, entry: str) -> str:
    line = max(text.rfind("\n", 0, brace), text.rfind("\r", 0, brace)) + 1
    if line and not text[line:brace].strip():
        return f"{text[:line]}{text[line:brace]}{_USUAL_INDENT}{entry}{_line_end(text)}{text[line:]}"
    return text[:brace] + entry + text[brace:]


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str, at: int) -> str:
    """What stands before the key in its line, where that is nothing but blanks."""
    line = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    found = _INDENT.match(text, line, at)
    return found[0] if found and found.end() == at else _USUAL_INDENT


def _layout(text: str) -> _Layout:
    """Where everything of the outermost object is; ``text`` was read before, so it is well formed."""
    members: list[_Member] = []
    key, at, start, end, comma = "", 0, 0, 0, None
    position = depth = 0
    wants_key = True
    while found := TOKEN.match(text, position):
        position = found.end()
        piece = found.group()
        if found.lastgroup == "blank":
            continue
        if depth == 1 and piece in ("}", ",") and start:
            members.append(_Member(key, at, start, end))
            start, comma, wants_key = 0, found.end() if piece == "," else None, True
        elif depth == 1 and wants_key and found.lastgroup in ("double", "single"):
            key, at, comma, wants_key = str(read_lenient(piece)), found.start(), None, False
        elif depth >= 1 and piece != ":" and not wants_key:
            start, end = start or found.start(), found.end()
        depth += (piece in "[{") - (piece in "]}") if found.lastgroup == "mark" else 0
        if depth == 0:
            return _Layout(tuple(members), found.start(), comma)
    raise CannotEdit("its braces do not match")
