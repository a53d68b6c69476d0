"""JSON at the end of a log line, one value a line."""

from __future__ import annotations

import json
import re

LONGEST = 64 * 1024
"""Characters; a longer text stays as it is."""
DEEPEST = 50
_TRIES = 8
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')
_CLOSING = {"{": "}", "[": "]"}


def pretty_json(text: str) -> list[str] | None:
    """What stands before the JSON, if anything, then the JSON indented by two; None when there is none.

    The JSON is an object or array that reaches to the end of ``text`` and begins at one of its first eight
    brackets of that kind. Numbers, strings and doubled keys stay as they are written. None, too, for more
    than 64 Ki characters or 50 levels.
    """
    whole = text.rstrip()
    if len(text) > LONGEST or not whole.endswith(("}", "]")):
        return None
    opening = "{" if whole.endswith("}") else "["
    start = -1
    for _ in range(_TRIES):
        start = whole.find(opening, start + 1)
        if start < 0:
            return None
        tokens = _TOKEN.findall(whole, start)
        if _depth(tokens) <= DEEPEST and _is_json(whole[start:]):
            before = whole[:start].strip()
            return [before, *_indented(tokens)] if before else _indented(tokens)
    return None


def _depth(tokens: list[str]) -> int:
    deepest = depth = 0
    for token in tokens:
        depth += (token in _CLOSING) - (token in _CLOSING.values())
        deepest = max(deepest, depth)
    return deepest


def _is_json(text: str) -> bool:
    try:
        # Kept as text: a number of over 4,300 digits would be refused.
        json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        return False
    return True


def _indented(tokens: list[str]) -> list[str]:
    lines = [""]
    depth = 0
    for token, before in zip(tokens, ["", *tokens], strict=False):
        if token in _CLOSING.values():
            depth -= 1
            if before not in _CLOSING:
                lines.append("  " * depth)
        elif before in _CLOSING or before == ",":
            lines.append("  " * depth)
        lines[-1] += ": " if token == ":" else token
        depth += token in _CLOSING
    return lines
