"""ContinuousRunner: keeps one continuous job running, restarts it, stops it (spec 5)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.continuous_policy import (
    Health,
    ShortEnds,
    StartBrake,
    restart_delay,
    seconds_text,
)
from wjtui.engine.running.launch import CalledOff, CannotLaunch, Launched, Launcher
from wjtui.engine.running.program import Program
from wjtui.engine.running.record import Record
from wjtui.engine.running.singleton import Singleton
from wjtui.logs.line import Level
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
)
from wjtui.model.runs import UNHEALTHY, Exit, Launch
from wjtui.model.settings import Probe
from wjtui.support.tasks import TaskSet, fire, first

if TYPE_CHECKING:
    from wjtui.engine.running.probe import Prober

SINGLETON_RETRY_SECONDS = 5.0
FIRST_WORD_SECONDS = 3600.0
_WORD_EVERY_SECONDS = 12 * 3600.0
_DYING_SECONDS = 0.1
"""A process that dies closes its connections before its end is known, which then ends the probe."""
_LACKS_LOOP = Problem(
    "ends-by-itself",
    "The script ends by itself within seconds, with exit code 0: a continuous job needs a loop, "
    "or move it to triggered/ and give it a schedule.",
    Severity.NOTE,
)


class ContinuousRunner:
    """One task, ``run``, that others ask to change its mind: it is never cancelled while a process lives."""

    __slots__ = (
        "_brake", "_closing", "_ended", "_halt", "_launcher", "_live", "_now", "_reason", "_record",
        "_rest", "_rooms", "_short_ends", "_singleton", "_wanted", "_word_at", "definition", "group",
        "program",
    )  # fmt: skip

    def __init__(self, rooms: Rooms, definition: Definition) -> None:
        loop = asyncio.get_running_loop()
        self._rooms = rooms
        self.definition = definition
        """What the job is now."""
        self.group: ProcessGroup | None = None
        """The processes of the launch that is going."""
        self.program: Program | None = None
        """What they were started with."""
        self._launcher = Launcher(rooms, definition)
        self._record = Record(rooms, definition)
        self._singleton = Singleton(definition.data, rooms)
        self._brake = StartBrake()
        self._short_ends = ShortEnds()
        self._wanted = False
        self._closing = False
        self._reason = ""
        self._live = False
        self._rest = asyncio.Event()
        self._rest.set()
        self._word_at = 0.0
        # Wakes who waits for the end of the job that lives, or for a wish that it live.
        self._halt: asyncio.Future[None] = loop.create_future()
        self._now: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the runner has noticed beyond the files."""
        return (_LACKS_LOOP,) if self._short_ends.lacks_loop else ()

    @property
    def launches(self) -> list[Launch]:
        """Ended launches, oldest first."""
        return self._record.launches

    @property
    def holds_singleton(self) -> bool:
        """Whether this instance holds the job's singleton lock."""
        return self._singleton.held

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing is about to."""
        return not self._wanted and not self._live

    def ask(self, definition: Definition, wanted: bool, *, reason: str = "", restart: bool = False) -> None:
        """Say what the job is and whether it shall run; ``restart`` ends the launch that is going.

        ``reason`` says why a launch is ended: stop, restart, redeploy, shutdown, unhealthy.
        """
        self.definition = definition
        if wanted == self._wanted and not restart:
            return
        self._wanted = wanted
        if self._live and (restart or not wanted):
            self._reason = reason
            if not wanted and not restart:
                self._show(Disabling(self._rooms.clock.now()))
        fire(self._halt)

    def hurry(self) -> None:
        """Skip what is left of the grace period."""
        if self._halt.done():
            fire(self._now)

    def say(self, text: str, level: Level = Level.INFO) -> None:
        """An engine line for the job's logs."""
        self._record.say(text, level)

    def remind(self) -> None:
        """Say that the job is still running, if that is due: after 1 h, then every 12 h (spec 5.2)."""
        if self.group is None or self._halt.done() or self._rooms.clock.monotonic() < self._word_at:
            return
        self.say("WebJob is still running")
        self._word_at += _WORD_EVERY_SECONDS

    async def close(self, *, reason: str = "shutdown", now: bool = False) -> None:
        """Stop the job and end ``run``; returns when that is done. ``now`` skips the grace period."""
        self._closing = True
        self.ask(self.definition, False, reason=reason)
        if now:
            self.hurry()
        fire(self._halt)
        await asyncio.shield(self._ended)

    async def at_rest(self) -> None:
        """Wait until nothing of the job runs or waits to be started again."""
        await self._rest.wait()

    async def discard(self) -> None:
        """Delete what only a living job needs."""
        await self._launcher.discard()

    async def run(self) -> None:
        """The life of the runner, until ``close``."""
        loop = asyncio.get_running_loop()
        try:
            if not self._wanted:
                self._show(Stopped(self._rooms.clock.now()))
            while not self._closing:
                self._halt, self._now = loop.create_future(), loop.create_future()
                if self._wanted:
                    await self._live_once()
                else:
                    await self._halt
        finally:
            if self.group is not None:
                # Only after a bug here: its process must not run beside the one that is started later.
                await self.group.end(now=True)
            self._live = False
            self._record.close()
            fire(self._ended)

    async def _live_once(self) -> None:
        """From Starting to Stopped, or until the next start after a refresh."""
        halt = self._halt
        self._live = True
        self._rest.clear()
        try:
            self._record.hold()
            self.say("Status changed to Starting")
            self._show(Starting(self._rooms.clock.now()))
            if self._rooms.config.always_on_off:
                self.say("Always On is off: the platform may put this job to sleep", Level.WARN)
            restarts = 0
            while not halt.done():
                if not await self._hold_singleton():
                    continue
                pause = await self._cycle(restarts)
                if not halt.done():
                    await first(self._rooms.clock.sleep(pause.total_seconds()), halt)
                self._singleton.release(self.say)
                restarts += 1
        finally:
            self._live = False
            self._rest.set()
            self._singleton.release(self.say)
        self.say("Status changed to Stopped")
        self._record.release()
        self._show(Stopped(self._rooms.clock.now()))

    async def _hold_singleton(self) -> bool:
        wanted = bool(self.definition.settings.is_singleton)
        if self._singleton.acquire(wanted, self.say):
            return True
        self._record.release()
        self._show(InactiveInstance(self._singleton.holder()))
        await first(self._rooms.clock.sleep(SINGLETON_RETRY_SECONDS), self._halt)
        return False

    async def _cycle(self, restarts: int) -> timedelta:
        """One launch to its end; returns how long to wait before the next one."""
        clock, definition, halt = self._rooms.clock, self.definition, self._halt
        self._record.begin()
        try:
            launched = await self._launcher.launch(
                definition, self._record.output, self.say, halt, arguments=definition.settings.arguments
            )
        except CalledOff:
            self._reason = ""
            return timedelta(0)
        except CannotLaunch as error:
            self.say(str(error), Level.ERR)
            return self._pause(None, None, restarts, shortage=error.shortage)
        began = clock.monotonic()
        self._brake.started(began)
        self._word_at = began + FIRST_WORD_SECONDS
        self.group, self.program = launched.group, launched.program
        launch = self._record.started(launched.group.pid)
        self._show(Running(launch.started, launch.pid, restarts))
        self.say("Status changed to Running")
        self._record.release()
        exit = await self._attend(launched, definition)
        self.group = self.program = None
        self._record.ended(exit, self._reason if halt.done() else "")
        if halt.done():
            self._reason = ""
            return timedelta(0)
        lived = timedelta(seconds=clock.monotonic() - began)
        self._short_ends.ended(exit, lived)
        if exit.ok:
            self.say("Status changed to Success")
            self._show(Success(clock.now()))
        else:
            self.say(f"Job failed due to exit code {exit.number}{_by_signal(exit)}", Level.ERR)
        return self._pause(exit, lived, restarts)

    async def _attend(self, launched: Launched, definition: Definition) -> Exit:
        """Watch a process until it has ended and its output is drained."""
        group = launched.group
        probing = self._begin_probing(launched, definition)
        try:
            await first(group.exited, self._halt)
        finally:
            if probing is not None:
                await probing.cancel()
        if group.exited.done():
            await self._launcher.settle(launched, self._halt)
        else:
            since = self._rooms.clock.now()
            if self._reason == "shutdown":
                self.say("WebJob is stopping due to website shutting down")
            await self._launcher.stop(
                launched,
                definition,
                self.say,
                lambda deadline: self._show(Stopping(since, deadline, group.pid)),
                self._now,
            )
        self._record.drained()
        return group.exit or Exit(code=0)

    def _begin_probing(self, launched: Launched, definition: Definition) -> TaskSet | None:
        """The task that asks a process whether it is well; None: its job has no probe."""
        probe = definition.settings.probe
        if probe is None:
            return None
        from wjtui.engine.running.probe import Prober

        prober = Prober(self._rooms, probe, launched.program, partial(self._launcher.beside, launched))
        probing = TaskSet(self._record.tell_bug)
        probing.start(f"probe of {definition.id}", self._look_after(prober, probe))
        return probing

    async def _look_after(self, prober: Prober, probe: Probe) -> None:
        """Judge the job by look after look; returns when it is to be restarted for what was found."""
        record, clock, health = self._record, self._rooms.clock, Health(probe.threshold)
        while True:
            fault, curable = await prober.find()
            if fault:
                await clock.sleep(_DYING_SECONDS)
            turned = health.look(fault)
            record.judge(health.unhealthy)
            if turned and fault:
                record.tell_unhealthy(fault)
            elif turned:
                self.say("WebJob is well again")
            if health.unhealthy and probe.restart and curable:
                await clock.sleep(self._brake.wait_at(clock.monotonic()).total_seconds())
                self.say("Restarting the WebJob, because it is unhealthy")
                self.ask(self.definition, True, reason=UNHEALTHY, restart=True)
                return

    def _pause(
        self, exit: Exit | None, lived: timedelta | None, restarts: int, *, shortage: bool = False
    ) -> timedelta:
        rooms = self._rooms
        own = self.definition.settings.restart_time
        configured = rooms.config.restart_time if own is None else timedelta(seconds=max(0, own))
        delay = restart_delay(lived, configured, shortage=shortage)
        pause = max(delay, self._brake.wait_at(rooms.clock.monotonic()))
        self.say(f"Process went down, waiting for {seconds_text(pause)} seconds")
        due = rooms.clock.now() + pause
        self._show(PendingRestart(due, restarts + 1, exit), failed=exit is None or not exit.ok)
        self.say("Status changed to PendingRestart")
        if pause:
            self._record.release()
        return pause

    def _show(self, phase: AnyPhase, *, failed: bool = False) -> None:
        problems = (*self.definition.problems, *self.problems)
        self._record.show(self.definition, problems, phase, failed=failed)


def _by_signal(exit: Exit) -> str:
    return f" ({exit})" if exit.signal is not None else ""
