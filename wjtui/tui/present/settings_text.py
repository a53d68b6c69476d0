"""A text as an editor may show it, and back: what was not touched stays as it was, to the byte."""

from __future__ import annotations

import re
from itertools import takewhile

from wjtui.settings.secrets import looks_secret
from wjtui.tui.present.plain import MARKS_AT_MOST, plain

_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_MEMBER = re.compile(rf"(?P<key>{_STRING})\s*:\s*(?P<value>{_STRING})")
_UNIT = re.compile(r"\r\n|.", re.DOTALL)
_BREAKS = ("\r\n", "\n", "\r")
_UNKNOWN = "�"


class Shadow:
    """A text and what is shown of it: the same number of characters, none of which a terminal obeys.

    An editor of the library knows one kind of line end, takes U+2028 or a form feed for another, and prints
    ESC as it is. So it gets one harmless character for each of the text's, and what a person does there is
    carried over to the text, which keeps its own characters before and behind the change.
    """

    def __init__(self, text: str) -> None:
        self._units = _UNIT.findall(text)
        self.shown = _harmless(self._units)

    @property
    def text(self) -> str:
        """The text itself."""
        return "".join(self._units)

    def edit(self, shown: str) -> None:
        """A person has made this of what is shown."""
        start, end, put = difference(self.shown, shown)
        newline = "\r\n" if "\r\n" in self._units else "\n"
        self._units[start:end] = [newline if char == "\n" else char for char in put]
        self.shown = shown


def difference(before: str, after: str) -> tuple[int, int, str]:
    """The smallest stretch of ``before``, from and to, and what stands in its place in ``after``."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    room = min(len(before), len(after)) - start
    backwards = zip(reversed(before), reversed(after), strict=False)
    same = min(room, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], backwards)))
    return start, len(before) - same, after[start : len(after) - same]


def count_lines(text: str) -> int:
    """How many lines an editor shows; a line end at the end begins none."""
    return len(re.findall(r"\r\n|\n|\r", text)) + (not text.endswith(("\n", "\r")) if text else 0)


def line_ends(text: str) -> str:
    """``LF``, ``CRLF``, ``CR``, or ``mixed``; empty where there is none."""
    found = set(re.findall(r"\r\n|\n|\r", text))
    names = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
    return "mixed" if len(found) > 1 else "".join(names[end] for end in found)


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where the strings stand, from and to, whose keys look like those of secrets."""
    return [
        (found.start("value"), found.end("value"))
        for found in _MEMBER.finditer(text)
        if looks_secret(found["key"][1:-1], found["value"])
    ]


def _harmless(units: list[str]) -> str:
    """One character for each unit: a line break, a tab, or one that is drawn."""
    shown: list[str] = []
    marks = 0
    for unit in units:
        if unit in _BREAKS:
            char = "\n"
        elif unit == "\t" or (unit.isascii() and unit.isprintable()):
            char = unit
        else:
            char = plain(unit)
            if len(char) != 1:
                char = unit if _is_mark(unit) else _UNKNOWN
        marks = marks + 1 if _is_mark(char) else 0
        shown.append(_UNKNOWN if marks > MARKS_AT_MOST else char)
    return "".join(shown)


def _is_mark(char: str) -> bool:
    """Whether it stands on the letter before it, without which ``plain`` leaves it out."""
    return not char.isascii() and plain(char) == "" and len(plain(f"b{char}")) == 2
