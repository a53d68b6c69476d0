"""Putting a start off, changing it, and taking it back."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import NOW, make_engine
from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import EngineChanged
from wjtui.model.schedules import LaterStart
from wjtui.model.settings import JobSettings

DUE = NOW.replace(day=22, hour=2, minute=0, second=0)


async def test_a_time_is_read_while_it_is_typed() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        assert "t Later" in tui.footer
        await tui.press("t")
        assert "Run import-legacy once, later" in tui.text and "When? A delay" in tui.text
        await tui.press("enter")
        assert "Run import-legacy once, later" in tui.text and service.commands == []
        await tui.write("02:0")
        assert "'02:0' is no time: write in 30m, 02:00 or 2026-11-22 02:00." in tui.text
        await tui.write("0")
        assert "Sun 22 Nov 02:00:00 UTC, in 20:47:51" in tui.text
        await tui.pass_time(60)
        assert "in 20:46:51" in tui.text
        await tui.press("enter")
        assert service.commands == [("run_later", "import-legacy", DUE.isoformat())]
        await tui.see("later 02:00")
        assert "20:46:51" in tui.row("import-legacy") and "◇ later 02:00" in tui.row("import-legacy")


async def test_arguments_go_along_where_they_are_others() -> None:
    service = eleven_jobs()
    service.change("import-legacy", settings=JobSettings(arguments="--usual"))
    async with open_tui(service, (80, 24)) as tui:
        await tui.select("import-legacy")
        await tui.press("t")
        await tui.write("in 30m")
        await tui.press("tab")
        await tui.write(" [/x]")
        await tui.press("enter")
        at = (NOW + timedelta(minutes=30)).isoformat()
        assert service.commands == [("run_later", "import-legacy", at, "--usual [/x]")]
        await tui.press("t")
        assert "It starts once at Sat 2026-11-21 05:42:09 UTC, in 00:30:00." in tui.text


async def test_a_time_that_is_over_and_no_time_ask_for_nothing() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        await tui.press("t")
        await tui.write("2026-11-21 05:00")
        await tui.press("enter")
        assert "Sat 21 Nov 05:00:00 UTC is over." in tui.text
        await tui.press("escape")
        assert service.commands == [] and "is over" not in tui.text


async def test_a_put_off_start_is_changed_or_taken_back() -> None:
    service = eleven_jobs()
    service.change("nightly-report", later=LaterStart(DUE, "CLI - ops", "--all"))
    async with open_tui(service) as tui:
        await tui.select("nightly-report")
        assert "starts in 20:47:51" in tui.text
        await tui.press("t", "enter")
        assert service.commands == [], "the safe answer has the focus"
        await tui.press("t", "b")
        assert service.commands == [("cancel_later", "nightly-report")]
        assert service.find("nightly-report").later is None
        service.change("nightly-report", later=LaterStart(DUE, "CLI - ops"))
        await tui.settle()
        await tui.press("t", "t")
        await tui.write("in 1d")
        await tui.press("enter")
        assert service.commands[1:] == [
            ("run_later", "nightly-report", (NOW + timedelta(days=1)).isoformat())
        ]


async def test_from_the_schedule_view_in_the_jobs_zone() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("thumbs-cleanup")
        await tui.press("c", "t")
        assert "is meant in Europe/Berlin" in tui.text.replace("\n", " ")
        await tui.write("02:00")
        assert "Sun 22 Nov 02:00:00 Europe/Berlin, in 19:47:51  (01:00:00 UTC)" in tui.text
        await tui.press("enter")
        await tui.see("Sun 2026-11-22 02:00:00 Europe/Berlin, in 19:47:51")
        assert "thumbs-cleanup › Schedule  ✓ later 01:00" in tui.lines[0]
        await tui.press("t", "b")
        await tui.see("None. t starts it once, later.")


async def test_refusals() -> None:
    service = eleven_jobs()
    service.refuse = InvalidRequest("That instant [/x] is over.")
    async with open_tui(service) as tui:
        await tui.select("half-uploaded")
        await tui.press("t")
        assert "half-uploaded cannot run: w tells why." in tui.toasts
        await tui.select("import-legacy")
        await tui.press("t")
        await tui.write("in 1m")
        await tui.press("enter")
        await tui.see("That instant [/x] is over.")
        service.tell(EngineChanged(make_engine(stopped_by_setting=True)))
        await tui.settle()
        await tui.press("t")
        assert "WEBJOBS_STOPPED is set, so no job runs." in tui.toasts


async def test_leaving_counts_a_put_off_start_as_work() -> None:
    service = eleven_jobs()
    for job in list(service.jobs.values()):
        if job.id.name != "import-legacy":
            del service.jobs[job.id.key]
    service.change("import-legacy", later=LaterStart(DUE, "UI - ops"))
    async with open_tui(service, brought_engine=True) as tui:
        assert "next: import-legacy in 20:47:51" in tui.lines[0]
        await tui.press("q")
        assert "0 jobs run, 1 is scheduled" in tui.text
