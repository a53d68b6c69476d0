"""VersionsScreen: the versions of a job, and what going back to the one under the cursor would change."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from wjtui.model.deploys import FileChange
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.model.versions import Version
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.desks.versions import GoBack
from wjtui.tui.present.deploy_review import change_line
from wjtui.tui.present.header import trail
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey, shown_status
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.versions import about, going_back, version_line
from wjtui.tui.refusals import change_why_not
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.line_list import LineList
from wjtui.tui.widgets.toast_stack import ToastStack

_BOXED, _LOW = 100, 18
"""Cells from which there are boxes; rows under which the versions or the files have the screen."""
_GONE = "The list of versions could not be read: "


class VersionsScreen(View):
    """Full screen, for one job: the versions above, the files that would change under them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.VERSIONS)
    AUTO_FOCUS = "#versions"

    def __init__(self, session: Session, key: JobKey) -> None:
        super().__init__(session)
        self._key = key
        self.tasks = self.task_set(self._failed)
        self._there: dict[str, Version] = {}
        self._changes: dict[int, list[FileChange] | str] = {}
        """What going back would change, by number; a sentence: why that is not known."""
        self._asking: set[int] = set()
        self._rested_at: str | None = None
        self._state: object = None
        self._zoomed = self._was_live = False
        self._said: list[Line] = []

    def compose(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        yield from self.above()
        with Container(id="versions-body"):
            yield LineList(self._version_line, ascii_only=ascii_only, id="versions")
            yield Static(id="versions-says")
            yield LineList(self._file_line, ascii_only=ascii_only, id="versions-files")
        yield from self.below()

    def on_mount(self) -> None:
        self.table.border_title = Content("Versions")
        self.files.border_title = Content("Files that would change")
        self._lay_out()
        self._read_anew()

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    # What it shows

    @property
    def table(self) -> LineList:
        """The versions, newest first."""
        return self.query_one("#versions", LineList)

    @property
    def files(self) -> LineList:
        """The files that would change."""
        return self.query_one("#versions-files", LineList)

    @property
    def job(self) -> Job | None:
        return self.session.store.jobs.get(self._key)

    @property
    def version(self) -> Version | None:
        """The one under the cursor."""
        return self._there.get(self.table.cursor or "")

    @property
    def changes(self) -> list[FileChange] | None:
        """What going back to it would change; None: not known."""
        found = self._changes.get(self.version.number) if self.version is not None else None
        return None if isinstance(found, str) else found

    @property
    def settled(self) -> bool:
        """Whether all that is asked for is on the screen."""
        version = self.version
        known = version is None or version.current or version.number in self._changes
        return not self.tasks and known

    @property
    def places(self) -> tuple[Where, ...]:
        return Where.VERSIONS, Where.EVERYWHERE

    def desk(self, where: Where) -> Any:
        return self if where is Where.VERSIONS else self.shell if where is Where.EVERYWHERE else None

    def header_line(self, width: int) -> Line:
        job = self.job
        name = shorten(plain(self._key[1]), max(8, width // 2))
        if job is None:
            return trail((name, "Versions"), "", self.session.now, width)
        shown = shown_status(job, self.session.now, self.session.store.pending.get(self._key))
        return trail((name, "Versions"), f"{shown.glyph} {shown.word}", self.session.now, width)

    # Keys

    @property
    def among_files(self) -> bool:
        """Whether the files have the focus."""
        return self.focused is self.files

    def go_back(self) -> None:
        """Ask, then go back to the version under the cursor."""
        job, version, changes = self.job, self.version, self.changes
        current = next((each for each in self._there.values() if each.current), None)
        if job is not None and version is not None and current is not None and changes is not None:
            GoBack(self, job).ask(version, current, changes)

    def why_no_back(self) -> str | None:
        """It needs another version than the one in place, and that it is known what would change."""
        version = self.version
        if version is None:
            return "There is no version to go back to."
        if version.current:
            return f"Version {version.number} is in place: put the cursor on another one to go back to it."
        if (reason := change_why_not(self.session.store, self.job)) is not None:
            return reason
        known = self._changes.get(version.number)
        if known is None:
            return "It is being compared with the version in place."
        return f"It cannot be gone back to: {plain(known)}" if isinstance(known, str) else None

    def diff(self) -> None:
        """What would change in the file under the cursor."""
        job, version, path = self.job, self.version, self.files.cursor
        if job is not None and version is not None and path is not None:
            self.tasks.start(f"changes of {path}", self._show_diff(job, version, path))

    def why_no_diff(self) -> str | None:
        """It needs a file that would change."""
        if self.files.cursor is not None:
            return None
        version = self.version
        if version is not None and version.current:
            return "This version is in place: another one says what would change."
        return "There is no file that would change."

    def move(self, step: Step) -> None:
        (self.files if self.among_files else self.table).move(step)

    def next_pane(self, step: int) -> None:
        to_files = not self.among_files
        self.set_class(to_files, "-on-files")
        (self.files if to_files else self.table).focus()

    def zoom(self) -> None:
        self._zoomed = not self._zoomed
        self._lay_out()

    def back(self) -> None:
        if self._zoomed:
            self.zoom()
        elif self.among_files:
            self.next_pane(-1)
        else:
            self.close()

    def look_again(self) -> None:
        self._read_anew()
        super().look_again()

    # Showing

    def show_versions(self) -> None:
        """The versions, and what is known of the one under the cursor."""
        self.table.show([*self._there])
        self._lay_out()
        self.say_version()

    def say_version(self) -> None:
        """What going back to the version under the cursor would change."""
        version, known = self.version, None
        lines: list[Line] = []
        if version is not None:
            known = self._changes.get(version.number)
            trouble = plain(known) if isinstance(known, str) else ""
            lines = [about(version, self.session.now)]
            lines.append((Piece(trouble, Ink.FAILED),) if trouble else going_back(version, self.changes))
        if lines != self._said:
            self._said = lines
            self.query_one("#versions-says", Static).update(
                paragraphs(lines, ascii_only=self.session.options.ascii)
            )
        self.files.show([change.path for change in self.changes or ()])
        self.say_footer()

    def tick(self) -> None:
        if self.job is None:
            # Not from inside a resume: the screen is not on top of all yet.
            self.call_after_refresh(self.close)
            return
        super().tick()
        self.table.update()

    def place_toasts(self) -> None:
        tree = self.files if self.among_files else self.table
        line = tree.cursor_line() if tree.is_on_screen else None
        row = line + tree.content_region.y if line is not None else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    def _version_line(self, key: str) -> Line:
        digits = max((len(number) for number in self._there), default=1)
        return version_line(self._there[key], self.session.now, self.table.room, digits)

    def _file_line(self, key: str) -> Line:
        change = next((change for change in self.changes or () if change.path == key), None)
        return change_line(change, self.files.room) if change is not None else ()

    def _lay_out(self) -> None:
        width, height = self.app.size
        boxed = width >= _BOXED and height >= _LOW
        for name, on in {"-boxed": boxed, "-one": height < _LOW or self._zoomed}.items():
            self.set_class(on, name)
        if not self.has_class("-one"):
            # All versions where they leave the files half of the screen.
            self.table.styles.height = min(max(1, len(self._there)), max(3, height // 3)) + 1 + boxed
        else:
            self.table.styles.height = "1fr"

    # What happens

    def on_jobs(self, change: Change) -> None:
        if self._key in change.jobs:
            self.tick()
            job = self.job
            if job is not None and self._state != self._state_of(job):
                self._read_anew()
        super().on_jobs(change)

    def on_engine(self, change: Change) -> None:
        live = self.session.store.link is Link.LIVE
        if live and not self._was_live:
            self._read_anew()
        self._was_live = live

    def on_frame(self, number: int) -> None:
        # Once the cursor rests, not for each version that it passes.
        version, rests = self.version, self.table.cursor == self._rested_at
        self._rested_at = self.table.cursor
        if version is not None and not version.current and version.number not in self._changes:
            if rests and version.number not in self._asking and self.job is not None:
                self._asking.add(version.number)
                self.tasks.start(f"changes of version {version.number}", self._compare(version.number))
            self.session.wake()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.session.wake()
        self.say_version()
        self.place_toasts()

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.action_command("versions.open")

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _state_of(self, job: Job) -> object:
        """What is different once another version is in place."""
        return job.settings, job.script, job.problems, self._key in self.session.store.pending

    def _read_anew(self) -> None:
        """Ask for the versions again; what is shown stays until they are known."""
        if (job := self.job) is not None:
            self._was_live = True
            self._state = self._state_of(job)
            self.tasks.start("versions", self._ask(job))

    async def _ask(self, job: Job) -> None:
        try:
            found = await self.session.service.versions.of(job.id)
        except WjtuiError as error:
            self.table.empty_text = f"{_GONE}{plain(error.message)}"
            self.table.refresh()
            return
        there = {str(version.number): version for version in found}
        if there != self._there:
            self._there = there
            self._changes.clear()
        self.show_versions()
        self.session.wake()

    async def _compare(self, number: int) -> None:
        job = self.job
        there = self._there
        try:
            if job is None:
                return
            found: list[FileChange] | str = await self.session.service.versions.compare(job.id, number)
        except WjtuiError as error:
            found = error.message
        finally:
            self._asking.discard(number)
        if there is self._there:
            self._changes[number] = found
            self.say_version()

    async def _show_diff(self, job: Job, version: Version, path: str) -> None:
        from wjtui.tui.screens.deploy_diff import DiffScreen

        try:
            text = await self.session.service.versions.diff(job.id, version.number, path)
        except WjtuiError as error:
            self.session.tell(f"{plain(path)} cannot be compared", plain(error.message), Tone.ERROR)
            return
        if self.is_current:
            title = f"{path}: back to version {version.number}"
            self.app.push_screen(DiffScreen(title, text, ascii_only=self.session.options.ascii))

    def _failed(self, name: str, error: BaseException) -> None:
        self.session.tell("The versions cannot be shown, by a bug of ours.", type(error).__name__, Tone.ERROR)
