"""ScheduleDesk: changes the schedule that is looked at, in its job's ``settings.job``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.model.errors import SettingsChanged, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.model.site import SettingsDocument
from wjtui.settings.edit import CannotEdit
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_draft import ScheduleDraft, draft_of, write_draft
from wjtui.tui.present.schedules import local_moment, waiting
from wjtui.tui.refusals import change_why_not, schedule_why_not

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View

_CHANGED = "settings.job was changed by somebody else meanwhile: ctrl+s puts this schedule into it."


class ScheduleDesk:
    """Reads the file, opens the builder, and writes what came of it; what is refused is not lost."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session

    def why_no_change(self) -> str | None:
        """Why it cannot be changed now."""
        store, job = self._session.store, self._view.job
        return change_why_not(store, job) or schedule_why_not(store, job)

    def change(self) -> None:
        """Open the builder on what the file says now."""
        if (job := self._view.job) is not None:
            self._session.dispatch.give((job.id,), "Reading", self._open(job))

    async def _open(self, job: Job, instead: ScheduleDraft | None = None, remark: str = "") -> None:
        try:
            document = await self._session.service.settings.read(job.id)
        except WjtuiError as error:
            self._tell(job, "settings.job was not read", error.message)
            return
        if self._view.is_current:
            self._show(job, document, instead, remark)

    def _show(self, job: Job, document: SettingsDocument, instead: ScheduleDraft | None, remark: str) -> None:
        from wjtui.tui.screens.builder import BuilderScreen

        draft = draft_of(document.settings)

        def answered(wanted: ScheduleDraft | None) -> None:
            if wanted is not None and wanted != draft:
                self._session.dispatch.give((job.id,), "Saving", self._save(job, document, wanted))

        screen = BuilderScreen(self._session, job.id.name, draft, job=job, instead=instead, remark=remark)
        self._view.app.push_screen(screen, answered)

    async def _save(self, job: Job, document: SettingsDocument, wanted: ScheduleDraft) -> None:
        try:
            await self._write(job, document, wanted)
        except CannotEdit as error:
            self._tell(job, "the schedule is not saved", f"settings.job cannot be changed by key: {error}.")
        except SettingsChanged:
            await self._save_over(job, document, wanted)
        except WjtuiError as error:
            self._tell(job, "the schedule is not saved", error.message)
            await self._open(job, wanted, plain(error.message))
        else:
            self._told(job, wanted)

    async def _save_over(self, job: Job, document: SettingsDocument, wanted: ScheduleDraft) -> None:
        """Somebody else changed the file: the schedule is asked about, all else stays theirs."""
        try:
            now = await self._session.service.settings.read(job.id)
            if draft_of(now.settings) != draft_of(document.settings):
                await self._open(job, wanted, _CHANGED)
                return
            await self._write(job, now, wanted)
        except (CannotEdit, WjtuiError) as error:
            self._tell(job, "the schedule is not saved", str(error))
        else:
            self._told(job, wanted)

    async def _write(self, job: Job, document: SettingsDocument, wanted: ScheduleDraft) -> None:
        text = write_draft(document.text, wanted)
        await self._session.changes.save(job.id, text, document.etag)

    def _told(self, job: Job, wanted: ScheduleDraft) -> None:
        from wjtui.tui.present.builder_check import Origin, answers_of, check

        now, engine = self._session.now, self._session.store.engine
        origin = Origin(wanted, engine.zone if engine is not None else "UTC")
        checked = check(answers_of(wanted), origin, now)
        due = checked.reading.timetable.next_after(now) if checked.reading is not None else None
        next_run = (
            f"Next run {local_moment(due, checked.zone)}, {waiting(due, now)}" if due else "No run is ahead"
        )
        undo = self._session.keys.name("app.undo")
        self._session.tell(f"{plain(job.id.name)}: schedule saved", f"{next_run}. {undo} undoes it.")

    def _tell(self, job: Job, what: str, why: str) -> None:
        self._session.tell(f"{plain(job.id.name)}: {what}", plain(why), Tone.ERROR)
