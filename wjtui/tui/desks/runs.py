"""RunsDesk: what the keys of a history do to the chosen run, and to its job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.model.events import LogRef, Tone
from wjtui.model.jobs import Job
from wjtui.model.runs import Launch, Run
from wjtui.tui.desks.jobs import JobDesk
from wjtui.tui.present.copying import copyable
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import moment
from wjtui.tui.refusals import change_why_not
from wjtui.tui.run_logs import first_error_at
from wjtui.tui.screens.question import CANCEL, Answer, Question

if TYPE_CHECKING:
    from wjtui.tui.screens.history import HistoryView


class RunsJobDesk(JobDesk):
    """Runs are run again with the arguments they had."""

    def __init__(self, view: HistoryView) -> None:
        super().__init__(view)
        self._history = view

    def usual_arguments(self, job: Job) -> str:
        """Those of the chosen run."""
        run = self._history.run
        return run.arguments if run is not None else super().usual_arguments(job)


class RunsDesk:
    """For the history of one job, or of all."""

    def __init__(self, view: HistoryView) -> None:
        self._view = view
        self._session = view.session

    @property
    def opens(self) -> str:
        """What Enter does, in a word."""
        if self._view.group_key is not None:
            return "Fold" if self._view.book.is_open(self._view.group_key) else "Unfold"
        return self._view.OPENS

    def open(self) -> None:
        """Open what is under the cursor."""
        self._view.open_row()

    def first_error(self) -> None:
        """The log at its first error."""
        if (run := self._view.run) is not None:
            ref = LogRef(run.ref.job, run.ref.run)
            self._view.tasks.start(f"first error of {run.ref}", self._open_at_first_error(ref))

    def delete(self) -> None:
        """Ask, then move the run to the trash."""
        view, run, job = self._view, self._view.run, self._view.job
        if run is None or job is None:
            return
        lines: list[Line] = [
            (Piece(f"{plain(job.id.name)}, {run.status.value}, started {moment(run.started)}."),),
            (Piece("Its log goes with it. It rests in the trash for 7 days, then it is gone.", Ink.DIM),),
            (Piece(f"{self._session.keys.name('app.undo')} brings it back.", Ink.DIM),),
        ]
        answers = [Answer(CANCEL, "Keep it", "k"), Answer("delete", "Delete", "d", dangerous=True)]

        def answered(answer: str | None) -> None:
            if answer == "delete":
                work = self._session.changes.delete_run(run.ref)
                self._session.dispatch.give((job.id,), "Deleting", work)

        view.app.push_screen(Question(f"Delete run {run.ref.run}?", lines, answers), answered)

    def copy_menu(self) -> None:
        """Names, places, and the lines that do the same without the screen."""
        from wjtui.tui.screens.menu import Entry, Menu

        job, run, options = self._view.job, self._view.run, self._session.options
        if job is None:
            return
        offered = copyable(job, options.again, options.socket, run.ref.run if run is not None else None)
        # The run first: that is what the cursor is on.
        offered.sort(key=lambda one: one.label != "run id")
        entries = [
            Entry(str(at), each.label, str(at), note=plain(each.text)) for at, each in enumerate(offered, 1)
        ]

        def chosen(value: str | None) -> None:
            if value is not None:
                one = offered[int(value) - 1]
                self._view.app.copy_to_clipboard(one.text)
                self._session.tell(f"Copied the {one.label}.", plain(one.text))

        title = f"Copy of run {run.ref.run}" if run is not None else f"Copy of {plain(job.id.name)}"
        self._view.app.push_screen(Menu(title, entries, ascii_only=options.ascii), chosen)

    def filter(self) -> None:
        """Type a filter."""
        self._view.type_filter()

    def next_switch(self) -> None:
        """The next switch over the list that lets something through."""
        before = self._view.book.switch
        self._view.next_switch()
        if self._view.book.switch is before:
            self._session.tell("No other switch lets a run through.", group="switch", brief=True)

    def next_run(self, step: int) -> None:
        """The run above or below, folded or not."""
        self._view.run_tree.next_run(step)

    def next_job(self, step: int) -> None:
        """The job above or below in the list."""
        self._view.next_job(step)

    def fold(self, *, open: bool) -> None:
        """Fold the group under the cursor, or the one that the cursor is in."""
        self._view.fold(open=open)

    def why_no_row(self) -> str | None:
        """It is about a row."""
        return "There is nothing in this list." if self._view.cursor is None else None

    def why_no_log(self) -> str | None:
        """Only runs have logs of their own."""
        if self._view.run is not None:
            return None
        return "Put the cursor on a run: its log is searched for the first error."

    def why_no_delete(self) -> str | None:
        """Only a run that has ended can be deleted, and only where anything can be changed."""
        if (reason := change_why_not(self._session.store, self._view.job)) is not None:
            return reason
        event = self._view.event
        if isinstance(event, Launch):
            return "A launch has nothing to delete: its output is a part of the job's one log."
        if not isinstance(event, Run):
            return "Put the cursor on a run to delete it."
        stop = self._session.keys.name("job.stop")
        return None if event.status.ended else f"This run is going: {stop} stops it."

    def why_no_other_job(self) -> str | None:
        """The history of every job has no next one."""
        return self._view.why_no_other_job()

    async def _open_at_first_error(self, ref: LogRef) -> None:
        found = await first_error_at(self._session.service, ref)
        if isinstance(found, str):
            self._session.tell("No error to go to.", found, Tone.WARNING)
        elif self._view.app.screen is self._view:
            self._view.open_log(ref, found)
