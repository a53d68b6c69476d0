"""Filters: what is done to every painted line in the end, whichever screen it is of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

from wjtui.tui.colourless import MARKED
from wjtui.tui.present.status import ASCII

_MARK = Color.parse(MARKED).rich_color


def _frames() -> dict[str, str]:
    """Box drawing and block elements, of borders, scroll bars and the output of jobs."""
    found = dict.fromkeys(map(chr, range(0x2500, 0x2580)), "+") | dict.fromkeys(
        map(chr, range(0x2580, 0x25A0)), "#"
    )
    found |= dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺╼╾▔▀", "-")
    found |= dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▋▊▉▕▐", "|")
    return found | {"╱": "/", "╲": "\\", "╳": "X"}


_SPELLING = str.maketrans(_frames() | ASCII)


# Without width for the library, so that nothing moves when they go; a lone surrogate has one.
_GONE: dict[int, str | None] = dict.fromkeys(
    (
        *range(0x20), *range(0x7F, 0xA0), 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
        *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
    )
) | dict.fromkeys(range(0xD800, 0xE000), "�")  # fmt: skip


class Harmless(LineFilter):
    """Takes away what acts on a terminal: the last defence, for text that ``plain`` never saw.

    A field to type into holds what is really in the settings, escape sequences and all.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, each as wide as before."""
        return [
            each
            if each.control or (each.text.isascii() and each.text.isprintable())
            else Segment(each.text.translate(_GONE), each.style)
            for each in segments
        ]


class Uncoloured(LineFilter):
    """Takes every colour away, a job's own too; what is marked becomes reversed.

    The library's own filters turn colours into greys of 24 bits, and those of an ansi theme into black on
    black.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [
            Segment(text, None if style is None else _uncoloured(style), control)
            for text, style, control in segments
        ]


class Spelled(LineFilter):
    """Puts a character of ASCII in the place of each glyph that has one, borders and scroll bars included.

    Here and not in each widget, as the library draws much that no widget of ours knows of.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with other characters; all stay one cell wide."""
        return [
            each if each.text.isascii() else Segment(each.text.translate(_SPELLING), each.style, each.control)
            for each in segments
        ]


# Single ones: the library remembers a line by the filter that made it.
_HARMLESS, _UNCOLOURED, _SPELLED = Harmless(), Uncoloured(), Spelled()


def line_filters(of_library: Sequence[LineFilter], *, colour: bool, ascii_only: bool) -> list[LineFilter]:
    """The filters to paint with. By NO_COLOR the library is not asked: set to nothing, it means nothing."""
    if not colour:
        found: list[LineFilter] = [_UNCOLOURED]
    else:
        found = [each for each in of_library if not isinstance(each, Monochrome | NoColor)]
    return [*found, _HARMLESS, _SPELLED] if ascii_only else [*found, _HARMLESS]


@lru_cache(1024)
def _uncoloured(style: Style) -> Style:
    plain = style.without_color
    # What is reversed and stands on a mark is to differ from what is around it.
    return plain + Style(reverse=not plain.reverse) if style.bgcolor == _MARK else plain
