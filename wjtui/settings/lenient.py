"""JSON as people write it (comments, trailing commas, single quotes), turned into strict JSON (spec 3.2)."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from typing import Any

_MAX_DEPTH = 64
TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\r\n]*|/\*.*?\*/)
      | (?P<double>"(?:[^"\\\r\n]|\\.)*")
      | (?P<single>'(?:[^'\\\r\n]|\\.)*')
      | (?P<mark>[][{},:])
      | (?P<word>[^][{},:\s"'/]+)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_IN_SINGLE_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_REQUOTED = {"\\'": "'", '"': '\\"'}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJson(ValueError):
    """The text is not JSON at any reading; ``line`` and ``column`` count from 1."""

    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        before = text[:position]
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1


class _Strict:
    """Strict JSON under construction, and where in the source each piece of it comes from."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.broken: NotJson | None = None
        """What stopped the construction; what stands before it may be wrong all the same."""
        self._made = [0]
        self._source = [0]

    def add(self, piece: str, position: int) -> None:
        self.pieces.append(piece)
        self._made.append(self.length)
        self._source.append(position)
        self.length += len(piece)

    def source_of(self, position: int) -> int:
        """The place in the source of a place in the strict text; both count characters from 0."""
        at = bisect_right(self._made, position) - 1
        return self._source[at] + position - self._made[at]


def read_lenient(text: str) -> Any:
    """The value of a JSON text that may hold comments, trailing commas and single quotes.

    Everything it returns can be written as strict JSON again. Raises NotJson.
    """
    strict = _convert(text)
    try:
        value = json.loads("".join(strict.pieces), strict=False)
    except json.JSONDecodeError as error:
        if strict.broken and error.pos >= strict.length - 1:
            raise strict.broken from None
        at = min(strict.source_of(error.pos), len(text.rstrip()))
        raise NotJson(error.msg.lower().replace("delimiter", "").strip(), text, at) from None
    if strict.broken:
        raise strict.broken
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found = _SURROGATE.search(text)
        at = found.start() if found else 0
        raise NotJson("half a character: \\uD8.. and \\uDC.. go in pairs", text, at) from None
    return value


def is_strict(text: str) -> bool:
    """Whether every JSON reader takes the text as it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _convert(text: str) -> _Strict:
    strict = _Strict()
    try:
        _convert_into(strict, text)
    except NotJson as error:
        strict.broken = error
    return strict


def _convert_into(strict: _Strict, text: str) -> None:
    position = depth = 0
    last = before_last = ""
    # The tokens before this one, a value being "v": a comma goes away only where a value stands before it.
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            raise NotJson(_unreadable(text[position]), text, position)
        kind, piece = token.lastgroup, token.group()
        if kind != "blank":
            if kind == "mark":
                depth += (piece in "[{") - (piece in "]}")
                if depth > _MAX_DEPTH:
                    raise NotJson(f"more than {_MAX_DEPTH} levels deep", text, position)
                if piece in "]}" and last == "," and before_last in ("v", "]", "}"):
                    strict.pieces[-2] = " "
            elif kind == "word":
                _check_word(piece, text, position)
            elif kind == "single":
                piece = f'"{_IN_SINGLE_QUOTES.sub(_requote, piece[1:-1])}"'
            # A blank behind each token: two numbers in a row must not become one.
            strict.add(piece, position)
            strict.add(" ", token.end())
            before_last, last = last, piece if kind == "mark" else "v"
        position = token.end()


def _requote(found: re.Match[str]) -> str:
    return _REQUOTED.get(found.group(), found.group())


def _check_word(word: str, text: str, position: int) -> None:
    if word in ("true", "false", "null"):
        return
    if _NUMBER.fullmatch(word) is None:
        raise NotJson(f"unexpected {word[:20]}", text, position)
    if not math.isfinite(float(word)):
        raise NotJson(f"{word[:20]}... is too large a number", text, position)


def _unreadable(character: str) -> str:
    if character in "\"'":
        return f"the text after {character} has no end"
    return "a comment has no end" if character == "/" else f"unexpected {character}"
