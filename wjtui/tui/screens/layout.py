"""How the main screen is laid out at a size; pure."""

from __future__ import annotations

from typing import NamedTuple

MIN_WIDTH, MIN_HEIGHT = 20, 5
_WIDE, _ROOMY, _NARROW = 160, 100, 60
_LOW = 16
_ONE_ROW_OF_KEYS = 120
_TALL = 30
_LEAST_LOG = 8
"""Rows under the list that a second row of keys leaves: six of the log, its title and its status."""
CLASSES = ("-wide", "-boxed", "-one-pane", "-zoom-list", "-zoom-lower", "-small")
"""Every class that a layout may have."""


class Layout(NamedTuple):
    """The style classes that apply, and the rows that are not the body's."""

    classes: frozenset[str]
    rows_around: int


def choose_layout(width: int, height: int, zoomed: str) -> Layout:
    """The layout for a terminal; ``zoomed`` is ``list``, ``lower`` or empty."""
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return Layout(frozenset({"-small"}), 0)
    one_pane = width < _NARROW or height < _LOW
    classes = set()
    if one_pane:
        classes |= {"-one-pane", "-zoom-lower" if zoomed == "lower" else "-zoom-list"}
    elif zoomed:
        classes.add(f"-zoom-{zoomed}")
    if width >= _ROOMY and not one_pane:
        classes.add("-boxed")
    if width >= _WIDE and not one_pane:
        classes.add("-wide")
    return Layout(frozenset(classes), 2 if one_pane else 4)


def key_rows(layout: Layout, width: int, body: int, jobs: int) -> int:
    """Rows for the keys (D2): a second one where it takes none from the list, nor from a log of six rows."""
    if width >= _ONE_ROW_OF_KEYS or not jobs or layout.classes & {"-one-pane", "-small"}:
        return 1
    spare = body - 1 - (jobs + _frame(layout)) >= _LEAST_LOG
    return 2 if spare or body + layout.rows_around >= _TALL else 1


def _frame(layout: Layout) -> int:
    return 3 if "-boxed" in layout.classes else 1


def list_height(layout: Layout, body: int, jobs: int, grown: int = 0) -> int | None:
    """Rows for the list above the log: as many as it has jobs, while the log keeps two fifths; None: all.

    ``grown``: rows that the person gave it beyond that, or took away; each pane keeps four.
    """
    if layout.classes & {"-one-pane", "-wide", "-zoom-list", "-zoom-lower", "-small"}:
        return None
    usual = max(4, min(jobs + _frame(layout), body - max(6, body * 2 // 5)))
    return max(4, min(usual + grown, body - 4)) if grown else usual
