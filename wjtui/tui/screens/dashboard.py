"""DashboardScreen: every run of every job, newest first."""

from __future__ import annotations

from typing import ClassVar

from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunRef
from wjtui.tui.present.history_filter import WORDS, Switch
from wjtui.tui.present.ink import Line
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.run_header import dashboard_header
from wjtui.tui.present.run_rows import longest, title
from wjtui.tui.screens.history import HistoryView
from wjtui.tui.session import Session
from wjtui.tui.store import Change
from wjtui.tui.widgets.bar import Part
from wjtui.tui.widgets.footer import Given

_AHEAD = 100
"""Rows under those in sight that are read before anybody scrolls there."""


class DashboardScreen(HistoryView):
    """Older runs are read as one scrolls towards them, or as long as a filter finds too few."""

    OPENS = "Open"
    WORDS = f"job:name {WORDS}"
    SWITCHES: ClassVar[tuple[Switch, ...]] = (
        Switch.ALL, Switch.RUNNING, Switch.FAILED, Switch.ABORTED, Switch.SUCCESS,
    )  # fmt: skip

    def __init__(self, session: Session) -> None:
        super().__init__(session, all_open=True)
        self._known: set[JobKey] = set(session.store.jobs)

    @property
    def job(self) -> Job | None:
        """The job of the run under the cursor."""
        run = self.run
        return self.session.store.jobs.get(run.ref.job.key) if run is not None else None

    def header_line(self, width: int) -> Line:
        return tuple(piece for part in self.header_parts(width) for piece in part.line)

    def header_parts(self, width: int) -> tuple[Part, ...]:
        totals = self.book.totals
        brief = title("run", totals.count, totals.ok_percent, None, None) if self.book.known else ""
        if brief and not self.reader.whole:
            brief = f"the newest {brief}"
        crumbs = dashboard_header(self.session.now, width, self.session.store.engine, brief)
        return tuple(Part(line, f"screen.crumb('{place}')" if place else "") for line, place in crumbs)

    async def page(self, before: RunRef | None, limit: int) -> list[Run]:
        return await self.session.service.history(before=before, limit=limit)

    def concerns(self, ref: RunRef) -> bool:
        return ref.job.key in self.session.store.jobs

    def wants_more(self) -> bool:
        """Whether the end of what is known is near, and what is older may be wanted."""
        # What was read last is not in the rows yet; a filter that is half typed often finds nothing.
        if self.stale or self.filter_field.display:
            return False
        since = self.book.filter.since
        if since is not None and self.book.known:
            oldest = min(self.book.known)
            if oldest < since.strftime("%Y%m%d%H%M%S"):
                return False
        shown = self.run_tree
        return len(shown.rows) - round(shown.scroll_y) - shown.size.height < _AHEAD

    def open_row(self) -> None:
        run = self.run
        if run is None:
            super().open_row()
            return
        from wjtui.tui.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen(self.session, run.ref.job.key, run=run.ref))

    def show_details(self) -> None:
        self.open_row()

    def given(self) -> list[Given]:
        return [one for one in super().given() if not one.command.id.startswith("pane.")]

    def why_no_other_job(self) -> str | None:
        return "Every job is in this list already."

    def nothing_yet(self) -> str:
        return "No job has run yet."

    def say_title(self) -> None:
        names = {job.id.name for job in self.session.store.jobs.values() if not job.is_continuous}
        self.run_tree.name_jobs(longest(names))
        self.say_header()

    def on_jobs(self, change: Change) -> None:
        jobs = self.session.store.jobs
        for key in change.jobs:
            job = jobs.get(key)
            if job is None:
                self._forget(key)
            elif job.latest_run is not None:
                self.take_latest(job.latest_run)
        if set(jobs) - self._known:
            self.read_anew()
        self._known = set(jobs)
        super().on_jobs(change)

    def _forget(self, key: JobKey) -> None:
        for place, event in list(self.book.known.items()):
            if isinstance(event, Run) and event.ref.job.key == key:
                self.book.drop(place)
                self.stale = True
