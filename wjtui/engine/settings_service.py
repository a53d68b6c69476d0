"""LocalSettings: ``settings.job`` of each job, and the settings of the site, read and saved in the engine."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from wjtui.engine.catalog.script import find_script_dir
from wjtui.engine.catalog.settings_file import SettingsFile, read_settings, remove_settings, write_settings
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.deploy.work import Work
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.engine.site_settings import SiteStore
from wjtui.model.base import Value
from wjtui.model.errors import Conflict, EngineStopping, InvalidSettings, SettingsChanged
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.versions import Cause
from wjtui.settings.judge import MAX_BYTES
from wjtui.settings.lenient import NotJson
from wjtui.settings.parse import SETTINGS, parse_settings
from wjtui.settings.values import short
from wjtui.support.files import write_atomic

_NO_FILE = "none"
_NAMED_KEYS = 4
DOING = "is having its settings saved"


class LocalSettings:
    """The SettingsService of an engine in this process; its methods run in the engine's loop."""

    def __init__(
        self,
        rooms: Rooms,
        supervisor: Supervisor,
        store: VersionStore,
        work: Work | None = None,
        claims: Claims | None = None,
    ) -> None:
        """``work`` and ``claims`` are those of whoever else changes the files of jobs; None: nobody does."""
        self._rooms = rooms
        self._supervisor = supervisor
        self._store = store
        self._work = work or Work(rooms.state)
        self._claims = claims or Claims()
        self._site = SiteStore(rooms.site)
        self._saving = asyncio.Lock()

    async def read(self, job: JobId) -> SettingsDocument:
        """The file as it lies on the disk now."""
        return await self._document(self._rooms.state.job(job))

    async def save(self, job: JobId, text: str, *, etag: str | None = None, by: str = "") -> SettingsDocument:
        """Replace the file, act on it, keep the version before."""
        self._check_stopping()
        found = self._rooms.state.job(job)
        text = text.removeprefix("\ufeff")
        text = text if text.strip() else ""
        # The largest text takes half a second to read.
        await asyncio.to_thread(_check_text, found.id, text)
        return await self._work.through(f"save of {found.id}", self._save(found, text, etag, by))

    async def site(self) -> SiteSettings:
        """The settings of the site, secrets included."""
        return await asyncio.to_thread(self._site.load, self._rooms.config.in_force)

    async def change_site(self, change: SiteChange) -> SiteSettings:
        """Change them, durably and at once."""
        self._check_stopping()
        return await self._work.through("change of the site's settings", self._change_site(change))

    async def mend(self) -> None:
        """Finish what a crash cut short of a change of the site; before jobs are read."""
        await asyncio.to_thread(self._site.finish)
        self._rooms.config.refresh(anew=True)

    async def _save(self, found: Job, text: str, etag: str | None, by: str) -> SettingsDocument:
        await self._claims.clear(found.id)
        async with self._saving:
            with self._claims.held(DOING, found.id):
                async with self._supervisor.changing(found.id):
                    await asyncio.to_thread(self._replace, found, text, etag, by)
                return await self._document(found)

    async def _change_site(self, change: SiteChange) -> SiteSettings:
        rooms = self._rooms
        async with self._saving:
            after = await asyncio.to_thread(
                self._site.change, change, rooms.config.in_force, rooms.clock.now()
            )
            self._supervisor.read_settings(anew=True)
            return after

    async def _document(self, found: Job) -> SettingsDocument:
        place, version = await asyncio.to_thread(lambda: (_look(found), self._store.current(found.id).number))
        file = place.file
        if trouble := next((each for each in file.problems if each.code == "settings-unreadable"), None):
            raise Conflict(f"'{found.id.name}': {trouble.text} Save it anew as UTF-8, or remove it.")
        return SettingsDocument(
            found.id,
            file.text,
            _etag(file),
            file.settings,
            file.problems,
            version,
            self._rooms.config.app_settings,
        )

    def _replace(self, found: Job, text: str, etag: str | None, by: str) -> None:
        """The disk's part of a save; in a thread. What fails leaves the file as it was."""
        place = _look(found)
        file, job = place.file, found.id
        if etag is not None and etag != _etag(file):
            raise SettingsChanged(
                f"{SETTINGS} of '{job.name}' was changed by somebody else meanwhile: read it again first."
            )
        if file.data == text.encode() and (file.path is not None) == bool(text):
            return
        note = _changed_keys(file, text, job)
        try:
            self._store.keep_settings(job, place.script_dir)
            try:
                if text:
                    write_settings(place.script_dir, text)
                else:
                    remove_settings(place.script_dir)
                self._store.advance(job, Cause.SETTINGS, note, by, self._rooms.clock.now())
            except OSError:
                _put_back(place)
                self._store.forget(job)
                raise
        except OSError as error:
            raise Conflict(
                f"{SETTINGS} of '{job.name}' could not be written ({error.strerror or error}): "
                "let the engine's user write to the job's folder, and see that the disk is not full."
            ) from None

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")


class _Place(Value, frozen=True):
    """A job's ``settings.job``, and the folder that it is in or would be."""

    script_dir: Path
    file: SettingsFile
    mode: int = 0o644
    """Of the file, its permissions alone."""


def _look(found: Job) -> _Place:
    """Read it. Raises Conflict where the job's folder cannot be."""
    try:
        script_dir = find_script_dir(Path(found.folder))
    except OSError as error:
        raise Conflict(
            f"The folder of '{found.id.name}' cannot be read ({error.strerror}): "
            "let the engine's user read it, or wait until it is gone from the list."
        ) from None
    file = read_settings(script_dir, found.id.type)
    if file.path is None or not file.path.is_file():
        return _Place(script_dir, file)
    return _Place(script_dir, file, file.path.stat().st_mode & 0o777)


def _etag(file: SettingsFile) -> str:
    return _NO_FILE if file.path is None else hashlib.sha256(file.data).hexdigest()[:32]


def _check_text(job: JobId, text: str) -> None:
    """Raise InvalidSettings where a text cannot be ``settings.job``."""
    try:
        size = len(text.encode())
        if size > MAX_BYTES:
            raise InvalidSettings(f"{SETTINGS} would be larger than {MAX_BYTES >> 20} MiB: shorten it.")
        if text:
            parse_settings(text, job.type)
    except UnicodeEncodeError as error:
        raise InvalidSettings(
            f"{SETTINGS} cannot be saved: character {error.start + 1} is half of one."
        ) from None
    except NotJson as error:
        raise InvalidSettings(
            f"{SETTINGS} was not saved: line {error.line}, column {error.column}: {error.reason}."
        ) from None


def _changed_keys(file: SettingsFile, text: str, job: JobId) -> str:
    """The keys that a save changes, for the list of versions."""
    before = file.settings.raw
    after = parse_settings(text, job.type).settings.raw if text else {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    shown = ", ".join(short(name) for name in names[:_NAMED_KEYS])
    return f"{shown} and {len(names) - _NAMED_KEYS} more" if len(names) > _NAMED_KEYS else shown


def _put_back(place: _Place) -> None:
    file = place.file
    try:
        if file.path is None:
            remove_settings(place.script_dir)
        else:
            write_atomic(file.path, file.data, mode=place.mode, durable=True)
    except OSError:
        pass  # the disk takes nothing at all any more
