"""LocalTrash: jobs that a person deletes, and brings back while they lie in the trash (spec 9.4)."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from typing import TypeVar

from wjtui.engine.catalog.discover import Definition, list_jobs
from wjtui.engine.catalog.settings_file import has_disable, set_disabled
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.job_trash import JobTrash
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.deploy.work import Work
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.supervisor import Supervisor
from wjtui.model.errors import Conflict, EngineStopping, TrashNotFound
from wjtui.model.events import Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause, Trashed

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 3
_PAUSE_SECONDS = 2.0


class LocalTrash:
    """The TrashService of an engine in this process; its methods run in the engine's loop."""

    def __init__(
        self, rooms: Rooms, supervisor: Supervisor, store: VersionStore, claims: Claims, work: Work
    ) -> None:
        self._rooms = rooms
        self._supervisor = supervisor
        self._store = store
        self._claims = claims
        self._work = work
        self._trash = JobTrash(rooms.site)

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        """Stop a job, then move all it has to the trash."""
        await self._claims.clear(job)
        self._check_stopping()
        found = self._rooms.state.job(job).id
        definition = self._definition(found)
        self._claims.take("is being deleted", found)
        # From here on the work gives back what was taken: it may outlive who asks.
        return await self._work.through(f"removal of {found}", self._delete(definition, keep_history))

    async def contents(self) -> list[Trashed]:
        """What lies in the trash, newest first."""
        return await asyncio.to_thread(self._trash.contents, self._rooms.clock.now())

    async def restore(self, id: str) -> JobId:
        """Bring a job back."""
        self._check_stopping()
        entry = await asyncio.to_thread(self._trash.find, id, self._rooms.clock.now())
        if entry is None:
            raise TrashNotFound(f"There is no '{id}' in the trash: it was deleted over a week ago, or never.")
        await self._claims.clear(entry.job)
        self._claims.take("is being brought back", entry.job)
        return await self._work.through(f"return of {entry.job}", self._restore(entry))

    async def empty(self) -> None:
        """Delete for good what has lain in the trash for seven days."""
        await asyncio.to_thread(self._trash.empty, self._rooms.clock.now())

    async def _delete(self, definition: Definition, keep_history: bool) -> Trashed:
        job, now = definition.id, self._rooms.clock.now()
        live = job.type is JobType.CONTINUOUS
        try:
            await self._supervisor.end(job, "removed" if live else "the job was deleted")
            # An engine that ends takes no time for this; the job is there still.
            self._check_stopping()
            try:
                id = await asyncio.to_thread(
                    self._trash.write_down, job, definition.folder, now, keep_history=keep_history
                )
            except OSError as error:
                async with self._supervisor.changing(job):
                    await asyncio.to_thread(_keep_stopped, definition)
                raise _refusal(definition, error) from None
            trashed = await self._move(id, definition)
        finally:
            self._claims.release(job)
        self._rooms.store.moved(job)
        self._rooms.state.raise_notice("the job was moved to the trash", Tone.INFO, job, "deleted")
        return trashed

    async def _move(self, id: str, definition: Definition) -> Trashed:
        """Raises Conflict; everything is as it was before then, but a continuous job stopped."""

        def undo() -> None:
            self._trash.give_back(id)
            self._trash.show(id)
            self._trash.drop(id)
            _keep_stopped(definition)

        with self._trash.held(id):
            try:
                async with self._supervisor.changing(definition.id):
                    try:
                        await self._insist(lambda: self._trash.hide(id))
                    except OSError:
                        await _quietly(undo)
                        raise
            except OSError as error:
                raise _refusal(definition, error) from None
            await self._supervisor.gone(definition.id)
            try:
                return await self._insist(lambda: self._trash.take_in(id))
            except OSError as error:
                async with self._supervisor.changing(definition.id):
                    await _quietly(undo)
                raise _refusal(definition, error) from None

    async def _restore(self, entry: Trashed) -> JobId:
        try:
            await self._bring_back(entry)
        finally:
            self._claims.release(entry.job)
        self._rooms.store.moved(entry.job)
        text = "the job was brought back from the trash"
        self._rooms.state.raise_notice(text, Tone.INFO, entry.job, "restored")
        return entry.job

    async def _bring_back(self, entry: Trashed) -> None:
        """Raises Conflict; it lies in the trash still then."""
        job, at = entry.job, self._rooms.clock.now()
        there = await asyncio.to_thread(list_jobs, self._rooms.site)
        if (known := there.jobs.get(job.key)) is not None:
            raise Conflict(f"There is a job '{known.id.name}' again: delete or rename that one first.")

        def mark() -> None:
            self._store.mark(job, Cause.RESTORE, at)

        with self._trash.held(entry.id) as mine:
            if not mine:
                raise Conflict(f"'{job.name}' is being brought back by another engine.")
            try:
                await asyncio.to_thread(self._trash.give_back, entry.id)
                await _quietly(mark)
                async with self._supervisor.changing(job):
                    await asyncio.to_thread(self._trash.show, entry.id)
            except OSError as error:
                await _quietly(lambda: self._put_away(entry.id))
                raise Conflict(
                    f"'{job.name}' could not be brought back ({_reason(error)}): "
                    "let the engine's user write to the folders of jobs and to data."
                ) from None
        await _quietly(lambda: self._trash.drop(entry.id))

    def _definition(self, job: JobId) -> Definition:
        definition = self._supervisor.definitions[job.key]
        hidden = next((each for each in definition.problems if each.code == "folder-hides"), None)
        if hidden is not None:
            # Else the one that it hides would take its place, and its data, at once.
            raise Conflict(f"'{job.name}' was not deleted. {hidden.text}")
        return definition

    async def _insist(self, work: Callable[[], T]) -> T:
        """Try three times, 2 s apart (spec 9.4). Raises OSError."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return await asyncio.to_thread(work)
            except OSError:
                await self._rooms.clock.sleep(_PAUSE_SECONDS)
        return await asyncio.to_thread(work)

    def _put_away(self, id: str) -> None:
        self._trash.take_in(id)

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")


def _keep_stopped(definition: Definition) -> None:
    """A continuous job that is not deleted after all was stopped, and stays so if its folder allows."""
    if definition.id.type is JobType.CONTINUOUS:
        try:
            set_disabled(definition.script_dir, True)
        except OSError as error:
            log.warning("%s runs on: %s", definition.id, error)


def _refusal(definition: Definition, error: OSError) -> Conflict:
    stopped = " It is stopped." if has_disable(definition.script_dir) else ""
    return Conflict(
        f"'{definition.id.name}' could not be moved to the trash ({_reason(error)}), and is there as before: "
        f"let the engine's user write to the folders of jobs and to data.{stopped}"
    )


def _reason(error: OSError) -> str:
    where = f" at '{error.filename}'" if isinstance(error.filename, str | os.PathLike) else ""
    return f"{error.strerror or error}{where}"


async def _quietly(work: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(work)
    except OSError as error:
        log.warning("%s", error)
