"""Bringing jobs in, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from wjtui.client.connection import LONG_SECONDS, Connection, read_answer, to_body
from wjtui.client.paths import staged_path
from wjtui.client.sending import send_source
from wjtui.model.deploys import Deployed, DeployPlan, Package, PlannedJob, Preview, Progress
from wjtui.model.errors import InvalidRequest
from wjtui.wire.changes import CommitBody, DiffBody, StageBody, escaped


class HttpDeploys:
    """A ``DeployService`` behind a connection."""

    def __init__(self, wire: Connection, tell: Callable[[Progress], None]) -> None:
        """``tell``: hears how far a source is on its way to an engine on another machine."""
        self._wire = wire
        self._tell = tell

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        """Unpack or copy a source of this machine; leaving it in the middle ends and undoes the work."""
        if self._wire.is_remote:
            return await send_source(self._wire, Path(_absolute(source)), token, name, self._tell)
        body = to_body(StageBody(escaped(_absolute(source)), escaped(name)))
        answer = await self._wire.ask("POST", staged_path(token), body=body, patience=LONG_SECONDS)
        return read_answer(answer.content, Package)

    async def preview(self, token: str, plan: DeployPlan) -> Preview:
        """What a plan would do."""
        path = f"{staged_path(token)}/preview"
        answer = await self._wire.ask("POST", path, body=to_body(plan), patience=LONG_SECONDS)
        return read_answer(answer.content, Preview)

    async def diff(self, token: str, job: PlannedJob, path: str) -> str:
        """A file as it is in place against as it would be."""
        body = to_body(DiffBody(job, path))
        return read_answer(
            (await self._wire.ask("POST", f"{staged_path(token)}/diff", body=body)).content, str
        )

    async def commit(self, token: str, plan: DeployPlan, *, by: str = "") -> Deployed:
        """Put the jobs in place, all or none."""
        body = to_body(CommitBody(plan, by))
        path = f"{staged_path(token)}/commit"
        answer = await self._wire.ask("POST", path, body=body, patience=LONG_SECONDS)
        return read_answer(answer.content, Deployed)

    async def discard(self, token: str) -> None:
        """Throw away what is staged, or being staged."""
        await self._wire.ask("DELETE", staged_path(token), patience=LONG_SECONDS)


def _absolute(source: Path) -> str:
    """The source for an engine, which has a current folder of its own. Raises InvalidRequest."""
    try:
        return os.path.abspath(source)
    except FileNotFoundError:
        raise InvalidRequest(
            f"'{source}' cannot be found: the current folder was deleted, so give an absolute path."
        ) from None
