"""Inked: a widget that paints pieces of text itself, in the theme's colours."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.content import Content
from textual.widget import Widget

from wjtui.tui.present.ink import MARKUP_STYLE, Ink, Line
from wjtui.tui.present.status import spelled


def _rule(ink: Ink) -> str:
    colour, _, weight = MARKUP_STYLE[ink].partition(" ")
    if colour == "bold":
        colour, weight = "", "bold"
    declared = (f"color: {colour};" if colour else "") + (f"text-style: {weight};" if weight else "")
    return f"& > .ink--{ink.value} {{ {declared} }}" if declared else ""


class Inked(Widget):
    """Has a style for each ink, resolved once a theme."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{ink.value}" for ink in Ink}
    DEFAULT_CSS = "Inked {" + "\n".join(filter(None, map(_rule, Ink))) + "}"

    def ink(self, ink: Ink) -> Style:
        """The style of an ink, without a background."""
        return self.get_component_rich_style(f"ink--{ink.value}", partial=True)


def content(line: Line, *, ascii_only: bool = False) -> Content:
    """Pieces as content; their text is never read as markup."""
    pieces = spelled(line, ascii_only=ascii_only)
    return Content.assemble(*((piece.text, MARKUP_STYLE[piece.ink]) for piece in pieces))


def paragraphs(lines: list[Line], *, ascii_only: bool = False) -> Content:
    """Several lines as content."""
    return Content("\n").join([content(line, ascii_only=ascii_only) for line in lines])
