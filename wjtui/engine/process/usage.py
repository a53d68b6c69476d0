"""What launches use: processor, memory, processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.mark import Mark
from wjtui.engine.process.proc import TICKS_PER_SECOND, ProcessStat
from wjtui.model.events import Usage

SCAN_AGE_SECONDS = 0.5
"""A scan this old will do: all who measure in the same half second share one."""

SLICE = 100
"""Launches measured before the loop goes on: 3 ms."""

Key = TypeVar("Key")


class Reading(NamedTuple):
    """What one launch uses at one moment."""

    activity: tuple[tuple[int, int], ...]
    """Each process and its processor time in ticks: any change means that the launch did something."""
    memory: int
    """Bytes, resident."""
    processes: int


async def read_usage(group: ProcessGroup) -> Reading:
    """Measure one launch: for the idle timeout (spec 6.4) and the highest memory of a run."""
    living = await _living(group)
    return Reading(
        tuple(sorted((process.pid, process.ticks) for process in living)),
        sum(process.memory for process in living),
        len(living),
    )


class Sampler(Generic[Key]):
    """Turns processor time into percent, by remembering the sample before."""

    def __init__(self) -> None:
        self._before: dict[Key, tuple[Mark, float, int]] = {}

    async def sample(self, groups: Mapping[Key, ProcessGroup]) -> dict[Key, Usage]:
        """What each launch uses; percent of one core since the sample before, or since its start."""
        found: dict[Key, Usage] = {}
        samples: dict[Key, tuple[Mark, float, int]] = {}
        for number, (key, group) in enumerate(list(groups.items())):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            living = await _living(group)
            now = time.monotonic()
            # With the time of children that have ended: a shell that starts a thousand short ones is busy.
            ticks = sum(process.ticks + process.reaped_ticks for process in living)
            mark, then, ticks_then = self._before.get(key, (None, 0.0, 0))
            if mark != group.mark:
                then, ticks_then = group.started, 0
            seconds = max(now - then, 1 / TICKS_PER_SECOND)
            found[key] = Usage(
                # An orphan takes its time away with it.
                cpu=max(0, ticks - ticks_then) * 100 / TICKS_PER_SECOND / seconds,
                memory=sum(process.memory for process in living),
                processes=len(living),
            )
            samples[key] = group.mark, now, ticks
        self._before = samples
        return found


async def _living(group: ProcessGroup) -> list[ProcessStat]:
    return [process for process in await group.members(max_age_seconds=SCAN_AGE_SECONDS) if process.alive]
