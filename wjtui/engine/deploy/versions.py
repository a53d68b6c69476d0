"""LocalVersions: earlier versions of jobs, and the way back to them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.compare import compare_folders, diff_texts, safe_inside, settings_path
from wjtui.engine.deploy.journal import Origin, Place
from wjtui.engine.deploy.moves import measure, remove
from wjtui.engine.deploy.replacing import DOING, Replacing
from wjtui.engine.deploy.staging import PACKAGE, staging_folder
from wjtui.engine.deploy.version_store import Stored, VersionStore, put_settings
from wjtui.engine.deploy.work import Work
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.model.deploys import FileChange, WhenRunning
from wjtui.model.errors import Conflict, EngineStopping, VersionNotFound, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.model.versions import Cause, Version

T = TypeVar("T")


class LocalVersions:
    """The VersionService of an engine in this process; its methods run in the engine's loop."""

    def __init__(
        self,
        rooms: Rooms,
        supervisor: Supervisor,
        store: VersionStore,
        claims: Claims,
        work: Work,
        replacing: Replacing,
    ) -> None:
        self._rooms = rooms
        self._supervisor = supervisor
        self._store = store
        self._claims = claims
        self._work = work
        self._replacing = replacing

    async def of(self, job: JobId) -> list[Version]:
        """Versions that there are, newest first."""
        definition = self._definition(job)

        def read() -> list[Version]:
            current, *earlier = self._store.list(definition.id)
            size = measure(definition.folder)
            return [msgspec.structs.replace(current, files=size.files, size=size.size), *earlier]

        return await self._read(read)

    async def compare(self, job: JobId, number: int) -> list[FileChange]:
        """What going back to a version would change."""
        definition, folder = self._definition(job), self._definition(job).folder

        def read() -> list[FileChange]:
            if self._is_current(definition.id, number):
                return []
            stored = self._stored(definition.id, number)
            text = None if stored.settings is None else stored.settings.decode(errors="replace")
            changes, _ = compare_folders(folder, stored.whole or folder, settings_text=text)
            return list(changes)

        return await self._read(read)

    async def diff(self, job: JobId, number: int, path: str) -> str:
        """A file as it is in place against as it is in a version."""
        definition, folder = self._definition(job), self._definition(job).folder

        def read() -> str:
            before = safe_inside(folder, path)
            if self._is_current(definition.id, number):
                return diff_texts(path, before, before)
            stored = self._stored(definition.id, number)
            whole = stored.whole or folder
            after: Path | bytes | None = safe_inside(whole, path)
            if stored.settings is not None and path == settings_path(whole):
                after = stored.settings or None
            return diff_texts(path, before, after)

        return await self._read(read)

    async def roll_back(
        self,
        job: JobId,
        number: int | None = None,
        *,
        running: WhenRunning = WhenRunning.NOW,
        by: str = "",
    ) -> Version:
        """Put an earlier version in place, as a new one."""
        await self._claims.clear(job)
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")
        definition = self._definition(job)
        there = await self._read(lambda: self._store.list(definition.id))
        if number is None:
            if len(there) < 2:
                raise VersionNotFound(f"'{definition.id.name}' has no earlier version.")
            number = there[1].number
        if number == there[0].number:
            raise Conflict(f"Version {number} of '{definition.id.name}' is in place: there is nothing to do.")
        stored = await self._read(lambda: self._stored(definition.id, number))
        origin = Origin(Cause.ROLLBACK, f"version {number}", by, self._rooms.clock.now())
        if stored.whole is None and stored.settings is not None:
            self._claims.take(DOING, definition.id)
            return await self._work.through(
                f"settings of {definition.id}", self._write_settings(definition, stored.settings, origin)
            )
        return await self._bring_back(definition, stored, origin, running)

    async def _bring_back(
        self, definition: Definition, stored: Stored, origin: Origin, running: WhenRunning
    ) -> Version:
        """Make a whole folder of a version beside the jobs, and deploy it."""
        rooms = self._rooms
        if running is WhenRunning.NOW:
            self._replacing.check(definition)
        token = secrets.token_hex(16)
        folder = staging_folder(rooms.site, rooms.config) / token
        place = Place(definition.id, str(folder / PACKAGE), str(definition.folder))

        def make() -> None:
            folder.mkdir(parents=True, mode=0o700)
            # As staging does: another instance of this root may start while we copy.
            (folder / "owner").write_text(rooms.site.iid, encoding="utf-8")
            self._store.materialise(stored, folder / PACKAGE, definition.folder)

        try:
            await self._read(make)
            deployed = await self._replacing.replace(folder, (place,), origin, running)
        except (WjtuiError, asyncio.CancelledError):
            if not self._claims.is_taken(token):
                await asyncio.to_thread(remove, folder)
            raise
        return _version(deployed.jobs[0].version, origin, current=not deployed.waiting)

    async def _write_settings(self, definition: Definition, data: bytes, origin: Origin) -> Version:
        """Nothing but ``settings.job`` differs, so nothing else is touched."""
        job, store = definition.id, self._store

        def write() -> int:
            store.keep_settings(job, definition.script_dir)
            put_settings(definition.folder, data)
            return store.advance(job, origin.cause, origin.note, origin.by, origin.at)

        try:
            async with self._supervisor.changing(job):
                number = await self._read(write)
        finally:
            self._claims.release(job)
        text = f"rolled back to {origin.note}, as version {number}"
        self._rooms.state.raise_notice(text, Tone.INFO, job, "deployed")
        return _version(number, origin, current=True)

    async def _read(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            where = f"'{error.filename}': " if isinstance(error.filename, str) else ""
            raise Conflict(
                f"The versions could not be used ({where}{error.strerror or error}): let the engine's user "
                "write to the jobs and to data/wjtui, and see that the disk has room."
            ) from None

    def _definition(self, job: JobId) -> Definition:
        return self._supervisor.definitions[self._rooms.state.job(job).id.key]

    def _is_current(self, job: JobId, number: int) -> bool:
        return number == self._store.current(job).number

    def _stored(self, job: JobId, number: int) -> Stored:
        stored = self._store.stored(job, number)
        if stored is None:
            raise VersionNotFound(f"'{job.name}' has no version {number}, or has it no more.")
        return stored


def _version(number: int, origin: Origin, *, current: bool) -> Version:
    return Version(number, origin.at, origin.cause, origin.note, origin.by, current=current)
