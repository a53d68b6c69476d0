"""SettingsStep: when the job runs, with which arguments, on how many instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Button, Input

from wjtui.tui.present.deploy import How, Wish
from wjtui.tui.present.deploy_schedule import Meaning, meaning_lines, read_schedule, six_of
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_draft import ScheduleDraft
from wjtui.tui.widgets.controls import Choice, Option
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.findings import FindingsPane

if TYPE_CHECKING:
    from wjtui.tui.screens.deploy import DeployForm

_ALL, _ONE = "all", "one"
_HELP_SCHEDULE = (
    "Six fields: second, minute, hour, day, month, weekday.\n"
    "0 0 2 * * *      every day at 02:00\n"
    "0 */15 * * * *   every 15 minutes\n"
    "0 0 9 * * 1-5    at 09:00, Monday to Friday\n"
    "The builder makes one-time and recurring schedules too."
)
_HELP_INSTANCES = (
    "All instances: each engine on this root runs one process of its own.\n"
    "A single one: an engine that holds the lock runs it, the others wait."
)


class SettingsStep(Container):
    """Filled in with what the package's ``settings.job`` says."""

    def __init__(self, form: DeployForm) -> None:
        super().__init__(id="step-settings", classes="deploy-step")
        self._form = form
        self._ascii = form.session.options.ascii
        self._recurrence: dict[str, Any] | None = None
        self._arguments = ""

    def compose(self) -> ComposeResult:
        ascii_only = self._ascii
        yield Field(
            "Schedule",
            Input(compact=True, select_on_focus=False, id="deploy-schedule", placeholder="0 0 2 * * *"),
            Button("Make six fields", compact=True, id="deploy-six"),
            Button("Builder", compact=True, id="deploy-builder"),
            help=_HELP_SCHEDULE,
            ascii_only=ascii_only,
            id="deploy-schedule-field",
        )
        yield Field(
            "Time zone",
            Input(compact=True, select_on_focus=False, id="deploy-zone"),
            help="An IANA name such as Europe/Berlin, or one of Windows. Empty: the zone of the site.",
            ascii_only=ascii_only,
            id="deploy-zone-field",
        )
        yield Field(
            "Run on",
            Choice(
                [Option(_ALL, "All instances"), Option(_ONE, "A single one (singleton)")],
                ascii_only=ascii_only,
                id="deploy-instances",
            ),
            help=_HELP_INSTANCES,
            ascii_only=ascii_only,
            id="deploy-instances-field",
        )
        yield Field(
            "Arguments",
            Input(compact=True, select_on_focus=False, id="deploy-arguments"),
            help="Given to the script at each start, as if typed after its name. A run can have its own.",
            ascii_only=ascii_only,
            id="deploy-arguments-field",
        )
        yield FindingsPane("When it will run", ascii_only=ascii_only, id="deploy-meaning")

    def on_mount(self) -> None:
        self.query_one("#deploy-six").display = False

    def load(self, wish: Wish) -> None:
        """A package was staged that says this."""
        self._recurrence, self._arguments = wish.recurrence, wish.arguments
        self.query_one("#deploy-schedule", Input).value = plain(wish.schedule)
        self.query_one("#deploy-zone", Input).value = plain(wish.time_zone)
        self.query_one("#deploy-instances", Choice).put(_ONE if wish.singleton else _ALL)
        self.query_one("#deploy-arguments", Input).value = plain(wish.arguments)

    def fill(self, wish: Wish) -> Wish:
        """The wish with what stands in the fields."""
        arguments = self.query_one("#deploy-arguments", Input).value
        return wish._replace(
            schedule=self.query_one("#deploy-schedule", Input).value.strip(),
            recurrence=self._recurrence,
            time_zone=self.query_one("#deploy-zone", Input).value.strip(),
            # What cannot be drawn safely is shown by something else: unchanged means as it was.
            arguments=self._arguments if arguments == plain(self._arguments) else arguments,
            singleton=self.query_one("#deploy-instances", Choice).value == _ONE,
        )

    def show(self, how: How) -> None:
        """Show the fields that count for a way to run."""
        scheduled = how is How.SCHEDULE
        for id in ("#deploy-schedule-field", "#deploy-zone-field", "#deploy-meaning"):
            self.query_one(id).display = scheduled
        self.query_one("#deploy-instances-field").display = how is How.CONTINUOUS
        if scheduled:
            self._say()

    def focus_first(self) -> None:
        """The first field in sight."""
        for id in ("schedule", "instances", "arguments"):
            if self.query_one(f"#deploy-{id}-field").display:
                self.query_one(f"#deploy-{id}").focus()
                return

    def judge(self, how: How) -> bool:
        """Whether it can go on like this."""
        if how is not How.SCHEDULE:
            return True
        meaning = self._say(empty_is_wrong=True)
        return not (meaning.error or meaning.zone_error)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "deploy-schedule" and event.value and self._recurrence is not None:
            # Typed over what was built.
            self._recurrence = None
        self._say()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        field = self.query_one("#deploy-schedule", Input)
        if event.button.id == "deploy-six":
            field.value = six_of(field.value) or field.value
            field.focus()
        else:
            self.build()

    def build(self) -> None:
        """Open the builder on what is filled in."""
        from wjtui.tui.screens.builder import BuilderScreen

        wish = self.fill(Wish("", How.SCHEDULE))
        draft = ScheduleDraft(
            schedule=None if wish.recurrence else wish.schedule or None,
            recurrence=wish.recurrence,
            time_zone=wish.time_zone or None,
        )
        title = self._form.wish.name or "New job"
        self.app.push_screen(BuilderScreen(self._form.session, title, draft), self._built)

    def _built(self, draft: ScheduleDraft | None) -> None:
        if draft is None:
            return
        with self.prevent(Input.Changed):
            self.query_one("#deploy-schedule", Input).value = plain(draft.schedule or "")
            self.query_one("#deploy-zone", Input).value = plain(draft.time_zone or "")
        self._recurrence = draft.recurrence or None
        self._say()

    def _say(self, *, empty_is_wrong: bool = False) -> Meaning:
        session, wish = self._form.session, self.fill(Wish("", How.SCHEDULE))
        now = session.now
        field, zone = (
            self.query_one("#deploy-schedule-field", Field),
            self.query_one("#deploy-zone-field", Field),
        )
        six = six_of(wish.schedule) if not wish.recurrence else None
        self.query_one("#deploy-six").display = six is not None
        pane = self.query_one(FindingsPane)
        site = self._form.site_zone
        zone.remark(f"site: {site}")
        if not wish.schedule and not wish.recurrence:
            meaning = Meaning(error="Write a schedule, or use the builder.")
            field.say(error=meaning.error if empty_is_wrong else "")
            zone.say()
            pane.say(lambda width: [(Piece("No schedule yet.", Ink.DIM),)])
            return meaning
        meaning = read_schedule(wish.schedule, wish.recurrence, wish.time_zone, site, now)
        built: Line = (Piece("Made in the builder; typing an expression here replaces it.", Ink.DIM),)
        field.say(built if wish.recurrence else (), meaning.error)
        zone.say(error=meaning.zone_error)
        if meaning.error or meaning.zone_error:
            pane.say(lambda width: [(Piece("Nothing, until the schedule is valid.", Ink.DIM),)])
        else:
            pane.say(lambda width: meaning_lines(meaning, now, width))
        return meaning
