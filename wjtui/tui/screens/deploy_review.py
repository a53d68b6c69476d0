"""ReviewStep: everything that will happen, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input, Static

from wjtui.model.deploys import (
    DeployPlan,
    FileChange,
    Finding,
    JobPreview,
    PlannedJob,
    Preview,
    Weight,
    WhenRunning,
)
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.tui.present.deploy import (
    How,
    NameSays,
    another_name,
    judge_name,
    plan_one,
    plan_several,
    write_settings,
)
from wjtui.tui.present.deploy_review import (
    existing_line,
    facts,
    has_line_ends,
    read_raw,
    refused,
    running_choices,
    running_line,
    schedule_line,
    schedule_lost,
    settings_difference,
    target,
)
from wjtui.tui.present.findings import refusal_lines, run_words
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.deploy_changes import Changes
from wjtui.tui.screens.deploy_diff import DiffScreen
from wjtui.tui.widgets.controls import Choice, Option, Tick
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.findings import FindingsPane
from wjtui.tui.widgets.inked import content

if TYPE_CHECKING:
    from wjtui.tui.screens.deploy import DeployForm

_REPLACE, _OTHER = "replace", "other"
_HELP_RUNNING = (
    "After it ends: the switch is settled and waits, also over a restart of the engine.\n"
    "Stop it first: it is asked to end and, after its grace, killed.\n"
    "Now: a run goes on from its working copy; a continuous job is restarted."
)


class ReviewStep(Container):
    """Asks the engine what the plan would do, and what of it is still open."""

    def __init__(self, form: DeployForm) -> None:
        super().__init__(id="step-review", classes="deploy-step")
        self._form = form
        self._ascii = form.session.options.ascii
        self._there: Job | None = None
        """The job in place under the name of the second step."""
        self._preview: Preview | None = None
        self._settings: dict[JobKey, str] = {}
        self._wanted: DeployPlan | None = None
        self._asking = False
        self._chose = False
        """Whether a person chose what to run afterwards."""

    def compose(self) -> ComposeResult:
        ascii_only = self._ascii

        def fact(label: str, id: str) -> Field:
            return Field(label, Static(id=id, classes="deploy-fact"), ascii_only=ascii_only, id=f"{id}-field")

        yield fact("Name", "review-name")
        yield Field(
            "",
            Choice(
                [
                    Option(_REPLACE, "Replace it, keep history, keep the version for undo"),
                    Option(_OTHER, "Use another name"),
                ],
                rows=True,
                ascii_only=ascii_only,
                id="review-replace",
            ),
            help="A job that is replaced keeps its runs and logs. u takes the deploy back.",
            ascii_only=ascii_only,
            id="review-replace-field",
        )
        yield Field(
            "Other name",
            Input(compact=True, select_on_focus=False, id="review-other"),
            ascii_only=ascii_only,
            id="review-other-field",
        )
        yield fact("Runs", "review-run")
        yield fact("Schedule", "review-schedule")
        yield fact("Target", "review-target")
        yield Changes(ascii_only=ascii_only, id="review-files")
        yield Static(id="review-running")
        yield Field(
            "The run now",
            Choice([Option(WhenRunning.NOW, "")], rows=True, ascii_only=ascii_only, id="review-when"),
            help=_HELP_RUNNING,
            ascii_only=ascii_only,
            id="review-when-field",
        )
        yield Tick(
            "Turn CRLF line ends of the file that runs into LF", True, ascii_only=ascii_only, id="review-ends"
        )
        yield Tick("", ascii_only=ascii_only, id="review-after")
        yield FindingsPane("To know before", ascii_only=ascii_only, id="review-findings")

    # What is chosen

    @property
    def plan(self) -> DeployPlan:
        """What is to be done, as it is filled in now."""
        form = self._form
        when = WhenRunning(self.query_one("#review-when", Choice).value)
        ends_tick = self.query_one("#review-ends", Tick)
        ends = ends_tick.display and ends_tick.on
        found = form.found
        if found is None:
            return plan_several(form.chosen, when, fix_line_ends=ends)
        says = self._judge()
        return plan_one(found, form.wish._replace(name=self._effective), says.there, when, fix_line_ends=ends)

    @property
    def after(self) -> bool:
        """Whether to run it once and show its log, or show the log of a continuous one."""
        tick = self.query_one("#review-after", Tick)
        return tick.display and tick.on

    @property
    def can_deploy(self) -> str:
        """Why it cannot be put in place; empty: it can, as far as is known."""
        if self._preview is None:
            return "The engine has not said yet what this would change: a moment."
        if self._preview.refusals:
            return "It cannot be put in place like this: the reasons are below."
        if self._form.found is not None and (error := self._judge().error):
            return error
        return ""

    @property
    def _takes_other(self) -> bool:
        return self._there is not None and self.query_one("#review-replace", Choice).value == _OTHER

    @property
    def _effective(self) -> str:
        return (
            self.query_one("#review-other", Input).value.strip()
            if self._takes_other
            else self._form.wish.name
        )

    # Coming to it

    def load(self) -> None:
        """The step is entered: ask anew."""
        form, found = self._form, self._form.found
        jobs = form.session.store.jobs
        there = None
        if found is not None:
            wish = form.wish
            there = jobs.get(JobId(wish.how.type, wish.name).key)
            if there is not None and (self._there is None or there.id.key != self._there.id.key):
                self.query_one("#review-replace", Choice).put(_REPLACE)
                self.query_one("#review-other", Input).value = another_name(wish.name, wish.how.type, jobs)
        self._there = there
        package = form.staging.package
        self.query_one("#review-ends", Tick).display = package is not None and has_line_ends(package)
        self._preview = None
        self._chose = False
        self._say()
        self.ask()

    def reset(self) -> None:
        """Another package was staged."""
        self._there = None
        self.query_one("#review-ends", Tick).put(True)

    def focus_first(self) -> None:
        """The first thing to decide."""
        for id in ("#review-replace", "#review-changes", "#review-when", "#review-after"):
            widget = self.query_one(id)
            if widget.focusable and all(each.display for each in widget.ancestors_with_self):
                widget.focus()
                return

    def ask(self) -> None:
        """Ask the engine what this would do; the newest question counts."""
        self._wanted = self.plan
        if not self._asking:
            self._asking = True
            self._form.tasks.start("preview", self._ask())

    def say_refusals(self, message: str) -> None:
        """The engine refused, with every reason at once."""
        finding = Finding("refused", message, Weight.REFUSED)
        self.query_one(FindingsPane).display = True
        self.query_one(FindingsPane).say(lambda width: refusal_lines([finding], width))

    # What happens

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice.id == "review-replace":
            if self._takes_other:
                self.query_one("#review-other").focus()
            self._say()
            self.ask()
        else:
            self._say_after()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._takes_other:
            self._say()
            if not self._judge().error:
                self.ask()

    def on_tick_changed(self, event: Tick.Changed) -> None:
        event.stop()
        if event.tick.id == "review-after":
            self._chose = True

    def on_changes_opened(self, event: Changes.Opened) -> None:
        event.stop()
        job = next((each for each in self.plan.jobs if each.id == event.preview.id), None)
        if job is not None:
            self._form.attempt("difference", self._show_difference(job, event.change))

    async def _show_difference(self, job: PlannedJob, change: FileChange) -> None:
        text = await self._form.session.service.deploys.diff(self._form.staging.token, job, change.path)
        title = f"{job.id.name}: {change.path}"
        self.app.push_screen(DiffScreen(title, text, ascii_only=self._ascii))

    async def _ask(self) -> None:
        service, trouble = self._form.session.service, ""
        try:
            while self._wanted is not None:
                plan, self._wanted = self._wanted, None
                try:
                    self._preview = await service.deploys.preview(self._form.staging.token, plan)
                    for job in self._preview.jobs:
                        if job.replaces is not None and job.id.key not in self._settings:
                            self._settings[job.id.key] = (await service.settings.read(job.id)).text
                    trouble = ""
                except WjtuiError as error:
                    trouble = error.message
        finally:
            self._asking = False
        self._say()
        if trouble:
            self.say_refusals(trouble)
        self._form.say_steps()

    # Showing

    def _judge(self) -> NameSays:
        form = self._form
        jobs, kind = form.session.store.jobs, form.wish.how.type
        return judge_name(self._effective, kind, jobs)

    def _say(self) -> None:
        form, found = self._form, self._form.found
        package, session = form.staging.package, form.session
        if package is None:
            return
        now, engine = session.now, session.store.engine
        wish = form.wish._replace(name=self._effective) if found is not None else None
        previews = self._preview.jobs if self._preview is not None else ()
        version = previews[0].replaces if len(previews) == 1 else None
        self.query_one("#review-replace-field").display = self._there is not None
        other = self.query_one("#review-other-field", Field)
        other.display = self._takes_other
        if self._takes_other:
            says = self._judge()
            other.say(says.line, says.error)
        if wish is not None and found is not None:
            name: Line = (
                Piece(f"{plain(wish.name)}   ", Ink.STRONG),
                Piece(facts(package, found, ()), Ink.DIM),
            )
            if self._there is not None and not self._takes_other:
                name = (
                    Piece(f"{plain(self._there.id.name)}   ", Ink.STRONG),
                    *existing_line(self._there, version, now),
                )
            self._put("review-name", name)
            kind = "Continuous" if wish.how is How.CONTINUOUS else "Triggered"
            self._put("review-run", (Piece(f"{kind}   "), *run_words(found.script)))
            self._put("review-schedule", schedule_line(wish, form.site_zone, now))
            there = self._there if not self._takes_other else None
            ids = [str(there.id if there is not None else JobId(wish.how.type, wish.name))]
        else:
            names = ", ".join(plain(each.id.name) for each in form.chosen if each.id is not None)
            told = (Piece(names, Ink.STRONG), Piece(f"   {facts(package, None, form.chosen)}", Ink.DIM))
            self._put("review-name", told)
            ids = [str(each.id) for each in form.chosen if each.id is not None]
        for id in ("review-run", "review-schedule"):
            self.query_one(f"#{id}-field").display = found is not None
        self._put("review-target", (Piece(target(ids[:4], engine.root if engine is not None else "")),))
        self.query_one(Changes).show(previews, self._settings_change)
        self._say_running(previews)
        self._say_after()
        self._say_findings(previews)

    def _settings_change(self, preview: JobPreview) -> str:
        """Which keys of ``settings.job`` will be different."""
        if preview.replaces is None:
            return ""
        found = self._form.found
        after = ""
        if found is not None:
            written = write_settings(found, self._form.wish).text
            after = found.settings_text if written is None else written
        else:
            source = next((each for each in self._form.chosen if each.id == preview.id), None)
            after = source.settings_text if source is not None else ""
        return settings_difference(read_raw(self._settings.get(preview.id.key, "")), read_raw(after))

    def _say_running(self, previews: tuple[JobPreview, ...]) -> None:
        session = self._form.session
        jobs = [job for p in previews if (job := session.store.jobs.get(p.id.key)) is not None]
        grace = max((job.settings.grace_seconds(job.id.type) for job in jobs), default=30)
        ways = running_choices(previews, grace)
        line = running_line(previews, jobs, session.now)
        static = self.query_one("#review-running", Static)
        static.display = bool(line)
        static.update(content(line, ascii_only=self._ascii))
        field, choice = self.query_one("#review-when-field", Field), self.query_one("#review-when", Choice)
        field.display = bool(ways)
        if ways:
            before = choice.labels
            choice.offer([Option(way.value, way.label) for way in ways if not way.refused])
            if len(before) == 1:  # offered for the first time
                choice.put(ways[0].value)
            field.say(tuple(Piece(way.refused, Ink.DIM) for way in ways if way.refused))
        else:
            choice.offer([Option(WhenRunning.NOW, "")])

    def _say_after(self) -> None:
        form, tick = self._form, self.query_one("#review-after", Tick)
        waits = self.query_one("#review-when", Choice).value == WhenRunning.AFTER
        kinds = {job.id.type for job in form.chosen if job.id is not None}
        single = form.found is not None
        kind = form.wish.how.type if single else next(iter(kinds), JobType.TRIGGERED)
        tick.display = (single or len(form.chosen) == 1) and not waits
        tick.say("Show its log" if kind is JobType.CONTINUOUS else "Run once after deploy and show its log")
        if not self._chose:
            replaced = any(
                each.replaces is not None for each in (self._preview.jobs if self._preview else ())
            )
            tick.put(not replaced)

    def _say_findings(self, previews: tuple[JobPreview, ...]) -> None:
        form = self._form
        package = form.staging.package
        own = [finding for preview in previews for finding in preview.findings]
        told = refused([*own, *(package.findings if package is not None else ())])
        if form.found is not None and (warning := write_settings(form.found, form.wish).warning):
            told.append(Finding("settings", warning))
        if self._there is not None and not self._takes_other:
            lost = schedule_lost(self._there, form.wish)
            told += [Finding("schedule", lost)] if lost else []
        pane = self.query_one(FindingsPane)
        pane.display = bool(told)
        pane.say(lambda width: refusal_lines(told, width))

    def _put(self, id: str, line: Line) -> None:
        self.query_one(f"#{id}", Static).update(content(line, ascii_only=self._ascii))
