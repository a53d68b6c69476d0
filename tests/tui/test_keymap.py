"""The keys of config.toml count: on every screen, in the footer, in messages."""

from __future__ import annotations

from typing import Any

from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.preferences import Preferences
from wjtui.tui.options import Leave
from wjtui.tui.screens.help import Help
from wjtui.tui.screens.picker import Picker


def wanting(**keys: tuple[str, ...]) -> dict[str, Any]:
    return {"preferences": Preferences(keys={id.replace("__", "."): wanted for id, wanted in keys.items()})}


def front(tui: TuiDriver) -> object:
    """The screen that is to be seen."""
    return tui.app.screen


async def test_another_key_gives_the_command_and_the_old_one_does_not() -> None:
    async with open_tui(eleven_jobs(), **wanting(job__run=("F9", "ctrl+g"))) as tui:
        await tui.select("import-legacy")
        assert "F9 Run" in tui.footer and tui.toasts == []
        await tui.press("r")
        assert tui.service.commands == []
        await tui.press("f9")
        assert [command[0] for command in tui.service.commands] == ["run"]
        await tui.select("rotate-keys")
        await tui.press("ctrl+g")
        assert len(tui.service.commands) == 2


async def test_no_key_at_all() -> None:
    async with open_tui(eleven_jobs(), **wanting(job__stop=())) as tui:
        await tui.select("queue-worker")
        await tui.press("x")
        assert tui.service.commands == [] and " Stop" not in tui.footer
        await tui.press("X")
        assert "use :stop" in tui.text


async def test_two_keys_swapped() -> None:
    async with open_tui(eleven_jobs(), **wanting(job__start=("x",), job__stop=("s",))) as tui:
        await tui.select("queue-worker")
        await tui.press("s")
        assert [command[0] for command in tui.service.commands] == ["stop"]
        assert "s Stop" in tui.footer


async def test_keys_of_list_and_log() -> None:
    async with open_tui(eleven_jobs(), **wanting(list__filter=("F6",), log__follow=("F6",))) as tui:
        await tui.press("slash")
        assert not tui.app.main_screen.filter_field.display
        await tui.press("f6")
        assert tui.app.main_screen.filter_field.has_focus
        await tui.press("escape")
        await tui.select("queue-worker")
        await tui.press("tab", "k", "k")
        assert not tui.log.follow
        await tui.press("f6")
        assert tui.log.follow


async def test_keys_that_count_everywhere() -> None:
    wanted = wanting(
        app__help=("F2", "ctrl+g"), app__quit=("ctrl+x",), app__palette=("F3",), move__down=("J",)
    )
    async with open_tui(eleven_jobs(), **wanted) as tui:
        first = tui.selected
        await tui.press("j")
        assert tui.selected == first
        await tui.press("J")
        assert tui.selected != first
        await tui.press("f1", "question_mark", "colon")
        assert front(tui) is tui.app.main_screen
        await tui.press("slash", "f2")
        assert isinstance(front(tui), Help), "in a field, too"
        await tui.press("ctrl+g")
        assert front(tui) is tui.app.main_screen
        await tui.press("escape", "f3")
        assert isinstance(front(tui), Picker)
        await tui.press("ctrl+q")
        assert tui.app.return_value is None
        await tui.press("ctrl+x")
        assert tui.app.return_value is Leave.LEFT, "over a dialog, too"


async def test_the_schedule_s_own_keys_follow() -> None:
    async with open_tui(eleven_jobs(), **wanting(job__schedule=("F7",), job__later=("F8",))) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        assert tui.app.screen is tui.app.main_screen
        await tui.press("f7")
        assert tui.app.screen is not tui.app.main_screen
        await tui.press("f8")
        assert "once, later" in tui.text
        await tui.press("escape", "f7")
        assert tui.app.screen is tui.app.main_screen


async def test_messages_name_the_keys_that_count() -> None:
    wanted = wanting(
        job__run=("F9",), job__start=("F4",), job__restart=(), job__stop=("F10",), app__leave=("Q",)
    )
    async with open_tui(eleven_jobs(), **wanted) as tui:
        await tui.press("escape")
        await tui.select("queue-worker")
        await tui.press("f9")
        restart = "queue-worker is continuous, so it has no runs: :restart restarts it, F4 starts it."
        assert restart in tui.toasts
        await tui.press("ctrl+c")
        bodies = [toast.body for toast in tui.app.session.toasts.toasts]
        assert "ctrl+c never stops a job. F10 stops one, Q leaves." in bodies
        await tui.select("nightly-report")
        await tui.press("w")
        assert "F9 runs it again" in tui.text


async def test_what_is_wrong_in_the_file_is_told_and_the_rest_counts() -> None:
    wanted = wanting(job__run=("x", "F9"), no__such=("r",), job__kill=("ctrl+b",))
    async with open_tui(eleven_jobs(), (120, 36), **wanted) as tui:
        told = " ".join(notice.text for notice in tui.app.session.store.notices)
        assert len(tui.toasts) == 1, "several at once are one message"
        assert "x is wanted for job.run, but it is the key of job.stop" in told
        assert "'no.such'" in told and "ctrl+b for job.kill may not arrive" in told
        await tui.select("import-legacy")
        await tui.press("f9")
        assert [command[0] for command in tui.service.commands] == ["run"]


async def test_troubles_of_the_file_itself_are_told() -> None:
    async with open_tui(eleven_jobs(), troubles=("config.toml has an unknown key 'x'.",)) as tui:
        assert "config.toml has an unknown key 'x'." in tui.toasts
