"""Keys of a ``settings.job`` changed in its text: comments, order and layout stay as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from wjtui.settings.layout import (
    USUAL_INDENT,
    Member,
    end_of_blanks,
    find_layout,
    indent_of,
    line_end_of,
    line_start,
)
from wjtui.settings.lenient import NotJson, read_lenient

_REST_OF_LINE = re.compile(r"(?:[ \t]+|//[^\r\n]*|/\*[^\r\n]*?\*/)*")
_BLANKS_AND_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_MOST_TWINS = 8
"""Of one key in one object: more are no slip, and the text is looked at once for each."""


class _Removed(Enum):
    REMOVED = "removed"


REMOVED: Final = _Removed.REMOVED
"""In place of a value: the key is to go."""


class CannotEdit(ValueError):
    """The text cannot be changed in this way; says why."""


def set_keys(text: str, changes: Mapping[str, Any]) -> str:
    """The text with every key set to its value, or taken out where that is ``REMOVED``; all of them or none.

    Raises CannotEdit.
    """
    for key, value in changes.items():
        text = unset_key(text, key) if value is REMOVED else set_key(text, key, value)
    return text


def set_key(text: str, key: str, value: Any) -> str:
    """The text of a JSON object, as people write it, with ``key`` set to ``value`` and nothing else changed.

    Raises CannotEdit where the text is no object, or where reading the result would not give exactly that.
    """
    if not text.strip():
        return _written({key: value}) + "\n"
    before = _read(text)
    if key in before and _same(before[key], value):
        return text
    changed = _put(text, key, value)
    if not _same(_read(changed), {**before, key: value}):
        raise CannotEdit(f"'{key}' cannot be changed without touching other keys")
    return changed


def set_inner(text: str, key: str, name: str, value: Any) -> str:
    """The text with ``name`` set in the object that ``key`` is, or taken out where that is ``REMOVED``.

    Comments inside that object stay as well. Raises CannotEdit, also where ``key`` is no object.
    """
    before = _read(text) if text.strip() else {}
    if not isinstance(before.get(key), dict):
        if before.get(key) is not None:
            raise CannotEdit(f"'{key}' is no object in braces")
        return text if value is REMOVED else set_key(text, key, {name: value})
    member = next(each for each in reversed(find_layout(text).members) if each.key == key)
    changed = (
        text[: member.start] + set_keys(text[member.start : member.end], {name: value}) + text[member.end :]
    )
    wanted = {other: kept for other, kept in before[key].items() if other != name}
    if value is not REMOVED:
        wanted[name] = value
    if not _same(_read(changed), {**before, key: wanted}):
        raise CannotEdit(f"'{name}' in '{key}' cannot be changed without touching others")
    return changed


def unset_key(text: str, key: str) -> str:
    """The text without ``key``, however often it is there, and nothing else changed. Raises CannotEdit."""
    if not text.strip():
        return text
    before = _read(text)
    if key not in before:
        return text
    changed = text
    members = find_layout(text).members
    if sum(member.key == key for member in members) > _MOST_TWINS:
        raise CannotEdit(f"'{key}' is there more than {_MOST_TWINS} times")
    # With only the last one gone, the one before it would count again.
    while known := [at for at, member in enumerate(members) if member.key == key]:
        changed = _cut(changed, members, known[-1])
        members = find_layout(changed).members
    if not _same(_read(changed), {name: value for name, value in before.items() if name != key}):
        raise CannotEdit(f"'{key}' cannot be removed without touching other keys")
    return changed


def _read(text: str) -> dict[str, Any]:
    try:
        found = read_lenient(text)
    except NotJson as error:
        raise CannotEdit(f"line {error.line}, column {error.column}: {error.reason}") from None
    if not isinstance(found, dict):
        raise CannotEdit("it is no object in braces")
    return found


def _same(one: Any, other: Any) -> bool:
    # Compared as text: to Python, true and 1 are equal.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _put(text: str, key: str, value: Any) -> str:
    members = find_layout(text).members
    # Of a key that is there twice, the last one counts.
    known = [member for member in members if member.key == key]
    if known:
        return text[: known[-1].start] + _in_place_of(text, known[-1], value) + text[known[-1].end :]
    entry = f"{_written(key)}: {_written(value)}"
    if not members:
        return _into_empty(text, find_layout(text).brace, entry)
    last = members[-1]
    if last.comma is None:
        text = text[: last.end] + "," + text[last.end :]
    behind = last.comma or last.end + 1
    # A comment behind the last value belongs to it.
    rest = _REST_OF_LINE.match(text, behind)
    place = rest.end() if rest else last.end + 1
    if text[place] in "\r\n":
        return text[:place] + line_end_of(text) + indent_of(text, last.at) + entry + text[place:]
    place = behind if text[place] == "}" and rest and not rest[0].strip() else place
    return f"{text[:place]} {entry}{text[place:]}"


def _in_place_of(text: str, member: Member, value: Any) -> str:
    """A value as its predecessor was written: over several lines, or in one."""
    if not value or not isinstance(value, dict | list) or "\n" not in text[member.start : member.end]:
        return _written(value)
    lines = json.dumps(value, ensure_ascii=False, indent=USUAL_INDENT).split("\n")
    return (line_end_of(text) + indent_of(text, member.at)).join(lines)


def _cut(text: str, members: tuple[Member, ...], index: int) -> str:
    """The text without one member: without its line, where nothing else is on it."""
    member = members[index]
    start, end = member.at, member.comma or member.end
    if member.comma is not None and text[member.end : member.comma - 1].strip():
        # A comment stands before the comma, and stays.
        text = text[: member.comma - 1] + text[member.comma :]
        end = member.end
    line = line_start(text, start)
    rest = _BLANKS_AND_END.match(text, end)
    alone = not text[line:start].strip()
    if alone and rest is not None:
        start, end = line, rest.end()
    elif alone or member.comma is not None:
        end = end_of_blanks(text, end)
    else:
        start = len(text[:start].rstrip(" \t"))
    text = text[:start] + text[end:]
    before = members[index - 1].comma if index and member.comma is None else None
    # Else a comma would stay behind the last one, which strict JSON does not have.
    return text if before is None else text[: before - 1] + text[before:]


def _into_empty(text: str, brace: int, entry: str) -> str:
    line = line_start(text, brace)
    if line and not text[line:brace].strip():
        return f"{text[:line]}{text[line:brace]}{USUAL_INDENT}{entry}{line_end_of(text)}{text[line:]}"
    return text[:brace] + entry + text[brace:]
