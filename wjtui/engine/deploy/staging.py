"""Staging: packages that lie beside the jobs until they are put in place or discarded."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from wjtui.archives.meter import Meter, Stopped
from wjtui.archives.naming import quoted
from wjtui.engine.catalog.hosts import Hosts
from wjtui.engine.config import Config
from wjtui.engine.deploy.found import Rules
from wjtui.engine.deploy.intake import NO_ROOM, Intake, no_room
from wjtui.engine.deploy.limits import limits_of
from wjtui.engine.deploy.naming import quoted_path
from wjtui.engine.site import Site
from wjtui.model.base import Value
from wjtui.model.deploys import Package, Progress
from wjtui.model.errors import Conflict, InvalidRequest
from wjtui.support.clock import Clock
from wjtui.support.files import read_whole

FOLDER = ".wjtui"
"""Discovery takes no folder for a job whose name begins with a dot."""
PACKAGE = "package"
JOURNAL = "journal.json"
"""With it in the folder of a token, putting it in place is settled, and recovery ends it."""
KEPT = timedelta(hours=1)
_OWNER = "owner"
"""A file that names the instance: another one of this root may start while we stage."""
_ABANDONED_SECONDS = 86_400
_TOKEN = re.compile(r"[0-9A-Fa-f]{16,64}")


class Staged(Value, frozen=True):
    """A package that is staged."""

    folder: Path
    """Holds its files; there is no such folder where the package was refused."""
    package: Package


@dataclass
class _Stay:
    """One token: being staged as long as ``staged`` is None."""

    stop: threading.Event = field(default_factory=threading.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    staged: Staged | None = None
    since: datetime | None = None


class Staging:
    """What is staged in this engine, by token."""

    def __init__(
        self,
        site: Site,
        config: Config,
        hosts: Callable[[], Hosts],
        clock: Clock,
        report: Callable[[Progress], None],
    ) -> None:
        """``report`` is called on the loop, at most ten times a second for each package."""
        self._site = site
        self._config = config
        self._hosts = hosts
        self._clock = clock
        self._report = report
        self._stays: dict[str, _Stay] = {}
        self.kept: set[str] = set()
        """Tokens that do not expire."""

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        """Take a source in (``DeployService.stage``). It is on the disk, durably, or nothing of it is.

        InvalidRequest: a bad token, or no such source. Conflict: the token is in use, the source cannot be
        read, there is no room, or it was discarded meanwhile.
        """
        if not _TOKEN.fullmatch(token):
            raise InvalidRequest(f"{quoted(token)} is no token: 16 to 64 hexadecimal digits are wanted.")
        if token in self._stays:
            raise Conflict(f"The token {quoted(token)} is in use: make up another one.")
        stay = self._stays[token] = _Stay()
        try:
            stay.staged = await self._take_in(source, token, name, stay.stop)
            stay.since = self._clock.now()
            if stay.stop.is_set():
                raise Stopped
        except Stopped:
            raise Conflict("The package was discarded while it was being staged.") from None
        finally:
            if stay.staged is None:
                del self._stays[token]
            stay.ended.set()
        return stay.staged.package

    def get(self, token: str) -> Staged:
        """What is staged under a token. Raises InvalidRequest."""
        stay = self._stays.get(token)
        if stay is None or stay.staged is None:
            raise InvalidRequest("Nothing is staged under this token: stage the package again.")
        return stay.staged

    def job_folder(self, staged: Staged, at: str) -> Path:
        """The folder of one of the package's jobs, by its ``FoundJob.at``. Raises InvalidRequest."""
        if all(job.at != at for job in staged.package.jobs):
            raise InvalidRequest(f"There is no job at {quoted(at)} in the package.")
        return staged.folder / at if at else staged.folder

    async def discard(self, token: str) -> None:
        """Throw away what is staged, or being staged; returns once nothing of it is on the disk."""
        stay = self._stays.get(token)
        if stay is None:
            return
        stay.stop.set()
        await stay.ended.wait()
        if self._stays.pop(token, None) is not None and stay.staged is not None:
            await asyncio.to_thread(_remove, stay.staged.folder.parent)

    def release(self, token: str) -> None:
        """Forget a token: what lies in its folder now belongs to whoever puts it in place."""
        self._stays.pop(token, None)
        self.kept.discard(token)

    async def expire(self, now: datetime) -> None:
        """Discard what has been staged for more than an hour, unless it is ``kept``."""
        for token, stay in list(self._stays.items()):
            if stay.since is not None and now - stay.since > KEPT and token not in self.kept:
                await self.discard(token)

    async def _take_in(self, source: Path, token: str, name: str, stop: threading.Event) -> Staged:
        """Work in a thread, which a cancellation waits for: nothing is written behind anybody's back."""
        loop = asyncio.get_running_loop()
        folder = staging_folder(self._site, self._config) / token
        rules = Rules(self._hosts(), self._config.time_zone, self._clock.now())
        limits = limits_of(self._config)
        intake = Intake(source, token, name, folder / PACKAGE, self._site, limits, rules)

        def tell(progress: Progress) -> None:
            loop.call_soon_threadsafe(self._report, progress)

        meter = Meter(token, stop, tell, self._clock.monotonic)
        working = loop.run_in_executor(None, _take, intake, meter, self._site.iid, stop)
        try:
            return Staged(intake.folder, await asyncio.shield(working))
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([working])
            working.exception()  # so that nobody reports it as never looked at
            raise


def staging_folder(site: Site, config: Config) -> Path:
    """The folder beside the jobs in which each token has its own."""
    return (site.secondary if config.source_read_only else site.primary) / FOLDER


def empty(site: Site, config: Config) -> None:
    """Remove what an earlier engine of this instance has left staged; at the start of an engine.

    What has a journal stays for recovery, and what another instance stages stays for a day.
    """
    # Either source may hold something: what the settings say now they need not have said then.
    for folder in {staging_folder(site, config), site.primary / FOLDER, site.secondary / FOLDER}:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if not (folder / name / JOURNAL).exists() and _is_ours(folder / name, site.iid):
                _remove(folder / name)
        try:
            folder.rmdir()
        except OSError:
            pass  # something is left in it


def _take(intake: Intake, meter: Meter, owner: str, stop: threading.Event) -> Package:
    folder = intake.folder.parent
    _make(folder, owner)
    try:
        package = intake.take(meter)
        if stop.is_set():
            raise Stopped
    except BaseException:
        _remove(folder)
        raise
    if not package.ok:
        _remove(folder)
    return package


def _make(folder: Path, owner: str) -> None:
    """Make a token's folder, which nobody else may look into. Raises Conflict."""
    if os.path.lexists(folder):
        raise Conflict(f"Something is staged under {quoted(folder.name)} already: make up another token.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        (folder / _OWNER).write_text(owner, encoding="utf-8")
    except OSError as error:
        where = quoted_path(folder.parent)
        text = f"Nothing can be staged in {where} ({error.strerror}): let the engine's user write there."
        raise (no_room(folder.parent, 0) if error.errno in NO_ROOM else Conflict(text)) from None


def _is_ours(folder: Path, instance: str) -> bool:
    try:
        return read_whole(folder / _OWNER) == instance.encode() or _is_abandoned(folder)
    except OSError:
        return True


def _is_abandoned(folder: Path) -> bool:
    # Against the clock of the machine, as the times of files are.
    return time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS


def _remove(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.unlink(missing_ok=True)
