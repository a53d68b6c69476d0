"""ContinuousRunner: keeps one continuous job running, restarts it, stops it (spec 5)."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.history.launches import LaunchLog
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.continuous_policy import ShortEnds, StartBrake, restart_delay, seconds_text
from wjtui.engine.running.head import Head
from wjtui.engine.running.journal import Journal
from wjtui.engine.running.launch import CannotLaunch, Launched, Launcher
from wjtui.engine.running.singleton import Singleton
from wjtui.logs.line import Level, system_line
from wjtui.logs.writer import LogWriter, rolled_app_log, rolled_job_log
from wjtui.model.events import LogKind, LogRef
from wjtui.model.jobs import (
    AnyPhase,
    Disabling,
    InactiveInstance,
    PendingRestart,
    Problem,
    Running,
    Severity,
    Starting,
    Stopped,
    Stopping,
    Success,
    status_word,
)
from wjtui.model.runs import Exit, Launch, launch_outcome
from wjtui.support.files import write_atomic
from wjtui.support.locks import FileLock
from wjtui.support.tasks import first

log = logging.getLogger(__name__)

SINGLETON_RETRY_SECONDS = 5.0
_STRIP = 10
_STILL = (timedelta(hours=1), timedelta(hours=12))
_LACKS_LOOP = Problem(
    "ends-by-itself",
    "The script ends by itself within seconds, with exit code 0: a continuous job needs a loop, "
    "or move it to triggered/ and give it a schedule.",
    Severity.NOTE,
)


class ContinuousRunner:
    """One task, ``run``, that others ask to change its mind: it is never cancelled while a process lives."""

    def __init__(self, rooms: Rooms, definition: Definition) -> None:
        self._rooms = rooms
        self.definition = definition
        self._launcher = Launcher(rooms, definition)
        site, job = rooms.site, definition.id
        app_path = site.log_path(LogRef(job))
        job_path = site.log_path(LogRef(job, kind=LogKind.JOB))
        self._job_log = LogWriter(job_path, rolling=rolled_job_log(job_path))
        self._head = Head(self._job_log.write, site.iid, str(app_path), rooms.clock)
        self._journal = Journal(rooms, LogRef(job), rolling=rolled_app_log(app_path), copy=self._copy_to_head)
        self._from_engine = False
        self._history = LaunchLog(definition.data / "launches.jsonl")
        self._last_launch = self._history.launches[-1] if self._history.launches else None
        self._instance_lock = FileLock(definition.data / f".instance_{site.iid}.lock")
        self._singleton = Singleton(definition.data / "singleton.job.lock", rooms)
        self._brake = StartBrake()
        self._short_ends = ShortEnds()
        self._wanted = False
        self._closing = False
        self._reason = ""
        self._halt = asyncio.Event()
        self._now = asyncio.Event()
        self._poke = asyncio.Event()
        self._settled = asyncio.Event()
        self._live = False
        self.group: ProcessGroup | None = None
        """The processes of the launch that is going."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the runner has noticed beyond the files."""
        return (_LACKS_LOOP,) if self._short_ends.lacks_loop else ()

    @property
    def launches(self) -> list[Launch]:
        """Ended launches, oldest first."""
        return self._history.launches

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing is about to."""
        return not self._wanted and not self._live

    def ask(self, definition: Definition, wanted: bool, *, reason: str = "", restart: bool = False) -> None:
        """Say what the job is and whether it shall run; ``restart`` ends the launch that is going.

        ``reason`` says why a launch is ended: stop, restart, redeploy, shutdown.
        """
        self.definition = definition
        if wanted == self._wanted and not restart:
            return
        self._wanted = wanted
        if self._live and (restart or not wanted):
            self._reason = reason
            self._halt.set()
            if not wanted and not restart:
                self._show(Disabling(self._rooms.clock.now()))
        self._poke.set()

    def hurry(self) -> None:
        """Skip what is left of the grace period."""
        if self._halt.is_set():
            self._now.set()

    def say(self, text: str, level: Level = Level.INFO) -> None:
        """An engine line: in the application log and in ``job_log.txt`` (spec 5.6)."""
        self._from_engine = True
        try:
            self._journal.system(text, level)
        finally:
            self._from_engine = False
        self._head.system(system_line(self._rooms.site.iid, level, text, self._rooms.clock.now()))

    async def close(self, *, reason: str = "shutdown", now: bool = False) -> None:
        """Stop the job and end ``run``; returns when that is done. ``now`` skips the grace period."""
        self._closing = True
        self.ask(self.definition, False, reason=reason)
        if now:
            self.hurry()
        self._poke.set()
        await self._settled.wait()

    async def discard(self) -> None:
        """Delete what only a living job needs."""
        await self._launcher.discard()

    async def run(self) -> None:
        """The life of the runner, until ``close``."""
        try:
            await asyncio.to_thread(self._take_instance_lock)
            if not self._wanted:
                self._show(Stopped(self._rooms.clock.now()))
            while not self._closing:
                self._poke.clear()
                if self._wanted:
                    self._halt.clear()
                    self._now.clear()
                    await self._live_once()
                else:
                    await self._poke.wait()
        finally:
            if self.group is not None:
                # Only after a bug here: its process must not run beside the one that is started later.
                await self.group.end(now=True)
            self._live = False
            self._instance_lock.release()
            self._journal.close()
            self._job_log.close()
            self._settled.set()

    async def _live_once(self) -> None:
        """From Starting to Stopped, or until the next start after a refresh."""
        self._live = True
        try:
            self.say("Status changed to Starting")
            self._show(Starting(self._rooms.clock.now()))
            if self._rooms.config.always_on_off:
                self.say("Always On is off: the platform may put this job to sleep", Level.WARN)
            restarts = 0
            while not self._halt.is_set():
                if not await self._hold_singleton():
                    continue
                pause = await self._cycle(restarts)
                if not self._halt.is_set():
                    await first(self._rooms.clock.sleep(pause.total_seconds()), self._halt.wait())
                self._singleton.release(self.say)
                restarts += 1
        finally:
            self._live = False
            self._singleton.release(self.say)
        self.say("Status changed to Stopped")
        self._show(Stopped(self._rooms.clock.now()))

    async def _hold_singleton(self) -> bool:
        wanted = bool(self.definition.settings.is_singleton)
        if self._singleton.acquire(wanted, self.say):
            return True
        self._show(InactiveInstance(self._singleton.holder()))
        await first(self._rooms.clock.sleep(SINGLETON_RETRY_SECONDS), self._halt.wait())
        return False

    async def _cycle(self, restarts: int) -> timedelta:
        """One launch to its end; returns how long to wait before the next one."""
        rooms = self._rooms
        self._head.begin()
        self._journal.begin()
        definition = self.definition
        try:
            launched = await self._launcher.launch(
                definition, self._journal.feed, self.say, arguments=definition.settings.arguments
            )
        except CannotLaunch as error:
            self.say(str(error), Level.ERR)
            return self._pause(None, None, restarts)
        self._brake.started(rooms.clock.monotonic())
        began = rooms.clock.monotonic()
        launch = Launch(rooms.clock.now(), launched.group.pid)
        self.group = launched.group
        self._last_launch = launch
        self._show(Running(launch.started, launch.pid, restarts))
        self.say("Status changed to Running")
        exit = await self._attend(launched, definition, began)
        self.group = None
        stopped = self._halt.is_set()
        ended = msgspec.structs.replace(
            launch, ended=rooms.clock.now(), exit=exit, reason=self._reason if stopped else ""
        )
        self._last_launch = ended
        self._remember(ended)
        if stopped:
            self._reason = ""
            return timedelta(0)
        lived = timedelta(seconds=rooms.clock.monotonic() - began)
        self._short_ends.ended(exit, lived)
        if exit.ok:
            self.say("Status changed to Success")
            self._show(Success(rooms.clock.now()))
        else:
            self.say(f"Job failed due to exit code {exit.number}{_by_signal(exit)}", Level.ERR)
        return self._pause(exit, lived, restarts)

    async def _attend(self, launched: Launched, definition: Definition, began: float) -> Exit:
        """Watch a process until it has ended and its output is drained."""
        rooms, group = self._rooms, launched.group
        next_word = _STILL[0]
        while not group.exited.done() and not self._halt.is_set():
            left = began + next_word.total_seconds() - rooms.clock.monotonic()
            await first(group.exited, self._halt.wait(), rooms.clock.sleep(left))
            if rooms.clock.monotonic() - began >= next_word.total_seconds():
                self.say("WebJob is still running")
                next_word += _STILL[1]
        if group.exited.done():
            await self._launcher.settle(launched, self._halt)
        else:
            since = rooms.clock.now()
            if self._reason == "shutdown":
                self.say("WebJob is stopping due to website shutting down")
            await self._launcher.stop(
                launched,
                definition,
                self.say,
                lambda deadline: self._show(Stopping(since, deadline, group.pid)),
                self._now,
            )
        self._journal.finish()
        self._head.end()
        return group.exit or Exit(code=0)

    def _pause(self, exit: Exit | None, lived: timedelta | None, restarts: int) -> timedelta:
        rooms = self._rooms
        own = self.definition.settings.restart_time
        configured = rooms.config.restart_time if own is None else timedelta(seconds=max(0, own))
        pause = max(restart_delay(lived, configured), self._brake.wait_at(rooms.clock.monotonic()))
        self.say(f"Process went down, waiting for {seconds_text(pause)} seconds")
        due = rooms.clock.now() + pause
        self._show(PendingRestart(due, restarts + 1, exit), failed=exit is None or not exit.ok)
        self.say("Status changed to PendingRestart")
        return pause

    def _show(self, phase: AnyPhase, *, failed: bool = False) -> None:
        ended, launch = self._history.launches, self._last_launch
        strip = [*ended, launch] if launch is not None and launch.ended is None else ended
        changes: dict[str, Any] = {
            "phase": phase,
            "problems": (*self.definition.problems, *self.problems),
            "disabled": self.definition.disabled,
            "latest_launch": launch,
            "recent": tuple(launch_outcome(one) for one in strip[-_STRIP:]),
        }
        if failed:
            changes["tail"] = self._journal.error_tail()
        self._rooms.state.update_job(self.definition.id.key, **changes)
        path = self.definition.data / f"status_{self._rooms.site.iid}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, b'{"Status":"%s"}' % status_word(phase).encode())
        except OSError as error:
            log.warning("status of %s was not written: %s", self.definition.id, error)

    def _remember(self, launch: Launch) -> None:
        try:
            self._history.add(launch)
        except OSError as error:
            log.warning("launch of %s was not written down: %s", self.definition.id, error)

    def _take_instance_lock(self) -> None:
        """Held for the runner's life: says that ``status_{iid}`` is alive (spec 1.2)."""
        try:
            self.definition.data.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        self._instance_lock.acquire()

    def _copy_to_head(self, data: bytes) -> None:
        if not self._from_engine:
            self._head.output(data)


def _by_signal(exit: Exit) -> str:
    return f" ({exit})" if exit.signal is not None else ""
