"""FakeQueue: starts that wait, as values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from wjtui.model.errors import NotRunning
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.model.runs import RunId, make_run_id
from wjtui.model.starts import Hold, Start, Waiting

Command = Callable[..., Awaitable[None]]


class FakeQueue:
    """Implements ``QueueService``; tests put starts in, and the jobs' holds follow."""

    def __init__(
        self, command: Command, known: Callable[[JobId], Job], change: Callable[..., Any], now: datetime
    ) -> None:
        self._command = command
        self._known = known
        self._change = change
        self._now = now
        self.starts: dict[tuple[str, str], list[Waiting]] = {}
        self.reason = "its run is going"

    def put(self, name: str, *starts: Start, due: datetime | None = None) -> list[Waiting]:
        """Let starts of a job wait, asked for a second after each other."""
        job = JobId(JobType.TRIGGERED, name)
        waiting = self.starts.setdefault(job.key, [])
        for start in starts:
            asked = self._now - timedelta(seconds=60 - len(waiting))
            last = waiting[-1].id if waiting else None
            waiting.append(Waiting(job, make_run_id(asked, last), start, asked, due))
        self._say(self._known(job))
        return waiting

    async def waiting(self, job: JobId) -> list[Waiting]:
        return list(self.starts.get(self._known(job).id.key, []))

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        await self._command("withdraw", job.name, *([run] if run is not None else []))
        found = self._known(job)
        before = self.starts.get(job.key, [])
        rest = [one for one in before if run is not None and one.id != run]
        if len(rest) == len(before):
            raise NotRunning(f"No start of '{job.name}' waits that is called so.")
        self.starts[job.key] = rest
        self._say(found)
        return len(before) - len(rest)

    def _say(self, job: Job) -> None:
        waiting = self.starts.get(job.id.key, [])
        hold = None
        if waiting:
            first = waiting[0]
            retry = job.settings.retry
            attempts = retry.count if retry is not None and first.start.attempt else 0
            hold = Hold(len(waiting), self.reason, first.due, first.start.attempt, attempts)
        self._change(job.id.name, hold=hold)
