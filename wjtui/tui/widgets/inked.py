"""Inked: a widget that paints pieces of text itself, in the theme's colours."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

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
    """Let a widget say something else; all around it is laid out again only where it needs other room."""
    before = widget.content
    same = isinstance(before, Content) and _room(widget, before) == _room(widget, says)
    widget.update(says, layout=not same)
    if same:
        # In another width, to which the terminal may go back, the two may be of different heights.
        for above in widget.ancestors:
            if isinstance(above, Widget):
                above._clear_arrangement_cache()
                above._layout_updates += 1


def _room(widget: Static, says: Content) -> int:
    """The rows that a text needs in the width that its widget has; where it may choose that, the cells."""
    width = widget.content_size.width
    if not width or widget.styles.is_auto_width:
        return says.cell_length
    return says.get_height(cast(Any, widget.styles), width)
