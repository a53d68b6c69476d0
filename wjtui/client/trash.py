"""Deleted jobs, over HTTP."""

from __future__ import annotations

from urllib.parse import quote

from wjtui.client.connection import LONG_SECONDS, Connection, read_answer
from wjtui.client.paths import job_path
from wjtui.model.errors import TrashNotFound
from wjtui.model.identity import JobId, is_safe_component
from wjtui.model.versions import Trashed


class HttpTrash:
    """A ``TrashService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        """Stop a job, then move it to the trash."""
        query = {"keep_history": int(keep_history)}
        answer = await self._wire.ask("DELETE", f"/jobs/{job_path(job)}", query, patience=LONG_SECONDS)
        return read_answer(answer.content, Trashed)

    async def contents(self) -> list[Trashed]:
        """What lies there, newest first."""
        return read_answer((await self._wire.ask("GET", "/trash")).content, list[Trashed])

    async def restore(self, id: str) -> JobId:
        """Bring a job back."""
        if not is_safe_component(id):
            raise TrashNotFound(f"There is no '{id}' in the trash.")
        path = f"/trash/{quote(id, safe='', errors='surrogateescape')}/restore"
        return read_answer((await self._wire.ask("POST", path, patience=LONG_SECONDS)).content, JobId)
