"""Record: what is kept of a continuous job: its logs, its launches, its status and its state (spec 5.6)."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.history.launches import LaunchLog
from wjtui.engine.process.pipes import Stream
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.head import Head
from wjtui.engine.running.journal import Journal
from wjtui.engine.running.status_file import StatusFile
from wjtui.logs.line import Level
from wjtui.logs.writer import LogWriter, rolled_app_log, rolled_job_log
from wjtui.model.events import LogKind, LogRef, Tone
from wjtui.model.jobs import AnyPhase, Problem
from wjtui.model.runs import Exit, Launch, launch_outcome

log = logging.getLogger(__name__)

_STRIP = 10


class Record:
    """Everything a runner says of its job goes through here, to the disk and to the front ends."""

    __slots__ = ("_head", "_history", "_id", "_job_log", "_journal", "_launch", "_rooms", "_status")

    def __init__(self, rooms: Rooms, definition: Definition) -> None:
        site, job = rooms.site, definition.id
        app_path = site.log_path(LogRef(job))
        job_path = site.log_path(LogRef(job, kind=LogKind.JOB))
        self._rooms = rooms
        self._id = job
        self._job_log = LogWriter(
            job_path,
            rolling=rolled_job_log(job_path),
            on_trouble=lambda text: rooms.state.raise_notice(text, Tone.ERROR, job, "log-trouble"),
        )
        self._head = Head(self._job_log.write, site.iid, str(app_path), rooms.clock)
        self._journal = Journal(
            rooms,
            LogRef(job),
            rolling=rolled_app_log(app_path),
            output=self._head.output,
            engine=self._head.system,
        )
        self._history = LaunchLog(definition.data / "launches.jsonl")
        self._launch = self._history.launches[-1] if self._history.launches else None
        self._status = StatusFile(definition.data, site.iid)

    @property
    def launches(self) -> list[Launch]:
        """Ended launches, oldest first."""
        return self._history.launches

    def say(self, text: str, level: Level = Level.INFO) -> None:
        """An engine line: in the application log and in ``job_log.txt`` (spec 5.6)."""
        self._journal.system(text, level)

    def output(self, stream: Stream, chunk: bytes) -> None:
        """A chunk of the job's output."""
        self._journal.feed(stream, chunk)

    def hold(self) -> None:
        """Gather engine lines until ``release``: the logs of a start are opened when the process is up."""
        self._journal.hold()

    def release(self) -> None:
        """Write what was gathered."""
        self._journal.release()

    def begin(self) -> None:
        """A launch is about to be made."""
        self._head.begin()
        self._journal.begin()
        self._journal.hold()

    def started(self, pid: int) -> Launch:
        """A launch has a process."""
        self._launch = Launch(self._rooms.clock.now(), pid)
        return self._launch

    def drained(self) -> None:
        """The process has ended and will write no more; what is said of that waits for what follows."""
        self._journal.finish()
        self._journal.hold()
        self._head.end()

    def ended(self, exit: Exit, reason: str) -> None:
        """The launch is over; ``reason`` says why it was ended, if the engine did it."""
        if self._launch is None:
            return
        self._launch = msgspec.structs.replace(
            self._launch, ended=self._rooms.clock.now(), exit=exit, reason=reason
        )
        try:
            self._history.add(self._launch)
        except OSError as error:
            log.warning("launch of %s was not written down: %s", self._id, error)

    def show(
        self, definition: Definition, problems: tuple[Problem, ...], phase: AnyPhase, *, failed: bool = False
    ) -> None:
        """Publish the phase that the job is in now; ``failed``: because its launch failed."""
        ended, launch = self._history.launches, self._launch
        strip = [*ended, launch] if launch is not None and launch.ended is None else ended
        changes: dict[str, Any] = {
            "phase": phase,
            "unhealthy": "",
            "problems": problems,
            "disabled": definition.disabled,
            "latest_launch": launch,
            "recent": tuple(launch_outcome(one) for one in strip[-_STRIP:]),
        }
        if failed:
            changes["tail"] = self._journal.error_tail()
        self._rooms.state.update_job(self._id.key, **changes)
        self._status.put(phase)

    def judge(self, unhealthy: str) -> None:
        """Publish what the job's probe says of it; the next phase takes it back."""
        self._rooms.state.update_job(self._id.key, unhealthy=unhealthy)

    def tell_unhealthy(self, fault: str) -> None:
        """Say in the job's log, and to people who look elsewhere, that the job has become unhealthy."""
        self.say(f"WebJob is unhealthy: {fault}", Level.ERR)
        self._rooms.state.raise_notice(f"unhealthy: {fault}", Tone.WARNING, self._id, "unhealthy")

    def tell_bug(self, task: str, error: BaseException) -> None:
        """Say that a task of the job has failed; its process goes on."""
        text = f"The {task} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, self._id, "internal")

    def close(self) -> None:
        """Write no more."""
        self._journal.close()
        self._job_log.close()
        self._status.close()
