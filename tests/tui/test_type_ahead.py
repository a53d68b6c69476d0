"""Keys that arrive together do what they do one by one."""

from __future__ import annotations

from textual import events

from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.tui.commands.table import BY_ID
from wjtui.tui.screens.help import Help


async def test_a_filter_typed_in_one_burst_is_no_command() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.burst("/", *"report", "enter")
        assert tui.app.main_screen.filter_field.value == "report"
        assert [name for _, name in tui.app.main_screen.table.rows] == ["nightly-report"]
        assert service.commands == []


async def test_what_follows_the_filter_s_enter_is_for_the_list() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.burst("/", *"nightly", "enter", "r")
        assert tui.app.main_screen.filter_field.value == "nightly"
        assert [command[0] for command in service.commands] == ["run"]


async def test_arguments_typed_in_the_burst_that_asked_for_them() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.burst("a", *"--day x", "enter", "j")
        assert [command[0] for command in service.commands] == ["run"]
        assert "--day x" in str(service.commands[0])
        assert tui.selected != "nightly-report"


async def test_help_opened_and_closed_in_one_burst() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.burst("?", "escape", "G")
        assert not isinstance(tui.app.screen, Help)
        assert tui.selected == "half-uploaded"


async def test_a_dialog_gets_the_letter_that_answers_it() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        await tui.burst("X", "k")
        assert [command[0] for command in service.commands] == ["kill"]


async def test_a_key_on_its_way_back_is_not_for_a_screen_that_opens_meanwhile() -> None:
    async with open_tui(eleven_jobs()) as tui:
        tui.app.main_screen.give(BY_ID["list.dashboard"])
        key = events.Key("G", "G")
        key._set_forwarded()
        await tui.app.on_event(key)
        await tui.settle()
        assert tui.app.crash is None
