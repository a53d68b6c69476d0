"""BuilderDriver: the schedule builder as a person uses it: by keys and pastes."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from tests.support.tui_driver import TuiDriver
from wjtui.model.settings import JobSettings
from wjtui.tui.present.ink import plain_text
from wjtui.tui.present.schedule_draft import ScheduleDraft, draft_of
from wjtui.tui.screens.builder import BuilderScreen
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.builder_input import BuilderInput
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.weekdays import WeekDays

_UNANSWERED = object()


class BuilderDriver:
    """One open builder; ``used`` is what it was left with.

    ``by_tab``: controls are gone to with the tab key alone, and not at once as by a click.
    """

    def __init__(self, tui: TuiDriver, *, by_tab: bool = False) -> None:
        self.tui = tui
        self._by_tab = by_tab
        self._answer: object = _UNANSWERED

    async def open(self, draft: ScheduleDraft | None = None, job: str | None = None) -> BuilderDriver:
        """Open it as a form would: on a draft, or on the schedule of a job."""
        found = self.tui.service.find(job) if job is not None else None
        settings = found.settings if found is not None else JobSettings()
        screen = BuilderScreen(self.tui.app.session, job or "new-job", draft or draft_of(settings), job=found)
        self.tui.app.push_screen(screen, self._answered)
        await self.tui.settle()
        return self

    @property
    def screen(self) -> BuilderScreen:
        """The builder; it has to be on top."""
        screen = self.tui.app.screen
        assert isinstance(screen, BuilderScreen), screen
        return screen

    @property
    def is_open(self) -> bool:
        return isinstance(self.tui.app.screen, BuilderScreen)

    @property
    def used(self) -> ScheduleDraft | None:
        """What it was left with."""
        assert self._answer is not _UNANSWERED, "it is still open"
        assert self._answer is None or isinstance(self._answer, ScheduleDraft)
        return self._answer

    @property
    def expression(self) -> str:
        """The text in the first field."""
        return self.screen._input.value

    @property
    def errors(self) -> dict[str, str]:
        """Field -> what is said to be wrong with it, of those that are shown."""
        fields = [field for field in self.screen.query(Field) if field.error and field.display]
        return {(field.id or "").removeprefix("f-"): field.error for field in fields}

    @property
    def header(self) -> str:
        """The first line: to look at it costs less than to paint the screen."""
        return self.screen.query_one("#form-header", Bar).text

    def says(self, name: str) -> str:
        """What stands under a field."""
        return plain_text(self.screen.query_one(f"#f-{name}", Field)._said)

    def control(self, name: str) -> str:
        """The text in a field."""
        return self.screen.query_one(f"#b-{name}", BuilderInput).value

    async def go(self, name: str) -> None:
        """Give a control the focus, where tab leads to it."""
        wanted = "expression" if name == "expression" else f"b-{name}"
        chain = [widget.id for widget in self.screen.focus_chain]
        assert wanted in chain, f"tab does not lead to {name}:\n{self.tui.text}"
        if self._by_tab:
            here = chain.index(self._focused.id) if self._focused is not None else -1
            await self._keys(*["tab"] * ((chain.index(wanted) - here) % len(chain)))
        elif self._focused is None or self._focused.id != wanted:
            self.screen.set_focus(self.screen.query_one(f"#{wanted}"))
        assert self._focused is not None and self._focused.id == wanted

    async def choose(self, name: str, number: int) -> None:
        """Choose the option with this number, from 0, by the arrow keys."""
        await self.go(name)
        await self._keys("home", *["right"] * number)

    async def fill(self, name: str, text: str) -> None:
        """Type a text in the place of what is in a field."""
        await self.go(name)
        await self._keys("end", "ctrl+u", *text)

    async def tick(self, name: str, *days: tuple[int, int]) -> None:
        """Make exactly these boxes ticked: row and day, from 0."""
        await self.go(name)
        control = self.screen.query_one(f"#b-{name}", WeekDays)
        for row, day in sorted(set(days) ^ set(control.ticked)):
            await self._keys("home", *["up"] * 6, *["down"] * row, *["right"] * day, "space")

    async def paste(self, text: str) -> None:
        """Paste into whatever has the focus."""
        self.tui.app.post_message(events.Paste(text))
        await self.tui.settle()

    async def use(self) -> ScheduleDraft | None:
        """ctrl+s, and what came of it; None where it was refused."""
        await self.tui.press("ctrl+s")
        return None if self.is_open else self.used

    @property
    def _focused(self) -> Widget | None:
        return self.tui.app.screen.focused

    async def _keys(self, *keys: str) -> None:
        """Keys that are pressed one after the other; looked at is what all of them lead to."""
        await self.tui.burst(*keys)

    def _answered(self, draft: ScheduleDraft | None) -> None:
        self._answer = draft
