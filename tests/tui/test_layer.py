"""A screen that another one lies over paints nothing, and asks for nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events
from textual._compositor import Compositor
from textual.css.query import NoMatches
from textual.screen import Screen

from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.tui.app import WjtuiApp
from wjtui.tui.commands.table import BY_ID

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


async def test_the_second_click_of_two_closes_no_other_screen() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("h", "question_mark")
        runs, help = tui.app.screen_stack[1:]
        help.dismiss(None)
        help.dismiss(None)
        await tui.settle()
        assert tui.app.screen is runs


async def test_the_second_click_of_two_is_for_no_other_screen() -> None:
    async with open_tui(eleven_jobs()) as tui:
        main = tui.app.main_screen
        cursor = main.table.cursor
        await tui.press("question_mark")
        await tui.double_click("details, and back")
        assert tui.app.screen is main and main.table.cursor == cursor and "STATUS" in tui.text
        await tui.double_click("queue-worker")
        assert tui.selected == "queue-worker" and "STATUS" not in tui.text


async def test_what_comes_too_late_for_a_closed_screen_ends_nothing() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("question_mark")
        help = tui.app.screen
        help.dismiss(None)
        await tui.settle()
        with pytest.raises(NoMatches) as missed, help._context():
            help.query_one("#help-sheet")
        crashes = []
        for screen in (help, tui.app.main_screen):
            with screen._context():
                tui.app._handle_exception(missed.value)
            crashes.append(tui.app.crash)
        tui.app.crash = tui.app._exception = None
        assert crashes == [None, missed.value]


OPENING = (
    "list.events",
    "list.dashboard",
    "job.history",
    "job.schedule",
    "job.waiting",
    "job.versions",
    "job.new",
    "job.edit",
    "app.trash",
    "app.site_settings",
)


async def test_what_comes_before_a_screen_has_its_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    push = WjtuiApp.push_screen
    seen: list[bool] = []

    def push_and_hear(app: WjtuiApp, screen: Screen[object], *args: Any, **more: Any) -> object:
        pushed: object = push(app, screen, *args, **more)
        seen.append(screen.is_mounted)
        app.session.tell("A message of the moment")
        app.on_app_focus(events.AppFocus())
        return pushed

    async with open_tui(eleven_jobs()) as tui:
        await tui.select("nightly-report")
        monkeypatch.setattr(WjtuiApp, "push_screen", push_and_hear)
        for id in OPENING:
            tui.app.main_screen.give(BY_ID[id])
            await tui.settle()
            assert "A message of the moment" in tui.text, id
            # A field takes the first Esc, to be left.
            while tui.app.screen is not tui.app.main_screen:
                await tui.press("escape")
        assert seen == [False] * len(OPENING)
