"""What a front end may ask about jobs and their runs, and tell them to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from wjtui.model.events import Envelope, LogExtent, LogRef, Snapshot
from wjtui.model.identity import JobId
from wjtui.model.instances import Instance, Workplace
from wjtui.model.runs import Launch, Run, RunId, RunRef
from wjtui.model.schedules import Missed
from wjtui.model.starts import EXTERNAL
from wjtui.service.changes import DeployService, SettingsService, TrashService, VersionService
from wjtui.service.hooks import HookService
from wjtui.service.queue import QueueService
from wjtui.service.senders import SenderService


class LogSource(Protocol):
    """Bytes of one log. Nobody ever holds all of them; positions are those of ``LogExtent``."""

    async def extent(self) -> LogExtent:
        """How far the log reaches now."""

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``; fewer at the end, none where nothing is."""


class JobService(Protocol):
    """What a front end may ask. A command returns once its effect is in the state, not once it is over.

    Every method may raise ``EngineStopping`` or, from an engine elsewhere, ``EngineUnreachable``; methods
    that name a job raise ``JobNotFound``, those that name a run ``RunNotFound``. Names match in any case.
    """

    @property
    def deploys(self) -> DeployService:
        """Jobs that are brought in."""

    @property
    def versions(self) -> VersionService:
        """Earlier versions of jobs."""

    @property
    def trash(self) -> TrashService:
        """Jobs that are deleted, and brought back."""

    @property
    def settings(self) -> SettingsService:
        """``settings.job``, and the settings of the site."""

    @property
    def hooks(self) -> HookService:
        """Who is told of what, over HTTP."""

    @property
    def senders(self) -> SenderService:
        """Secret URLs that start a job without a login."""

    @property
    def queue(self) -> QueueService:
        """Starts that wait for their turn."""

    async def snapshot(self) -> Snapshot:
        """Everything to show, and the number from which ``events`` goes on."""

    def events(self, after: int | None = None) -> AsyncIterator[Envelope | Snapshot]:
        """Changes with a number above ``after``, for ever; ends when the engine ends.

        A fresh ``Snapshot`` comes first when ``after`` is None or out of the replay window, and replaces
        everything known so far.
        """

    async def runs(self, job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        """Runs of a triggered job, newest first, older than ``before``. None for a continuous job."""

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        """Runs of every triggered job there is, older than ``before``, which need not be there any more.

        Newest first: by run id, then by the job's key, both descending, so that page follows page exactly.
        """

    async def get_run(self, ref: RunRef) -> Run:
        """One run."""

    async def result(self, ref: RunRef) -> bytes | None:
        """The JSON object of its ``WEBJOBS_RESULT_FILE``, as the run wrote it; None: it has left none so far
        that can be read.
        """

    async def delete_run(self, ref: RunRef) -> None:
        """Move a run, its log with it, to the trash, where it stays for seven days.

        Conflict: it is going, or cannot be moved.
        """

    async def restore_run(self, ref: RunRef) -> None:
        """Bring a deleted run back. RunNotFound: it is not in the trash. Conflict: its id is taken again."""

    async def launches(self, job: JobId) -> list[Launch]:
        """The last 200 launches of a continuous job, newest first. None for a triggered job."""

    async def instances(self, job: JobId) -> list[Instance]:
        """What each instance of this root says of a continuous job, by name, this engine's among them.

        For a triggered job: the instance that holds its run lock, if one does.
        """

    async def workplace(self, job: JobId) -> Workplace:
        """What a job's process finds around itself, or would find. It carries secrets.

        NotAllowed: asked over anything but the Unix socket. Conflict: the job cannot run, and does not.
        """

    async def open_log(self, ref: LogRef) -> LogSource:
        """One log; it may still be empty."""

    async def start(self, job: JobId) -> None:
        """Take ``disable.job`` away and start the job; no change when it runs. NotAllowed: triggered."""

    async def stop(self, job: JobId, *, now: bool = False) -> None:
        """Disable a continuous job, or end the run of a triggered one as Aborted; ``now`` skips the grace.

        Nothing changes when a continuous job is stopped already. NotRunning: no run is going.
        """

    async def restart(self, job: JobId) -> None:
        """Stop and start a continuous job. NotAllowed: triggered. Conflict: it is disabled."""

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
        """Start a run of a triggered job; ``arguments`` None means those of its settings (spec 3.2).

        ``body`` is what the run gets as ``WEBJOBS_INPUT_FILE``; an empty one is none. ``correlation`` is kept
        with the run where it is printable ASCII, 128 characters at most. With a ``key`` that a run of the job
        was started with, one that is kept or waits, nothing is started: that run is the answer.

        AlreadyRunning: a run is going. NotAllowed: continuous. Conflict: stopped by configuration, the job
        cannot run, or the disk refuses the body. InvalidRequest: over 32 KiB of arguments (spec 4), or a key
        that is none. TooLarge: over 1 MiB of body.
        """

    async def run_later(
        self, job: JobId, at: datetime, arguments: str | None = None, *, trigger: str = "External - "
    ) -> None:
        """Start a run of a triggered job at an instant, once; replaces the start put off before.

        It outlives the engine; at an instant that is over by then it is made up for at once. Refused like
        ``run``, and with InvalidRequest for an instant that is over or more than ten years away.
        """

    async def cancel_later(self, job: JobId) -> None:
        """Take the start that was put off back. NotRunning: there is none."""

    async def pause(self, job: JobId) -> None:
        """Write ``enabled`` false into ``settings.job``: its schedule waits no more. Twice is as once.

        NotAllowed: continuous. Conflict: it has no schedule, or the file cannot be written.
        """

    async def resume(self, job: JobId) -> None:
        """Write ``enabled`` true; what was due meanwhile is not made up for. Refused like ``pause``."""

    async def missed(self, job: JobId) -> list[Missed]:
        """The last 200 stretches of scheduled instants without a run, newest first."""

    async def cancel(self, ref: RunRef, *, now: bool = False) -> None:
        """End a run as Aborted. NotRunning: it has ended."""

    async def shut_down(self) -> None:
        """Stop every job gracefully, then the engine. Returns once that has begun."""
