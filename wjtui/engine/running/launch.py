"""Launch: from a definition to a running process, and from a running process to none (spec 4, 5.3, 6.6)."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.pipes import Stream
from wjtui.engine.process.spawn import LaunchFailed, spawn
from wjtui.engine.rooms import LONGEST_DRAIN, Rooms
from wjtui.engine.running.program import Program
from wjtui.engine.running.workdir import Prepared, Workdir, WorkdirFailed
from wjtui.logs.line import Level
from wjtui.model.base import iso
from wjtui.model.identity import JobType
from wjtui.model.runs import RunId
from wjtui.support.tasks import first

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

    __slots__ = ("group", "program")

    def __init__(self, group: ProcessGroup, program: Program) -> None:
        self.group = group
        self.program = program


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
    ) -> Launched:
        """Prepare the files and start the script; ``halt`` calls it off.

        Raises CannotLaunch or CalledOff; nothing runs then.
        """
        rooms, script = self._rooms, definition.script
        if script is None:
            raise CannotLaunch(next(iter(p.text for p in definition.problems), "No runnable script."))
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
        )
        say(f"Run script '{program.name}' with script host - '{script.host}'", Level.INFO)
        command = program.command(rooms.site, rooms.config.environment)
        try:
            return Launched(spawn(command, launches=rooms.launches, output=output), program)
        except LaunchFailed as error:
            raise CannotLaunch(error.message, shortage=error.shortage) from None

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

    async def settle(self, launched: Launched, halt: asyncio.Future[None]) -> None:
        """After the exit: wait for the end of the output, then end what is left of the launch (spec 5.2).

        ``halt`` ends the wait: a process left behind that writes for ever must not delay a stop (R6).
        """
        group = launched.group
        quiet, limit = self._rooms.drain.total_seconds(), LONGEST_DRAIN.total_seconds()
        await first(group.drain(quiet, limit_seconds=limit), halt)
        await group.sweep()
        await group.drain(0.0)

    async def discard(self) -> None:
        """Delete the working copies of a job that is gone."""
        await self._workdir.discard()

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
