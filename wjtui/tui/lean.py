"""Lean: segments as a terminal reads them, with no code for a style that is in force already."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_RESET = "\x1b[0m"


class _Codes(NamedTuple):
    """A style's SGR codes, sorted by what they change."""

    attributes: frozenset[str] = frozenset()
    colour: str = ""
    ground: str = ""


_PLAIN = _Codes()


def lean(segments: Iterable[Segment], system: ColorSystem | None) -> str:
    """The text with its codes, which end in the plain style. Half as many bytes as one style a segment."""
    pieces = []
    now = _PLAIN
    for text, style, _ in segments:
        wanted = _codes(style, system or ColorSystem.TRUECOLOR) if style is not None else _PLAIN
        if wanted != now:
            pieces.append(_turn(now, wanted))
            now = wanted
        pieces.append(text)
    if now != _PLAIN:
        pieces.append(_RESET)
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _turn(now: _Codes, wanted: _Codes) -> str:
    """What brings one style to another."""
    taken = now.attributes - wanted.attributes
    if taken or (now.colour and not wanted.colour) or (now.ground and not wanted.ground):
        if wanted == _PLAIN:
            return _RESET
        now, codes = _PLAIN, ["0"]
    else:
        codes = []
    codes += sorted(wanted.attributes - now.attributes)
    codes += [wanted.colour] if wanted.colour != now.colour else []
    codes += [wanted.ground] if wanted.ground != now.ground else []
    return f"\x1b[{';'.join(codes)}m"


@lru_cache(maxsize=16384)
def _codes(style: Style, system: ColorSystem) -> _Codes:
    attributes, colour, ground = set(), "", ""
    parts = iter(Strip.render_ansi(style, system).split(";"))
    for part in parts:
        code = part
        if part in ("38", "48"):
            kind = next(parts)
            code = ";".join([part, kind, *(next(parts) for _ in range(1 if kind == "5" else 3))])
        number = int(part or 0)
        if 30 <= number <= 39 or 90 <= number <= 97:
            colour = code
        elif 40 <= number <= 49 or 100 <= number <= 107:
            ground = code
        elif part:
            attributes.add(code)
    return _Codes(frozenset(attributes), colour, ground)
