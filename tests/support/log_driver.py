"""LogDriver: a log on the screen, spoken of as its reader does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.fake_service import FakeJobService, MemoryLog, make_job, output
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import CONTINUOUS
from wjtui.model.events import LogRef
from wjtui.tui.screens.log import LogScreen
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.log_view import LogView

JOB = make_job("worker", kind=CONTINUOUS)
REF = LogRef(JOB.id)


def numbered(start: int, stop: int) -> bytes:
    """Lines that say their number."""
    return output(*(f"line {number:06}" for number in range(start, stop)))


def worker(data: bytes = b"") -> FakeJobService:
    """One continuous job with a log."""
    service = FakeJobService(JOB)
    service.log(REF, data)
    return service


class LogDriver:
    """The log screen that is open over a fake service."""

    def __init__(self, tui: TuiDriver) -> None:
        self.tui = tui
        self.press = tui.press
        self.settle = tui.settle
        self.see = tui.see
        self.until = tui.until

    @property
    def screen(self) -> LogScreen:
        """The screen."""
        return next(screen for screen in self.tui.app.screen_stack if isinstance(screen, LogScreen))

    @property
    def pane(self) -> LogPane:
        """What shows the log."""
        return self.screen.log_pane

    @property
    def view(self) -> LogView:
        """The view that keys move."""
        return self.pane.view

    @property
    def source(self) -> MemoryLog:
        """The log of the worker."""
        found = self.tui.service.logs[REF]
        assert isinstance(found, MemoryLog)
        return found

    async def write(self, text: str) -> None:
        """Type a text and Enter."""
        await self.tui.write(text)
        await self.press("enter")

    async def grow(self, data: bytes) -> None:
        """The job prints."""
        self.tui.service.grow(REF, data)
        await self.settle()

    @property
    def text(self) -> str:
        """The whole screen."""
        return self.tui.text

    @property
    def head(self) -> str:
        """The line of switches."""
        return self._row("#log-head")

    @property
    def status(self) -> str:
        """The line under the log."""
        return self._row("#log-status")

    @property
    def rows(self) -> list[str]:
        """The rows of the log, without the bar."""
        return self.rows_of(self.view)

    def rows_of(self, view: LogView) -> list[str]:
        """The rows of one of two views."""
        region = view.text_region
        return [row[region.x : region.right].rstrip() for row in self.tui.lines[region.y : region.bottom]]

    @property
    def bar(self) -> str:
        """The bar beside the log, from top to bottom."""
        region = self.view.text_region
        return "".join(row[region.right] for row in self.tui.lines[region.y : region.bottom])

    @property
    def numbers(self) -> list[int]:
        """The numbers that the lines in sight say."""
        return [int(row.partition("line ")[2][:6]) for row in self.rows if "line " in row]

    @property
    def chosen(self) -> str:
        """The row with the mark of the current line."""
        return next((row for row in self.rows if ">" in row[:9]), "")

    def _row(self, selector: str) -> str:
        return self.tui.lines[self.pane.query_one(selector).region.y].rstrip()


@asynccontextmanager
async def open_log(
    service: FakeJobService,
    size: tuple[int, int] = (120, 36),
    *refs: LogRef,
    begin: Any = None,
    **options: Any,
) -> AsyncIterator[LogDriver]:
    """Open the log screen, the worker's when no other is named, and wait until all is shown."""
    async with open_tui(service, size, **options) as tui:
        session = tui.app.session
        wanted = refs or (REF,)
        screen = (
            LogScreen.merged(session, wanted)
            if len(wanted) > 1
            else LogScreen(session, wanted[0], begin=begin)
        )
        tui.app.push_screen(screen)
        await tui.settle()
        yield LogDriver(tui)
