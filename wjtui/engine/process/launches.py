"""Launches: the register of what one engine has started, and the scans that tell which process is whose."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence

from wjtui.engine.process.census import Census
from wjtui.engine.process.mark import LAUNCH_BITS, Mark, engine_number
from wjtui.engine.process.proc import SPARE, ProcessStat, process_ids, read_stat
from wjtui.engine.process.survivors import end_survivors, find_survivors

SLICE = 200
"""Processes a scan looks at before it lets the loop go on: 0.2 ms, or 2 ms where they are strangers."""


class Launches:
    """Every launch of one engine, from its start to the end of its last process. Used from one loop."""

    def __init__(self, engine: str) -> None:
        """``engine`` is ``Site.mark``."""
        self.engine = engine_number(engine)
        self._name = engine
        self.living: set[int] = set()
        """Numbers of the launches that have not ended, or are being started."""
        self.leaders: set[int] = set()
        """Process ids that only their ``ProcessGroup`` may reap."""
        self._sessions: dict[int, int] = {}
        # Numbers must not come again after a restart of the engine while an old process may be alive.
        self._last = secrets.randbits(LAUNCH_BITS)
        self._scanning = asyncio.Lock()
        self._census: Census | None = None
        self._rest_until = 0.0
        self._looking = asyncio.Lock()
        self._look: asyncio.Task[bool] | None = None
        SPARE.reserve()

    def next_mark(self) -> Mark:
        """The mark of a launch that is about to start."""
        self._last = (self._last + 1) % (1 << LAUNCH_BITS)
        self.living.add(self._last)
        return Mark(self.engine, self._last)

    def enter(self, mark: Mark, leader: int) -> None:
        """The launch has started: ``leader`` leads its session."""
        self.leaders.add(leader)
        self._sessions[leader] = mark.launch

    def leave(self, mark: Mark, leader: int | None = None) -> None:
        """The launch has ended, its leader was reaped; or it could not be started, and there is none."""
        self.living.discard(mark.launch)
        if leader is not None:
            self.leaders.discard(leader)
            self._sessions.pop(leader, None)

    async def members(self, mark: Mark, *, max_age_seconds: float = 0.0) -> list[ProcessStat]:
        """The processes of a launch as they are now, those included that have ended and were not reaped.

        The scan behind it began after this call, or at most ``max_age_seconds`` before. All who ask at the
        same time share one: stopping 500 jobs takes a few scans, not 500.
        """
        oldest = time.monotonic() - max_age_seconds
        found: list[ProcessStat] = []
        for _ in range(3):
            census = await self._scan(oldest)
            found = _read_stats(census.members(mark.launch))
            if census.strangers and (any(stat.alive for stat in found) or census.adopted()):
                await self._settle(census)
                found = _read_stats(census.members(mark.launch))
            if found or not census.missed:
                break
            oldest = time.monotonic()
        return found

    async def end_leftovers(self, job: str) -> None:
        """Kill what earlier launches of a job (``type/name``) left behind (spec 2.5, 5.3).

        All who ask at the same time share one look at the machine: 500 jobs that start together would look
        at each other's processes 250,000 times.
        """
        if self._look is None:
            self._look = asyncio.get_running_loop().create_task(self._any_left(), name="leftovers")
        if await asyncio.shield(self._look):
            await end_survivors(self._name, job, self.living)

    async def _any_left(self) -> bool:
        async with self._looking:
            # Who asks from now on may mean a process that this look has passed already.
            self._look = None
            return bool(await asyncio.to_thread(find_survivors, self._name, None, self.living))

    async def _scan(self, oldest: float) -> Census:
        async with self._scanning:
            if self._census is None or self._census.began < oldest:
                # Scans take half of the time at most; who asks in the other half waits for the same one.
                await asyncio.sleep(self._rest_until - time.monotonic())
                census = Census(self.engine, self._sessions)
                await _in_slices(process_ids(), census.visit)
                self._census = census
                self._rest_until = 2 * time.monotonic() - census.began
            return self._census

    async def _settle(self, census: Census) -> None:
        async with self._scanning:
            await _in_slices(census.strangers, census.look_up)
            census.settle()


async def _in_slices(pids: Sequence[int], look: Callable[[int], None]) -> None:
    for start in range(0, len(pids), SLICE):
        if start:
            await asyncio.sleep(0)
        for pid in pids[start : start + SLICE]:
            look(pid)


def _read_stats(pids: Iterable[int]) -> list[ProcessStat]:
    return [stat for pid in pids if (stat := read_stat(pid)) is not None]
