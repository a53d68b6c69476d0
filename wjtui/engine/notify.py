"""Notifier: has the user's ``notify_command`` tell of failures, whether a screen is there or not."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wjtui.engine.notify_policy import FailureWatch, Ledger, Told, command_environment, message
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.spawn import Command, LaunchFailed, spawn
from wjtui.engine.rooms import Rooms
from wjtui.model.events import Envelope, Tone
from wjtui.model.runs import Exit
from wjtui.support.tasks import TaskSet, first
from wjtui.wire.preferences import read_preferences

log = logging.getLogger(__name__)

LIMIT_SECONDS = 30.0
"""How long the command may take, with everything that it starts."""
CLOSING_SECONDS = 2.0
"""How long the end of the engine waits for it."""
TROUBLE_SECONDS = 60.0
"""Of troubles with the command itself, one in that time is a notice."""
OUTPUT_BYTES = 4096
"""What of the command's output goes to the engine's log."""


class NotifyCommand:
    """The ``notify_command`` of a ``config.toml``, read again when the file has changed."""

    def __init__(self, where: Callable[[], Path]) -> None:
        self._where = where
        self._stamp: tuple[int, ...] | None = None
        self._argv: tuple[str, ...] = ()

    def read(self) -> tuple[str, ...]:
        """Program and arguments, or nothing; belongs in a thread, since a home may be on a slow disk."""
        path = self._where()
        try:
            found = path.stat()
            stamp: tuple[int, ...] = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            stamp = ()
        if stamp != self._stamp:
            self._stamp = stamp
            preferences, troubles = read_preferences(path)
            self._argv = preferences.notify_command
            for trouble in troubles:
                log.warning("%s", trouble)
        return self._argv


class Notifier:
    """Hears every event, counts failures, and calls the command: one call at a time, never two."""

    def __init__(self, rooms: Rooms, config_file: Callable[[], Path] | None) -> None:
        """``config_file`` says where ``config.toml`` lies; None: nobody is told of anything."""
        self.limit_seconds = LIMIT_SECONDS
        self._rooms = rooms
        self._command = NotifyCommand(config_file) if config_file is not None else None
        self._watch = FailureWatch()
        self._ledger = Ledger()
        self._tasks = TaskSet(self._failed)
        self._wake = asyncio.Event()
        self._now = asyncio.Event()
        self._closing = False
        self._trouble_at = float("-inf")

    def begin(self) -> None:
        """From now on failures are told."""
        if self._command is not None:
            self._rooms.state.bus.hear(self._hear)
            self._tasks.start("notify", self._run(self._command))

    def hurry(self) -> None:
        """End the call that is going, and make no other."""
        self._now.set()

    async def close(self) -> None:
        """Make the calls that may be made now; ends within two seconds, whatever the command does."""
        self._closing = True
        self._wake.set()
        if self._tasks:
            await first(self._tasks.join(), self._rooms.clock.sleep(CLOSING_SECONDS))
            self.hurry()
            await self._tasks.join()

    def _hear(self, envelope: Envelope) -> None:
        failure = self._watch.look(envelope.event, envelope.at)
        if failure is None:
            return
        job = self._rooms.state.jobs.get(failure.job.key)
        if job is None or job.settings.tells("command"):
            self._ledger.add(failure)
            self._wake.set()

    async def _run(self, command: NotifyCommand) -> None:
        clock, ledger = self._rooms.clock, self._ledger
        await asyncio.to_thread(command.read)
        while not self._now.is_set():
            self._wake.clear()
            if ledger.count and (argv := await asyncio.to_thread(command.read)):
                if told := ledger.take(clock.monotonic()):
                    await self._call(argv, told)
                    continue
            else:
                ledger.clear()
            if self._closing:
                break
            due = ledger.due()
            pause = [] if due is None else [clock.sleep(due - clock.monotonic())]
            await first(self._wake.wait(), self._now.wait(), *pause)
        if ledger.count:
            log.warning("notify_command was not told of %d failures: the engine ends", ledger.count)

    async def _call(self, argv: tuple[str, ...], told: Sequence[Told]) -> None:
        rooms, said = self._rooms, bytearray()
        environment = command_environment(rooms.config.environment, rooms.site.mark)
        job = rooms.state.jobs.get(told[-1].newest.job.key)
        # Relative paths would mean something else in each engine's folder.
        program = os.path.join("/", argv[0]) if "/" in argv[0] else argv[0]
        if (found := shutil.which(program, path=environment.get("PATH", os.defpath))) is None:
            self._tell_trouble(
                f"notify_command '{argv[0]}' is no program that can be run here: "
                "correct it in config.toml, or install the program."
            )
            return
        try:
            with _open_text(message(told, job.tail if job is not None else (), rooms.site)) as text:
                group = spawn(
                    Command((found, *argv[1:]), "/", environment),
                    launches=rooms.launches,
                    output=lambda _, chunk: said.extend(chunk[: OUTPUT_BYTES - len(said)]),
                    stdin=text,
                )
        except (LaunchFailed, OSError) as error:
            self._tell_trouble(f"notify_command failed: {error}.")
            return
        exit = await self._attend(group)
        for line in said.decode("utf-8", "replace").splitlines():
            log.info("notify_command: %s", "".join(c if c.isprintable() else " " for c in line))
        if exit is None and self._now.is_set():
            log.info("notify_command was ended: the engine ends")
        elif exit is None:
            self._tell_trouble(
                f"notify_command '{argv[0]}' was killed after {self.limit_seconds:.0f} s: "
                "have it do less, or do the rest in the background of another service."
            )
        elif not exit.ok:
            self._tell_trouble(f"notify_command '{argv[0]}' failed: {exit}; engine.log has what it said.")

    async def _attend(self, group: ProcessGroup) -> Exit | None:
        """Wait for the end of the command; None: it had to be killed. Nothing of it is left."""
        try:
            over = group.drain(self._rooms.drain.total_seconds())
            await first(over, self._rooms.clock.sleep(self.limit_seconds), self._now.wait())
            return group.exit
        finally:
            await group.sweep()
            await group.drain(0.0)

    def _tell_trouble(self, text: str) -> None:
        log.warning("%s", text)
        now = self._rooms.clock.monotonic()
        if now >= self._trouble_at + TROUBLE_SECONDS:
            self._trouble_at = now
            self._rooms.state.raise_notice(text, Tone.WARNING, code="notify")

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} part failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")


@contextmanager
def _open_text(data: bytes) -> Iterator[int]:
    """A descriptor from which ``data`` can be read: no pipe, which somebody would have to feed."""
    fd = os.memfd_create("wjtui-notify")
    try:
        with open(fd, "wb", buffering=0, closefd=False) as file:
            file.write(data)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)
