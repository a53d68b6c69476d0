"""RunsDriver: opens the runs of a job, or of all, and says what a person sees there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.tui_driver import TuiDriver, open_tui
from wjtui.tui.screens.history import HistoryView
from wjtui.tui.screens.runs import RunsScreen
from wjtui.tui.widgets.run_pane import RunPane
from wjtui.tui.widgets.run_tree import RunTree


class RunsDriver(TuiDriver):
    """A history is open, and perhaps something over it."""

    @property
    def view(self) -> HistoryView:
        """The history on top."""
        found = [screen for screen in self.app.screen_stack if isinstance(screen, HistoryView)]
        assert found, f"no history is open:\n{self.text}"
        return found[-1]

    @property
    def in_view(self) -> bool:
        """Whether a history is what one sees."""
        return isinstance(self.app.screen, HistoryView)

    @property
    def tree(self) -> RunTree:
        """The list."""
        return self.view.run_tree

    @property
    def rows(self) -> list[str]:
        """The rows of the list that are on the screen, the cursor's mark included."""
        region = self.tree.scrollable_content_region
        rows = self.lines[region.y : region.bottom]
        return [text for row in rows if (text := row[region.x : region.right].rstrip())]

    @property
    def chosen(self) -> str:
        """The row under the cursor, without its mark."""
        found = [row for row in self.rows if row.startswith(("▌", ">"))]
        assert len(found) == 1, f"the cursor is on {len(found)} rows:\n{self.text}"
        return found[0][2:].strip()

    @property
    def details(self) -> str:
        """What is known of the chosen run."""
        return self.view.query_one("#run-details", RunPane).text

    @property
    def errors(self) -> str:
        """Its last error lines."""
        return self.view.query_one("#run-errors", RunPane).text

    @property
    def chips(self) -> str:
        """The row of switches."""
        return self.lines[1] if not self.view.query_one("#banner").display else self.lines[2]

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for screen in self.app.screen_stack:
            if isinstance(screen, HistoryView):
                screen.tick()
        await self.settle()

    async def click_row(self, text: str, times: int = 1) -> None:
        """Click on the row that contains a text."""
        region = self.tree.scrollable_content_region
        line = next(y for y in range(region.y, region.bottom) if text in self.lines[y])
        await self._pilot.click(offset=(region.x + 10, line), times=times)
        await self.settle()

    async def click_text(self, text: str) -> None:
        """Click on a text, wherever it is."""
        y, line = next((y, line) for y, line in enumerate(self.lines) if text in line)
        await self._pilot.click(offset=(line.index(text) + 1, y))
        await self.settle()

    def _idle(self) -> bool:
        held = self.service.hold is not None and not self.service.hold.is_set()
        views = [screen for screen in self.app.screen_stack if isinstance(screen, HistoryView)]
        return held or (super()._idle() and all(_at_rest(view) for view in views))


def _at_rest(view: HistoryView) -> bool:
    if not view.is_current:
        return True
    return view.settled


@asynccontextmanager
async def open_runs(
    service: FakeJobService,
    job: str,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[RunsDriver]:
    """The runs of one job."""
    async with open_tui(service, size, clock=clock, **options) as tui:
        driver = RunsDriver(tui.app, tui._pilot, service, tui.clock)
        await driver.select(job)
        await driver.press("h")
        assert isinstance(driver.app.screen, RunsScreen)
        yield driver


@asynccontextmanager
async def open_dashboard(
    service: FakeJobService,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[RunsDriver]:
    """The runs of every job."""
    async with open_tui(service, size, clock=clock, **options) as tui:
        driver = RunsDriver(tui.app, tui._pilot, service, tui.clock)
        await driver.press("H")
        yield driver
