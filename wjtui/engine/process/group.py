"""ProcessGroup: one launch, from its start until none of its processes is left."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial

from wjtui.engine.process.exits import watch_child
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.mark import Mark
from wjtui.engine.process.pipes import Pump, Stream
from wjtui.engine.process.proc import ProcessStat, read_stat
from wjtui.model.runs import Exit

log = logging.getLogger(__name__)

SWEEP_SECONDS = 3.0
"""How long a sweep tries: a process that hangs in the kernel (a dead network disk) dies when that returns."""
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


class ProcessGroup:
    """A leader, which leads a session and a group of its own, and everything that comes from it.

    Every launch ends with ``end`` or ``sweep``. Only they reap the leader: until then its number, which
    names session and group, cannot be given to another process, so a signal never hits a stranger.
    """

    __slots__ = (
        "_exited_at", "_given_up", "_launches", "_pumps", "_reaped", "_seen", "_stop_watching", "cpu_seconds",
        "exit", "exited", "mark", "pid", "started",
    )  # fmt: skip

    def __init__(
        self,
        pid: int,
        mark: Mark,
        launches: Launches,
        pipes: Mapping[Stream, int],
        output: Callable[[Stream, bytes], None],
    ) -> None:
        """For ``spawn``: takes over the child ``pid`` and the reading ends of its pipes."""
        loop = asyncio.get_running_loop()
        self.pid = pid
        """The leader's; also the number of the session and of the group."""
        self.mark = mark
        self.started = time.monotonic()
        """On the scale of ``time.monotonic``."""
        self.exit: Exit | None = None
        """How the leader ended."""
        self.cpu_seconds: float | None = None
        """User and system time of the leader and all it waited for; known once the leader is reaped."""
        self.exited: asyncio.Future[Exit] = loop.create_future()
        """Done when the leader has ended; the pipes may still be open. To await it, use ``wait``."""
        self._launches = launches
        self._exited_at = 0.0
        self._reaped = False
        self._given_up = False
        self._seen: dict[int, int] = {}
        self._pumps = [Pump(loop, fd, partial(output, stream)) for stream, fd in pipes.items()]
        self._stop_watching = watch_child(loop, pid, self._on_exit)
        launches.enter(mark, pid)

    @property
    def last_output(self) -> float:
        """When the last byte came, or the launch began; on the scale of ``time.monotonic``."""
        return max(pump.last_output for pump in self._pumps)

    async def wait(self) -> Exit:
        """How the leader ended, once it has."""
        return await asyncio.shield(self.exited)

    async def drain(self, quiet_seconds: float = 5.0, *, limit_seconds: float | None = None) -> bool:
        """After the exit: wait for the end of both outputs, and close them (spec 5.2).

        A process left behind may hold them open: given up after ``quiet_seconds`` without a byte, and, for
        one that never stops writing, ``limit_seconds`` after the exit. True when both had ended.
        """
        if not self._given_up:
            await self.wait()
        while waiting := [pump.drained for pump in self._pumps if not pump.drained.done()]:
            until = max(self._exited_at, self.last_output) + quiet_seconds
            if limit_seconds is not None:
                until = min(until, self._exited_at + limit_seconds)
            left = until - time.monotonic()
            if left <= 0:
                for pump in self._pumps:
                    pump.finish()
                break
            await asyncio.wait(waiting, timeout=left)
        return all(pump.drained.result() for pump in self._pumps)

    def signal(self, number: int) -> bool:
        """Send a signal to the group; False when there is none any more, or none that we may signal."""
        if self._reaped:
            return False
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    async def members(self, *, max_age_seconds: float = 0.0) -> list[ProcessStat]:
        """The processes of the launch, seen by a scan of at most that age; ended ones until they are reaped.

        What was of the launch once stays so, even if the ancestor is gone by which it was found.
        """
        found = await self._launches.members(self.mark, max_age_seconds=max_age_seconds)
        pids = {process.pid for process in found}
        for pid, started in self._seen.items():
            if pid not in pids and (process := read_stat(pid)) is not None and process.start == started:
                found.append(process)
        self._seen = {process.pid: process.start for process in found}
        return found

    async def processes(self) -> list[int]:
        """The process ids of the launch that live now."""
        return [process.pid for process in await self.members() if process.alive]

    async def end(self, *, grace_seconds: float = 2.0, now: bool = False) -> int:
        """End the launch: SIGTERM to the group, up to ``grace_seconds`` for it, then ``sweep`` (spec 5.3).

        ``now`` leaves SIGTERM out. Returns how many processes had to be killed.
        """
        if not now:
            # Before anybody dies: who hides is found by his ancestors.
            await self.members()
            if self.signal(signal.SIGTERM):
                # A process that was stopped gets its SIGTERM only when it goes on.
                self.signal(signal.SIGCONT)
                await self._group_ended(grace_seconds)
        return await self.sweep()

    async def sweep(self, *, limit_seconds: float = SWEEP_SECONDS) -> int:
        """Kill what there is of the launch until nothing is left, and reap it; the leader too, if it lives.

        Returns how many processes had to be killed. What we may not kill, and what does not die within the
        limit, is left behind and logged; for a leader that hangs so, ``exit`` is still None.
        """
        killed: set[int] = set()
        settled = set() if self.exit is None else {self.pid}
        until = time.monotonic() + limit_seconds
        pause = _FIRST_PAUSE
        # One that was found dead is settled, but has the scan repeated: it may have started another before.
        while left := [process for process in await self.members() if process.pid not in settled]:
            for process in sorted(left, key=_age, reverse=True):
                if process.alive and _kill(process.pid):
                    killed.add(process.pid)
                else:
                    settled.add(process.pid)
                    self._reap_member(process)
            if time.monotonic() > until:
                log.warning("processes of launch %d do not die: %s", self.pid, [each.pid for each in left])
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if self.exit is None:
            await asyncio.wait([self.exited], timeout=max(0.0, until - time.monotonic()))
            self._given_up = not self.exited.done()
        self._reap()
        return len(killed)

    async def _group_ended(self, limit_seconds: float) -> None:
        """Wait until the leader and all others that got its signals have ended, or for the limit."""
        until = time.monotonic() + limit_seconds
        await asyncio.wait([self.exited], timeout=limit_seconds)
        pause = _FIRST_PAUSE
        while time.monotonic() < until:
            if not any(process.alive and process.group == self.pid for process in await self.members()):
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _on_exit(self) -> None:
        try:
            ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            # Only a process that ignores SIGCHLD, or waits for children that are not its own, comes here.
            log.error("the exit of process %d was lost", self.pid)
            self.exit = Exit(code=255)
        else:
            if ended is None:
                return
            by_itself = ended.si_code == os.CLD_EXITED
            self.exit = Exit(code=ended.si_status) if by_itself else Exit(signal=ended.si_status)
        self._stop_watching()
        self._exited_at = time.monotonic()
        if not self.exited.done():
            self.exited.set_result(self.exit)
        if self._given_up:
            self._reap()

    def _reap(self) -> None:
        """Give the leader's number back, as the last thing of all."""
        if self._reaped or self.exit is None:
            return
        try:
            _, _, usage = os.wait4(self.pid, os.WNOHANG)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
        except ChildProcessError:
            pass  # its exit was lost, and that was logged
        self._reaped = True
        self._launches.leave(self.mark, self.pid)

    def _reap_member(self, process: ProcessStat) -> None:
        if process.pid != self.pid and process.parent == os.getpid():
            try:
                os.waitpid(process.pid, os.WNOHANG)
            except ChildProcessError:
                pass  # the tick that reaps orphans was faster


def _age(process: ProcessStat) -> tuple[int, int]:
    """Newest first is leaf first: a child is never older than its parent."""
    return process.start, process.pid


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    except PermissionError:
        log.warning("process %d belongs to a job, but runs as another user and cannot be killed", pid)
        return False
    return True
