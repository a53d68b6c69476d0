"""GoBack: asks before a job goes back to an earlier version, and tells how that went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wjtui.model.deploys import FileChange, WhenRunning
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.model.versions import Version
from wjtui.tui.present.plain import plain
from wjtui.tui.present.versions import KEEP, question, ways
from wjtui.tui.screens.question import Answer, Question

if TYPE_CHECKING:
    from wjtui.tui.screens.view import View


class GoBack:
    """One job, for the view from which it was asked for."""

    def __init__(self, view: View, job: Job) -> None:
        self._view = view
        self._session = view.session
        self._job = job

    def look(self) -> None:
        """Find out what going back to the version before would change, then ask."""
        self._session.dispatch.tasks.start(f"version before of {self._job.id}", self._look())

    async def _look(self) -> None:
        versions, job = self._session.service.versions, self._job
        try:
            there = await versions.of(job.id)
            if len(there) > 1:
                changes = await versions.compare(job.id, there[1].number)
        except WjtuiError as error:
            self._session.tell(f"{plain(job.id.name)} cannot go back", plain(error.message), Tone.ERROR)
            return
        if len(there) < 2:
            deploys = "Each deploy and each saved settings.job keeps the version before."
            self._session.tell(f"{plain(job.id.name)} has no earlier version.", deploys, Tone.WARNING)
        elif self._view.is_current:
            self.ask(there[1], there[0], changes)

    def ask(self, version: Version, current: Version, changes: Sequence[FileChange]) -> None:
        """Ask, then go back to a version; ``changes``: what that changes."""
        session, job = self._session, self._session.store.jobs.get(self._job.id.key, self._job)
        undo = session.keys.name("app.undo")
        lines = question(job, version, current, changes, session.now, undo)
        answers = [
            Answer(KEEP, f"Keep version {current.number}", "k"),
            *(Answer(value, label, key, dangerous=True) for value, label, key in ways(job)),
        ]

        def answered(answer: str | None) -> None:
            if answer not in (None, KEEP):
                work = self._go(version.number, WhenRunning(answer))
                session.dispatch.give((job.id,), "Going back", work)

        title = f"{plain(job.id.name)}: back to version {version.number}?"
        self._view.app.push_screen(Question(title, lines, answers), answered)

    async def _go(self, number: int, running: WhenRunning) -> None:
        session, name = self._session, plain(self._job.id.name)
        made = await session.changes.roll_back(self._job.id, number, running)
        if made.current:
            now = f"It is version {made.number} now. {session.keys.name('app.undo')} undoes."
            session.tell(f"{name}: version {number} is in place again.", now)
        else:
            then = "Until then the version in place stays, even if the engine is restarted."
            session.tell(f"{name} goes back to version {number} when its run has ended.", then)
