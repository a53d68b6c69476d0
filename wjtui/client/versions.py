"""Versions of a job, over HTTP."""

from __future__ import annotations

from urllib.parse import quote

from wjtui.client.connection import LONG_SECONDS, Connection, read_answer, to_body
from wjtui.client.paths import job_path
from wjtui.model.deploys import FileChange, WhenRunning
from wjtui.model.identity import JobId
from wjtui.model.versions import Version
from wjtui.wire.changes import RollBackBody


class HttpVersions:
    """A ``VersionService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def of(self, job: JobId) -> list[Version]:
        """Versions that there are, newest first."""
        answer = await self._wire.ask("GET", f"/jobs/{job_path(job)}/versions")
        return read_answer(answer.content, list[Version])

    async def compare(self, job: JobId, number: int) -> list[FileChange]:
        """What going back to a version would change."""
        path = f"/jobs/{job_path(job)}/versions/{number}"
        answer = await self._wire.ask("GET", path, patience=LONG_SECONDS)
        return read_answer(answer.content, list[FileChange])

    async def diff(self, job: JobId, number: int, path: str) -> str:
        """A file as it is in place against as it is in a version."""
        file = quote(path, safe="", errors="surrogateescape")
        answer = await self._wire.ask("GET", f"/jobs/{job_path(job)}/versions/{number}/diff?path={file}")
        return read_answer(answer.content, str)

    async def roll_back(
        self,
        job: JobId,
        number: int | None = None,
        *,
        running: WhenRunning = WhenRunning.NOW,
        by: str = "",
    ) -> Version:
        """Put an earlier version in place."""
        body = to_body(RollBackBody(number, running, by))
        path = f"/jobs/{job_path(job)}/rollback"
        answer = await self._wire.ask("POST", path, body=body, patience=LONG_SECONDS)
        return read_answer(answer.content, Version)
