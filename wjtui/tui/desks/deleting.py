"""Deleting: asks for the name, then moves jobs to the trash and tells how that went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Notice, Tone
from wjtui.model.jobs import Job
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import moment
from wjtui.tui.present.toasts import DELETED

if TYPE_CHECKING:
    from wjtui.tui.screens.delete_job import Deletion
    from wjtui.tui.screens.view import View

NOT_DELETED = "not-deleted"
"""The code of the notice that says that a job could not be deleted."""


class Deleting:
    """One or several jobs; each is a command of its own."""

    def __init__(self, view: View, jobs: Sequence[Job], left_out: int = 0) -> None:
        """``left_out``: marked jobs to which it cannot be done."""
        self._view = view
        self._session = view.session
        self._jobs = jobs
        self._left_out = left_out

    def ask(self) -> None:
        """Ask, then delete."""
        from wjtui.tui.screens.delete_job import DeleteJobs

        self._view.app.push_screen(DeleteJobs(self._session, self._jobs, self._left_out), self._answered)

    def _answered(self, answer: Deletion | None) -> None:
        if answer is None:
            return
        self._view.shell.main.table.mark([job.id.key for job in self._jobs], on=False)
        for job in self._jobs:
            self._session.dispatch.give((job.id,), "Deleting", self._delete(job, answer))

    async def _delete(self, job: Job, how: Deletion) -> None:
        session = self._session
        try:
            entry = await session.changes.delete(job.id, keep_history=how.keep_history)
        except WjtuiError as error:
            text = f"could not be deleted: {error.message}"
            notice = Notice(session.now, text, Tone.ERROR, job=job.id, code=NOT_DELETED)
            session.publish(session.store.remark(notice))
        else:
            back = f"{session.keys.name('app.undo')} brings it back, until {moment(entry.until)}."
            name = plain(job.id.name)
            session.tell(f"{name} is in the trash.", back, group=DELETED, name=name)
