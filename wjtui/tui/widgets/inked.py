"""Inked: a widget that paints pieces of text itself, in the theme's colours."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from wjtui.tui.present.ink import MARKUP_STYLE, Ink, Line
from wjtui.tui.present.status import spelled


@lru_cache(maxsize=256)
def _style(colour: str, weight: str) -> Style:
    return Style(color=Color.parse(colour).rich_color if colour else None, bold=weight == "bold" or None)


class Inked(Widget):
    """Asks the theme for the style of an ink.

    Not by component classes: the library matches each of them against all rules for each widget, which with
    18 inks and ten widgets was a third of the first paint.
    """

    def ink(self, ink: Ink) -> Style:
        """The style of an ink, without a background."""
        colour, _, weight = MARKUP_STYLE[ink].rpartition("$")[2].partition(" ")
        if colour == "bold":
            colour, weight = "", colour
        return _style(self.app.theme_variables[colour] if colour else "", weight)


def content(line: Line, *, ascii_only: bool = False) -> Content:
    """Pieces as content; their text is never read as markup."""
    pieces = spelled(line, ascii_only=ascii_only)
    return Content.assemble(*((piece.text, MARKUP_STYLE[piece.ink]) for piece in pieces))


def paragraphs(lines: list[Line], *, ascii_only: bool = False) -> Content:
    """Several lines as content."""
    return Content("\n").join([content(line, ascii_only=ascii_only) for line in lines])


def say_in(widget: Static, says: Content) -> None:
    """Let a widget as high, or as wide, as its text say something else.

    All that stands around it is laid out again only where it needs other room than before.
    """
    before, width = widget.content, widget.content_size.width
    if isinstance(before, Content) and width and not widget.styles.is_auto_width:
        same = before.get_height(widget.styles, width) == says.get_height(widget.styles, width)
    else:
        same = isinstance(before, Content) and before.cell_length == says.cell_length
    widget.update(says, layout=not same)
