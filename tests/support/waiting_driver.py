"""WaitingDriver: opens the starts of a job that wait, takes some back, and says what a person sees there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.tui.screens.waiting import WaitingScreen


class WaitingDriver(TuiDriver):
    """The list of starts is open, and perhaps something over it."""

    @property
    def view(self) -> WaitingScreen:
        """The list."""
        return next(each for each in self.app.screen_stack if isinstance(each, WaitingScreen))

    @property
    def is_open(self) -> bool:
        """Whether the list is what one sees."""
        return isinstance(self.app.screen, WaitingScreen)

    @property
    def rows(self) -> list[str]:
        """The rows that are on the screen, the cursor's mark included; no messages that lie over the list."""
        region = self.view.table.scrollable_content_region
        rows = [row[region.x : region.right].rstrip() for row in self.lines[region.y : region.bottom]]
        return [row for row in rows if row[2:20].isdecimal()]

    async def hear(self, text: str) -> None:
        """Wait until a message says a text."""
        await self.until(
            lambda: any(text in f"{each.title} {each.body}" for each in self.app.session.toasts.toasts)
        )

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for screen in self.app.screen_stack:
            if isinstance(screen, WaitingScreen):
                screen.tick()
        await self.settle()

    def _idle(self) -> bool:
        held = self.service.hold is not None and not self.service.hold.is_set()
        views = [each for each in self.app.screen_stack if isinstance(each, WaitingScreen)]
        return held or (super()._idle() and all(view.settled for view in views if view.is_current))


@asynccontextmanager
async def open_waiting(
    service: FakeJobService,
    job: str,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[WaitingDriver]:
    """The starts of one job that wait."""
    async with open_tui(service, size, clock=clock, **options) as tui:
        driver = WaitingDriver(tui.app, tui._pilot, service, tui.clock)
        await driver.select(job)
        await driver.press("W")
        yield driver
