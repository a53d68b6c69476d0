"""Replacing: when a switch may be made, what runs meanwhile, and what becomes of it (spec 9.4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.journal import (
    LOCK,
    RUN_LOCK,
    Journal,
    Origin,
    Place,
    Stage,
    erase_journal,
    write_journal,
)
from wjtui.engine.deploy.moves import remove
from wjtui.engine.deploy.switch import HalfWay, drop, finish, prepare, switch
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.deploy.work import Work
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.job_lock import JobLock
from wjtui.engine.running.supervisor import Supervisor
from wjtui.model.deploys import Deployed, DeployedJob, WhenRunning
from wjtui.model.errors import Conflict, EngineStopping, JobNotFound
from wjtui.model.events import Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause
from wjtui.support.locks import FileLock, is_locked
from wjtui.support.tasks import TaskSet

log = logging.getLogger(__name__)

DOING = "is being replaced by another deploy or roll back"
PUT_OFF = "has another deploy or roll back that waits for its run to end"
_AGAIN_SECONDS = 1.0


class Replacing:
    """Puts staged folders in the places of jobs, at once or when a run has ended. In the loop."""

    def __init__(
        self, rooms: Rooms, supervisor: Supervisor, store: VersionStore, claims: Claims, work: Work
    ) -> None:
        self._rooms = rooms
        self._supervisor = supervisor
        self._store = store
        self._claims = claims
        self._work = work
        self._locks: dict[str, FileLock] = {}
        self._waits: dict[str, tuple[Path, asyncio.Task[None]]] = {}
        self._waiting = TaskSet(self._failed)

    def run_of(self, job: JobId) -> str:
        """The run of a job that is going here; empty: none."""
        try:
            run = self._supervisor.triggered(job).current
        except JobNotFound:
            return ""
        return run.ref.run if run is not None else ""

    def check(self, definition: Definition) -> None:
        """Whether a job could be replaced at once. Conflict: a run is going in its folder."""
        if definition.in_place and (run := self.run_of(definition.id)):
            raise Conflict(in_place_text(definition.id, run))

    async def replace(
        self, folder: Path, places: tuple[Place, ...], origin: Origin, running: WhenRunning
    ) -> Deployed:
        """Put them in place, all or none; ``folder`` holds what is staged, and is gone then.

        Raises Conflict; everything is as before then. The caller holds nothing of these jobs.
        """
        journal = Journal(Stage.WAITING, origin, places)
        self._take(folder, journal)
        if running is WhenRunning.AFTER and self._goes(journal):
            return await self._put_off(folder, journal)
        # From here on the work itself gives back what was taken: it may outlive who asks.
        return await self._work.through(
            f"switch of {folder.name}", self._at_once(folder, journal, stop=running is WhenRunning.STOP)
        )

    async def call_off(self, token: str) -> bool:
        """Forget a switch that waits for a run to end; False: there is none."""
        waiting = self._waits.pop(token, None)
        if waiting is None:
            return False
        folder, task = waiting
        task.cancel()
        await asyncio.wait([task])
        await asyncio.to_thread(_discard, folder)
        return True

    def resume(self, waiting: Iterable[tuple[Path, Journal]]) -> None:
        """Go on waiting for what an earlier engine left: a run of another instance is still going."""
        for folder, journal in waiting:
            try:
                self._take(folder, journal)
            except Conflict:
                continue  # another engine waits for it
            self._wait_for(folder, journal)

    async def close(self) -> None:
        """Let what waits wait for the next engine."""
        for _, task in list(self._waits.values()):
            task.cancel()
        await self._waiting.join()

    def _take(self, folder: Path, journal: Journal) -> None:
        """Keep everybody else from these jobs and these files. Raises Conflict."""
        jobs, token = [place.job for place in journal.places], folder.name
        self._claims.take(DOING, *jobs, token=token)
        lock = FileLock(folder / LOCK)
        if not lock.acquire():
            self._claims.release(*jobs, token=token)
            raise Conflict("What is staged under this token is being put in place by another engine.")
        self._locks[token] = lock

    def _give_back(self, folder: Path, journal: Journal) -> None:
        self._locks.pop(folder.name).release()
        self._claims.release(*(place.job for place in journal.places), token=folder.name)

    async def _put_off(self, folder: Path, journal: Journal) -> Deployed:
        try:
            await asyncio.to_thread(write_journal, folder, journal)
        except OSError as error:
            self._give_back(folder, journal)
            raise _conflict(journal, error) from None
        self._wait_for(folder, journal)
        currents = [self._store.current(place.job).number for place in journal.places]
        for place in journal.places:
            text = "the new version is put in place when the run that is going has ended"
            self._rooms.state.raise_notice(text, Tone.INFO, place.job, "deploy")
        there = zip(journal.places, currents, strict=True)
        return Deployed(tuple(DeployedJob(place.job, n + 1, n) for place, n in there), waiting=True)

    def _wait_for(self, folder: Path, journal: Journal) -> None:
        self._claims.put_off(PUT_OFF, *(place.job for place in journal.places))
        name = f"deploy {folder.name} that waits"
        self._waits[folder.name] = folder, self._waiting.start(name, self._wait(folder, journal))

    async def _wait(self, folder: Path, journal: Journal) -> None:
        """Wait for the runs of these jobs, then switch; called off, what is staged is for others to judge."""
        try:
            while await self._runs(journal):
                await self._rooms.clock.sleep(_AGAIN_SECONDS)
        except BaseException:
            self._give_back(folder, journal)
            raise
        finally:
            self._waits.pop(folder.name, None)
        self._claims.go_on(DOING, *(place.job for place in journal.places))
        try:
            await self._work.through(f"switch of {folder.name}", self._at_once(folder, journal, stop=False))
        except EngineStopping:
            return  # the next engine takes it up
        except Conflict as error:
            if self._goes(journal) and self._retake(folder, journal):
                return  # the next run in the job's folder was faster
            for place in journal.places:
                text = f"the deploy that waited for a run was given up: {error}"
                self._rooms.state.raise_notice(text, Tone.ERROR, place.job, "deploy")
            await asyncio.to_thread(_discard, folder)

    def _retake(self, folder: Path, journal: Journal) -> bool:
        try:
            self._take(folder, journal)
        except Conflict:
            return False
        self._wait_for(folder, journal)
        return True

    async def _runs(self, journal: Journal) -> bool:
        """Wait until no run of ours is going; whether one of another instance is, or the next one."""
        for place in journal.places:
            try:
                await self._supervisor.triggered(place.job).at_rest()
            except JobNotFound:
                continue
        return self._goes(journal)

    def _goes(self, journal: Journal) -> bool:
        """Whether any instance runs one of these jobs now."""
        site = self._rooms.site
        return any(is_locked(site.job_data(place.job) / RUN_LOCK) for place in journal.places)

    async def _at_once(self, folder: Path, journal: Journal, *, stop: bool) -> Deployed:
        """One switch from beginning to end. Raises Conflict, EngineStopping."""
        try:
            jobs = [place.job for place in journal.places]
            known = [job for job in jobs if job.key in self._supervisor.definitions]
            before = {job: self._store.current(job).number for job in known}
            if stop:
                await asyncio.gather(*(self._supervisor.end(job, _reason(job)) for job in known))
            if self._rooms.state.info.stopping:
                raise EngineStopping("The engine is being stopped: nothing was changed.")
            journal = await self._switch(folder, journal)
        finally:
            self._give_back(folder, journal)
        for place in journal.places:
            text = _told(journal.origin, place.number)
            self._rooms.state.raise_notice(text, Tone.INFO, place.job, "deployed")
        return Deployed(tuple(DeployedJob(p.job, p.number, before.get(p.job)) for p in journal.places))

    async def _switch(self, folder: Path, journal: Journal) -> Journal:
        jobs = [place.job for place in journal.places]
        prepared: list[Place] = []

        def make_ready() -> None:
            for place in journal.places:
                prepared.append(place)
                prepared[-1] = prepare(place, self._store, journal.origin)

        def let_be() -> None:
            for place in prepared:
                drop(place, self._store)

        begun = False
        try:
            await asyncio.to_thread(make_ready)
            journal = msgspec.structs.replace(journal, places=tuple(prepared))
            async with self._supervisor.changing(*jobs):
                with self._quiet(jobs):
                    begun = True
                    await asyncio.to_thread(switch, folder, journal, self._store)
        except (OSError, Conflict) as error:
            if not begun:  # else all that was made ready is taken back already
                await _quietly(let_be)
            raise error if isinstance(error, Conflict) else _conflict(journal, error) from None
        await _quietly(lambda: finish(folder, journal, self._store))
        return journal

    @contextmanager
    def _quiet(self, jobs: Iterable[JobId]) -> Iterator[None]:
        """No instance runs, or begins to run, one of these that run in their folders. Raises Conflict."""
        locks: list[JobLock] = []
        try:
            for job in jobs:
                definition = self._supervisor.definitions.get(job.key)
                if job.type is JobType.TRIGGERED and definition is not None and definition.in_place:
                    lock = JobLock(definition.data / RUN_LOCK, self._rooms)
                    if not lock.acquire():
                        raise Conflict(in_place_text(job, self.run_of(job)))
                    locks.append(lock)
            yield
        finally:
            for lock in locks:
                lock.release()

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")


def in_place_text(job: JobId, run: str) -> str:
    """Why a job that runs in its folder is not replaced now, and what can be done."""
    going = f"run {run} of it is going" if run else "a run of it is going"
    return f"'{job.name}' runs in its folder, and {going}: wait for it (after), or stop it first (stop)."


def _told(origin: Origin, number: int) -> str:
    if origin.cause is Cause.ROLLBACK:
        return f"rolled back to {origin.note}, as version {number}"
    return f"deployed version {number}"


def _reason(job: JobId) -> str:
    return "redeploy" if job.type is JobType.CONTINUOUS else "a new version is being put in place"


def _conflict(journal: Journal, error: OSError) -> Conflict:
    names = ", ".join(f"'{place.job.name}'" for place in journal.places)
    where = f" at '{error.filename}'" if isinstance(error.filename, str) else ""
    if isinstance(error, HalfWay):
        return Conflict(
            f"{names} could not be put in place, nor what was done be undone ({error.strerror}{where}): "
            "see to it, then start the engine anew, which tries again."
        )
    return Conflict(
        f"{names} could not be put in place ({error.strerror or error}{where}), and nothing was changed: "
        "let the engine's user write to the jobs and to data/wjtui, and see that the disk has room."
    )


def _discard(folder: Path) -> None:
    try:
        erase_journal(folder)
        remove(folder)
    except OSError as error:
        log.warning("%s was not removed: %s", folder, error)


async def _quietly(clear: Callable[[], None]) -> None:
    """Clear up in a thread; what cannot be removed is removed at the next start."""
    try:
        await asyncio.to_thread(clear)
    except OSError as error:
        log.warning("what a switch leaves was not removed: %s", error)
