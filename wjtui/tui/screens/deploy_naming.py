"""NameStep: what the job is called and how it runs; of several in a package, which ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input, Static

from wjtui.model.deploys import FoundJob, Package
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobId
from wjtui.tui.present.deploy import How, NameSays, Wish, judge_name
from wjtui.tui.present.findings import cannot, job_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.controls import Choice, Option, Tick
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.inked import content

if TYPE_CHECKING:
    from wjtui.tui.screens.deploy import DeployForm

_HOWS = (
    Option(How.DEMAND, "On demand      run by a person or a program"),
    Option(How.SCHEDULE, "On a schedule  at times set in the next step"),
    Option(How.CONTINUOUS, "Continuously   kept running"),
)
_HELP_NAME = (
    "Begins with a letter or digit; then letters, digits, - and _; at most 63.\n"
    "Names that differ only in case are one job."
)


class NameStep(Container):
    """Fields for one job, or a list of ticks."""

    def __init__(self, form: DeployForm) -> None:
        super().__init__(id="step-name", classes="deploy-step")
        self._form = form
        self._ascii = form.session.options.ascii
        self._ticks: list[tuple[FoundJob, Tick]] = []
        self._versions: dict[JobKey, int | None] = {}

    def compose(self) -> ComposeResult:
        yield Field(
            "Name",
            Input(compact=True, select_on_focus=False, id="deploy-name"),
            help=_HELP_NAME,
            ascii_only=self._ascii,
            id="deploy-naming",
        )
        yield Field(
            "How to run",
            Choice(_HOWS, rows=True, ascii_only=self._ascii, id="deploy-how"),
            help="On demand and on a schedule are triggered jobs; the third is a continuous one.",
            ascii_only=self._ascii,
            id="deploy-how-field",
        )
        yield Container(id="deploy-ticks")

    @property
    def job_name(self) -> str:
        """As it was typed."""
        return self.query_one("#deploy-name", Input).value.strip()

    @property
    def how(self) -> How:
        """As it was chosen."""
        return How(self.query_one("#deploy-how", Choice).value)

    @property
    def chosen(self) -> tuple[FoundJob, ...]:
        """The ticked jobs of a package with several."""
        return tuple(found for found, tick in self._ticks if tick.on)

    def load(self, package: Package, wish: Wish | None) -> None:
        """A package was staged; ``wish``: what it says of its one job, None: it has several."""
        single = wish is not None
        self.query_one("#deploy-naming").display = self.query_one("#deploy-how-field").display = single
        ticks = self.query_one("#deploy-ticks")
        ticks.display = not single
        ticks.remove_children()
        self._ticks = []
        if wish is not None:
            self.query_one("#deploy-name", Input).value = wish.name
            self.query_one("#deploy-how", Choice).put(wish.how)
            self.judge()
            return
        head: Line = (
            Piece(
                "Which of them? Names and types are those of the package; all that are ticked, or none.",
                Ink.DIM,
            ),
        )
        ticks.mount(Static(content(head, ascii_only=self._ascii)))
        for found in package.jobs:
            name = plain(found.id.name if found.id is not None else found.name or found.at)
            if found.id is None or (reason := cannot(found)) is not None:
                why = reason if found.id is not None else "it is in no folder of a type and a name"
                line: Line = (Piece("[-] ", Ink.DIM), Piece(f"{name}  "), Piece(why or "", Ink.FAILED))
                ticks.mount(Static(content(line, ascii_only=self._ascii)))
                continue
            tick = Tick(name, True, ascii_only=self._ascii)
            self._ticks.append((found, tick))
            ticks.mount(tick)
            says = (Piece("      "), *job_line(found, 80), *self._says_existing(found.id))
            ticks.mount(Static(content(says, ascii_only=self._ascii)))

    def focus_first(self) -> None:
        """The first field."""
        if self._ticks:
            self._ticks[0][1].focus()
        elif self.query_one("#deploy-naming").display:
            self.query_one("#deploy-name").focus()

    def judge(self) -> NameSays:
        """What there is to say of the name; it is said, too."""
        jobs, kind = self._form.session.store.jobs, self.how.type
        key = JobId(kind, self.job_name).key
        says = judge_name(self.job_name, kind, jobs, self._versions.get(key))
        self.query_one("#deploy-naming", Field).say(says.line, says.error)
        if says.there is not None and key not in self._versions:
            self._versions[key] = None
            self._form.tasks.start("version", self._ask(says.there.id))
        return says

    def on_input_changed(self) -> None:
        self.judge()

    def on_choice_changed(self) -> None:
        self.judge()
        self._form.say_steps()

    def _says_existing(self, job: JobId) -> Line:
        there = self._form.session.store.jobs.get(job.key)
        return () if there is None else (Piece("  ! replaces the one in place", Ink.WARNING),)

    async def _ask(self, job: JobId) -> None:
        try:
            found = await self._form.session.service.versions.of(job)
        except WjtuiError:
            return  # the sentence stays without its number
        if found:
            self._versions[job.key] = found[0].number
            self.judge()
