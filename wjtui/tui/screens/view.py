"""View: a full screen; its keys are those of the table, and its desks do what they ask for."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Command, Step, Where
from wjtui.tui.commands.table import BY_ID, commands_of
from wjtui.tui.desks.jobs import JobDesk
from wjtui.tui.desks.shell import ShellDesk
from wjtui.tui.present.header import banner
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.screens.layer import Layer
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link, Topic
from wjtui.tui.undo import Undoable
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.footer import Given, footer
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.toast_stack import ToastStack

TICK = 1.0
"""Seconds between two looks at what depends on the time alone."""


class View(Layer[None]):
    """Header, banner, a body of its own, keys and messages.

    A subclass composes ``above``, its body and ``below``; it says its ``header_line``, which job is chosen,
    which places' keys count, and what moving, Esc and the other keys of every screen do in it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.EVERYWHERE, Where.JOB)

    def __init__(self, session: Session) -> None:
        super().__init__(classes="-ascii" if session.options.ascii else None)
        self.session = session
        self.shell = ShellDesk(self)
        self.jobs_desk: JobDesk = JobDesk(self)
        self._read = False
        self.key_rows = 1
        """Rows of keys at the bottom: 1 or 2."""

    def above(self) -> ComposeResult:
        """Header and banner."""
        yield Bar(id="header", ascii_only=self.session.options.ascii)
        yield Bar(id="banner", ascii_only=self.session.options.ascii)

    def below(self) -> ComposeResult:
        """Keys and messages."""
        ascii_only = self.session.options.ascii
        yield Bar(id="footer-above", ascii_only=ascii_only)
        yield Bar(id="footer", ascii_only=ascii_only)
        yield ToastStack(self.session.toasts, ascii_only=ascii_only, id="toasts")

    def on_mount(self) -> None:
        topics = self.session.topics
        for topic in (Topic.JOBS, Topic.PENDING):
            topics[topic].subscribe(self, self.on_jobs)
        for topic in (Topic.ENGINE, Topic.LINK):
            topics[topic].subscribe(self, self._on_engine)
        topics[Topic.PAST].subscribe(self, self._on_past)
        topics[Topic.RUNS].subscribe(self, self.on_runs)
        self.session.frames.subscribe(self, self.on_frame)
        self.set_interval(TICK, self._tick, name="clock")
        self.say_around()

    # What a subclass says of itself

    @property
    def job(self) -> Job | None:
        """The chosen job."""
        return None

    @property
    def targets(self) -> tuple[Job, ...]:
        """The jobs that commands are about: the marked ones, or else the chosen one."""
        return (self.job,) if self.job is not None else ()

    @property
    def places(self) -> tuple[Where, ...]:
        """The places whose keys count now, in the order of the footer."""
        return Where.JOB, Where.EVERYWHERE

    def desk(self, where: Where) -> Any:
        """Who does the commands of a place; None: they cannot be given here."""
        return {Where.EVERYWHERE: self.shell, Where.JOB: self.jobs_desk}.get(where)

    def desk_of(self, command: Command[Any]) -> Any:
        """Who does a command; None: it cannot be given here."""
        return self.desk(command.where)

    def takes(self, command: Command[Any]) -> bool:
        """Whether a command counts here."""
        return command.where in self.places and self.desk_of(command) is not None

    @abstractmethod
    def header_line(self, width: int) -> Line:
        """The first line."""

    def header_parts(self, width: int) -> tuple[Part | Line, ...]:
        """The same in parts, of which some can be clicked."""
        return (self.header_line(width),)

    def move(self, step: Step) -> None:
        """Move in the pane that has the focus."""

    def back(self) -> None:
        """Esc."""
        self.close()

    def leave(self) -> None:
        """The key q."""
        self.close()

    def next_pane(self, step: int) -> None:
        """Focus the next pane, or the one before."""

    def zoom(self) -> None:
        """The pane with the focus alone, and back."""

    def resize_panes(self, by: int) -> None:
        """More room for one pane, less for the other."""

    def look_again(self) -> None:
        """Show everything anew."""
        self.tick()
        self.refresh()

    def started(self) -> None:
        """A job was started by a key pressed here."""

    def undoing(self, done: Undoable) -> None:
        """Something is being taken back that may belong here."""

    def show_details(self) -> None:
        """Details of the chosen job."""

    def tick(self) -> None:
        """Once a second: what depends on the time alone."""
        if self.is_current:
            self.say_header()

    def on_jobs(self, change: Change) -> None:
        """Jobs changed."""
        self.say_around()

    def on_engine(self, change: Change) -> None:
        """The engine or the link to it changed."""

    def on_past(self, change: Change) -> None:
        """More is known of what happened to some jobs."""

    def on_runs(self, change: Change) -> None:
        """Runs began, changed or went, or everything may have."""

    def on_frame(self, number: int) -> None:
        """A frame is due."""

    # What all do

    def close(self) -> None:
        """Back to the screen under this one."""
        self.dismiss()

    def action_command(self, id: str) -> None:
        """A key of the table was pressed, or its word in the footer clicked."""
        self.give(BY_ID[id])

    def give(self, command: Command[Any]) -> None:
        """Give a command, or say why it cannot be given."""
        desk = self.desk_of(command)
        if desk is None:
            return
        reason = command.why_not(desk)
        if reason is not None:
            self.session.tell(reason, tone=Tone.WARNING, group=f"refused {command.id}")
        else:
            command.act(desk)

    def given(self) -> list[Given]:
        """The commands that count now, each with its desk, in the order of the footer."""
        return [
            Given(command, desk)
            for place in self.places
            if (desk := self.desk(place)) is not None
            for command in commands_of(place)
        ]

    def say_around(self) -> None:
        """Header, banner and keys."""
        self.say_header()
        self.say_banner()
        self.say_footer()

    def say_header(self) -> None:
        """The first line."""
        mark: Line = (Piece(" read-only", Ink.WARNING),) if self.session.store.read_only else ()
        parts = self.header_parts(self.app.size.width - len(plain_text(mark)))
        self.query_one("#header", Bar).say(*((mark, *parts) if mark else parts))

    def say_banner(self) -> None:
        """What stands between the person and the jobs, where there is something."""
        bar = self.query_one("#banner", Bar)
        found = banner(self.session.store, self.session.now)
        bar.display = found is not None
        if found is not None:
            bar.set_class(found.serious, "-serious")
            bar.say((Piece(f" {'✗' if found.serious else '!'} {found.text}", Ink.STRONG),))

    def say_footer(self) -> None:
        """The keys that count now."""
        nothing = Where.JOB in self.places and self.job is None
        above, last = footer(
            self.given(), self.app.size.width, self.key_rows, empty=nothing, keys=self.session.keys
        )
        self.query_one("#footer-above", Bar).say(*above)
        self.query_one("#footer", Bar).say(*last)

    def say_footer_once_read(self, pane: LogPane) -> None:
        """The keys of a log count from when there is something to read."""
        read = pane.pages is not None and len(pane.pages.index) > 0
        if read is not self._read:
            self._read = read
            self.say_footer()

    def place_toasts(self) -> None:
        """Show the messages that are due."""
        self.query_one("#toasts", ToastStack).sync(None, 1 + self.key_rows)

    def on_resize(self, event: events.Resize) -> None:
        self.say_around()
        self.place_toasts()

    def on_screen_resume(self) -> None:
        self.tick()
        self.say_around()
        self.place_toasts()

    def on_descendant_focus(self) -> None:
        self.say_footer()

    def on_descendant_blur(self) -> None:
        self.say_footer()

    def _tick(self) -> None:
        """While another window has the focus the clock stands still: nobody reads it, and it costs bytes.

        While the terminal lags a tick would only come after what it has not drawn yet.
        """
        if self.app.app_focus and not self.session.lagging():
            self.tick()

    def _on_engine(self, change: Change) -> None:
        self.set_class(self.session.store.link in (Link.LOST, Link.ENDED), "-unreachable")
        self.say_around()
        self.on_engine(change)

    def _on_past(self, change: Change) -> None:
        self.jobs_desk.past_changed(change)
        self.on_past(change)
