"""Execution: one run of a triggered job, from its launch to its final status (spec 6)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.environment import run_variables
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.usage import read_usage
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.idle import POLL_SECONDS, Idleness
from wjtui.engine.running.inputs import take_input
from wjtui.engine.running.journal import Journal
from wjtui.engine.running.launch import CalledOff, CannotLaunch, Launched, Launcher
from wjtui.engine.running.program import Program
from wjtui.engine.running.result import RESULT, ResultFile, read_result
from wjtui.logs.line import Level
from wjtui.logs.writer import LogWriter, rolled_app_log
from wjtui.model.events import LogRef
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.support.tasks import fire, first

log = logging.getLogger(__name__)

_COMMAND_SHOWN = 15


class _Watched(NamedTuple):
    """Why a run is not waited for any longer; if nothing is said here, it has ended or was cancelled."""

    peak: int
    """Bytes."""
    idle: int | None = None
    """Seconds of the idle limit that passed."""
    overtime: int | None = None
    """Seconds of ``max_run_time`` that passed."""


class Execution:
    """The process of a run, its log and its status file."""

    def __init__(
        self,
        rooms: Rooms,
        definition: Definition,
        launcher: Launcher,
        run: Run,
        tell: Callable[[datetime | None], None],
    ) -> None:
        """``tell`` is called when the run has changed, with the instant of its kill once it must end."""
        loop = asyncio.get_running_loop()
        self.run = run
        """The run as it is now."""
        self.group: ProcessGroup | None = None
        """Its processes, while there are some."""
        self.program: Program | None = None
        """What they were started with, as long."""
        self.tail: tuple[str, ...] | None = None
        """The last error lines, once it has failed."""
        self._rooms = rooms
        self._definition = definition
        self._launcher = launcher
        self._tell = tell
        self._reason = ""
        self._halt: asyncio.Future[None] = loop.create_future()
        self._now: asyncio.Future[None] = loop.create_future()
        self._folder = rooms.site.run_folder(run.ref)
        self._result = ResultFile(self._folder)
        self._app_log = self._open_app_log()
        self._journal = Journal(
            rooms,
            LogRef(run.ref.job, run.ref.run),
            output=self._app_log.write if self._app_log else None,
            engine=self._app_log.write if self._app_log else None,
        )

    def cancel(self, reason: str, *, now: bool = False) -> None:
        """End the run as Aborted, with ``reason`` in its log; ``now`` skips the grace period."""
        self._reason = self._reason or reason
        fire(self._halt)
        if now:
            fire(self._now)

    def hurry(self) -> None:
        """Skip what is left of the grace period."""
        if self._halt.done():
            fire(self._now)

    async def perform(self) -> None:
        """The run; its status file says how it ended when this returns, whatever happens."""
        try:
            await self._perform()
        except OSError as error:
            self._journal.system(f"WebJob run failed due to: {error}", Level.ERR)
            self._finish(RunStatus.FAILED, reason=str(error))
        finally:
            if not self.run.status.ended:
                if self.group is not None:
                    await self.group.end(now=True)
                self._finish(RunStatus.FAILED, reason="the engine failed; see its log")
            if self.run.status is RunStatus.FAILED:
                self.tail = self._journal.error_tail()
            self._journal.close()
            if self._app_log:
                self._app_log.close()
            await self._keep(durable=True)
            self.group = self.program = None

    async def _perform(self) -> None:
        journal, definition = self._journal, self._definition
        # The log is opened when the process is up: that is what somebody waits for.
        journal.hold()
        journal.system("Status changed to Initializing")
        try:
            await self._take_input()
            launched = await self._launcher.launch(
                definition,
                journal.feed,
                journal.system,
                self._halt,
                run=self.run.ref.run,
                arguments=self.run.arguments,
                variables=run_variables(self.run, f"{self._folder}/{RESULT}", *self._origin()),
            )
        except CalledOff:
            self._judge()
            return
        except CannotLaunch as error:
            journal.system(f"WebJob run failed due to: {error}", Level.ERR)
            journal.system("Status changed to Failed")
            self._finish(RunStatus.FAILED, reason=str(error))
            return
        self.group, self.program = launched.group, launched.program
        self._change(status=RunStatus.RUNNING, pid=launched.group.pid)
        journal.system("Status changed to Running")
        journal.release()
        await self._keep()
        self._tell(None)
        watched = await self._watch(launched)
        if watched.overtime is not None:
            journal.system(_overtime_line(watched.overtime), Level.ERR)
            await self._launcher.stop(launched, definition, journal.system, self._tell, self._now)
        elif self._halt.done() and not launched.group.exited.done():
            await self._launcher.stop(launched, definition, journal.system, self._tell, self._now)
        elif watched.idle is not None:
            await launched.group.end()
            await launched.group.drain(self._rooms.drain.total_seconds())
            await self._launcher.release(launched)
        else:
            await self._launcher.settle(launched, self._halt)
        journal.finish()
        self._hear(last=True)
        group = launched.group
        self._change(exit=group.exit, cpu_seconds=group.cpu_seconds, peak_memory=watched.peak or None)
        if watched.overtime is not None:
            self._fail(f"it ran longer than its max_run_time of {watched.overtime} s")
        elif watched.idle is not None:
            self._judge_idle(watched.idle)
        else:
            self._judge(launched)

    async def _watch(self, launched: Launched) -> _Watched:
        """Wait for the end, a cancel, or a limit of idle seconds or of all."""
        rooms, group = self._rooms, launched.group
        own = self._definition.settings.idle_timeout
        limit = rooms.config.idle_timeout.total_seconds() if own is None else float(max(0, own))
        most = self._definition.settings.max_run_time
        began = rooms.clock.monotonic()
        idleness = Idleness(began)
        # The group tells times of the machine's clock.
        offset = rooms.clock.monotonic() - time.monotonic()
        peak = 0
        while not group.exited.done() and not self._halt.done():
            reading = await read_usage(group)
            peak = max(peak, reading.memory)
            left = POLL_SECONDS if most is None else max(0.0, began + most - rooms.clock.monotonic())
            await first(group.exited, self._halt, rooms.clock.sleep(min(POLL_SECONDS, left)))
            if not group.exited.done() and self._hear():
                await self._keep()
                self._tell(None)
            if group.exited.done() or self._halt.done():
                continue
            if most is not None and rooms.clock.monotonic() - began >= most:
                return _Watched(peak, overtime=most)
            if limit <= 0:
                continue
            seen = (await read_usage(group)).activity
            silent = idleness.look(rooms.clock.monotonic(), group.last_output + offset, seen)
            if silent >= limit:
                return _Watched(peak, idle=int(silent))
        return _Watched(peak)

    async def _take_input(self) -> None:
        """Have what was sent along in the run's folder. Raises CannotLaunch."""
        if not (kept := self.run.input):
            return
        try:
            own = await asyncio.to_thread(take_input, self._rooms.site, kept, self._folder)
        except OSError as error:
            raise CannotLaunch(
                f"its input '{kept}' cannot be had ({error.strerror}): send it again."
            ) from None
        self._change(input=own)

    def _origin(self) -> tuple[RunRef | None, str]:
        """The run of a chain that this one follows, a retry as its first try did; and how that one ended."""
        store, run = self._rooms.store, self.run
        while run.attempt and run.origin is not None and run.origin.job.key == run.ref.job.key:
            tried = store.load(run.origin)
            if tried is None or tried.attempt >= run.attempt:
                return None, ""
            run = tried
        if (origin := run.origin) is None:
            return None, ""
        found = store.load(origin)
        return origin, found.status.value if found is not None else ""

    def _hear(self, *, last: bool = False) -> bool:
        """Take over what the run says of itself; returns whether that is something new."""
        told = self._result.look(last=last)
        report = self._result.report
        if told and report is not None:
            if report.trouble:
                self._journal.system(report.trouble, Level.WARN)
            self._change(progress=report.progress, message=report.trouble or report.message)
        if last and report is not None:
            self._change(result=read_result(self._folder) is not None)
        return told

    def _judge_idle(self, seconds: int) -> None:
        script = self._definition.script
        command = f"{script.path if script else ''} {self.run.arguments}".strip()
        self._journal.note(
            f"Command '{command[:_COMMAND_SHOWN]}...' was aborted: no output and no CPU use for {seconds} "
            "seconds. Raise WEBJOBS_IDLE_TIMEOUT, or idle_timeout in settings.job, if the job needs longer.",
            Level.ERR,
        )
        self._fail(f"idle for {seconds} s (WEBJOBS_IDLE_TIMEOUT)")

    def _fail(self, reason: str) -> None:
        """The run was ended by a limit."""
        self._journal.system("Status changed to Failed")
        self._journal.system(f"Job failed: {reason}", Level.ERR)
        self._finish(RunStatus.FAILED, reason=reason)

    def _judge(self, launched: Launched | None = None) -> None:
        journal, exit = self._journal, self.run.exit
        if self._halt.done():
            journal.system(f"The run was aborted: {self._reason}", Level.WARN)
            journal.system("Status changed to Aborted")
            self._finish(RunStatus.ABORTED, reason=self._reason)
        elif exit is not None and exit.ok:
            journal.system("Status changed to Success")
            self._finish(RunStatus.SUCCESS)
        else:
            number = exit.number if exit else 1
            named = f" ({exit})" if exit and exit.signal is not None else ""
            journal.system("Status changed to Failed")
            journal.system(f"Job failed due to exit code {number}{named}", Level.ERR)
            self._finish(RunStatus.FAILED, reason=launched.starved if launched is not None else "")

    def _finish(self, status: RunStatus, reason: str = "") -> None:
        ended = max(self._rooms.clock.now(), self.run.started)
        self._change(status=status, ended=ended, reason=reason, errors=self._journal.errors)

    def _change(self, **changes: Any) -> None:
        self.run = msgspec.structs.replace(self.run, **changes)

    async def _keep(self, *, durable: bool = False) -> None:
        """Write the status; a disk that refuses is told of, and the run goes on."""
        try:
            if durable:
                await asyncio.to_thread(self._rooms.store.save, self.run, durable=True)
            else:
                self._rooms.store.save(self.run)
        except OSError as error:
            log.warning("status of %s was not written: %s", self.run.ref, error)

    def _open_app_log(self) -> LogWriter | None:
        if not self._rooms.config.triggered_to_app_log:
            return None
        path = self._rooms.site.application_log(self.run.ref.job)
        return LogWriter(path, rolling=rolled_app_log(path))


def _overtime_line(seconds: int) -> str:
    return (
        f"The run is ended: it takes longer than its max_run_time of {seconds} seconds. "
        "Raise max_run_time in settings.job, if the job needs longer."
    )
