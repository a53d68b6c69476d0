"""Leaving, the first start, and what happens when the screen itself is broken (wireframes D15, D16)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService, FixedClock, make_engine, make_job
from tests.support.tui_driver import PATIENCE, open_tui
from tests.tui.scene import CONTINUOUS, eleven_jobs
from wjtui.model.errors import EngineBusy
from wjtui.model.jobs import Stopped
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import Leave, ScreenOptions


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_an_attached_screen_just_leaves(key: str) -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press(key)
        assert tui.app.return_value is Leave.LEFT
        assert tui.service.commands == []


async def test_one_that_brought_the_engine_asks_and_cancel_stays() -> None:
    async with open_tui(eleven_jobs(), brought_engine=True) as tui:
        await tui.press("q")
        assert "Leave wjtui" in tui.text and "3 jobs run, 4 are scheduled" in tui.text
        assert "mail-pump, queue-worker, sync-inventory" in tui.text
        assert "pid 811" in tui.text and "Stop all jobs and the engine" in tui.text
        await tui.press("escape")
        assert tui.app.is_running and "Leave wjtui" not in tui.text
        await tui.press("q", "c")
        assert tui.app.return_value is None


async def test_leave_it_running() -> None:
    async with open_tui(eleven_jobs(), brought_engine=True) as tui:
        await tui.press("q", "enter")
        assert tui.app.return_value is Leave.LEFT
        assert tui.service.commands == []


async def test_stop_all_waits_for_the_engine() -> None:
    service = eleven_jobs()
    service.ends_on_shut_down = False
    async with open_tui(service, brought_engine=True) as tui:
        await tui.press("q", "s")
        assert service.commands == [("shut_down",)]
        assert "The engine is stopping" in tui.text and tui.app.is_running
        service.end()
        await tui.until(lambda: tui.app.return_value is Leave.STOP_ALL)


async def test_stop_all_need_not_be_waited_for() -> None:
    service = eleven_jobs()
    service.ends_on_shut_down = False
    async with open_tui(service, brought_engine=True) as tui:
        await tui.press("q", "s", "q")
        assert tui.app.return_value is Leave.STOP_ALL


async def test_nothing_to_do_means_no_question() -> None:
    service = FakeJobService(
        make_job("manual"), make_job("off", Stopped(FixedClock().now()), kind=CONTINUOUS)
    )
    async with open_tui(service, brought_engine=True) as tui:
        await tui.press("q")
        assert tui.app.return_value is Leave.LEFT


async def test_in_process_ctrl_z_is_leaving() -> None:
    async with open_tui(eleven_jobs(), brought_engine=True, in_process=True) as tui:
        await tui.press("ctrl+z")
        assert "This process can go on unseen" in tui.text


async def test_q_goes_back_before_it_leaves() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.press("enter", "q")
        assert tui.app.is_running and tui.shows_list()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_root_without_jobs_says_how_to_add_one(size: tuple[int, int]) -> None:
    service = FakeJobService()
    async with open_tui(service, size) as tui:
        for words in (
            "No jobs yet in /srv/site/wwwroot/app_data/jobs",
            "triggered/NAME/run.sh",
            "continuous/NAME/run.py",
            "wjtui demo",
            "✓ .py python3",
            "✓ .sh bash",
            "✗ .php",
            "no jobs",
        ):
            assert words in tui.text, words
        assert "? Help" in tui.footer and "Run" not in tui.footer
        # Enter would try a sample job: that is told in words, and tested with the wizard.
        await tui.press("r", "x", "d", "z", "tab", "slash", "G", "vertical_line")
        assert tui.app.is_running and service.commands == []
        service.add(make_job("first"))
        await tui.see("Never run")
        assert tui.selected == "first" and "No jobs yet" not in tui.text


async def test_before_the_engine_is_up_it_says_so_and_asks_nothing() -> None:
    service = eleven_jobs()
    up = asyncio.Event()

    async def engine_is_up() -> None:
        await up.wait()

    app = WjtuiApp(service, ScreenOptions(clock=FixedClock()), engine_is_up)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert any("Waiting for the engine" in strip.text for strip in strips)
        up.set()
        async with asyncio.timeout(PATIENCE):
            while not app.store.jobs:
                await pilot.pause()


async def test_an_engine_that_does_not_come_up_ends_the_screen_with_its_reason() -> None:
    async def engine_is_up() -> None:
        raise EngineBusy("Another engine has it.")

    app = WjtuiApp(eleven_jobs(), ScreenOptions(clock=FixedClock()), engine_is_up)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert str(app.refusal) == "Another engine has it."


async def test_a_bug_in_a_handler_ends_the_screen_and_is_kept() -> None:
    service = eleven_jobs()
    with pytest.raises(ZeroDivisionError):
        async with open_tui(service) as tui:
            tui.app.main_screen.call_later(lambda: 1 / 0)
            await tui.until(lambda: tui.app.crash is not None)
            assert tui.app.return_code == 1


@pytest.mark.parametrize("theme", ["wjtui-dark", "wjtui-light", "wjtui-ansi"])
async def test_every_theme_shows_every_state(theme: str) -> None:
    async with open_tui(eleven_jobs(), theme=theme, brought_engine=True) as tui:
        assert tui.app.theme == theme
        await tui.press("d", "question_mark", "escape", "slash", "escape", "X", "escape", "q")
        assert "Leave wjtui" in tui.text


async def test_no_color_chooses_the_terminals_own_colours() -> None:
    async with open_tui(eleven_jobs(), environment={"NO_COLOR": "1"}) as tui:
        assert tui.app.theme == "wjtui-ansi"


async def test_an_unknown_theme_and_a_broken_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('primary = "nocolour"\n')
    async with open_tui(eleven_jobs(), theme="missing", user_themes=tmp_path) as tui:
        assert tui.app.theme == "wjtui-dark"
        told = " ".join(notice.text for notice in tui.app.session.store.notices)
        assert "There is no theme 'missing'" in told and "mine.toml" in told
        assert len(tui.toasts) == 1, "both are one message, and stay in the event list"


async def test_ascii_uses_no_other_character() -> None:
    async with open_tui(eleven_jobs(), (120, 36), ascii=True) as tui:
        await tui.select("nightly-report")
        assert tui.text.replace("▁", " ").isascii(), sorted({c for c in tui.text if not c.isascii()})
        assert "x Failed" in tui.row("nightly-report") and "R Running" in tui.row("mail-pump")


async def test_an_engine_that_takes_no_commands() -> None:
    service = eleven_jobs()
    service.info = make_engine(stopping=True)
    async with open_tui(service) as tui:
        await tui.select("queue-worker")
        await tui.press("x")
        assert service.commands == [] and "takes no commands" in tui.toasts[-1]
