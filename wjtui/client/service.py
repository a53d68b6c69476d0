"""HttpJobService: an engine behind a Unix socket, or over TCP, as a JobService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec

from wjtui.client.connection import Connection, read_answer
from wjtui.client.deploys import HttpDeploys
from wjtui.client.events import engine_events, from_afar
from wjtui.client.hooks import HttpHooks
from wjtui.client.logs import open_remote_log
from wjtui.client.paths import job_path, run_part, run_path
from wjtui.client.queue import HttpQueue
from wjtui.client.remote import Remote
from wjtui.client.senders import HttpSenders
from wjtui.client.settings import HttpSettings
from wjtui.client.sideline import Sideline
from wjtui.client.trash import HttpTrash
from wjtui.client.versions import HttpVersions
from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import Envelope, LogRef, Snapshot
from wjtui.model.identity import JobId
from wjtui.model.instances import Instance, Workplace
from wjtui.model.runs import Launch, Run, RunId, RunRef
from wjtui.model.schedules import Missed
from wjtui.model.starts import EXTERNAL
from wjtui.service import LogSource


class _Started(Value, frozen=True):
    run: RunId


class HttpJobService:
    """Every method may raise EngineUnreachable. Use it on one loop, and close it there."""

    def __init__(self, where: Path | str | Remote) -> None:
        """``where``: the path of a socket, as ``engine.json`` says, or an engine on another machine.

        Nothing is opened before the first request. Raises InvalidRequest for certificates that are none.
        """
        self._wire = Connection(where)
        self._sideline = Sideline()
        self.deploys = HttpDeploys(self._wire, self._sideline.tell)
        """Jobs that are brought in."""
        self.versions = HttpVersions(self._wire)
        """Earlier versions of jobs."""
        self.trash = HttpTrash(self._wire)
        """Jobs that are deleted, and brought back."""
        self.settings = HttpSettings(self._wire)
        """``settings.job``, and the settings of the site."""
        self.hooks = HttpHooks(self._wire)
        """Who is told of what, over HTTP."""
        self.senders = HttpSenders(self._wire)
        """Secret URLs that start a job without a login."""
        self.queue = HttpQueue(self._wire)
        """Starts that wait for their turn."""

    def turn_to(self, socket_path: Path | str) -> None:
        """Ask behind another socket from now on; only before the first request."""
        self._wire.turn_to(socket_path)

    async def aclose(self) -> None:
        """Give up every connection; event streams end."""
        await self._wire.aclose()

    async def snapshot(self) -> Snapshot:
        """Everything to show."""
        found = read_answer((await self._wire.ask("GET", "/snapshot")).content, Snapshot)
        return from_afar(found) if self._wire.is_remote else found

    def events(self, after: int | None = None) -> AsyncIterator[Envelope | Snapshot]:
        """Changes above ``after``; goes on over a connection that is lost for a moment."""
        items = engine_events(self._wire, after)
        return self._sideline.along(items) if self._wire.is_remote else items

    async def check(self) -> None:
        """Find out whether the engine is there and lets us in. Raises EngineUnreachable and AccessDenied."""
        await self._wire.ask("GET", "/health")

    async def runs(self, job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        """Runs of a triggered job, newest first; at most 1000 at once."""
        query: dict[str, str | int] = {"limit": limit}
        if before is not None:
            query["before"] = before
        response = await self._wire.ask("GET", f"/jobs/{job_path(job)}/runs", query)
        return read_answer(response.content, list[Run])

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        """Runs of every triggered job, newest first; at most 1000 at once."""
        path = "/history"
        if before is not None:
            path += f"/{job_path(before.job)}/{run_part(before.run, before.job)}"
        return read_answer((await self._wire.ask("GET", path, {"limit": limit})).content, list[Run])

    async def get_run(self, ref: RunRef) -> Run:
        """One run."""
        return read_answer((await self._wire.ask("GET", f"/jobs/{run_path(ref)}")).content, Run)

    async def result(self, ref: RunRef) -> bytes | None:
        """What a run has left."""
        return (await self._wire.ask("GET", f"/jobs/{run_path(ref)}/result")).content or None

    async def delete_run(self, ref: RunRef) -> None:
        """Move a run to the trash."""
        await self._wire.ask("DELETE", f"/jobs/{run_path(ref)}")

    async def restore_run(self, ref: RunRef) -> None:
        """Bring a deleted run back."""
        await self._wire.ask("POST", f"/jobs/{run_path(ref)}/restore")

    async def launches(self, job: JobId) -> list[Launch]:
        """The last launches of a continuous job."""
        return read_answer(
            (await self._wire.ask("GET", f"/jobs/{job_path(job)}/launches")).content, list[Launch]
        )

    async def instances(self, job: JobId) -> list[Instance]:
        """What each instance of the root says of a job."""
        response = await self._wire.ask("GET", f"/jobs/{job_path(job)}/instances")
        return read_answer(response.content, list[Instance])

    async def workplace(self, job: JobId) -> Workplace:
        """What a job's process finds around itself."""
        response = await self._wire.ask("GET", f"/jobs/{job_path(job)}/workplace")
        return read_answer(response.content, Workplace)

    async def open_log(self, ref: LogRef) -> LogSource:
        """One log: its file where that is here, else ranges of bytes."""
        return await open_remote_log(self._wire, ref)

    async def start(self, job: JobId) -> None:
        """Start a continuous job."""
        await self._wire.ask("POST", f"/jobs/{job_path(job)}/start")

    async def stop(self, job: JobId, *, now: bool = False) -> None:
        """Stop a job."""
        await self._wire.ask("POST", f"/jobs/{job_path(job)}/stop", {"now": int(now)})

    async def restart(self, job: JobId) -> None:
        """Stop and start a continuous job."""
        await self._wire.ask("POST", f"/jobs/{job_path(job)}/restart")

    async def run(
        self,
        job: JobId,
        arguments: str | None = None,
        *,
        trigger: str = EXTERNAL,
        body: bytes | None = None,
        correlation: str = "",
        key: str = "",
    ) -> RunId:
        """Start a run of a triggered job."""
        more: dict[str, object] = {"body": body, "correlation": correlation, "key": key}
        sent = _body({"arguments": arguments, "trigger": trigger} | {k: v for k, v in more.items() if v})
        response = await self._wire.ask("POST", f"/jobs/{job_path(job)}/run", body=sent)
        return read_answer(response.content, _Started).run

    async def run_later(
        self, job: JobId, at: datetime, arguments: str | None = None, *, trigger: str = "External - "
    ) -> None:
        """Put a start of a triggered job off to an instant."""
        body = _body({"at": at, "arguments": arguments, "trigger": trigger})
        await self._wire.ask("PUT", f"/jobs/{job_path(job)}/later", body=body)

    async def cancel_later(self, job: JobId) -> None:
        """Take the start that was put off back."""
        await self._wire.ask("DELETE", f"/jobs/{job_path(job)}/later")

    async def pause(self, job: JobId) -> None:
        """Let a job's schedule wait no more."""
        await self._wire.ask("POST", f"/jobs/{job_path(job)}/pause")

    async def resume(self, job: JobId) -> None:
        """Let a job's schedule wait again."""
        await self._wire.ask("POST", f"/jobs/{job_path(job)}/resume")

    async def missed(self, job: JobId) -> list[Missed]:
        """The last stretches of scheduled instants without a run, newest first."""
        return read_answer(
            (await self._wire.ask("GET", f"/jobs/{job_path(job)}/missed")).content, list[Missed]
        )

    async def cancel(self, ref: RunRef, *, now: bool = False) -> None:
        """End a run as Aborted."""
        await self._wire.ask("POST", f"/jobs/{run_path(ref)}/cancel", {"now": int(now)})

    async def shut_down(self) -> None:
        """Stop every job, then the engine."""
        await self._wire.ask("POST", "/shutdown")


def _body(values: dict[str, object]) -> bytes:
    try:
        return msgspec.json.encode(values)
    except UnicodeEncodeError:
        raise InvalidRequest(
            "The arguments hold bytes that are no UTF-8: pass them in a file and give its name."
        ) from None
