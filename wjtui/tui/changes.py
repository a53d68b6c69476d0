"""Changes: who brings jobs in, changes and deletes them for this screen, and notes the way back."""

from __future__ import annotations

from wjtui.model.deploys import Deployed, DeployPlan, WhenRunning
from wjtui.model.identity import JobId
from wjtui.model.runs import RunRef
from wjtui.model.site import SettingsDocument, SiteChange, SiteSettings
from wjtui.model.versions import Trashed, Version
from wjtui.service import JobService
from wjtui.tui.present.plain import plain
from wjtui.tui.undo import Overtaken, Undoable, UndoStack


class Changes:
    """Each method raises what the service raises; what has succeeded can be undone."""

    def __init__(self, service: JobService, undo: UndoStack, user: str = "") -> None:
        self._service = service
        self._undo = undo
        self._by = f"UI - {user}"
        self._again: dict[tuple[JobId, int], int] = {}
        """A version that was gone back to -> the number under which it is in place again."""

    async def deploy(self, token: str, plan: DeployPlan) -> Deployed:
        """Put a staged package in place."""
        done = await self._service.deploys.commit(token, plan, by=self._by)
        names = ", ".join(plain(job.id.name) for job in done.jobs)

        async def undo() -> str:
            for job in done.jobs:
                if job.replaced is None:
                    await self._service.trash.delete(job.id, keep_history=True)
                else:
                    await self._go_back(job.id, job.version, job.replaced)
            if all(job.replaced is None for job in done.jobs):
                return f"{names} was new, and rests in the trash."
            return f"{names}: what was there before is back."

        if not done.waiting:
            self._undo.put(Undoable(f"the deploy of {names}", undo, tuple(job.id for job in done.jobs)))
        return done

    async def save(self, job: JobId, text: str, etag: str | None) -> SettingsDocument:
        """Replace a ``settings.job``."""
        before = (await self._service.settings.read(job)).version
        saved = await self._service.settings.save(job, text, etag=etag, by=self._by)

        async def undo() -> str:
            await self._go_back(job, saved.version, before)
            return f"{plain(job.name)}: the settings of version {before} are back."

        if saved.version != before:
            self._undo.put(Undoable(f"the saved settings of {plain(job.name)}", undo, (job,)))
        return saved

    async def roll_back(
        self, job: JobId, number: int | None = None, running: WhenRunning = WhenRunning.NOW
    ) -> Version:
        """Put an earlier version in place; it is not the current one where that waits for a run to end."""
        there = await self._service.versions.of(job)
        before = there[0].number
        made = await self._service.versions.roll_back(job, number, running=running, by=self._by)

        async def undo() -> str:
            await self._go_back(job, made.number, before)
            return f"{plain(job.name)}: version {before} is back."

        if made.current:
            self._undo.put(Undoable(f"the rollback of {plain(job.name)}", undo, (job,)))
        return made

    async def delete(self, job: JobId, *, keep_history: bool = False) -> Trashed:
        """Move a job to the trash."""
        entry = await self._service.trash.delete(job, keep_history=keep_history)

        async def undo() -> str:
            await self._service.trash.restore(entry.id)
            return f"{plain(job.name)} is back."

        self._undo.put(Undoable(f"the deletion of {plain(job.name)}", undo, (job,), entry=entry.id))
        return entry

    async def restore(self, entry: Trashed) -> JobId:
        """Bring a job back from the trash."""
        job = await self._service.trash.restore(entry.id)
        self._undo.forget(entry.id)
        return job

    async def delete_run(self, run: RunRef) -> None:
        """Move a run to the trash."""
        await self._service.delete_run(run)

        async def undo() -> str:
            await self._service.restore_run(run)
            return f"Run {run.run} of {plain(run.job.name)} is back."

        what = f"the deletion of run {run.run} of {plain(run.job.name)}"
        self._undo.put(Undoable(what, undo, (run.job,), run))

    async def change_site(self, change: SiteChange, what: str) -> SiteSettings:
        """Change the settings of the site; ``what`` ends the sentence "Undo the change of"."""
        before = await self._service.settings.site()
        done = await self._service.settings.change_site(change)

        async def undo() -> str:
            back = change.way_back(before, await self._service.settings.site())
            if back is None:
                raise Overtaken(f"Somebody else has changed {what} since: the site settings show its value.")
            await self._service.settings.change_site(back)
            return f"{what} is as it was before."

        self._undo.put(Undoable(f"the change of {what}", undo))
        return done

    async def _go_back(self, job: JobId, now: int, before: int) -> None:
        """Undo one's own change, and nobody else's. Raises Conflict where a later one lies over it."""
        there = await self._service.versions.of(job)
        if there[0].number != self._number_now(job, now):
            raise Overtaken(
                f"'{job.name}' is at version {there[0].number} by now: choose the version to go back to in "
                "its list of versions."
            )
        made = await self._service.versions.roll_back(job, before, by=self._by)
        self._again[job, before] = made.number

    def _number_now(self, job: JobId, number: int) -> int:
        """The number that a version of one's own has by now."""
        while (job, number) in self._again:
            number = self._again[job, number]
        return number
