"""Sideline: progress of what this program does itself, told among the engine's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime

from wjtui.model.deploys import Progress
from wjtui.model.events import DeployProgressed, Envelope, Snapshot


class Sideline:
    """Belongs to one loop. Of one package only the newest progress waits to be heard."""

    def __init__(self) -> None:
        self._hearers: set[_Hearer] = set()

    def tell(self, progress: Progress) -> None:
        """Have everybody who listens hear this."""
        for hearer in self._hearers:
            hearer.waiting[progress.token] = progress
            hearer.told.set()

    async def along(self, items: AsyncIterator[Envelope | Snapshot]) -> AsyncGenerator[Envelope | Snapshot]:
        """The items, and between them what is told, under the number of the item before."""
        hearer = _Hearer()
        self._hearers.add(hearer)
        loop = asyncio.get_running_loop()
        told = loop.create_task(hearer.told.wait(), name="own progress")
        following: asyncio.Task[Envelope | Snapshot | None] | None = None
        number = 0
        try:
            while True:
                following = following or loop.create_task(_next(items), name="engine events")
                await asyncio.wait({following, told}, return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    done, following = following, None
                    if (item := done.result()) is None:
                        return
                    number = item.seq
                    yield item
                if told.done():
                    for progress in hearer.take():
                        yield Envelope(number, datetime.now(UTC), DeployProgressed(progress))
                    told = loop.create_task(hearer.told.wait(), name="own progress")
        finally:
            self._hearers.discard(hearer)
            waits = [task for task in (told, following) if task is not None]
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            if isinstance(items, AsyncGenerator):
                await items.aclose()


class _Hearer:
    def __init__(self) -> None:
        self.waiting: dict[str, Progress] = {}
        self.told = asyncio.Event()

    def take(self) -> list[Progress]:
        found, self.waiting = list(self.waiting.values()), {}
        self.told.clear()
        return found


async def _next(items: AsyncIterator[Envelope | Snapshot]) -> Envelope | Snapshot | None:
    return await anext(items, None)
