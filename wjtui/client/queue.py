"""Starts that wait, over HTTP and on the loop of another thread."""

from __future__ import annotations

from wjtui.client.bridged_changes import Bridged
from wjtui.client.connection import Connection, read_answer
from wjtui.client.paths import job_path, run_part
from wjtui.model.identity import JobId
from wjtui.model.runs import RunId
from wjtui.model.starts import Waiting


class HttpQueue:
    """A ``QueueService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def waiting(self, job: JobId) -> list[Waiting]:
        """Starts of a triggered job that wait."""
        return read_answer(
            (await self._wire.ask("GET", f"/jobs/{job_path(job)}/waiting")).content, list[Waiting]
        )

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        """Take starts back."""
        path = f"/jobs/{job_path(job)}/waiting"
        if run is not None:
            path += f"/{run_part(run, job)}"
        return read_answer((await self._wire.ask("DELETE", path)).content, int)


class BridgedQueue(Bridged):
    """A ``QueueService`` elsewhere."""

    async def waiting(self, job: JobId) -> list[Waiting]:
        """Starts of a triggered job that wait."""
        return await self._call(self._service.queue.waiting(job))

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        """Take starts back."""
        return await self._call(self._service.queue.withdraw(job, run))
