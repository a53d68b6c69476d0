"""The schedule view, and what else the screen does about schedules."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job, make_run, make_schedule
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import Conflict, EngineUnreachable
from wjtui.model.events import EngineChanged, JobRemoved, MissedChanged, Notice, NoticeRaised, Tone
from wjtui.model.jobs import Problem
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import LaterStart, Missed, MissedReason, Schedule, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.tui.screens.schedule import ScheduleScreen

DUE = NOW.replace(day=22, hour=2, minute=0, second=0)


def in_view(tui: TuiDriver) -> bool:
    return isinstance(tui.app.screen, ScheduleScreen)


async def test_it_says_everything_at_120_columns() -> None:
    async with open_tui(eleven_jobs()) as tui:
        await tui.select("thumbs-cleanup")
        await tui.press("c")
        assert "wjtui › thumbs-cleanup › Schedule  ✓ Success" in tui.lines[0]
        assert "05:12:09 UTC · 06:12:09 Europe/Berlin" in tui.lines[0]
        for words in (
            "second   minute   hour   day   month   weekday",
            "At 06:30, Monday to Friday",
            "Expanded   0 30 6 * * 1-5",
            "Europe/Berlin  set by 'time_zone' of the job",
            "✓ waits for its next run, in 2d 00:17, Mon 2026-11-23 06:30:00 Europe/Berlin",
            "Next 10 runs",
            "Mon 2026-11-23 06:30      05:30 UTC  in 2d 00:17",
            "Fri 2026-12-04 06:30      05:30 UTC  in 13d 00h",
            "5 runs a week, 261 a year.",
            "Shortest gap 1 day, p95 of 1 run 00:00:09: no clash.",
            "On 28 March 2027 the clocks of Europe/Berlin go",
            "None. t starts it once, later.",
            "2026-11-20 05:30:00 UTC",
            "1 time: no engine ran, or the machine slept",
            "5 times: the schedule was paused",
        ):
            assert words in tui.text, words
        assert tui.footer.split() == [
            *("e", "Change", "p", "Pause", "r", "Run", "t", "Later", "Esc", "Back", "?", "Help")
        ]
        assert all(line.strip() for line in tui.lines), "it uses the whole screen"
        await tui.press("question_mark")
        assert "run once at a later time" in tui.text
        await tui.press("escape", "escape")
        assert tui.shows_list() and tui.selected == "thumbs-cleanup"


async def test_it_counts_down_and_moves_on() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("sync-inventory")
        await tui.press("c")
        assert "Sat 2026-11-21 05:15  in 00:02:51" in tui.text
        await tui.pass_time(60)
        assert "Sat 2026-11-21 05:15  in 00:01:51" in tui.text and "05:13:09 UTC" in tui.lines[0]
        await tui.pass_time(111)
        assert "05:15  in" not in tui.text and "Sat 2026-11-21 05:30  in 00:15:00" in tui.text
        service.change("sync-inventory", schedule=make_schedule("0 0 12 * * *", words="At 12:00, every day"))
        await tui.settle()
        assert "At 12:00, every day" in tui.text and "Sat 2026-11-21 12:00  in 06:45:00" in tui.text


async def test_pause_and_resume_are_one_key_that_says_which() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        assert "p Pause" in tui.footer
        await tui.press("p")
        assert service.commands == [("pause", "nightly-report")]
        assert "✗ Failed" in tui.row("nightly-report") and "paused" in tui.row("nightly-report")
        assert "p Resume" in tui.footer
        await tui.press("c", "p")
        assert service.commands[1:] == [("resume", "nightly-report")]
        assert "✓ waits for its next run, in 01:00:00" in tui.text and "p Pause" in tui.footer
        service.hold = asyncio.Event()
        await tui.press("p")
        assert "◐ Pausing…" in tui.text
        await tui.press("p")
        await tui.see("A command for nightly-report is on its")
        service.hold.set()
        await tui.settle()
        assert "= paused: it starts nothing until p resumes it" in tui.text
        assert "Next 10 runs, once it is resumed" in tui.text
        await tui.press("r")
        assert service.commands[-1] == ("run", "nightly-report")
        assert "● Run 00:00:00" in tui.lines[0]


async def test_a_refused_command_is_told_in_the_view() -> None:
    service = eleven_jobs()
    service.refuse = Conflict("settings.job [/x] cannot be written.")
    async with open_tui(service, (80, 24)) as tui:
        await tui.select("nightly-report")
        await tui.press("c", "p")
        await tui.see("settings.job [/x] cannot be written.")
        assert in_view(tui)


async def test_the_row_of_an_idle_paused_job_and_its_chip() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        assert "= Paused " in tui.row("export-csv") and tui.row("export-csv").rstrip().endswith("paused")
        await tui.click("#chips", tui.lines[1].index("Paused"), 0)
        assert "[Paused 1]" in tui.lines[1] and "export-csv" in tui.text and "rotate-keys" not in tui.text
        await tui.press("p")
        assert tui.service.commands == [("resume", "export-csv")]
        assert "No job fits the filter" in tui.text


async def test_a_wrong_part_is_marked_under_its_field() -> None:
    service = eleven_jobs()
    text = "0 0 25 * * 1-5"
    service.change("nightly-report", schedule=Schedule(text, ScheduleState.INVALID), next_run=None)
    async with open_tui(service, (80, 24)) as tui:
        await tui.select("nightly-report")
        assert tui.row("nightly-report").rstrip().endswith("invalid")
        await tui.press("c")
        row = next(number for number, line in enumerate(tui.lines) if " 25 " in line)
        assert tui.lines[row + 1].index("^^") == tui.lines[row].index("25")
        assert tui.lines[row + 2].index("hour") == tui.lines[row].index("25")
        assert "The hour field has '25', which is out of range: it takes 0 to 23" in tui.text
        assert "✗ not valid, so nothing is scheduled" in tui.text
        service.change("nightly-report", schedule=make_schedule(), next_run=DUE)
        await tui.see("At 02:00, every day")
        assert "^^" not in tui.text


async def test_a_job_without_a_schedule_learns_how_to_get_one() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        await tui.select("import-legacy")
        assert "Pause" not in tui.footer and "Resume" not in tui.footer
        await tui.press("p")
        assert "c says how to add one" in tui.toasts[-1]
        await tui.press("c")
        assert "This job has no schedule" in tui.text and '{"schedule": "0 0 2 * * *"}' in tui.text
        assert "/jobs/triggered/import-legacy/settings.job" in tui.text
        await tui.press("q")
        await tui.select("mail-pump")
        await tui.press("c", "p", "t")
        assert not in_view(tui) and tui.service.commands == []
        assert "mail-pump is continuous" in tui.toasts[-1]


async def test_small_screens_scroll() -> None:
    async with open_tui(eleven_jobs(), (80, 24)) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        for words in ("At 02:00, every day", "Tue 2026-12-01 02:00  in 9d 20:47", "1 run a day, 7 a week."):
            assert words in tui.text, words
        assert "Missed" not in tui.text
        await tui.press("G")
        assert "2 times: no engine ran, or the machine slept" in tui.text
        await tui.press("g")
        assert "At 02:00, every day" in tui.text
        for size in ((40, 12), (100, 30), (200, 60), (20, 5)):
            await tui.resize(*size)
            assert all(len(line) == size[0] for line in tui.lines) and "nightly" in tui.lines[0]


async def test_what_is_missed_shows_up_while_one_looks() -> None:
    service = eleven_jobs()
    job = service.find("rotate-keys").id
    async with open_tui(service) as tui:
        await tui.select("rotate-keys")
        await tui.press("c")
        assert "None that the engine knows of." in tui.text
        service.tell(MissedChanged(job, Missed(MissedReason.RUNNING, 2, NOW - timedelta(minutes=1), NOW)))
        await tui.see("2 times: the run before was still going")
        late = make_run("rotate-keys", RunStatus.SUCCESS, ago=timedelta(0), took=timedelta(days=40))
        service.change("rotate-keys", latest_run=late)
        await tui.see("! Shortest gap 28 days, p95 of 1 run 40d 00:00")


async def test_the_job_or_the_engine_goes_away() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        service.lose(EngineUnreachable("gone"))
        await tui.see("Engine not reachable")
        await tui.press("p")
        assert service.commands == [] and "not reachable" in tui.toasts[-1] and in_view(tui)
        service.unreachable = None
        await tui.press("f5")
        await tui.until(lambda: "Engine not reachable" not in tui.text)
        service.tell(JobRemoved(service.find("nightly-report").id))
        await tui.until(lambda: not in_view(tui))
        assert "nightly-report" not in tui.text


async def test_schedules_that_are_off_are_a_banner() -> None:
    service = FakeJobService(make_job("a", schedule=make_schedule(state=ScheduleState.OFF)))
    async with open_tui(service) as tui:
        service.tell(EngineChanged(make_engine(schedules_off=True)))
        await tui.see("Schedules are off (WEBJOBS_DISABLE_SCHEDULE): triggered jobs start by hand only.")
        assert tui.row("a").rstrip(" │").endswith("off")
        await tui.press("c")
        assert "Schedules are off" in tui.lines[1] and "= off: WEBJOBS_DISABLE_SCHEDULE is set" in tui.text
        assert "Next 10 runs, once schedules are on" in tui.text


async def test_why_and_details_know_what_was_missed() -> None:
    service = eleven_jobs()
    at = NOW.replace(day=20, hour=0, minute=0, second=0)
    service.stretches[service.find("rotate-keys").id.key] = [Missed(MissedReason.DOWN, 1, at, at)]
    async with open_tui(service, (120, 60)) as tui:
        await tui.select("rotate-keys")
        await tui.press("w")
        await tui.see("It was due at 2026-11-20 00:00:00 UTC")
        assert "It waits for its schedule '0 0 0 1 * *'" in tui.text
        await tui.press("escape", "d")
        await tui.see("Last missed  2026-11-20 00:00:00 UTC  1 time: no engine ran")
        await tui.select("thumbs-cleanup")
        assert "0 30 6 * * 1-5  in Europe/Berlin" in tui.text
        assert "Next run     in 2d 00:17" in tui.text
        await tui.see("Last missed  2026-11-20 05:30:00 UTC  1 time: no engine ran")
        await tui.press("w")
        assert "It was due" not in tui.text, "a run has begun since"


async def test_skipped_runs_are_one_toast() -> None:
    service = eleven_jobs()
    job = service.find("sync-inventory").id
    async with open_tui(service) as tui:
        for number in range(5):
            notice = Notice(
                NOW, f"Skipped: previous run still active ({number})", Tone.WARNING, job, "missed"
            )
            service.tell(NoticeRaised(notice))
            await tui.settle()
        assert "Skipped: previous run still active (0)" in tui.text and "times)" not in tui.text
        assert "(4)" in tui.lines[-2], "the event line tells of each"
        other = Notice(
            NOW, "2 scheduled times were missed", Tone.WARNING, service.find("rotate-keys").id, "missed"
        )
        service.tell(NoticeRaised(other))
        await tui.see("2 messages about 2 jobs")
        await tui.pass_time(700)
        assert tui.toasts == []
        service.tell(NoticeRaised(notice))
        await tui.settle()
        assert tui.toasts == ["sync-inventory"]


async def test_read_only_looks_and_changes_nothing() -> None:
    service = eleven_jobs()
    async with open_tui(service, read_only=True) as tui:
        await tui.select("nightly-report")
        await tui.press("p", "t", "c", "p", "r", "t")
        assert service.commands == [] and in_view(tui) and "Next 10 runs" in tui.text
        assert "read-only" in tui.toasts[-1]


async def test_in_ascii() -> None:
    service = eleven_jobs()
    service.change("export-csv", later=LaterStart(DUE, "UI - ops"))
    async with open_tui(service, ascii=True) as tui:
        await tui.select("export-csv")
        for size in ((120, 36), (80, 24)):
            await tui.resize(*size)
            await tui.press("c")
            assert "= later 02:00" in tui.lines[0] and "= paused" in tui.text
            # The scroll bar is the library's, and its ends are not.
            assert all(line[:-1].isascii() for line in tui.lines), tui.text
            await tui.press("escape", "t")
            assert "Take it back" in tui.text
            await tui.press("escape")


@pytest.mark.parametrize("theme", ["wjtui-light", "wjtui-ansi"])
async def test_every_theme_shows_it(theme: str) -> None:
    async with open_tui(eleven_jobs(), (100, 30), theme=theme) as tui:
        await tui.select("nightly-report")
        await tui.press("c")
        assert "Next 10 runs" in tui.text and tui.app.crash is None


HOSTILE = [
    "[red]0[/red] * * * * [/x]",
    "\x1b[2J\x9b31m\x07\udcff",
    "日本語 \u202e abc",
    "0 " * 5000,
]


@pytest.mark.parametrize("size", [(120, 36), (45, 12)])
async def test_hostile_schedules(size: tuple[int, int]) -> None:
    async with open_tui(FakeJobService(make_job("a")), size) as tui:
        for number, text in enumerate(HOSTILE):
            raw = {"kind": text, text: text} if number % 2 else {}
            schedule = Schedule(text, ScheduleState.INVALID, text, text, raw, NOW, text)
            tui.service.change(
                "a",
                schedule=schedule,
                next_run=DUE,
                settings=JobSettings(schedule=text, time_zone=text, misfire=text, arguments=text[:99]),
                problems=(Problem("schedule-invalid", text),),
                later=LaterStart(DUE, text, text),
            )
            await tui.settle()
            for key in ("c", "t", "escape", "escape", "w", "escape", "d", "d"):
                await tui.press(key)
                for line in tui.lines:
                    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in line), repr(line)
                    line.encode("utf-8")
            assert tui.app.crash is None and not in_view(tui)


async def test_a_burst_of_keys_goes_where_it_belongs() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.burst("c", "p", "escape", "j", "c")
        await tui.until(lambda: in_view(tui))
        assert service.commands == [("pause", "nightly-report")]
        assert "export-csv › Schedule" in tui.lines[0]
        assert tui.selected == "export-csv"
