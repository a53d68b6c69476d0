"""A job's own colours: SGR sequences become styles, every other control code becomes harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.ansi import SGR_STYLE_MAP
from rich.color import Color
from rich.style import Style

from wjtui.tui.present.plain import plain

# CSI; OSC and the other string sequences (ended by BEL or ST, or torn: then 64 characters); two-byte ones.
_SEQUENCE = re.compile(
    r"\x1b\[([0-?]{0,64})[ -/]{0,4}([@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    r"|\x1b[\]PX^_][^\x07\x1b]{0,64}"
    r"|\x1b\[[0-?]{0,64}$"
    r"|\x1b[ -/]{0,4}[0-Z\\^-~]"
    r"|\x1b$"
)

Run = tuple[str, Style | None]
"""Harmless text and the style that the job gave it."""


def last_state(text: str) -> str:
    """What a progress line shows in the end: a carriage return begins it anew (spec 1.4)."""
    if "\r" not in text:
        return text
    return next((part for part in reversed(text.split("\r")) if part.strip()), "")


def coloured(text: str) -> list[Run]:
    """Cut one line into runs of text with the job's colours; no control character is left in them."""
    text = last_state(text).expandtabs()
    if "\x1b" not in text:
        return [(plain(text), None)]
    runs: list[Run] = []
    codes: tuple[int, ...] = ()
    at = 0
    for found in _SEQUENCE.finditer(text):
        if found.start() > at:
            runs.append((plain(text[at : found.start()]), _style(codes)))
        at = found.end()
        if found[2] == "m":
            codes = _after(codes, found[1])
    if at < len(text):
        runs.append((plain(text[at:]), _style(codes)))
    return runs


def colourless(text: str) -> str:
    """One line without the job's colours; no control character is left in it."""
    return "".join(part for part, _ in coloured(text))


def _after(codes: tuple[int, ...], parameters: str) -> tuple[int, ...]:
    """The codes in force after one sequence; what is no list of numbers changes nothing."""
    try:
        new = tuple(int(part or 0) for part in parameters.replace(":", ";").split(";"))
    except ValueError:
        return codes
    if 0 in new and not {38, 48} & set(new):
        cut = len(new) - new[::-1].index(0)
        return new[cut:]
    return (codes + new)[-32:]


@lru_cache(maxsize=256)
def _style(codes: tuple[int, ...]) -> Style | None:
    if not codes:
        return None
    style = Style.null()
    rest = iter(codes)
    for code in rest:
        if code in (38, 48):
            colour = _extended(next(rest, 0), rest)
            if colour is not None:
                style += Style(color=colour) if code == 38 else Style(bgcolor=colour)
        elif code == 0:
            style = Style.null()
        elif code not in (5, 6, 8) and (known := SGR_STYLE_MAP.get(code)) is not None:
            # Blinking distracts and concealed text hides what happened: both are left out.
            style += Style.parse(known)
    return style


def _extended(kind: int, numbers: Iterator[int]) -> Color | None:
    if kind == 5:
        number = next(numbers, -1)
        return Color.from_ansi(number) if 0 <= number <= 255 else None
    if kind == 2:
        red, green, blue = next(numbers, -1), next(numbers, -1), next(numbers, -1)
        if all(0 <= part <= 255 for part in (red, green, blue)):
            return Color.from_rgb(red, green, blue)
    return None
