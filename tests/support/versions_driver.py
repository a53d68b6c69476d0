"""VersionsDriver: deletes jobs, goes back to versions, looks into the trash, and says what a person sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.widgets import Button, Input

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.tui.present.toasts import Toast
from wjtui.tui.screens.delete_job import DeleteJobs
from wjtui.tui.screens.trash import TrashScreen
from wjtui.tui.screens.versions import VersionsScreen
from wjtui.tui.widgets.controls import Tick
from wjtui.tui.widgets.line_list import LineList


class VersionsDriver(TuiDriver):
    """The list is open, and perhaps something over it."""

    @property
    def on_top(self) -> str:
        """What kind of screen one sees."""
        return type(self.app.screen).__name__

    async def command(self, name: str) -> None:
        """Give a command by its name, in the palette."""
        await self.press("colon")
        await self.write(name)
        await self.press("enter")

    async def hear(self, text: str) -> None:
        """Wait until a message says a text."""
        await self.until(lambda: any(text in f"{each.title} {each.body}" for each in self._messages))

    @property
    def _messages(self) -> list[Toast]:
        return self.app.session.toasts.toasts

    # The question before jobs are deleted

    @property
    def question(self) -> DeleteJobs:
        """It is open."""
        screen = self.app.screen
        assert isinstance(screen, DeleteJobs), f"nobody asks:\n{self.text}"
        return screen

    def can_delete(self) -> bool:
        """Whether the button would delete."""
        return not self.question.query_one("#delete-go", Button).disabled

    @property
    def keeps_history(self) -> bool:
        """Whether that is ticked."""
        return self.question.query_one(Tick).on

    @property
    def typed(self) -> str:
        """What stands in its field."""
        return self.question.query_one(Input).value

    async def delete(self, typed: str, *more: str) -> None:
        """Ask, type, and press keys, at last Enter."""
        await self.press("D")
        await self.write(typed)
        await self.press(*more, "enter")

    # Lists

    def rows_of(self, selector: str) -> list[str]:
        """The rows of a list that are on the screen, the cursor's mark included."""
        region = self.app.screen.query_one(selector, LineList).scrollable_content_region
        rows = self.lines[region.y : region.bottom]
        return [text for row in rows if (text := row[region.x : region.right].rstrip())]

    def _idle(self) -> bool:
        held = self.service.hold is not None and not self.service.hold.is_set()
        views = [each for each in self.app.screen_stack if isinstance(each, VersionsScreen | TrashScreen)]
        asking = [each for each in self.app.screen_stack if isinstance(each, DeleteJobs)]
        at_rest = all(view.settled for view in views if view.is_current)
        return held or (super()._idle() and at_rest and not any(each.tasks for each in asking))


@asynccontextmanager
async def open_versions(
    service: FakeJobService,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[VersionsDriver]:
    """The list."""
    async with open_tui(service, size, clock=clock, **options) as tui:
        yield VersionsDriver(tui.app, tui._pilot, service, tui.clock)
