"""BuilderFields: the controls of the schedule builder; which of them are shown depends on what is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from wjtui.schedule.recurrence import LAST
from wjtui.tui.present.builder_answers import CRON, EVERY, MANUAL, ONCE, Answers, fields_of
from wjtui.tui.present.builder_help import HELP
from wjtui.tui.present.ink import Line
from wjtui.tui.widgets.builder_input import BuilderInput, ZoneSuggester
from wjtui.tui.widgets.controls import Choice, Option
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.weekdays import WeekDays

_OCCURRENCES = ("first", "second", "third", "fourth", "fifth", "last")
_CHOICES = {
    "kind": {CRON: "cron", EVERY: "recurring", ONCE: "once", MANUAL: "by hand only"},
    "time": {"minutes": "every N minutes", "hours": "every N hours", "at": "at a time", "own": "own"},
    "days": {"all": "every day", "week": "week days", "month": "days of the month", "own": "own"},
    "start": {"now": "now", "at": "at"},
    "unit": {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks", "month": "months"},
    "month": {
        "same": "the start's day",
        "days": "days of the month",
        "weekdays": "every such week day",
        "nth": "the first ... last week day",
    },
    "end": {"never": "never", "at": "at", "after": "after N runs"},
}
_PLACEHOLDERS = {
    "start_at": "in 30m, 02:00, 2026-11-22 02:00",
    "end_at": "2027-12-31 23:59",
    "months": "all, or 1,6 or Jan-Mar",
    "clock_hours": "the start's",
    "clock_minutes": "the start's",
}
_ONLY_WITH = {"start_at": ("start", "at"), "end_at": ("end", "at"), "times": ("end", "after")}
"""Controls that count only when their field's choice says so."""


class BuilderFields(VerticalScroll, can_focus=False):
    """Each control is called as what it fills in: ``#b-NAME`` for ``Answers.NAME``, fields ``#f-NAME``."""

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(id=id, classes="form-box")
        self._ascii = ascii_only
        self._controls: dict[str, Widget] = {}
        self._rows = list(self._made())

    def compose(self) -> ComposeResult:
        self.border_title = Content("Build it")
        yield from self._rows

    def answers(self, expression: str) -> Answers:
        """What is filled in."""
        return Answers(expression=expression, **{name: _read(each) for name, each in self._controls.items()})

    def put(self, answers: Answers) -> None:
        """Fill in; nobody is told."""
        for name, control in self._controls.items():
            _put(control, getattr(answers, name))
        shown = fields_of(answers)
        for field in self._rows:
            field.display = (field.id or "").removeprefix("f-") in shown
        for name, (choice, value) in _ONLY_WITH.items():
            self._controls[name].display = getattr(answers, choice) == value

    def tell(self, errors: Mapping[str, str], remarks: Mapping[str, Line]) -> None:
        """Say under the fields what is wrong, or what is meant."""
        for field in self._rows:
            name = (field.id or "").removeprefix("f-")
            field.say(remarks.get(name, ()), errors.get(name, "") if field.display else "")

    def _made(self) -> Iterator[Field]:
        text, choice, days = self._text, self._choice, self._days
        yield self._field("kind", "Runs", choice("kind"))
        yield self._field("time", "Time", choice("time"))
        yield self._field("minutes", "Every", text("minutes"), _said("minutes"))
        yield self._field("hours", "Every", text("hours"), _said("hours, at minute"), text("minute"))
        yield self._field("at", "At", text("at"), _said("HH:MM or HH:MM:SS"))
        yield self._field("days", "Days", choice("days"))
        yield self._field("weekdays", "", days("weekdays"))
        yield self._field("monthdays", "", text("monthdays"), _said("1,15 or 1-7"))
        yield self._field("months", "Months", text("months"))
        yield self._field("start", "Start", choice("start"), text("start_at"))
        yield self._field("n", "Every", text("n"), choice("unit"))
        yield self._field("week", "On", days("week"))
        yield self._field("month", "On", choice("month"))
        yield self._field("month_days", "", text("month_days"), _said("-1: last day"))
        yield self._field("month_week", "", days("month_week"))
        yield self._field("nth", "", days("nth", _OCCURRENCES))
        yield self._field("clock", "Hours", text("clock_hours"), _said("minutes"), text("clock_minutes"))
        yield self._field("end", "Ends", choice("end"), text("end_at"), text("times"))
        yield self._field("zone", "Zone", text("zone"))

    def _field(self, name: str, label: str, *controls: Widget) -> Field:
        return Field(label, *controls, help=HELP[name], ascii_only=self._ascii, id=f"f-{name}")

    def _text(self, name: str) -> BuilderInput:
        suggester = ZoneSuggester() if name == "zone" else None
        field = BuilderInput(placeholder=_PLACEHOLDERS.get(name, ""), suggester=suggester, id=f"b-{name}")
        self._controls[name] = field
        return field

    def _choice(self, name: str) -> Choice:
        options = [Option(value, label) for value, label in _CHOICES[name].items()]
        made = Choice(options, ascii_only=self._ascii, id=f"b-{name}")
        self._controls[name] = made
        return made

    def _days(self, name: str, rows: tuple[str, ...] = ("",)) -> WeekDays:
        made = WeekDays(rows, id=f"b-{name}")
        self._controls[name] = made
        return made


def _said(text: str) -> Static:
    return Static(Content(text), classes="builder-said")


def _read(control: Widget) -> Any:
    match control:
        case BuilderInput():
            return control.value
        case Choice():
            return control.value
        case WeekDays():
            if control.id == "b-nth":
                return tuple((LAST if row == 5 else row + 1, day) for row, day in control.ticked)
            return tuple(day for _, day in control.ticked)
    raise TypeError(control)


def _put(control: Widget, value: Any) -> None:
    match control:
        case BuilderInput():
            control.put(value)
        case Choice():
            control.put(value)
        case WeekDays():
            rows = control.id == "b-nth"
            pairs = (
                ((5 if at == LAST else at - 1, day) for at, day in value) if rows else ((0, d) for d in value)
            )
            control.put(pairs)
