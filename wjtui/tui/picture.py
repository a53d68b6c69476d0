"""Picture: what the terminal shows now, so that only what became different is sent."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import chain

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate

from wjtui.tui.lean import lean

Patch = tuple[int, int, int, str]
"""Row, first cell, the one behind the last, and what makes the terminal show it."""


class Picture:
    """Rows of patches as they were sent last.

    Opening or closing a screen has the library paint all of it three or four times over, 12 kB each: on a
    slow link a key would take two seconds more.
    """

    def __init__(self) -> None:
        self._rows: dict[int, dict[tuple[int, int], str]] = {}

    def forget(self) -> None:
        """The terminal may show anything: everything is sent again."""
        self._rows.clear()

    def less(self, update: object) -> object:
        """The update without what the terminal shows already; what is no update of a screen as it is."""
        if isinstance(update, LayoutUpdate):
            return _Whole(self, update)
        if isinstance(update, ChopsUpdate):
            return _Parts(self, update)
        return update

    def changed(self, patch: Patch) -> bool:
        """Whether the terminal does not show this patch yet; from now on it does."""
        y, begin, end, text = patch
        row = self._rows.setdefault(y, {})
        if row.get((begin, end)) == text:
            return False
        for place in [place for place in row if place[0] < end and begin < place[1]]:
            del row[place]
        row[begin, end] = text
        return True


class _Different(CompositorUpdate):
    """An update of which only what changed is rendered."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    @abstractmethod
    def patches(self, console: Console) -> Iterator[Patch]:
        """What would be painted, a piece at a time."""

    def render_segments(self, console: Console) -> str:
        return "".join(
            f"{Control.move_to(patch[1], patch[0]).segment.text}{patch[3]}"
            for patch in self.patches(console)
            if self._picture.changed(patch)
        )


class _Whole(_Different):
    """Every row of a screen."""

    def __init__(self, picture: Picture, update: LayoutUpdate) -> None:
        super().__init__(picture)
        self._update = update

    def patches(self, console: Console) -> Iterator[Patch]:
        region = self._update.region
        for y, line in enumerate(self._update.strips, region.y):
            text = lean(chain.from_iterable(line), console._color_system)
            yield y, region.x, region.right, text


class _Parts(_Different):
    """Some spans of cells, cropped on both sides.

    The library crops a span at its right end only, so that one changed cell at column 100 sends 100 cells:
    four cells of one row were 3 kB instead of 0.7.
    """

    def __init__(self, picture: Picture, update: ChopsUpdate) -> None:
        super().__init__(picture)
        self._update = update

    def patches(self, console: Console) -> Iterator[Patch]:
        update = self._update
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                begin, stop = max(x, x1), min(end, x2)
                yield y, begin, stop, lean(strip.crop(begin - x, stop - x), console._color_system)
