"""Tasks with an owner: waiting for one of several things, and a set that survives the failure of a member."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


async def first(*waits: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> None:
    """Wait until one of them is done.

    Coroutines become tasks of this call and are cancelled at its end; futures and tasks that were handed in
    stay as they are, so what somebody else waits for is never cancelled here.
    """
    own: list[asyncio.Task[Any]] = []
    every: list[asyncio.Future[Any]] = []
    for wait in waits:
        if asyncio.isfuture(wait):
            every.append(wait)
        else:
            task = asyncio.get_running_loop().create_task(wait)
            own.append(task)
            every.append(task)
    try:
        await asyncio.wait(every, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in own:
            task.cancel()
        if own:
            await asyncio.gather(*own, return_exceptions=True)


def fire(signal: asyncio.Future[None]) -> None:
    """Let those go on who wait for it; nothing happens the second time."""
    if not signal.done():
        signal.set_result(None)


class TaskSet:
    """Named tasks that fail alone: a member's bug is logged and reported, its siblings go on."""

    def __init__(self, on_failure: Callable[[str, BaseException], None]) -> None:
        self._on_failure = on_failure
        self._tasks: dict[asyncio.Task[Any], str] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run ``work`` as a task of this set."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[task] = name
        task.add_done_callback(self._done)
        return task

    async def join(self) -> None:
        """Wait until every member has ended, those included that are started meanwhile."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def cancel(self) -> None:
        """Cancel every member and wait for it."""
        for task in list(self._tasks):
            task.cancel()
        await self.join()

    def _done(self, task: asyncio.Task[Any]) -> None:
        name = self._tasks.pop(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("task %s failed", name, exc_info=error)
            self._on_failure(name, error)
