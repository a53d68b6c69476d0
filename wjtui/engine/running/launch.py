"""Launch: from a definition to a running process, and from a running process to none (spec 4, 5.3, 6.6)."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.cgroup import Fence
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.limits import NO_LIMITS, CannotLimit, Limits, asks, size_text
from wjtui.engine.process.pipes import Stream
from wjtui.engine.process.spawn import LaunchFailed, spawn
from wjtui.engine.rooms import LONGEST_DRAIN, Rooms
from wjtui.engine.running.lending import lend_files
from wjtui.engine.running.program import Program
from wjtui.engine.running.workdir import Prepared, Workdir, WorkdirFailed
from wjtui.logs.line import Level
from wjtui.model.base import iso
from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobType
from wjtui.model.runs import RunId, RunRef
from wjtui.support.tasks import first

log = logging.getLogger(__name__)

Say = Callable[[str, Level], None]


class CannotLaunch(Exception):
    """There is no process; the text is a sentence for the job's log.

    ``shortage``: for want of room in engine or machine, not by the job's fault.
    """

    def __init__(self, sentence: str, *, shortage: bool = False) -> None:
        super().__init__(sentence)
        self.shortage = shortage


class CalledOff(Exception):
    """There is no process: the job was stopped while its files were being prepared."""


class Launched:
    """A process and what is needed to end it in order."""

    __slots__ = ("fence", "group", "program", "say", "starved")

    def __init__(self, group: ProcessGroup, program: Program, say: Say) -> None:
        self.group = group
        self.program = program
        self.say = say
        self.fence: Fence | None = None
        """The group of the kernel in which its processes share a limit of memory, while there is one."""
        self.starved = ""
        """That a process was killed for want of memory, if so; known when the launch has ended."""


class Launcher:
    """Starts and ends the processes of one job."""

    __slots__ = ("_rooms", "_workdir")

    def __init__(self, rooms: Rooms, definition: Definition) -> None:
        self._rooms = rooms
        self._workdir = Workdir(rooms.site.job_temp(definition.id), rooms.clock)

    async def launch(
        self,
        definition: Definition,
        output: Callable[[Stream, bytes], None],
        say: Say,
        halt: asyncio.Future[None],
        *,
        run: RunId | None = None,
        arguments: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> Launched:
        """Prepare the files and start the script; ``halt`` calls it off. ``variables``: of this run alone.

        Raises CannotLaunch or CalledOff; nothing runs then.
        """
        rooms, script = self._rooms, definition.script
        if script is None:
            raise CannotLaunch(next(iter(p.text for p in definition.problems), "No runnable script."))
        limits = await self._limits(definition, say)
        shutdown_file = f"{rooms.site.shutdown_folder(definition.id)}/{secrets.token_hex(6)}"
        try:
            prepared = await self._prepare(definition, os.path.dirname(shutdown_file), halt)
        except WorkdirFailed as error:
            raise CannotLaunch(str(error), shortage=error.shortage) from None
        for line in prepared.lines:
            say(line.text, line.level)
        for warning in definition.warnings:
            say(warning, Level.WARN)
        program = Program(
            definition,
            script,
            str(prepared.root),
            str(prepared.cwd),
            shutdown_file,
            rooms.config.variables,
            run or "",
            arguments,
            _free_port() if definition.id.type is JobType.CONTINUOUS else None,
            variables or {},
            limits,
        )
        if limits.user is not None:
            await self._lend(program, say)
        say(f"Run script '{program.name}' with script host - '{script.host}'", Level.INFO)
        command = program.command(rooms.site, rooms.config.environment)
        try:
            group = spawn(command, launches=rooms.launches, output=output, limits=limits)
        except LaunchFailed as error:
            raise CannotLaunch(error.message, shortage=error.shortage) from None
        launched = Launched(group, program, say)
        if limits.memory is not None:
            await self._hold(launched)
        return launched

    def beside(self, launched: Launched, argv: Sequence[str]) -> ProcessGroup:
        """Start another command where a process lives, as a launch of its own; its output is lost.

        Raises LaunchFailed.
        """
        rooms = self._rooms
        command = launched.program.command(rooms.site, rooms.config.environment)
        command = msgspec.structs.replace(command, argv=tuple(argv))
        return spawn(command, launches=rooms.launches, output=_lose, limits=launched.program.limits)

    async def stop(
        self,
        launched: Launched,
        definition: Definition,
        say: Say,
        tell: Callable[[datetime], None],
        now: asyncio.Future[None],
    ) -> None:
        """Ask the process to end, wait as long as the job may take, then kill what is left (spec 5.3).

        ``tell`` gets the instant of the kill; ``now`` skips the rest of the wait.
        """
        rooms, group = self._rooms, launched.group
        grace = definition.settings.grace_seconds(definition.id.type)
        tell(rooms.clock.now() + timedelta(seconds=grace))
        say("Status changed to Stopping", Level.INFO)
        try:
            _write_shutdown_file(Path(launched.program.shutdown_file), iso(rooms.clock.now()))
        except OSError as error:
            say(f"The shutdown file could not be written, so the job was not asked: {error}", Level.WARN)
        if (number := _signal_number(definition.settings.stop_signal)) is not None:
            group.signal(number)
        ended = asyncio.ensure_future(group.drain(rooms.drain.total_seconds()))
        try:
            await first(ended, rooms.clock.sleep(grace), now)
            if not ended.done():
                await group.end(now=now.done())
                say("WebJob process was aborted", Level.WARN)
        finally:
            if not ended.done():
                # The kill closed most pipes; one that a stranger holds is not waited for.
                await first(ended, rooms.clock.sleep(0.2))
            if not ended.done():
                ended.cancel()
        await group.sweep()
        if group.exited.done():
            await group.drain(0.0)
        await self.release(launched)

    async def settle(self, launched: Launched, halt: asyncio.Future[None]) -> None:
        """After the exit: wait for the end of the output, then end what is left of the launch (spec 5.2).

        ``halt`` ends the wait: a process left behind that writes for ever must not delay a stop (R6).
        """
        group = launched.group
        quiet, limit = self._rooms.drain.total_seconds(), LONGEST_DRAIN.total_seconds()
        await first(group.drain(quiet, limit_seconds=limit), halt)
        await group.sweep()
        await group.drain(0.0)
        await self.release(launched)

    async def release(self, launched: Launched) -> None:
        """After the end of all its processes: look whether they ran out of memory, and remove their group."""
        fence, limits = launched.fence, launched.program.limits
        if fence is None:
            return
        launched.fence = None
        if await asyncio.to_thread(_take_down, fence):
            launched.starved = f"it used more than its memory_limit of {size_text(limits.memory or 0)}"
            launched.say(f"A process of the job was killed: {launched.starved}", Level.ERR)

    async def discard(self) -> None:
        """Delete the working copies of a job that is gone."""
        await self._workdir.discard()

    async def _limits(self, definition: Definition, say: Say) -> Limits:
        """What this launch is held to; says what the machine does not hold. Raises CannotLaunch."""
        settings, bounds = definition.settings, self._rooms.bounds
        if not asks(settings):
            return NO_LIMITS
        try:
            limits = await asyncio.to_thread(bounds.limits, settings)
        except CannotLimit as error:
            raise CannotLaunch(str(error)) from None
        for sentence in await asyncio.to_thread(bounds.unmet, settings):
            say(sentence, Level.WARN)
        return limits

    async def _lend(self, program: Program, say: Say) -> None:
        """Let the user of the launch work with its files. Raises CannotLaunch."""
        definition, account = program.definition, program.limits.account
        if account is None:
            return
        site, run = self._rooms.site, RunId(program.run) if program.run else None
        log_of = LogRef(definition.id, run) if run else LogRef(definition.id, kind=LogKind.JOB)
        try:
            warnings = await asyncio.to_thread(
                lend_files,
                account,
                Path(program.root),
                definition.data,
                site.log_path(log_of),
                site.run_folder(RunRef(definition.id, run)) if run else None,
                program.of_run.get("WEBJOBS_INPUT_FILE", ""),
                in_place=definition.in_place,
            )
        except OSError as error:
            raise CannotLaunch(f"The files of the job cannot be given to '{account.name}': {error}") from None
        for warning in warnings:
            say(warning, Level.WARN)

    async def _hold(self, launched: Launched) -> None:
        """Put a launch under its limit of memory; it stands still meanwhile."""
        group, limits = launched.group, launched.program.limits
        group.signal(signal.SIGSTOP)
        try:
            hold = self._rooms.bounds.hold
            launched.fence = await asyncio.to_thread(hold, group.pid, group.mark, limits)
        except OSError as error:
            launched.say(f"Its memory_limit could not be put on ({error}), so it runs without", Level.WARN)
        finally:
            group.signal(signal.SIGCONT)

    async def _prepare(
        self, definition: Definition, shutdown_folder: str, halt: asyncio.Future[None]
    ) -> Prepared:
        """The files of a launch. A large working copy is given up when the job is stopped meanwhile."""
        job = str(definition.id)
        preparing = asyncio.get_running_loop().create_task(
            self._workdir.prepare(
                definition,
                lambda: self._rooms.launches.end_leftovers(job),
                lambda: _make_folders(definition, shutdown_folder),
            ),
            name=f"files of {job}",
        )
        try:
            await first(preparing, halt)
        finally:
            if not preparing.done():
                preparing.cancel()
                await asyncio.wait([preparing])
        if halt.done():
            await asyncio.gather(preparing, return_exceptions=True)
            raise CalledOff
        return preparing.result()


def _take_down(fence: Fence) -> bool:
    """Remove a group; whether its processes ran out of memory."""
    overran = fence.overran()
    if not fence.remove():
        log.warning("the control group '%s' stays: a process is left in it", fence.folder)
    return overran


def _lose(stream: Stream, chunk: bytes) -> None:
    """Where output goes that nobody wants."""


def _make_folders(definition: Definition, shutdown_folder: str) -> None:
    """The job's data folder, and an empty one for its shutdown file (spec 4). Raises CannotLaunch."""
    try:
        definition.data.mkdir(parents=True, exist_ok=True)
        try:
            os.mkdir(shutdown_folder)
        except FileNotFoundError:
            os.makedirs(shutdown_folder, exist_ok=True)
        except FileExistsError:
            if os.listdir(shutdown_folder):
                shutil.rmtree(shutdown_folder, ignore_errors=True)
                os.makedirs(shutdown_folder, exist_ok=True)
    except OSError as error:
        raise CannotLaunch(f"The job's folders cannot be made: {error}") from None


def _write_shutdown_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _signal_number(name: str | None) -> int | None:
    if not name:
        return None
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    found = getattr(signal.Signals, full, None)
    return int(found) if found is not None else None
