"""A screen that another one lies over paints nothing, and asks for nothing."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual._compositor import Compositor

from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs

BEATS = 60
"""Of the library's sixty a second."""


async def painted(tui: TuiDriver, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the screen is painted after one change in what lies under it, in a second of beats."""
    count = 0
    update = Compositor.render_update

    def counted(self: Compositor, *args: object, **more: object) -> object:
        nonlocal count
        count += 1
        return update(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Compositor, "render_update", counted)
    tui.app.main_screen.table.refresh()
    for _ in range(BEATS):
        for screen in tui.app.screen_stack:
            screen._on_timer_update()
            screen.post_message(events.Idle())
        await asyncio.sleep(0)
    return count


async def test_nothing_under_a_form_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("n")
        assert await painted(tui, monkeypatch) <= 1


async def test_what_shines_through_a_dialog_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("queue-worker")
        await tui.press("X")
        assert 1 <= await painted(tui, monkeypatch) <= 3


async def test_an_event_behind_the_last_screen_is_dropped() -> None:
    async with open_tui(eleven_jobs()) as tui:
        app = tui.app
        await tui.press("q")
        stack, app._screen_stacks[app.current_mode] = app.screen_stack, []
        try:
            await app.on_event(events.Key("j", "j"))
            await app.on_event(events.MouseMove(None, 1, 1, 0, 0, 0, False, False, False))
        finally:
            app._screen_stacks[app.current_mode] = list(stack)
        assert app.crash is None
