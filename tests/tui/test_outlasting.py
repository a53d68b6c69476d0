"""What would end the engine behind the screen's back: one line, until somebody has read it."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.support.fake_service import FakeJobService, make_engine, make_job
from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.events import EngineChanged
from wjtui.tui.options import Leave

SENTENCE = "Logging out ends the engine and its jobs: 'wjtui up --at-boot' keeps it."
OTHER = "Nothing starts the engine at boot."


async def test_it_is_told_in_one_line_and_escape_hides_it_for_this_root(tmp_path: Path) -> None:
    memory = tmp_path / "root.json"
    async with open_tui(eleven_jobs(), what_ends_it=lambda: SENTENCE, memory=memory) as tui:
        await tui.see(SENTENCE)
        assert "Esc hides this" in tui.text
        await tui.press("escape")
        assert SENTENCE not in tui.text and tui.app.is_running
    async with open_tui(eleven_jobs(), what_ends_it=lambda: SENTENCE, memory=memory) as tui:
        await tui.until(lambda: tui.app.store.ends)
        await tui.settle()
        assert SENTENCE not in tui.text
    async with open_tui(eleven_jobs(), what_ends_it=lambda: OTHER, memory=memory) as tui:
        await tui.see(OTHER)


async def test_escape_does_first_what_it_always_did() -> None:
    async with open_tui(eleven_jobs(), what_ends_it=lambda: SENTENCE) as tui:
        await tui.see(SENTENCE)
        await tui.press("slash", "q", "u", "enter", "escape")
        assert SENTENCE in tui.text
        await tui.press("escape")
        assert SENTENCE not in tui.text


async def test_leaving_says_it_too_also_when_it_was_hidden() -> None:
    async with open_tui(eleven_jobs(), what_ends_it=lambda: SENTENCE, brought_engine=True) as tui:
        await tui.see(SENTENCE)
        await tui.press("escape", "q")
        assert "Leave wjtui" in tui.text and "Logging out ends the engine" in tui.text
        await tui.press("enter")
        assert tui.app.return_value is Leave.LEFT


async def test_where_nothing_would_be_lost_nothing_is_said() -> None:
    service = FakeJobService(make_job("manual"))
    async with open_tui(service, what_ends_it=lambda: SENTENCE) as tui:
        await tui.until(lambda: tui.app.store.ends)
        await tui.settle()
        assert SENTENCE not in tui.text


async def test_what_comes_between_person_and_jobs_is_said_first() -> None:
    service = eleven_jobs()
    async with open_tui(service, what_ends_it=lambda: SENTENCE) as tui:
        await tui.see(SENTENCE)
        service.tell(EngineChanged(make_engine(stopped_by_setting=True)))
        await tui.see("WEBJOBS_STOPPED is set")
        assert SENTENCE not in tui.text


async def test_a_look_that_takes_long_keeps_nobody_from_leaving() -> None:
    hold = threading.Event()

    def look() -> str:
        hold.wait()
        return SENTENCE

    async with open_tui(eleven_jobs(), what_ends_it=look) as tui:
        await tui.press("q")
        assert tui.app.return_value is Leave.LEFT
    hold.set()


async def test_a_look_that_fails_says_nothing() -> None:
    looked = threading.Event()

    def look() -> str:
        looked.set()
        raise OSError("no such machine")

    async with open_tui(eleven_jobs(), what_ends_it=look) as tui:
        await tui.until(looked.is_set)
        await tui.settle()
        assert tui.app.store.ends == "" and "no such machine" not in tui.text
