"""Where the panels of the schedule view lie at a size, and what is in them."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.tui.present.ink import Line
from wjtui.tui.present.schedule_meaning import meaning
from wjtui.tui.present.schedule_view import missed, next_runs, next_title, pace, put_off
from wjtui.tui.present.sight import Sight

_BOXED = 100
"""From so many columns on there are boxes, and two of them side by side."""
_NEXT_WISHES, _RIGHT_LEAST = 62, 40
_MISSED_LEAST = 3


class Panel(NamedTuple):
    """One box, or under a rule one stretch of rows."""

    title: str
    lines: list[Line]
    height: int
    """Rows with its frame."""


Page = dict[str, Panel]
"""The panels by name: ``meaning``, ``next``, ``pace``, ``later``, ``missed``."""


class Layout(NamedTuple):
    """Everything that the view is to show."""

    boxed: bool
    left: int
    right: int
    """Cells of the two columns; both the whole width where they stand over each other."""
    panels: Page


def lay_out(sight: Sight, width: int, rows: int) -> Layout:
    """The view in ``width`` cells; higher than ``rows`` where it must be, so that it scrolls."""
    arrange = _beside if width >= _BOXED else _stacked
    layout = arrange(sight, width, rows)
    # The scroll bar takes a column, so all that is in it is broken anew.
    return layout if _height(layout) <= rows else arrange(sight, width - 1, rows)


def _beside(sight: Sight, width: int, rows: int) -> Layout:
    left = max(width // 2, min(_NEXT_WISHES, width - _RIGHT_LEAST))
    right = width - left
    first = _boxed("Schedule", meaning(sight, width - 4))
    coming = _boxed(next_title(sight), next_runs(sight, left - 4))
    later = _boxed("Put-off start", put_off(sight, right - 4))
    often = _boxed("How often", pace(sight, left - 4))
    least = max(coming.height + often.height, later.height + _MISSED_LEAST + 2)
    columns = max(rows - first.height, least)
    left_over = columns - later.height
    gone = missed(sight, right - 4, left_over - 2)[: left_over - 2]
    panels = {
        "meaning": first,
        "next": coming,
        "pace": often._replace(height=columns - coming.height),
        "later": later,
        "missed": Panel("Missed", gone, left_over),
    }
    return Layout(True, left, right, panels)


def _stacked(sight: Sight, width: int, rows: int) -> Layout:
    inner = width - 2
    panels = {
        "meaning": _ruled("Schedule", meaning(sight, inner, terse=True)),
        "next": _ruled(next_title(sight), next_runs(sight, inner)),
        "pace": _ruled("How often", pace(sight, inner)),
        "later": _ruled("Put-off start", put_off(sight, inner)),
    }
    left_over = rows - sum(panel.height for panel in panels.values())
    panels["missed"] = _ruled("Missed", missed(sight, inner, max(_MISSED_LEAST * 2, left_over - 1)))
    return Layout(False, width, width, panels)


def _height(layout: Layout) -> int:
    heights = {name: panel.height for name, panel in layout.panels.items()}
    if not layout.boxed:
        return sum(heights.values())
    return heights["meaning"] + heights["next"] + heights["pace"]


def _boxed(title: str, lines: list[Line]) -> Panel:
    return Panel(title, lines, len(lines) + 2)


def _ruled(title: str, lines: list[Line]) -> Panel:
    return Panel(title, lines, len(lines) + 1)
