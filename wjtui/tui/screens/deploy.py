"""DeployForm: brings a job in, in four steps: source, name, settings, and what that changes."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input

from wjtui.model.deploys import Deployed, FoundJob, Progress
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobId
from wjtui.tui.present.deploy import How, Step, Wish, following, step_line, wish_of
from wjtui.tui.present.findings import progress_line
from wjtui.tui.present.header import trail
from wjtui.tui.present.ink import Ink, Line, plain_text
from wjtui.tui.screens.deploy_naming import NameStep
from wjtui.tui.screens.deploy_review import ReviewStep
from wjtui.tui.screens.deploy_settings import SettingsStep
from wjtui.tui.screens.deploy_source import SourceStep
from wjtui.tui.screens.deploy_staging import Staging
from wjtui.tui.screens.form import Form
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.bar import Bar


class Deployment(NamedTuple):
    """What was put in place, and what is to follow."""

    done: Deployed
    show: JobId | None = None
    """The job whose log is to be shown; a triggered one is run once."""


class DeployForm(Form[Deployment]):
    """Dismissed with what was deployed, or None. What is staged goes when it is left."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next"),
        Binding("shift+tab", "previous", "The field or the step before"),
        Binding("ctrl+o", "jump", "To the list of files and back", priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.staging = Staging(session.service, self.tasks, self._staging_changed)
        self.step = Step.SOURCE
        self._loaded = ""
        """The token whose package the fields were filled in with."""
        self._deploying = False
        self._reading = False

    def compose(self) -> ComposeResult:
        yield from self.above()
        yield Bar(id="deploy-steps", ascii_only=self.session.options.ascii)
        with VerticalScroll(classes="form-body", id="deploy-body", can_focus=False):
            yield SourceStep(self, self.staging)
            yield NameStep(self)
            yield SettingsStep(self)
            yield ReviewStep(self)
        with Horizontal(id="deploy-buttons"):
            yield Button("Back", compact=True, id="deploy-back")
            yield Button("Next", compact=True, id="deploy-next")
            yield Button("Stop", compact=True, id="deploy-stop")
        yield from self.below()

    def on_mount(self) -> None:
        self.session.topics[Topic.DEPLOYS].subscribe(self, self._progressed)
        self.set_interval(1.0, self.tick, name="deploy")
        self._show_step()

    async def on_unmount(self) -> None:
        await self.staging.aclose()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")
        self.say_steps()

    # Its parts, and what is filled in

    @property
    def source(self) -> SourceStep:
        """The first step."""
        return self.query_one(SourceStep)

    @property
    def naming(self) -> NameStep:
        """The second one."""
        return self.query_one(NameStep)

    @property
    def settings(self) -> SettingsStep:
        """The third one."""
        return self.query_one(SettingsStep)

    @property
    def review(self) -> ReviewStep:
        """The last one."""
        return self.query_one(ReviewStep)

    @property
    def found(self) -> FoundJob | None:
        """The one job of the package, whose name a person says; None: it holds jobs with names."""
        jobs = self.staging.package.jobs if self.staging.package is not None else ()
        return jobs[0] if len(jobs) == 1 and jobs[0].id is None else None

    @property
    def chosen(self) -> tuple[FoundJob, ...]:
        """The jobs with names that are to be deployed."""
        return self.naming.chosen if self.found is None else ()

    @property
    def wish(self) -> Wish:
        """What is filled in about the one job."""
        return self.settings.fill(Wish(self.naming.job_name, self.naming.how))

    @property
    def site_zone(self) -> str:
        """The zone of schedules that name none."""
        return self.session.store.engine.zone if self.session.store.engine is not None else "UTC"

    @property
    def skipped(self) -> frozenset[Step]:
        """Steps that there are not for this package."""
        several = self.staging.package is not None and self.found is None
        return frozenset((Step.SETTINGS,)) if several else frozenset()

    # The form

    def header_line(self, width: int) -> Line:
        return trail(["New job"], "", self.session.now, width)

    def key_words(self) -> list[tuple[str, str, str]]:
        words = [("ctrl+s", "Deploy" if self.step is Step.REVIEW else "Next", "screen.save")]
        if self.step is Step.SOURCE:
            words[0] = (self._next_key.lower(), "Next", "screen.save")
            words.append(("ctrl+o", "Jump", "screen.jump"))
        else:
            words.append(("shift+tab", "Back", "screen.step_back"))
        return [
            *words,
            ("tab", "Next field", "app.focus_next"),
            ("F1", "Field help", "screen.field_help"),
            ("esc", "Cancel", "screen.back"),
        ]

    @property
    def _next_key(self) -> str:
        """What goes on from the first step: Enter, but in a pasted script that begins a line."""
        return "ctrl+s" if self.source.kind == "paste" else "Enter"

    @property
    def changed(self) -> bool:
        return bool(self.staging.token) or self.source.typed

    @property
    def losing(self) -> str:
        return "What is filled in and staged goes. No job was touched."

    def action_back(self) -> None:
        if self._deploying:
            self.say_status("It is being put in place: a moment.")
        else:
            super().action_back()

    def save(self) -> None:
        """ctrl+s: the next step, and on the last one the deploy."""
        if self.step is Step.REVIEW:
            self._deploy()
        else:
            self.next()

    def tick(self) -> None:
        """Once a second: the clock goes on."""
        if self.app.app_focus and not self.session.lagging():
            self.query_one("#form-header", Bar).say(self.header_line(self.app.size.width))

    # From step to step

    def next(self) -> None:
        """The next step, if this one is filled in."""
        if self._deploying:
            return
        if self.step is Step.SOURCE:
            if not self._reading:
                self._reading = True
                self.attempt("source", self._take_source())
        elif self.step is Step.NAME:
            self._leave_naming()
        elif self.step is Step.SETTINGS:
            if self.settings.judge(self.naming.how):
                self._go(1)
            else:
                self.focus_first_error()
        else:
            self.say_status("ctrl+s deploys.")

    def action_next(self) -> None:
        """Enter, where nothing else takes it."""
        self.next()

    def action_step_back(self) -> None:
        """The step before."""
        if not self._deploying and self.step is not Step.SOURCE:
            self._go(-1)

    def action_previous(self) -> None:
        """shift+tab: the field before, from the first one the step before."""
        if self.step is not Step.SOURCE and self.focused is self._first_control():
            self.action_step_back()
        else:
            self.focus_previous()

    def action_jump(self) -> None:
        """ctrl+o."""
        if self.step is Step.SOURCE:
            self.source.jump()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.step is Step.REVIEW:
            self.focus_next()
        else:
            self.next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "deploy-back":
                self.action_step_back()
            case "deploy-next":
                self.save()
            case "deploy-stop":
                self.staging.stop()
                self.say_status("Stopped; nothing is staged.")
                self.source.focus_first()

    async def _take_source(self) -> None:
        """Stage what is filled in, or go on if that was staged already."""
        try:
            staging = self.staging
            source = await self.source.read()
            if source is None:
                return
            package = staging.package
            if source == staging.source and package is not None and package.ok:
                self._go(1)
            elif source == staging.source and staging.busy:
                self.say_status("It is on its way; the Stop button ends that.")
            else:
                # Also what was refused: it may have been mended since.
                self.say_status("")
                staging.begin(source)
        finally:
            self._reading = False

    def _leave_naming(self) -> None:
        if self.found is None:
            if self.chosen:
                self._go(1)
            else:
                self.say_status("Tick one job at least.", Ink.WARNING)
        elif self.naming.judge().error:
            self.focus_first_error()
        else:
            self._go(1)

    def _go(self, by: int) -> None:
        to = following(self.step, self.skipped, by)
        if to is None:
            return
        self.step = to
        self.say_status("")
        if to is Step.SETTINGS:
            self.settings.show(self.naming.how)
        elif to is Step.REVIEW:
            self.review.load()
        self._show_step()

    def _show_step(self) -> None:
        for step, widget in self._steps.items():
            widget.display = step is self.step
        self.query_one("#deploy-body", VerticalScroll).scroll_home(animate=False)
        self.say_steps()
        # Now, and not once it is laid out: the next key may have been typed already, and is meant for it.
        self._steps[self.step].focus_first()

    @property
    def _steps(self) -> dict[Step, SourceStep | NameStep | SettingsStep | ReviewStep]:
        return {
            Step.SOURCE: self.source,
            Step.NAME: self.naming,
            Step.SETTINGS: self.settings,
            Step.REVIEW: self.review,
        }

    def say_steps(self) -> None:
        """The line of steps, the buttons, the keys."""
        width = self.app.size.width
        self.query_one("#deploy-steps", Bar).say(step_line(self.step, self.skipped, width, "Deploy a job"))
        self.query_one("#deploy-back", Button).display = self.step is not Step.SOURCE
        last = self.step is Step.REVIEW
        self.query_one("#deploy-next", Button).label = "Deploy" if last else "Next"
        self.query_one("#deploy-stop", Button).display = self.staging.busy
        self.say_around()

    def _first_control(self) -> Widget | None:
        shown = self._steps[self.step]
        return next((each for each in self.focus_chain if shown in each.ancestors), None)

    # Staging and deploying

    def _staging_changed(self) -> None:
        staging = self.staging
        if not self.is_mounted or not self.query(SourceStep):
            return
        self.source.say_staging()
        if staging.package is not None and staging.token != self._loaded:
            self._loaded = staging.token
            hint = staging.source.hint if staging.source is not None else None
            wish = wish_of(self.found, hint) if self.found is not None else None
            self.naming.load(staging.package, wish)
            self.settings.load(wish or Wish("", How.DEMAND))
            self.review.reset()
            if staging.package.ok:
                self.say_status(f"Staged. {self._next_key} goes on; nothing is in place yet.", Ink.SUCCESS)
            else:
                self.say_status(_why_not(len(staging.package.refusals), self._next_key), Ink.FAILED)
        elif staging.trouble and not staging.token:
            self.say_status(staging.trouble, Ink.FAILED)
        self.say_steps()

    def _progressed(self, change: Change) -> None:
        progress = change.progress.get(self.staging.token)
        if progress is None:
            return
        if self._deploying:
            self._say_progress(progress)
        else:
            self.staging.progressed(progress)

    def _say_progress(self, progress: Progress) -> None:
        self.say_status(plain_text(progress_line(progress)), Ink.ACCENT)

    def _deploy(self) -> None:
        if self._deploying:
            return
        reason = self.review.can_deploy
        if reason:
            self.say_status(reason, Ink.FAILED)
            return
        self._deploying = True
        self.say_status("Putting it in place…", Ink.ACCENT)
        self.attempt("deploy", self._commit())

    async def _commit(self) -> None:
        plan, after = self.review.plan, self.review.after
        try:
            done = await self.session.changes.deploy(self.staging.token, plan)
        except WjtuiError as error:
            self.review.say_refusals(error.message)
            raise
        finally:
            self._deploying = False
        self.staging.forget()
        self.dismiss(Deployment(done, done.jobs[0].id if after and not done.waiting else None))


def _why_not(refusals: int, key: str) -> str:
    then = f"Mend it and press {key}, or choose another source."
    if refusals == 0:
        return f"There is no job in it that can be deployed. {then}"
    reasons = "the reason is" if refusals == 1 else f"{refusals} reasons are"
    return f"It cannot be deployed: {reasons} in the pane. {then}"
