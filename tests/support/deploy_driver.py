"""DeployDriver: goes through the deploy wizard as a person does, and says what is to be seen there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual import events

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.model.deploys import DeployPlan, Progress
from wjtui.model.events import DeployProgressed
from wjtui.tui.present.deploy import Step
from wjtui.tui.screens.deploy import DeployForm
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.controls import Choice, Tick
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.file_list import FileList
from wjtui.tui.widgets.findings import FindingsPane

KINDS = ("zip", "folder", "script", "paste", "sample")


class DeployDriver(TuiDriver):
    """The wizard is open, or was."""

    @property
    def form(self) -> DeployForm:
        """The wizard."""
        found = [screen for screen in self.app.screen_stack if isinstance(screen, DeployForm)]
        assert found, f"the wizard is not open:\n{self.text}"
        return found[-1]

    def shows_wizard(self) -> bool:
        """Whether the wizard is there."""
        return any(isinstance(screen, DeployForm) for screen in self.app.screen_stack)

    def at(self, step: Step) -> bool:
        """Whether it is at this step."""
        return self.form.step is step

    @property
    def steps(self) -> str:
        """The line of steps."""
        return self.form.query_one("#deploy-steps", Bar).text.strip()

    @property
    def status(self) -> str:
        """What the line over the keys says."""
        return self.form.query_one("#form-status", Bar).text.strip()

    @property
    def findings(self) -> str:
        """What is said of the package."""
        return self.form.query_one("#deploy-findings", FindingsPane).text

    @property
    def warnings(self) -> str:
        """What is said before the deploy."""
        return self.form.query_one("#review-findings", FindingsPane).text

    @property
    def focus(self) -> str:
        """The id of what has the focus."""
        return (self.form.focused.id or "") if self.form.focused is not None else ""

    @property
    def browsed(self) -> list[str]:
        """The rows of the browser."""
        files = self.form.query_one("#deploy-browser", FileList)
        return ["".join(piece.text for piece in files._line(row, 60)).strip() for row in range(files.count)]

    @property
    def changes(self) -> list[str]:
        """The rows of what will be different."""
        files = self.form.query_one("#review-changes", FileList)
        return ["".join(piece.text for piece in files._line(row, 70)).strip() for row in range(files.count)]

    @property
    def committed(self) -> DeployPlan:
        """The one plan that was carried out."""
        [plan] = self.service.deploys.committed
        return plan

    def error(self, field: str) -> str:
        """What is wrong with a field."""
        return self.form.query_one(f"#{field}", Field).error

    def value(self, choice: str) -> str:
        """What is chosen."""
        return self.form.query_one(f"#{choice}", Choice).value

    def choices(self, choice: str) -> list[str]:
        """What can be chosen."""
        return self.form.query_one(f"#{choice}", Choice).labels

    def ticked(self, tick: str) -> bool | None:
        """Whether it is on; None: it is not in sight."""
        found = self.form.query_one(f"#{tick}", Tick)
        return found.on if found.display else None

    # Doing

    async def go_to(self, id: str) -> None:
        """Tab until something has the focus."""
        for _ in range(40):
            if self.focus == id:
                return
            await self.press("tab")
        raise AssertionError(f"no tab leads to {id}:\n{self.text}")

    async def take_from(self, kind: str) -> None:
        """Choose the kind of source."""
        while self.focus != "deploy-kind":
            await self.press("shift+tab")
        await self.press("home", *["right"] * KINDS.index(kind))

    async def type_path(self, path: str) -> None:
        """Type a path in place of what stands there."""
        await self.go_to("deploy-path")
        await self.press("end", "ctrl+u")
        await self.burst(*path)

    async def paste(self, text: str) -> None:
        """Paste into what has the focus."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def stage(self, path: str) -> None:
        """Choose a path and wait until it is staged."""
        await self.type_path(path)
        await self.press("enter")
        await self.until(lambda: self.form.staging.package is not None, f"{path} is staged")

    async def fill_in(self, id: str, text: str) -> None:
        """Type into a field in place of what stands there."""
        await self.go_to(id)
        await self.press("end", "ctrl+u")
        await self.burst(*text)

    async def choose(self, id: str, value: str) -> None:
        """Choose one of several by arrow keys."""
        await self.go_to(id)
        await self.press("home")
        for _ in range(10):
            if self.value(id) == value:
                return
            await self.press("down")
        raise AssertionError(f"{value} is none of {self.choices(id)}")

    async def next(self) -> None:
        """The next step, or the deploy."""
        await self.press("ctrl+s")

    async def progress(self, step: str, done: int, total: int) -> None:
        """The engine tells how far the package has come."""
        self.service.tell(DeployProgressed(Progress(self.form.staging.token, step, done, total)))
        await self.settle()


@asynccontextmanager
async def open_wizard(
    service: FakeJobService,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[DeployDriver]:
    """Open the screen, and the wizard by its key."""
    async with open_tui(service, size, clock=clock, **options) as tui:
        tui.__class__ = DeployDriver
        assert isinstance(tui, DeployDriver)
        await tui.press("n")
        assert tui.shows_wizard(), tui.text
        yield tui
