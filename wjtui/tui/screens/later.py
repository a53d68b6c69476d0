"""RunLater: asks when a job is to run once, and with which arguments."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from wjtui.support.clock import Clock
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.later import EXAMPLES, Reading, read_later
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import zone_name
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.inked import content, paragraphs


class Wish(NamedTuple):
    """A start that is to be put off."""

    at: datetime
    arguments: str | None
    """None: those of the job's settings."""


class RunLater(Dialog[Wish | None]):
    """Says under the field what was understood; dismissed with None when nothing is to be put off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down", "app.focus_next", "Next field"),
        Binding("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, job: str, usual: str, zone: tzinfo, clock: Clock, *, ascii_only: bool = False) -> None:
        """``usual``: the arguments of the job's settings. ``zone``: what a time without one is meant in."""
        super().__init__()
        self._job = job
        self._usual = usual
        self._zone = zone
        self._clock = clock
        self._ascii = ascii_only
        self._said: Line = ()

    def compose(self) -> ComposeResult:
        zone = zone_name(self._zone)
        hints: list[Line] = [
            (
                Piece(
                    f"A time without a zone is meant in {zone}. The engine keeps it over restarts.", Ink.DIM
                ),
            ),
            (Piece("Enter", Ink.KEY), Piece(" puts it off   "), Piece("Tab", Ink.KEY), Piece(" next field")),
        ]
        with Container(classes="dialog") as dialog:
            dialog.border_title = Content(f"Run {self._job} once, later")
            yield Static(Content("When"), classes="dialog-label")
            yield Input(id="when", placeholder=EXAMPLES, compact=True)
            yield Static(id="when-says")
            yield Static(Content("Arguments"), classes="dialog-label")
            yield Input(plain(self._usual), id="arguments", select_on_focus=False, compact=True)
            yield Static(paragraphs(hints, ascii_only=self._ascii))

    def on_mount(self) -> None:
        self.set_interval(1.0, self.tick, name="countdown")
        self.tick()

    def tick(self) -> None:
        """Say what the time means, as seen from now."""
        line = self._read().line
        if line != self._said:
            self._said = line
            self.query_one("#when-says", Static).update(content(line, ascii_only=self._ascii))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.tick()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.tick()
        at = self._read().at
        if at is None:
            self.query_one("#when", Input).focus()
            return
        arguments = self.query_one("#arguments", Input).value
        self.dismiss(Wish(at, None if arguments == plain(self._usual) else arguments))

    def _read(self) -> Reading:
        return read_later(self.query_one("#when", Input).value, self._clock.now(), self._zone)
