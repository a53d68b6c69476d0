"""TuiDriver: keys in, rows and lines of text out; waits for states, never for time."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.library_once import has_messages, is_at_rest, once
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import Leave, ScreenOptions
from wjtui.tui.screens.form import Form
from wjtui.tui.screens.later import RunLater
from wjtui.tui.screens.schedule import ScheduleScreen
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.log_view import LogView

PATIENCE = 20.0
"""Seconds until a state that does not come is a failure."""
_QUIET = 4
"""So many looks in a row must find nothing left to do. The library's own driver waits until the processor has
been idle for 20 ms, twice a key: half of the time of these tests."""

_BEATS = 50
"""Rounds of the loop without a frame, at most: what a key does may wait for one."""

once()


class TuiDriver:
    """One open screen over a fake service."""

    def __init__(
        self, app: WjtuiApp, pilot: Pilot[Leave], service: FakeJobService, clock: FixedClock
    ) -> None:
        self.app = app
        self.service = service
        self.clock = clock
        self._pilot = pilot

    # Doing

    async def press(self, *keys: str) -> None:
        """Press keys, and let their effects arrive."""
        for key in keys:
            self._strike(key)
            await self.settle()

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def burst(self, *keys: str) -> None:
        """Press keys that arrive together, as from a paste or over a slow link."""
        for key in keys:
            named = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(named, key if len(key) == 1 else None))
        await self.settle()

    def _strike(self, key: str) -> None:
        """One key, as it comes from the terminal."""
        named = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        char: str | None
        try:
            char = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(named, named)))
        except KeyError:
            char = named if len(named) == 1 else None
        event = events.Key(named, char)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def select(self, name: str) -> None:
        """Put the cursor on a job, as a person does: by moving until it is there."""
        jobs = self.app.store.jobs
        names = [jobs[key].id.name for key in self.app.main_screen.table.rows]
        await self.press("home", *["j"] * names.index(name))
        assert self.selected == name

    async def click(self, selector: str, x: int, y: int, times: int = 1) -> None:
        """Click into a widget's content, counted from its outer corner."""
        await self._pilot.click(selector, offset=(x, y), times=times)
        await self.settle()

    async def double_click(self, text: str) -> None:
        """Click twice on a text, wherever it is, as a terminal tells it: whatever the first click changes."""
        x, y = next((line.index(text), y) for y, line in enumerate(self.lines) if text in line)
        kinds = (events.MouseDown, events.MouseUp) * 2
        # How late the second one is seen says nothing: their times were taken when they were made.
        for event in [kind(None, x, y, 0, 0, 1, False, False, False, x, y) for kind in kinds]:
            self.app.post_message(event)
            await self.settle()

    async def right_click(self, x: int, y: int) -> None:
        """Click a cell of the screen with the other button."""
        await self._pilot.click(offset=(x, y), button=3)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Change the terminal's size."""
        await self._pilot.resize_terminal(width, height)
        await self.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let the clock go on, and the screen notice."""
        self.clock.advance(seconds)
        self.app.main_screen.tick()
        if isinstance(self.app.screen, ScheduleScreen | RunLater):
            self.app.screen.tick()
        await self.settle()

    async def settle(self) -> None:
        """Wait until the screen shows all that is known: no message, command or unread byte is left."""
        quiet = beats = 0
        while quiet < _QUIET and self.app.is_running and not self.app._exit:
            if beats % _BEATS and (self.app.type_ahead.busy or has_messages(self.app)):
                # Painted is what all of it leads to, as in a terminal: keys come faster than frames.
                beats += 1
                await asyncio.sleep(0)
                continue
            beats += 1
            self.app.frame()
            # What is left of a message may begin in the next rounds of the loop.
            for _ in range(3):
                await asyncio.sleep(0)
            # The beat that paints, of which a real screen has 60 a second.
            self.app.animator()
            self.app.screen._on_timer_update()
            if is_at_rest(self.app) and self._idle():
                quiet += 1
            else:
                # Only a thread, or a timer, is worth waiting for.
                await asyncio.sleep(0.002 if is_at_rest(self.app) else 0)
                quiet = 0

    async def until(self, state: Callable[[], Any], what: str = "") -> None:
        """Wait for a state; what has led to it is on the screen then."""
        async with asyncio.timeout(PATIENCE):
            while not state():
                await asyncio.sleep(0.01)
                await self.settle()

    async def see(self, text: str) -> None:
        """Wait until the screen shows a text."""
        try:
            await self.until(lambda: text in self.text)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.text}") from None

    # Looking

    @property
    def lines(self) -> list[str]:
        """The screen's rows as text."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(self.lines)

    def shows_list(self) -> bool:
        """Whether the list of jobs is on the screen."""
        return self.app.main_screen.table.is_on_screen

    def shows_log(self) -> bool:
        """Whether the log pane is on the screen."""
        return self.app.main_screen.log_pane.is_on_screen

    @property
    def selected(self) -> str | None:
        """The job under the cursor."""
        job = self.app.main_screen.job
        return job.id.name if job is not None else None

    def row(self, name: str) -> str:
        """The row of the list that names a job."""
        region = self.app.main_screen.table.content_region
        found = [line for line in self.lines[region.y : region.bottom] if f" {name} " in line]
        assert found, f"no row names {name!r}:\n{self.text}"
        return found[0]

    @property
    def footer(self) -> str:
        """The row of keys."""
        return self.lines[-1]

    @property
    def log(self) -> LogView:
        """The view that log keys move."""
        return self.app.main_screen.log_pane.view

    @property
    def log_lines(self) -> list[str]:
        """The rows of the log view as text."""
        view = self.log
        region = view.text_region
        rows = self.lines[region.y : region.bottom]
        return [row[region.x : region.right].rstrip() for row in rows]

    @property
    def toasts(self) -> list[str]:
        """The headings of the messages shown."""
        return [toast.title for toast in self.app.session.toasts.toasts]

    def _idle(self) -> bool:
        app = self.app
        held = self.service.hold is not None and not self.service.hold.is_set()
        return (
            self.service.delivered
            and not app.type_ahead.busy
            and app.pump.idle
            and (held or not app.dispatch.busy)
            and (held or not any(form.tasks for form in app.screen_stack if isinstance(form, Form)))
            and (held or self._logs_read)
        )

    @property
    def _logs_read(self) -> bool:
        # Not by queries, which match style classes: with the 200 widgets of a form those took longer than
        # the frame.
        panes = [each for each in self.app._registry if isinstance(each, LogPane) and each.is_attached]
        return all(pane.settled for pane in panes)


@asynccontextmanager
async def open_tui(
    service: FakeJobService,
    size: tuple[int, int] = (120, 36),
    *,
    clock: FixedClock | None = None,
    **options: Any,
) -> AsyncIterator[TuiDriver]:
    """Open the screen, wait until it shows the service's state, and close it at the end."""
    clock = clock or FixedClock()
    app = WjtuiApp(service, ScreenOptions(clock=clock, **options))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = TuiDriver(app, pilot, service, clock)
        await driver.until(lambda: service.connections > 0)
        await driver.settle()
        yield driver
        service.hold = None
