"""FakeClock: time that passes when a test says so, and wakes sleepers in order."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta


class FakeClock:
    """The Clock of a test. Its wall time may be set, as people and time servers do; the other only passes."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._monotonic = 1000.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), woken))
        await woken

    def step(self, by: timedelta) -> None:
        """Set the wall clock; nobody is woken by that."""
        self._now += by

    async def advance(self, by: timedelta | float) -> None:
        """Let time pass; whoever wakes meanwhile does so at his time."""
        end = self._monotonic + (by.total_seconds() if isinstance(by, timedelta) else by)
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at = self._sleepers[0][0]
            self._pass(at - self._monotonic)
            while self._sleepers and self._sleepers[0][0] <= at:
                woken = heapq.heappop(self._sleepers)[2]
                if not woken.done():
                    woken.set_result(None)
            await self.settle()
        self._pass(end - self._monotonic)
        await self.settle()

    async def until(self, at: datetime) -> None:
        """Let time pass until the wall clock shows ``at``."""
        await self.advance(at - self._now)

    async def settle(self) -> None:
        """Let everybody do what can be done without time passing."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110 (what is ready has no event)
            await asyncio.sleep(0)

    def _pass(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)
