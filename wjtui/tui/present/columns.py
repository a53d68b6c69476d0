"""Which columns fit into a width, and how wide each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wjtui.tui.present.jobs import RESULTS, Column
from wjtui.tui.present.plain import plain


class Place(NamedTuple):
    """A column, the cell it begins at, and its width."""

    column: Column
    x: int
    width: int


_WIDTH = {
    Column.STATUS: 18,
    Column.TYPE: 4,
    Column.SCHEDULE: 11,
    Column.LAST: 18,
    Column.RESULTS: RESULTS,
    Column.CPU: 5,
    Column.MEMORY: 4,
    Column.NEXT: 8,
}
_NAME = range(12, 17)
"""So many cells a name gets before another column is dropped for it."""
_NAME_AT_MOST = 40
_GROW = ((Column.SCHEDULE, 20), (Column.LAST, 40), (Column.SCHEDULE, 28), (Column.LAST, 60))
"""Who gets room that is left, up to which width: behind what became of a job stands its last error line."""
_DROPPED = (Column.CPU, Column.MEMORY, Column.SCHEDULE, Column.TYPE, Column.RESULTS, Column.LAST)
_GAP = 1
_GUTTER = 2
RIGHT = frozenset({Column.CPU, Column.MEMORY, Column.NEXT})
"""Columns whose text stands at the right edge."""


def read_columns(names: Sequence[str]) -> tuple[tuple[Column, ...], str]:
    """The columns that a person names, the name of the job always among them, and a sentence on the unknown.

    None named: all of them.
    """
    known = {key: column for column in Column for key in (column.name.lower(), column.value.lower())}
    wanted = dict.fromkeys(known[name.lower()] for name in names if name.lower() in known)
    unknown = [plain(name) for name in names if name.lower() not in known]
    if Column.NAME not in wanted:
        wanted = {Column.NAME: None, **wanted} if wanted else dict.fromkeys(Column)
    told = ", ".join(column.name.lower() for column in Column)
    return tuple(
        wanted
    ), f"config.toml: there is no column '{unknown[0]}': there are {told}." if unknown else ""


def lay_out(width: int, longest_name: int, wanted: Sequence[Column] = tuple(Column)) -> tuple[Place, ...]:
    """The columns for a table of ``width`` cells, left to right; the first ones dropped matter least."""
    columns = list(wanted)
    widths = {**_WIDTH, Column.NAME: min(max(longest_name, _NAME.start), _NAME.stop)}

    def spare() -> int:
        return width - _GUTTER - sum(widths[column] + _GAP for column in columns) + _GAP

    for column in _DROPPED:
        if spare() >= 0:
            break
        if column not in columns:
            continue
        columns.remove(column)
    if spare() < 0:
        widths[Column.STATUS] = 1  # the glyph says it, too
    if spare() < 0:
        widths[Column.NAME] = max(1, widths[Column.NAME] + spare())
    widths[Column.NAME] += min(spare(), max(0, min(longest_name, _NAME_AT_MOST) - widths[Column.NAME]))
    for column, at_most in _GROW:
        if column in columns:
            widths[column] += max(0, min(spare(), at_most - widths[column]))
    widths[Column.NAME] += max(0, spare())
    places = []
    x = _GUTTER
    for column in columns:
        places.append(Place(column, x, widths[column]))
        x += widths[column] + _GAP
    return tuple(places)
