"""Frugal: a compositor that sends the cells that changed, and not what stands left of them."""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class FrugalUpdate(ChopsUpdate):
    """The library's update, cropped on both sides.

    It crops a changed span at its right end only, so that one changed cell at column 100 sends 100 cells:
    four cells of one row were 3 kB instead of 0.7.
    """

    def render_segments(self, console: Console) -> str:
        sequences = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                begin = max(x, x1)
                sequences.append(Control.move_to(begin, y).segment.text)
                sequences.append(strip.crop(begin - x, min(end, x2) - x).render(console))
        return "".join(sequences)


class Frugal(Compositor):
    """For every screen: see ``FrugalUpdate``."""

    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        return FrugalUpdate(update.chops, update.spans, update.chop_ends) if update is not None else None
