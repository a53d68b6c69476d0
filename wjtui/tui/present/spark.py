"""A row of bars: how a number went."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int, *, at_least: float = 0.0) -> str:
    """The newest ``width`` values, oldest first, each as high as it is of the greatest (or ``at_least``)."""
    shown = list(values[-width:]) if width > 0 else []
    top = max([at_least, *shown])
    if top <= 0:
        return _BARS[0] * len(shown)
    return "".join(_BARS[min(len(_BARS) - 1, int(max(value, 0.0) / top * len(_BARS)))] for value in shown)
