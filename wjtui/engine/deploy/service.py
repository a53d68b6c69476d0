"""LocalDeploys: packages that are staged, previewed, and put in place (spec 9)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from wjtui.engine.catalog.discover import list_jobs
from wjtui.engine.catalog.script import find_script_dir
from wjtui.engine.catalog.settings_file import has_disable
from wjtui.engine.deploy.checks import free_bytes
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.compare import compare_folders, diff_texts, safe_inside, settings_path
from wjtui.engine.deploy.edits import Kept, edit, undo
from wjtui.engine.deploy.ground import Ground, judge, judge_together, refusals_of
from wjtui.engine.deploy.journal import Origin, Place
from wjtui.engine.deploy.moves import measure
from wjtui.engine.deploy.replacing import Replacing
from wjtui.engine.deploy.staging import Staged, Staging
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.deploy.work import Work
from wjtui.engine.rooms import Rooms
from wjtui.model.deploys import (
    Deployed,
    DeployPlan,
    Finding,
    FoundJob,
    JobPreview,
    Package,
    PlannedJob,
    Preview,
    Weight,
    WhenRunning,
)
from wjtui.model.errors import Conflict, DeployRejected, EngineStopping, InvalidRequest, WjtuiError
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy
from wjtui.model.versions import Cause

T = TypeVar("T")

_OWN_ANSWER = ("busy", "running")
"""Refusals that are no fault of the plan: the same one may be carried out later."""


class LocalDeploys:
    """The DeployService of an engine in this process; its methods run in the engine's loop."""

    def __init__(
        self, rooms: Rooms, store: VersionStore, claims: Claims, work: Work, replacing: Replacing
    ) -> None:
        self._rooms = rooms
        self._store = store
        self._claims = claims
        self._work = work
        self._replacing = replacing
        self._staging = Staging(
            rooms.site, rooms.config, lambda: rooms.hosts, rooms.clock, rooms.state.tell_progress
        )

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        """Unpack or copy a source beside the jobs, and check it."""
        self._check_stopping()
        await self._staging.expire(self._rooms.clock.now())
        return await self._staging.stage(source, token, name=name)

    async def preview(self, token: str, plan: DeployPlan) -> Preview:
        """What a plan would do."""
        staged = self._staging.get(token)
        await self._claims.clear(*(job.id for job in plan.jobs))
        return Preview(await self._look(staged, plan, compare=staged.package.ok))

    async def diff(self, token: str, job: PlannedJob, path: str) -> str:
        """A file as it is in place against as it would be."""
        staged = self._staging.get(token)
        new = self._staging.job_folder(staged, job.at)
        old = self._folder(job.id)

        def compare() -> str:
            before = safe_inside(old, path) if old is not None else None
            after: Path | bytes | None = safe_inside(new, path)
            if job.settings_text is not None and path == settings_path(new):
                after = job.settings_text.encode() or None
            return diff_texts(path, before, after)

        return await self._read(compare)

    async def commit(self, token: str, plan: DeployPlan, *, by: str = "") -> Deployed:
        """Put the jobs of a plan in place, all or none."""
        self._check_stopping()
        staged = self._staging.get(token)
        if not plan.jobs:
            raise InvalidRequest("The plan names no job: choose at least one of the package.")
        if token in self._staging.kept:
            raise Conflict("What is staged under this token is being put in place already.")
        self._staging.kept.add(token)
        return await self._work.through(f"deploy {token}", self._commit(staged, plan, by))

    async def discard(self, token: str) -> None:
        """Throw away what is staged, or being staged, or waits for a run to end."""
        if not await self._replacing.call_off(token):
            if token in self._staging.kept:
                raise Conflict("It is being put in place: it cannot be discarded any more.")
            await self._staging.discard(token)

    async def _commit(self, staged: Staged, plan: DeployPlan, by: str) -> Deployed:
        token = staged.package.token
        try:
            await self._claims.clear(*(job.id for job in plan.jobs))
            if not staged.package.jobs:
                _refuse(staged.package, plan, ())
            _refuse(staged.package, plan, await self._look(staged, plan, compare=False))
            deployed = await self._put_in_place(staged, plan, by)
            self._staging.release(token)
            return deployed
        finally:
            self._staging.kept.discard(token)

    async def _put_in_place(self, staged: Staged, plan: DeployPlan, by: str) -> Deployed:
        found = {each.at: each for each in staged.package.jobs}
        places = tuple(
            Place(job.id, str(self._staging.job_folder(staged, job.at)), str(self._target(job.id)))
            for job in plan.jobs
        )

        def dress() -> list[list[Kept]]:
            done: list[list[Kept]] = []
            try:
                for job, place in zip(plan.jobs, places, strict=True):
                    text, script = job.settings_text, found[job.at].script
                    text = None if text == found[job.at].settings_text else text
                    done.append(edit(Path(place.new), script, text, plan.fix_line_ends))
            except OSError:
                for kept in done:
                    undo(kept)
                raise
            return done

        edited: list[list[Kept]] = []
        origin = Origin(Cause.DEPLOY, staged.package.name, by, self._rooms.clock.now())
        try:
            edited = await asyncio.to_thread(dress)
            return await self._replacing.replace(staged.folder.parent, places, origin, plan.running)
        except OSError as error:
            raise Conflict(
                f"The package could not be changed as the plan wants ({error.strerror}): "
                "see that the disk has room, then try again."
            ) from None
        except WjtuiError:
            for kept in edited:
                await asyncio.to_thread(undo, kept)
            raise

    async def _look(self, staged: Staged, plan: DeployPlan, *, compare: bool) -> tuple[JobPreview, ...]:
        found = {each.at: each for each in staged.package.jobs}
        together = judge_together(plan.jobs)
        previews = []
        for job in plan.jobs:
            folder = self._staging.job_folder(staged, job.at)
            preview = await self._look_at(job, found[job.at], folder, plan.running, compare)
            if (refused := together.get(job)) is not None:
                findings = (*preview.findings, refused)
                preview = msgspec.structs.replace(preview, findings=findings)
            previews.append(preview)
        return tuple(previews)

    async def _look_at(
        self, planned: PlannedJob, found: FoundJob, new: Path, running: WhenRunning, compare: bool
    ) -> JobPreview:
        rooms = self._rooms
        known = rooms.state.jobs.get(planned.id.key)
        other = JobType.TRIGGERED if planned.id.type is JobType.CONTINUOUS else JobType.CONTINUOUS
        old, target = self._folder(planned.id), self._target(planned.id)
        ground = Ground(
            known.id if known else None,
            JobId(other, planned.id.name).key in rooms.state.jobs,
            self._claims.holder(planned.id),
            known.phase.run if known and isinstance(known.phase, Busy) else "",
            known is not None and known.in_place,
            known is not None and known.live,
            known is not None and known.disabled,
            keys=tuple(known.settings.raw) if known is not None else (),
        )

        def look() -> JobPreview:
            needed, free = self._space(old)
            facts = msgspec.structs.replace(
                ground,
                stays_disabled=_has_disable(new),
                obstacle=self._obstacle(planned.id, old, target),
                needed=needed,
                free=free,
            )
            changes, same = (
                compare_folders(old, new, settings_text=planned.settings_text) if compare else ((), 0)
            )
            return JobPreview(
                planned.id,
                planned.at,
                self._store.current(known.id).number if known else None,
                changes,
                same,
                judge(planned, found, facts, running),
                facts.run,
                facts.live,
                facts.in_place,
            )

        return await self._read(look)

    async def _read(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Conflict(
                f"'{error.filename}' could not be read ({error.strerror}): somebody has removed it, "
                "or the engine's user may not read it."
            ) from None

    def _folder(self, job: JobId) -> Path | None:
        """The folder in place."""
        known = self._rooms.state.jobs.get(job.key)
        return Path(known.folder) if known is not None else None

    def _target(self, job: JobId) -> Path:
        """Where a job's folder is, or is to be (spec 1.1)."""
        primary, secondary = self._rooms.site.sources(job.type)
        where = secondary if self._rooms.config.source_read_only else primary
        return self._folder(job) or where / job.name

    def _obstacle(self, job: JobId, old: Path | None, target: Path) -> Finding | None:
        """What stands where the job is to be, and is in the way."""
        code, text = "place", ""
        if old is None:
            known = list_jobs(self._rooms.site).jobs.get(job.key)
            if known is not None:
                # Somebody was faster by some milliseconds, so only the moment is wrong.
                code = "busy"
                text = f"A folder '{known.id.name}' has just come there: look again in a moment."
            elif os.path.lexists(target):
                text = f"Something that is no job has the path '{target}': remove or rename it."
        elif target.is_symlink():
            text = f"'{target}' is a link: put the new version where it leads, or a folder in its place."
        elif self._rooms.config.source_read_only and target.is_relative_to(self._rooms.site.primary):
            text = f"'{target}' is part of a package that is mounted read-only: deploy that package anew."
        return Finding(code, text, Weight.REFUSED) if text else None

    def _space(self, old: Path | None) -> tuple[int, int]:
        """Bytes that it takes to keep the version before it, and bytes free for that."""
        kept_at = self._store.folder.parent
        if old is None or not old.is_dir() or old.stat().st_dev == kept_at.stat().st_dev:
            return 0, 0
        return measure(old).size, free_bytes(kept_at)

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")


def _has_disable(folder: Path) -> bool:
    try:
        return has_disable(find_script_dir(folder))
    except OSError:
        return False  # a package that was refused lies nowhere


def _refuse(package: Package, plan: DeployPlan, previews: tuple[JobPreview, ...]) -> None:
    """Raises DeployRejected with every reason, or Conflict where only the moment is wrong."""
    refusals = refusals_of(package, plan.jobs)
    refusals += [f for each in previews for f in each.findings if f.weight is Weight.REFUSED]
    texts = list(dict.fromkeys(each.text for each in refusals))
    if not texts:
        return
    if all(each.code in _OWN_ANSWER for each in refusals):
        raise Conflict(" ".join(texts))
    raise DeployRejected(" ".join(texts))
