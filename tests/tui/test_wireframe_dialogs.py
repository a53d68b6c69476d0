"""Banners, questions, menus and messages hold what was drawn of them, in both sizes."""

from __future__ import annotations

import pytest

from tests.support.events_driver import EventsDriver
from tests.support.fake_service import NOW, make_engine, make_run
from tests.support.menu_driver import MenuDriver, QuestionDriver
from tests.support.runs_driver import open_runs
from tests.support.tui_driver import open_tui
from tests.support.wireframe import SIZES, in_order, nothing_runs_over
from tests.tui.past_scene import a_month
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import EngineChanged, Notice, NoticeRaised, Tone
from wjtui.model.jobs import Problem, Severity
from wjtui.model.runs import RunStatus


@SIZES
async def test_what_stands_between_the_person_and_the_jobs(size: tuple[int, int]) -> None:
    service = eleven_jobs()
    async with open_tui(service, size) as tui:
        service.tell(EngineChanged(make_engine(stopped_by_setting=True)))
        await tui.see("WEBJOBS_STOPPED is set: no job is started")
        assert tui.lines[1].startswith(" ! ") and "[All 11]" in tui.lines[2]
        service.lose(EngineUnreachable("The socket refused."))
        await tui.see("Engine not reachable since 05:12:09")
        assert in_order(tui.lines[1], "✗", "Engine not reachable", "F5 tries again")
        assert "[All 11]" in tui.lines[2] and "nightly-report" in tui.text
        assert nothing_runs_over(tui)


@SIZES
async def test_a_job_that_cannot_run_says_why(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.select("half-uploaded")
        await tui.press("w")
        question = QuestionDriver(tui)
        assert question.title == "half-uploaded: why it is not running"
        assert "No run.* and no script with a known ending." in question.text
        assert question.answers == ["c Close"]


@SIZES
async def test_settings_that_cannot_be_read_are_told_beside_the_log(size: tuple[int, int]) -> None:
    service = eleven_jobs()
    bad = Problem("bad-settings", "settings.job is not JSON (line 4, column 9).", Severity.ERROR)
    service.change("mail-pump", problems=(bad,))
    async with open_tui(service, size) as tui:
        await tui.select("mail-pump")
        await tui.press("d")
        assert in_order(tui.text, "‹Details›", "settings.job is not JSON (line 4, column 9).")


@SIZES
async def test_several_jobs_are_named_before_they_are_stopped(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.select("mail-pump")
        await tui.press("space")
        await tui.select("queue-worker")
        await tui.press("space", "x")
        question = QuestionDriver(tui)
        assert question.title == "Stop 2 jobs?"
        assert in_order(
            question.text,
            "mail-pump",
            "● Running, 5 s to end by itself",
            "queue-worker",
            "● Running, 5 s to end by itself",
            "Keep running",
            "Stop all 2",
        )
        assert question.answers == ["c Keep running", "s Stop all 2"] and question.focused == "c Keep running"
        await tui.press("enter")
        assert not question.is_open and tui.service.commands == []
        await tui.press("x", "s")
        assert sorted(tui.service.commands) == [("stop", "mail-pump"), ("stop", "queue-worker")]


@SIZES
async def test_killing_leaving_and_deleting_ask_with_the_safe_answer_first(size: tuple[int, int]) -> None:
    async with open_runs(a_month(), "nightly-report", size, brought_engine=True) as tui:
        question = QuestionDriver(tui)
        await tui.press("D")
        assert question.title.startswith("Delete run 2026") and in_order(
            question.text, "nightly-report", "7 days", "u brings it back"
        )
        assert question.answers == ["k Keep it", "d Delete"] and question.focused == "k Keep it"
        await tui.press("escape", "escape")
        await tui.select("queue-worker")
        await tui.press("X")
        assert question.title == "Kill queue-worker?" and "no time to end" in question.text
        assert question.answers == ["c Keep running", "k Kill now"] and question.focused == "c Keep running"
        await tui.press("escape", "q")
        assert question.title == "Leave wjtui"
        assert in_order(question.text, "3 jobs run", "mail-pump, queue-worker, sync-inventory")
        assert "Leave" in question.focused and "Stop all jobs" in question.answers[1]
        assert tui.service.commands == [] and nothing_runs_over(tui)


@SIZES
async def test_a_menu_says_what_cannot_be_done_and_why(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        await tui.select("nightly-report")
        await tui.press("full_stop")
        menu = MenuDriver(tui)
        assert menu.frame == ("nightly-report", "Enter chooses, Esc closes")
        assert [row.split()[0] for row in menu.rows] == list("ratWsxRXlhdecpwVyD")
        assert menu.rows[0] == "r Run run now (triggered)"
        assert menu.rows[4].startswith("s Start nightly-report is triggered")
        await tui.press("s")
        assert menu.frame[0] == "nightly-report" and tui.service.commands == []
        await tui.press("p")
        assert not menu.is_open and tui.service.commands == [("pause", "nightly-report")]


@SIZES
async def test_messages_stand_at_the_lower_right_and_are_kept(size: tuple[int, int]) -> None:
    service = eleven_jobs()
    async with open_tui(service, size) as tui:
        await tui.select("mail-pump")
        failed = make_run("sync-inventory", RunStatus.FAILED)
        service.change("sync-inventory", latest_run=failed)
        service.tell(NoticeRaised(Notice(NOW, "The disk is full: output stays in memory.", Tone.ERROR)))
        await tui.see("✗ sync-inventory failed")
        width, _ = size
        for words in ("✗ sync-inventory failed", "The disk is full"):
            y = next(y for y, line in enumerate(tui.lines) if "▌ " in line[5:] and words in line)
            assert tui.lines[y].index(words) > width // 3 and y < len(tui.lines) - 2
        assert tui.row("mail-pump").lstrip("│").startswith("▌ ● Running")
        events = EventsDriver(tui)
        await events.open()
        assert events.title.startswith("wjtui › Events") and "kept" in events.title
        assert any("sync-inventory failed" in row for row in events.rows)
        assert any("The disk is full" in row for row in events.rows)


@pytest.mark.parametrize("size", [(18, 5), (40, 4)])
async def test_a_terminal_that_is_too_small_says_what_is_needed(size: tuple[int, int]) -> None:
    async with open_tui(eleven_jobs(), size) as tui:
        said = " ".join(tui.text.split())
        assert "This terminal is too small: 20 columns and 5 rows" in said
