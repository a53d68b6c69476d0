"""LocalQueue: what front ends may ask of the starts that wait."""

from __future__ import annotations

from wjtui.engine.queueing.queue import RunQueue
from wjtui.engine.rooms import Rooms
from wjtui.model.errors import EngineStopping, NotRunning
from wjtui.model.identity import JobId
from wjtui.model.runs import RunId
from wjtui.model.starts import Waiting


class LocalQueue:
    """The ``QueueService`` of an engine in this process."""

    def __init__(self, rooms: Rooms, queue: RunQueue) -> None:
        self._rooms = rooms
        self._queue = queue

    async def waiting(self, job: JobId) -> list[Waiting]:
        """Starts of a triggered job that wait."""
        return self._queue.waiting(self._rooms.state.job(job).id)

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        """Take starts back."""
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")
        found = self._rooms.state.job(job)
        if found.is_continuous:
            raise NotRunning(f"'{found.id.name}' is a continuous job: no start of it ever waits.")
        return await self._queue.withdraw(found.id, run)
