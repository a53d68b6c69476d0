"""How long an event loop was held: a watch that runs in it, and what its report says."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.bench.report import percentile

_LOOK_SECONDS = 0.005


async def watch_loop(report: Path) -> None:
    """Look 200 times a second, for ever: a line for each look, when it began and how much longer it took.

    Both are seconds, the first of the monotonic clock, which all processes share.
    """
    with report.open("w", buffering=1) as lines:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
            lines.write(f"{began} {time.monotonic() - began - _LOOK_SECONDS}\n")


class Gaps:
    """What a watch saw from one instant of the monotonic clock to another, in ms."""

    def __init__(self, report: Path, began: float, ended: float) -> None:
        # The last line may be half written.
        looks = (tuple(map(float, line.split())) for line in report.read_text().split("\n")[:-1])
        self._held = [(at, 1000 * held) for at, held in looks if began < at < ended]

    @property
    def longest(self) -> float:
        """The longest time the loop was held."""
        return max((held for _, held in self._held), default=0.0)

    @property
    def percentile_99(self) -> float:
        """What one look in a hundred exceeds."""
        return percentile([held for _, held in self._held], 99)

    def longest_of_each(self, seconds: float = 1.0) -> list[float]:
        """The longest of each stretch of that length."""
        stretches: dict[int, float] = {}
        for at, held in self._held:
            stretch = int(at / seconds)
            stretches[stretch] = max(held, stretches.get(stretch, 0.0))
        return list(stretches.values())
