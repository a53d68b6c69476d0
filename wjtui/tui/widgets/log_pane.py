"""LogPane: the log of the chosen job, in one view or in two, and the task that reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from textual.app import ComposeResult
from textual.containers import Container

from wjtui.logs.line import LineKind
from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogExtent, LogRef
from wjtui.model.jobs import Job
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import size
from wjtui.tui.store import Store
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.log_pages import LogPages, Stream
from wjtui.tui.widgets.log_view import LogView

TRY_AGAIN = 1.0
"""Seconds before a log that could not be read is tried again."""


def log_of(job: Job) -> LogRef | None:
    """The log that tells what a job is doing: its latest run's, or its application log."""
    if job.is_continuous:
        return LogRef(job.id)
    return LogRef(job.id, job.latest_run.ref.run) if job.latest_run is not None else None


class LogPane(Container):
    """``show`` says which log; ``sync``, called once a frame, brings the views up to date."""

    BINDINGS = bindings(Where.LOG)

    def __init__(
        self, service: JobService, store: Store, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._service = service
        self._store = store
        self._ascii = ascii_only
        self._ref: LogRef | None = None
        self._newer: LogRef | None = None
        self._pages: LogPages | None = None
        self._wake = asyncio.Event()
        self._trouble = ""
        self._empty = ""
        self._over = False
        self.split = False
        self.tasks = TaskSet(self._failed)

    def compose(self) -> ComposeResult:
        with Container(id="log-views"):
            yield LogView(Stream.ALL, ascii_only=self._ascii, id="log-all")
            yield LogView(Stream.OUT, ascii_only=self._ascii, id="log-out")
            yield LogView(Stream.ERR, ascii_only=self._ascii, id="log-err")
        yield Bar(id="log-status", ascii_only=self._ascii)

    def on_mount(self) -> None:
        self._arrange()
        self.tasks.start("log pane", self._read())

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    @property
    def ref(self) -> LogRef | None:
        """The log that is shown."""
        return self._ref

    @property
    def view(self) -> LogView:
        """The view that keys move: the one with the focus, else the first."""
        return next((view for view in self._shown() if view.has_focus), next(self._shown()))

    @property
    def views(self) -> list[LogView]:
        """What is shown: one view, or two."""
        return list(self._shown())

    @property
    def settled(self) -> bool:
        """Whether all that is known of the log is on the screen."""
        if self._ref is None or self._trouble:
            return True
        pages = self._pages
        return (
            pages is not None
            and pages.opened
            and not pages.waiting
            and not pages.behind
            and all(view.shows(pages) for view in self._shown())
        )

    def show(self, job: Job | None, *, follow: bool = False) -> None:
        """Show a job's log. A paused reader keeps his run until he follows or chooses another job."""
        wanted = log_of(job) if job is not None else None
        self._empty = _nothing_yet(job)
        self._over = job is not None and job.latest_run is not None and job.latest_run.status.ended
        self._newer = None
        if wanted == self._ref and not follow:
            return
        same_job = wanted is not None and self._ref is not None and wanted.job.key == self._ref.job.key
        if same_job and wanted != self._ref and not follow and not self.view.follow:
            self._newer = wanted
        elif wanted != self._ref:
            self._turn_to(wanted)
        elif follow:
            self.follow()

    def grew(self, logs: Mapping[LogRef, LogExtent]) -> None:
        """Some logs have grown."""
        if self._pages is not None and self._ref is not None and self._ref in logs:
            self._pages.grew()

    def sync(self) -> None:
        """Once a frame."""
        for view in self._shown():
            view.say_instead(self._trouble or self._empty)
            view.sync()
        self._say_status()

    def move(self, step: Step) -> None:
        """Move the view that has the focus."""
        self.view.move(step)
        self.sync()

    def follow(self) -> None:
        """Follow the end, of the newest run if there is a newer one."""
        if self._newer is not None:
            self._turn_to(self._newer)
            self._newer = None
        for view in self._shown():
            view.follow_end()
        self.sync()

    def toggle_split(self) -> None:
        """Standard output and standard error beside each other, or all in order of arrival."""
        focused = any(view.has_focus for view in self._shown())
        self.split = not self.split
        self._arrange()
        for view in self._shown():
            view.open(self._pages)
        if focused:
            self.view.focus()
        self.sync()

    def _shown(self) -> Iterator[LogView]:
        for name in ("#log-out", "#log-err") if self.split else ("#log-all",):
            yield self.query_one(name, LogView)

    def _arrange(self) -> None:
        self.set_class(self.split, "-split")
        titles = {"#log-out": "standard output and engine", "#log-err": "standard error"}
        for name, title in titles.items():
            self.query_one(name, LogView).border_title = title

    def _turn_to(self, ref: LogRef | None) -> None:
        self._ref = ref
        self._pages = None
        self._trouble = ""
        for view in self.query(LogView):
            view.open(None)
        self._wake.set()

    async def _read(self) -> None:
        """The one task that reads logs: the one shown, as long as it is."""
        while True:
            self._wake.clear()
            ref = self._ref
            if ref is None:
                await self._wake.wait()
                continue
            try:
                await self._read_one(ref)
            except WjtuiError as error:
                if ref == self._ref:
                    self._pages = None
                    self._trouble = f"This log cannot be read now: {plain(error.message)}"
                    await self._pause()

    async def _read_one(self, ref: LogRef) -> None:
        pages = LogPages(await self._service.open_log(ref), self._wake)
        await pages.open()
        if ref != self._ref:
            return
        self._trouble = ""
        self._pages = pages
        for view in self._shown():
            view.open(pages)
        pages.grew()  # while it was being opened, nobody listened to what came
        while self._pages is pages:
            self._wake.clear()
            awaited = pages.waiting
            if await pages.advance():
                if awaited and not pages.waiting:
                    self.sync()
                await asyncio.sleep(0)
            else:
                await self._wake.wait()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), TRY_AGAIN)
        except TimeoutError:
            pass

    def _failed(self, name: str, error: BaseException) -> None:
        self._trouble = f"This log cannot be shown, by a bug of ours: {type(error).__name__}."

    def _say_status(self) -> None:
        self.query_one("#log-status", Bar).say(self._status())

    def _status(self) -> Line:
        pages = self._pages
        if pages is None or not pages.opened:
            return (Piece(" "),)
        if self._newer is not None:
            first = Piece(" PAUSED  a newer run has begun: f shows it ", Ink.WARNING)
        elif self._over and all(view.follow for view in self._shown()):
            first = Piece(" END OF RUN ", Ink.DIM)
        elif all(view.follow for view in self._shown()):
            first = Piece(" FOLLOW ", Ink.SUCCESS)
        else:
            unseen = sum(view.unseen for view in self._shown())
            new = f" +{unseen:,}" if unseen else ""
            first = Piece(f" PAUSED{new}  f follows ", Ink.WARNING)
        index = pages.index
        errors = index.count(LineKind.ERR) + index.count(LineKind.SYS_ERR)
        known = f"{len(index):,} lines" if pages.whole else f"last {len(index):,} lines"
        if not len(index):
            return (first,)
        pieces = [first, Piece(f" {known}", Ink.DIM)]
        if errors:
            pieces.append(Piece(f"  {errors:,} ERR", Ink.LOG_ERROR))
        pieces.append(Piece(f"  {size(pages.extent.end - pages.extent.start)}", Ink.DIM))
        if not pages.whole and pages.read_back:
            pieces.append(Piece(f"  reading back {pages.read_back:.0%}", Ink.WAITING))
        return tuple(pieces)


def _nothing_yet(job: Job | None) -> str:
    if job is None:
        return "No job is chosen."
    if not job.runnable:
        return plain(job.error or "It cannot run.")
    if job.is_continuous:
        return "No output yet: what it prints appears here, and what the engine does with it."
    if job.latest_run is None:
        return "No run yet: r runs it, and its output appears here."
    return "No output yet."
