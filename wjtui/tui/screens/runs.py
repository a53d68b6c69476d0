"""RunsScreen: the runs of one job, or its launches, and all that is known of the one under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wjtui.model.events import LogRef, Tone
from wjtui.model.jobs import Job
from wjtui.model.runs import Launch, Run, RunRef
from wjtui.model.schedules import Missed
from wjtui.tui.commands.command import Step
from wjtui.tui.present.history import run_place
from wjtui.tui.present.history_book import has_ended
from wjtui.tui.present.history_filter import WORDS, Switch
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey, in_order
from wjtui.tui.present.plain import plain
from wjtui.tui.present.run_details import Facts, event_brief, event_details, event_title
from wjtui.tui.present.run_header import runs_header
from wjtui.tui.present.run_notes import durations, happenings
from wjtui.tui.present.run_rows import title
from wjtui.tui.present.run_tail import ErrorLine, painted
from wjtui.tui.run_logs import RunTails
from wjtui.tui.run_results import RunResults
from wjtui.tui.screens.history import HistoryView
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.bar import Part
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.run_pane import RunPane

_BOXED = 100
_NOTES_FROM, _EVENTS = 28, 4
"""Rows of a screen from which there is room under the list, and for how many events."""
_BOXED_FROM, _LOW = 16, 20
"""Rows from which there are boxes, and under which the list has the whole screen where there are none."""
_BRIEF_ROWS = 5


class RunsScreen(HistoryView):
    """Full screen, for one job; ``[`` and ``]`` show the next one's."""

    WORDS = WORDS
    SWITCHES: ClassVar[tuple[Switch, ...]] = (
        Switch.ALL, Switch.RUNNING, Switch.FAILED, Switch.ABORTED, Switch.MANUAL, Switch.SLOW,
    )  # fmt: skip

    def __init__(self, session: Session, key: JobKey, *, run: RunRef | None = None) -> None:
        """``run``: the one that the cursor is to be on; None: the newest."""
        super().__init__(session, all_open=False)
        self._key = key
        self.go_to_run = run
        self._zoomed = ""
        self._leaving = False
        self._rested_at: str | None = None
        self._tails = RunTails(session.service, self.tasks, changed=self._say_tail)
        self._results = RunResults(session.service, self.tasks, changed=self._say_tail)
        self._title: str = ""
        self._notes: list[Line] = []

    def body(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        with Container(id="runs-body"):
            with Container(id="runs-left"):
                yield from super().body()
                yield Static(id="runs-notes")
            with Container(id="runs-right"):
                yield RunPane(ascii_only=ascii_only, id="run-details")
                yield RunPane(ascii_only=ascii_only, id="run-errors")

    def on_mount(self) -> None:
        self.session.topics[Topic.LOGS].subscribe(self, lambda change: self._tails.grew(change.logs))
        self._lay_out()

    # What it shows

    @property
    def job(self) -> Job | None:
        return self.session.store.jobs.get(self._key)

    def header_line(self, width: int) -> Line:
        return tuple(piece for crumb in self.header_parts(width) for piece in crumb.line)

    def header_parts(self, width: int) -> tuple[Part, ...]:
        job, store = self.job, self.session.store
        if job is None:
            return ()
        pending = store.pending.get(self._key)
        crumbs = runs_header(job, self.session.now, width, pending, store.engine)
        return tuple(Part(line, f"screen.crumb('{place}')" if place else "") for line, place in crumbs)

    async def page(self, before: RunRef | None, limit: int) -> list[Run]:
        job = self.job
        if job is None:
            return []
        if job.is_continuous:
            self.book.put(await self.session.service.launches(job.id))
            return []
        return await self.session.service.runs(
            job.id, before=before.run if before is not None else None, limit=limit
        )

    def concerns(self, ref: RunRef) -> bool:
        return ref.job.key == self._key

    def nothing_yet(self) -> str:
        job = self.job
        if job is None:
            return ""
        if job.is_continuous:
            return "It was not launched yet."
        return f"No run yet: {self.session.keys.name('job.run')} runs it, and the run appears here."

    @property
    def settled(self) -> bool:
        run = self.run
        asked = self._tails.busy or self._results.busy
        wants = run is not None and (self._tails.wants(run) or self._results.wants(run))
        return super().settled and not asked and not wants

    # Keys

    def move(self, step: Step) -> None:
        pane = self.focused
        if isinstance(pane, RunPane):
            pane.move(step)
        else:
            super().move(step)

    def next_pane(self, step: int) -> None:
        if self._zoomed:
            self._zoom("details" if self._zoomed == "tree" else "tree")
        elif "-low" in self.classes:
            self._zoom("details")
        else:
            (self.run_tree if isinstance(self.focused, RunPane) else self.details_pane).focus()

    def zoom(self) -> None:
        if self._zoomed:
            self._zoom("")
        else:
            self._zoom("details" if isinstance(self.focused, RunPane) else "tree")

    def show_details(self) -> None:
        self._zoom("" if self._zoomed == "details" else "details")

    def back(self) -> None:
        if self._zoomed:
            self._zoom("")
        elif isinstance(self.focused, RunPane):
            self.run_tree.focus()
        else:
            super().back()

    def leave(self) -> None:
        if self._zoomed == "details":
            self._zoom("")
        else:
            super().leave()

    def open_row(self) -> None:
        job, event = self.job, self.event
        if isinstance(event, Run):
            self.open_log(LogRef(event.ref.job, event.ref.run))
        elif isinstance(event, Launch) and job is not None:
            self.open_log(LogRef(job.id), event.started)
        elif isinstance(event, Missed):
            self.session.tell("No run, so no log.", "Nothing was started at these times.")
        else:
            super().open_row()

    def next_job(self, step: int) -> None:
        keys = [job.id.key for job in in_order(self.session.store.jobs.values())]
        if self._key in keys and len(keys) > 1:
            self.app.switch_screen(RunsScreen(self.session, keys[(keys.index(self._key) + step) % len(keys)]))

    def why_no_other_job(self) -> str | None:
        return "There is no other job." if len(self.session.store.jobs) < 2 else None

    # Showing

    @property
    def details_pane(self) -> RunPane:
        """What is known of the run."""
        return self.query_one("#run-details", RunPane)

    def say_title(self) -> None:
        """Over the list what all runs say together, under it what happened."""
        text = "Launches" if self.job is not None and self.job.is_continuous else "Run history"
        wanted = f"{text} · {self._summary()}" if self.book.known else text
        if wanted != self._title:
            self._title = wanted
            self.query_one("#runs-left").border_title = Content(wanted)
            self.say_header()
        width, height = self.app.size
        notes: list[Line] = []
        if width >= _BOXED and height >= _NOTES_FROM and self._zoomed != "details":
            room = self.run_tree.room
            notes = durations(self.book.totals.latest(20), room)
            happened = happenings(self.book.known.values(), self.session.now, room, _EVENTS + 1)
            notes = [*notes, *([()] if notes and happened else []), *happened]
        if notes != self._notes:
            self._notes = notes
            widget = self.query_one("#runs-notes", Static)
            widget.display = bool(notes)
            widget.update(paragraphs(notes, ascii_only=self.session.options.ascii))

    def say_event(self) -> None:
        job, pane = self.job, self.details_pane
        if job is None or not pane.is_attached:
            return
        totals, event = self.book.totals, self.event
        run, p50, p95 = self.run, totals.percentile(50), totals.percentile(95)
        errors = self._tails.of(run) if run is not None else None
        previous = self.book.run_before(run_place(run.ref)) if run is not None else None
        result = self._results.of(run) if run is not None else None
        facts = Facts(job, event, self.session.now, previous, p50, p95, errors, result)
        width = max(20, pane.scrollable_content_region.width or self.app.size.width - 4)
        errors_pane = self.query_one("#run-errors", RunPane)
        if "-boxed" in self.classes:
            pane.say(event_title(facts), event_details(facts, width))
            room = max(1, errors_pane.size.height)
            errors_pane.say(self._errors_title(), self._error_lines(errors, width, room))
        elif self._zoomed == "details":
            lines = self._error_lines(errors, width, 24)
            pane.say(event_title(facts), [*event_details(facts, width), (), *lines])
        else:
            pane.say(event_title(facts), event_brief(facts, width))

    def tick(self) -> None:
        job = self.job
        if job is None:
            self._gone()
            return
        if not job.is_continuous:
            self.session.inquiry.ask(job)
        super().tick()
        self._tails.tick()
        if self.is_current and self.event is not None and not has_ended(self.event):
            self.say_event()

    # What happens

    def on_jobs(self, change: Change) -> None:
        if self._key in change.jobs:
            job = self.job
            if job is None:
                self._gone()
                return
            if job.latest_run is not None:
                self.take_latest(job.latest_run)
            if job.latest_launch is not None:
                self.book.put([job.latest_launch])
                self.stale = True
        super().on_jobs(change)

    def on_past(self, change: Change) -> None:
        past = self.session.store.past.get(self._key)
        if past is not None and self._key in change.jobs:
            self.book.replace_missed(past.missed)
            self.stale = True

    def on_frame(self, number: int) -> None:
        super().on_frame(number)
        # The log is read once the cursor rests, not for each row that it passes.
        run = self.run
        rests = self.is_current and self.cursor == self._rested_at
        if run is not None and rests and self._tails.wants(run):
            self._tails.read(run)
        if run is not None and rests and self._results.wants(run):
            self._results.read(run)
        self._rested_at = self.cursor

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _gone(self) -> None:
        """The job was deleted: nothing is left to be shown."""
        while isinstance(self.app.screen, ModalScreen) and self in self.app.screen_stack:
            self.app.pop_screen()
        if self.app.screen is self and not self._leaving:
            self._leaving = True
            name = plain(self._key[1])
            self.session.tell(f"{name} is gone.", "Its runs cannot be shown any more.", Tone.WARNING)
            # While a screen is resumed the library cannot take it down.
            self.call_after_refresh(self.close)

    def _say_tail(self) -> None:
        if self.is_current:
            self.say_event()

    def _summary(self) -> str:
        totals = self.book.totals
        job = self.job
        noun = "launch" if job is not None and job.is_continuous else "run"
        ok = totals.ok_percent if noun == "run" else None
        return title(noun, totals.count, ok, totals.percentile(50), totals.percentile(95))

    def _errors_title(self) -> Line:
        key = self.session.keys.name("runs.first_error")
        return Piece("Last error lines  "), Piece(key, Ink.KEY), Piece(" opens the log at the first", Ink.DIM)

    def _error_lines(self, errors: list[ErrorLine] | None, width: int, rows: int) -> list[Line]:
        if not isinstance(self.event, Run):
            return []
        if errors is None:
            return [(Piece("Reading the end of its log…", Ink.DIM),)]
        return painted(errors, width, rows) or [(Piece("None in the last 64 kB of its log.", Ink.DIM),)]

    def _zoom(self, pane: str) -> None:
        self._zoomed = pane
        self._lay_out()
        (self.details_pane if pane == "details" else self.run_tree).focus()
        self.call_after_refresh(self.sync)

    def _lay_out(self) -> None:
        width, height = self.app.size
        boxed = width >= _BOXED and height >= _BOXED_FROM
        wanted = {
            "-boxed": boxed,
            "-low": not boxed and height < _LOW,
            "-launches": self.job is not None and self.job.is_continuous,
            "-zoom-tree": self._zoomed == "tree",
            "-zoom-details": self._zoomed == "details",
        }
        for name, on in wanted.items():
            self.set_class(on, name)
        self.details_pane.styles.height = None if boxed or self._zoomed == "details" else _BRIEF_ROWS + 1
