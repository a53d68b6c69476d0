"""The schedule builder: six fields or a recurrence, what they mean, when they are due, what else starts."""

from __future__ import annotations

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from wjtui.model.jobs import Job
from wjtui.model.schedules import Schedule
from wjtui.schedule.preview import preview
from wjtui.schedule.reading import Reading
from wjtui.tui.present.builder_answers import CRON, MANUAL, Answers, fields_of
from wjtui.tui.present.builder_check import Origin, answers_of, check
from wjtui.tui.present.builder_cron import OF_EXPRESSION, with_expression, written
from wjtui.tui.present.builder_help import HELP
from wjtui.tui.present.builder_page import change_lines, field_hint, marks, remarks, words_lines
from wjtui.tui.present.builder_panels import (
    Box,
    Outlook,
    Valid,
    builder_header,
    columns,
    day_box,
    paused_note,
    runs_box,
)
from wjtui.tui.present.builder_paste import is_whole, read_pasted
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.schedule_draft import ScheduleDraft
from wjtui.tui.present.times import local
from wjtui.tui.present.wrap import wrap
from wjtui.tui.screens.builder_day import Surroundings
from wjtui.tui.screens.form import NARROW, Form
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.builder_expression import ExpressionField
from wjtui.tui.widgets.builder_fields import BuilderFields
from wjtui.tui.widgets.builder_input import BuilderInput
from wjtui.tui.widgets.controls import Choice
from wjtui.tui.widgets.inked import content, paragraphs
from wjtui.tui.widgets.weekdays import WeekDays

_TICK = 1.0
_PAUSE = 0.02
"""Seconds that what follows from a key waits for more keys: of a burst only the last is worth showing."""
_FRAME, _RULE = 5, 3
"""Cells beside a box's text, the scroll bar's among them: with a frame, and under a rule."""
_LABEL = 13
"""Cells in front of the expression's text."""


class BuilderScreen(Form[ScheduleDraft]):
    """Dismissed with the schedule that is to be used, or None."""

    # It gives the focus itself, once: the library gives it again to who has left the field meanwhile.
    AUTO_FOCUS = ""

    def __init__(
        self,
        session: Session,
        title: str,
        draft: ScheduleDraft,
        *,
        job: Job | None = None,
        instead: ScheduleDraft | None = None,
        remark: str = "",
    ) -> None:
        """``job``: whose schedule it is, where it is there already. ``instead``: what to begin with in place
        of ``draft``; ``remark``: what is said first."""
        super().__init__(session)
        self._title = title
        self._job = job
        engine = session.store.engine
        known = job.schedule if job is not None else None
        self._origin = Origin(draft, engine.zone if engine is not None else "UTC", known)
        self._first = answers_of(draft)
        self._answers = self._first if instead is None else answers_of(instead)
        self._checked = check(self._answers, self._origin, session.now)
        self._old = check(self._first, self._origin, session.now).reading
        self._last: tuple[Schedule, Reading] | None = None
        self._valid: Valid | None = None
        self._surroundings = Surroundings(session.store, job.id.key if job is not None else None)
        self._is_due = self._is_looking = self._look_again = False
        self._remark = remark
        self._shown: dict[str, list[Line]] = {}
        self._titles: dict[str, Piece] = {}
        self._columns = (0, 0, 0)
        ascii_only = session.options.ascii
        self._input = BuilderInput(id="expression")
        self._expression = ExpressionField(
            self._input, help=HELP["expression"], ascii_only=ascii_only, id="f-expression"
        )
        self._fields = BuilderFields(ascii_only=ascii_only, id="builder-fields")

    def compose(self) -> ComposeResult:
        # While it has no widgets yet: afterwards all of them are styled a second time.
        self._fit(self.app.size.width)
        yield from self.above()
        with VerticalScroll(id="builder-body", classes="form-body", can_focus=False):
            with Container(id="builder-expression", classes="form-box"):
                yield self._expression
                yield Static(id="builder-words")
            with Container(id="builder-columns"):
                yield self._fields
                for name in ("runs", "day"):
                    with VerticalScroll(id=f"builder-{name}", classes="form-box", can_focus=False):
                        yield Static(id=f"builder-{name}-text")
        yield Static(id="builder-change")
        yield from self.below()

    @property
    def draft(self) -> ScheduleDraft | None:
        """What the answers come to; None: something is wrong."""
        return self._checked.draft

    @property
    def changed(self) -> bool:
        return self._answers != self._first and self._checked.draft != self._origin.draft

    @property
    def losing(self) -> str:
        return "The schedule that you built is not used."

    def header_line(self, width: int) -> Line:
        return builder_header(self._title, self.session.now, width)

    def key_words(self) -> list[tuple[str, str, str]]:
        use = "Use it" if self._checked.draft is not None else "Use it (off: not valid)"
        return [
            ("ctrl+s", use, "screen.save"),
            ("tab", "Next field", "app.focus_next"),
            ("F1", "Field help", "screen.field_help"),
            ("esc", "Cancel", "screen.back"),
        ]

    def save(self) -> None:
        """Hand the schedule over, or say what is wrong with it."""
        self._read(self._answers)
        if self._checked.draft is None:
            self.say_status(f"Not used: {next(iter(self._checked.errors.values()))}", Ink.FAILED)
            self.focus_first_error()
            return
        self.dismiss(self._checked.draft)

    # What a person does

    def on_mount(self) -> None:
        topics = self.session.topics
        topics[Topic.JOBS].subscribe(self, self._on_jobs)
        topics[Topic.PAST].subscribe(self, self._on_past)
        self.watch(self._input, "selection", self._follow, init=False)
        self.set_interval(_TICK, self._tick, name="clock")
        if self._job is not None:
            self.session.inquiry.ask(self._job)
        self._take(self._answers)
        self._show_all()
        self.say_status(self._remark or paused_note(self._job), Ink.WARNING)
        self._focus_first()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._paint)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self._input:
            self._take(with_expression(self._answers, event.value))
        else:
            self._filled_in(event.input)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self._filled_in(event.choice)

    def on_week_days_changed(self, event: WeekDays.Changed) -> None:
        self._filled_in(event.days)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        failure = self._checked.failure
        if event.input is self._input and failure is not None and failure.meant is not None:
            self._take(with_expression(self._answers, failure.meant))
            self._input.cursor_position = len(failure.meant)
        else:
            self.focus_next()

    def on_builder_input_whole(self, event: BuilderInput.Whole) -> None:
        self._adopt(event.text)

    def on_paste(self, event: events.Paste) -> None:
        if is_whole(event.text):
            self._adopt(event.text)

    def _filled_in(self, control: Widget) -> None:
        answers = self._fields.answers(self._answers.expression)
        if (control.id or "").removeprefix("b-") in OF_EXPRESSION:
            made, _ = written(answers)
            answers = answers._replace(expression=made or answers.expression)
        self._take(answers)

    def _adopt(self, text: str) -> None:
        """A whole schedule was pasted."""
        pasted = read_pasted(text)
        if pasted.draft is not None:
            draft = pasted.draft._replace(time_zone=pasted.draft.time_zone or self._answers.zone or None)
            self._take(answers_of(draft))
            if self._answers.kind == CRON:
                self._input.focus()
                self._input.cursor_position = len(self._input.value)
        self.say_status(pasted.note, Ink.WARNING if pasted.draft is None else Ink.ACCENT)

    # What follows

    def _take(self, answers: Answers) -> None:
        """These are the answers now."""
        self._answers = answers
        self._input.put(answers.expression)
        self._fields.put(answers)
        self._expression.display = "expression" in fields_of(answers)
        if self._status:
            self.say_status("")
        self._read(answers)
        self._follow()

    def _follow(self) -> None:
        """Show what follows from the answers: once for all keys that come together."""
        if not self._is_due:
            self._is_due = True
            self.tasks.start("show what follows", self._show_soon())

    async def _show_soon(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._is_due = False
        if self.is_open:
            self._show_all()

    def _show_all(self) -> None:
        self._look_ahead()
        self._paint()
        self.say_around()
        self._look()

    def _read(self, answers: Answers) -> None:
        self._checked = checked = check(answers, self._origin, self.session.now)
        schedule, reading = checked.schedule, checked.reading
        if schedule is not None and reading is not None:
            self._last = schedule, reading

    def _look_ahead(self) -> None:
        """The next runs of the last answers that made a schedule; apart, since they take longer."""
        if self._last is None:
            return
        schedule, reading = self._last
        known, now = self._valid, self.session.now
        stale = known is not None and bool(known.ahead.runs) and known.ahead.runs[0] <= now
        if known is not None and known.schedule == schedule and not stale:
            self._valid = known._replace(reading=reading)
        else:
            viewer = local(now).tzinfo
            self._valid = Valid(reading, schedule, preview(reading.timetable, now, reading.zone, 10, viewer))

    def _look(self) -> None:
        """Have the day worked out."""
        self._look_again = True
        if not self._is_looking:
            self._is_looking = True
            self.tasks.start("look at the other jobs", self._survey())

    async def _survey(self) -> None:
        try:
            while self._look_again:
                self._look_again = False
                valid = None if self._answers.kind == MANUAL else self._valid
                schedule, own = (valid.schedule, valid.reading.timetable) if valid else (None, None)
                if await self._surroundings.look(schedule, own, self.session.now):
                    self._paint()
        finally:
            self._is_looking = False

    def _on_jobs(self, change: Change) -> None:
        if self._surroundings.concerns(change):
            self._look()

    def _on_past(self, change: Change) -> None:
        if self._job is not None and self._job.id.key in change.jobs:
            self._paint()

    def _tick(self) -> None:
        """What depends on the time alone; nobody reads it while another window has the focus."""
        if not self.app.app_focus or self.session.lagging():
            return
        self._read(self._answers)
        self._look_ahead()
        if self._surroundings.is_over(self.session.now):
            self._look()
        self._paint()
        self.say_around()

    # What is shown

    def _paint(self) -> None:
        # All is taken down together at the end of the program, with the screens still on their stack.
        if not self.is_open or not self._fields.is_attached:
            return
        self._say_expression()
        self._fields.tell(self._checked.errors, remarks(self._answers, self._checked, self.session.now))
        width = self.app.size.width
        self._say_boxes(width)
        lines: list[Line] = []
        if self.changed and self._checked.draft is not None:
            new = None if self._answers.kind == MANUAL else self._checked.reading
            lines = change_lines(self._old, new, self.session.now, max(20, width - 2))
        self._show("builder-change", lines)

    def _say_expression(self) -> None:
        checked, text = self._checked, self._answers.expression
        width = max(10, self._wide() - _LABEL - 1)
        cursor = self._input.cursor_position
        failure = checked.failure
        lines: list[Line] = [marks(text, cursor, failure, int(self._input.scroll_offset.x), width)]
        if failure is not None:
            meant = " Enter takes it." if failure.meant is not None else ""
            lines += wrap((Piece(failure.message + meant, Ink.FAILED),), width)
        else:
            lines.append(field_hint(text, cursor, width))
        self._expression.tell(lines, failure.message if failure is not None else "")
        valid = self._checked.draft is not None
        verdict = Piece("✓ valid", Ink.SUCCESS) if valid else Piece("✗ not valid", Ink.FAILED)
        self._say_title("expression", verdict)
        manual: list[Line] = [
            (Piece("= ", Ink.DIM), Piece("By hand only: no schedule starts it.", Ink.STRONG))
        ]
        reading = checked.reading if not checked.errors else None
        said = words_lines(reading, checked.warnings, self._wide())
        self._show("builder-words", manual if self._answers.kind == MANUAL else said)

    def _say_boxes(self, width: int) -> None:
        short = width < NARROW
        widths = (width, width, width) if short else columns(width)
        for name, cells in zip(("fields", "runs", "day"), widths, strict=True):
            if self._columns != widths:
                self.query_one(f"#builder-{name}").styles.width = "1fr" if short else cells
        self._columns = widths
        outlook = self._outlook()
        frame = _RULE if short else _FRAME
        self._say_box("runs", runs_box(outlook, widths[1] - frame, short=short))
        self._say_box("day", day_box(outlook, widths[2] - frame, short=short))

    def _say_box(self, name: str, box: Box) -> None:
        self._say_title(name, Piece(box.title))
        self._show(f"builder-{name}-text", box.lines)

    def _say_title(self, name: str, title: Piece) -> None:
        if self._titles.get(name) != title:
            self._titles[name] = title
            box = self.query_one(f"#builder-{name}")
            box.border_title = content((title,), ascii_only=self.session.options.ascii)

    def _show(self, id: str, lines: list[Line]) -> None:
        before = self._shown.get(id)
        if before == lines:
            return
        self._shown[id] = lines
        static = self.query_one(f"#{id}", Static)
        static.display = bool(lines)
        # A countdown needs no new layout of the screen.
        anew = before is None or len(before) != len(lines)
        static.update(paragraphs(lines, ascii_only=self.session.options.ascii), layout=anew)

    def _outlook(self) -> Outlook:
        past = self.session.store.past.get(self._job.id.key) if self._job is not None else None
        return Outlook(
            self._title,
            self._job,
            self.session.now,
            self._valid,
            self._checked.draft is None,
            self._answers.kind == MANUAL,
            self._surroundings.day,
            past.durations if past is not None else (),
        )

    def _fit(self, width: int) -> None:
        # Its fields look the same at every width, so only the screen is told.
        self.set_class(width < NARROW, "-narrow")

    def _wide(self) -> int:
        """Cells of the first box's inside."""
        return self.app.size.width - (_RULE if self.app.size.width < NARROW else _FRAME)

    def _focus_first(self) -> None:
        # At once: a focus that is given a frame later takes back the Esc that came before it.
        if self._answers.kind == CRON:
            self._input.cursor_position = len(self._input.value)
            self.set_focus(self._input)
        else:
            self.set_focus(self.query_one("#b-kind"))
