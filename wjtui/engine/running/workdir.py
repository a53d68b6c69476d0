"""Where a job's process runs: in its own folder, or in a working copy of it (spec 2.5)."""

from __future__ import annotations

import asyncio
import base64
import secrets
import shutil
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.catalog.script import shown
from wjtui.engine.process.spawn import is_shortage
from wjtui.engine.running.line_ends import mended, rewrite
from wjtui.engine.running.working_copy import Copied, Refused, copy_tree, first_change, stamp
from wjtui.logs.line import Level
from wjtui.model.base import Value
from wjtui.model.jobs import Script
from wjtui.support.clock import Clock

T = TypeVar("T")

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.25


class WorkdirFailed(Exception):
    """The launch cannot take place; the text is the line for the job's log, SYS ERR."""

    def __init__(self, reason: str, *, shortage: bool = False) -> None:
        super().__init__(f"Failed to copy job files: {reason}")
        self.shortage = shortage


class SystemLine(Value, frozen=True):
    """A line of the engine for the job's log."""

    level: Level
    text: str


class Prepared(Value, frozen=True):
    """A place to start the process in."""

    root: Path
    """``WEBJOBS_PATH``: the working copy, or the job's folder."""
    cwd: Path
    """The script's folder below ``root``."""
    lines: tuple[SystemLine, ...] = ()
    """What to log before the launch, in this order."""


class Workdir:
    """The working copy of one job, kept from launch to launch while the job's folder stays as it is.

    After an engine restart there is none yet, whatever lies on the disk.
    """

    __slots__ = ("_clock", "_copied", "_folder", "_root")

    def __init__(self, folder: Path, clock: Clock) -> None:
        """``folder`` holds the copies: ``Site.job_temp``."""
        self._folder = str(folder)
        self._clock = clock
        self._root = ""
        self._copied: dict[str, Copied] = {}

    async def prepare(
        self,
        job: Definition,
        end_leftovers: Callable[[], Awaitable[object]],
        beside: Callable[[], None] = lambda: None,
    ) -> Prepared:
        """Make ready for a launch. One call at a time. Raises WorkdirFailed, and what ``beside`` raises.

        ``end_leftovers`` ends what is left of the job's processes; it is awaited before a copy is replaced,
        and before each launch in place. ``beside`` is called when the files are there, in the same thread: a
        way there and back costs as much as a copy of a small job.
        """
        script = job.script
        if script is None:
            raise WorkdirFailed("the job has no script.")
        if job.in_place:
            await end_leftovers()
            return await _to_its_end(partial(_in_place, job.folder, script, beside))
        lines: tuple[SystemLine, ...] = ()
        if self._root:
            try:
                change = await _to_its_end(partial(self._compare, job.folder, beside))
            except OSError as error:
                raise WorkdirFailed(_because(error), shortage=is_shortage(error)) from None
            if not change:
                return _prepared(Path(self._root), script)
            text = f"Job directory change detected: Job file {change}"
            lines = (SystemLine(Level.INFO, text),)
        await end_leftovers()
        return await self._renew(job.folder, script, lines, beside)

    async def discard(self) -> None:
        """Delete the copies of a job that is gone; what cannot be deleted stays."""
        await asyncio.to_thread(self._discard)

    def _compare(self, source: Path, beside: Callable[[], None]) -> str:
        change = first_change(source, Path(self._root), self._copied)
        if not change:
            beside()
        return change

    async def _renew(
        self, source: Path, script: Script, lines: tuple[SystemLine, ...], beside: Callable[[], None]
    ) -> Prepared:
        stop, shortage = threading.Event(), False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                found = await _to_its_end(partial(self._copy, source, script, beside, stop), stop)
            except Refused as error:
                failure = str(error)
                break
            except OSError as error:
                failure, shortage = _because(error), is_shortage(error)
                if attempt < _ATTEMPTS:
                    await self._clock.sleep(_PAUSE_SECONDS)
            else:
                return _prepared(Path(self._root), script, (*lines, *found))
        raise WorkdirFailed(failure, shortage=shortage)

    def _copy(
        self, source: Path, script: Script, beside: Callable[[], None], stop: threading.Event
    ) -> list[SystemLine]:
        """A new copy in the place of the old one; what to say of it. Raises OSError or Refused."""
        lines = self._discard()
        root = f"{self._folder}/{_random_name()}"
        self._copied = copy_tree(source, Path(root), stop)
        lines += self._mend(Path(root), script)
        self._root = root
        beside()
        return lines

    def _discard(self) -> list[SystemLine]:
        self._root = ""
        self._copied = {}
        try:
            shutil.rmtree(self._folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            text = f"Failed to delete the old working copy: {_because(error)}"
            return [SystemLine(Level.WARN, text)]
        return []

    def _mend(self, root: Path, script: Script) -> list[SystemLine]:
        """Give the entry script of the copy the line ends that a shell reads (spec 2.3)."""
        path = (root / script.path).resolve()
        flaws, data = mended(path)
        if not flaws:
            return []
        name = shown(script.path)
        try:
            rewrite(path, data)
            written = path.relative_to(root.resolve()).as_posix()
            self._copied[written] = Copied(self._copied[written].source, stamp(path.lstat()))
        except OSError as error:
            return [SystemLine(Level.WARN, f"'{name}' has {flaws} and cannot be mended: {_because(error)}")]
        return [SystemLine(Level.INFO, f"'{name}' has {flaws}: mended in the working copy.")]


async def _to_its_end(work: Callable[[], T], stop: threading.Event | None = None) -> T:
    """Work in a thread, which a cancellation waits for: nothing is written behind anybody's back.

    ``stop`` is set then, so that the wait is a short one.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if stop is not None:
            stop.set()
        await asyncio.wait([working])
        working.exception()  # so that nobody reports it as never looked at
        raise


def _in_place(folder: Path, script: Script, beside: Callable[[], None]) -> Prepared:
    """The script is the user's own file, which is not written to (spec 2.3)."""
    flaws, _ = mended(folder / script.path)
    beside()
    if not flaws:
        return _prepared(folder, script)
    text = (
        f"'{shown(script.path)}' has {flaws}, which a shell stumbles over: convert it, or set is_in_place to "
        "false in settings.job, so that its working copy is mended."
    )
    return _prepared(folder, script, (SystemLine(Level.WARN, text),))


def _prepared(root: Path, script: Script, lines: tuple[SystemLine, ...] = ()) -> Prepared:
    return Prepared(root, (root / script.path).parent, lines)


def _random_name() -> str:
    """Eight letters, a dot and three more."""
    name = base64.b32encode(secrets.token_bytes(7)).decode("ascii").lower()
    return f"{name[:8]}.{name[8:11]}"


def _because(error: OSError) -> str:
    name = f"'{shown(error.filename)}': " if isinstance(error.filename, str) else ""
    return f"{name}{error.strerror or error}"
