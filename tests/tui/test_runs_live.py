"""The runs of a job while they change, are many, or cannot be read."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec

from tests.support.fake_service import NOW, FakeJobService, make_job, output
from tests.support.runs_driver import open_runs
from tests.tui.past_scene import a_month, at, past_run
from wjtui.logs.line import Level
from wjtui.model.errors import Conflict, EngineUnreachable, RunNotFound
from wjtui.model.events import JobRemoved, LogRef, MissedChanged, RunChanged, RunRemoved
from wjtui.model.identity import JobId
from wjtui.model.runs import Launch, Run, RunId, RunStatus
from wjtui.model.schedules import Missed, MissedReason
from wjtui.tui.run_reader import PAGE


def many(count: int, every: timedelta = timedelta(minutes=5)) -> FakeJobService:
    """A job with so many runs, the newest of them five minutes ago."""
    service = FakeJobService(make_job("busy"), make_job("other"))
    service.past = [past_run("busy", NOW - every * (n + 1), 60 + n % 7) for n in range(count)]
    return service


async def test_thousands_of_runs_come_page_by_page() -> None:
    service = many(5000)
    asked: list[tuple[RunId | None, int]] = []
    answer = service.runs

    async def runs(job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        asked.append((before, limit))
        return await answer(job, before=before, limit=limit)

    service.runs = runs  # type: ignore[method-assign]
    async with open_runs(service, "busy") as tui:
        await tui.see("5,000 runs")
        pages = [before for before, limit in asked if limit == PAGE]
        assert pages[0] is None and len(pages) == 5000 // PAGE + 1 and len(set(pages)) == len(pages)
        assert "[All 5,000]" in tui.chips
        await tui.press("end", "l", "G")
        assert "└ ✓ " in tui.chosen
        top = tui.chosen
        service.tell(RunChanged(past_run("busy", NOW, 5)))
        await tui.settle()
        assert tui.chosen == top and "5,001 runs" in tui.text


async def test_the_first_page_is_shown_while_others_are_read() -> None:
    service = many(PAGE * 3)
    answer = service.runs
    service.hold = asyncio.Event()

    async def runs(job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        if before is not None and service.hold is not None:
            await service.hold.wait()
        return await answer(job, before=before, limit=limit)

    service.runs = runs  # type: ignore[method-assign]
    async with open_runs(service, "busy") as tui:
        assert f"{PAGE} runs" in tui.text and "reading…" in tui.chips
        await tui.press("j")
        chosen = tui.chosen
        service.hold.set()
        await tui.see(f"{PAGE * 3} runs")
        await tui.until(lambda: "reading…" not in tui.chips)
        assert tui.chosen == chosen


async def test_the_cursor_stays_on_its_run_and_its_row() -> None:
    service = many(400)
    async with open_runs(service, "busy", (80, 24)) as tui:
        await tui.press("ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d")
        chosen, line = tui.chosen, tui.tree.cursor_line()
        for number in range(3):
            service.tell(RunChanged(past_run("busy", NOW + timedelta(seconds=number), 5)))
        await tui.settle()
        assert (tui.chosen, tui.tree.cursor_line()) == (chosen, line)
        await tui.press("home", "j")
        assert "05:12:11" in tui.chosen
        service.tell(RunChanged(past_run("busy", NOW + timedelta(seconds=9), 5)))
        await tui.settle()
        assert "05:12:11" in tui.chosen and "05:12:18" in tui.text


async def test_a_run_that_ends_is_told_in_its_row() -> None:
    service = a_month()
    async with open_runs(service, "sync-inventory") as tui:
        assert "● 05:10:57  00:01:12  running" in tui.chosen
        await tui.pass_time(10)
        assert "● 05:10:57  00:01:22  running" in tui.chosen
        job = service.find("sync-inventory")
        assert job.latest_run is not None
        ended = msgspec.structs.replace(
            job.latest_run, status=RunStatus.SUCCESS, ended=NOW + timedelta(seconds=20), output_size=10
        )
        service.tell(RunChanged(ended))
        await tui.settle()
        assert "✓ 05:10:57  00:01:32" in tui.chosen and "10 B" in tui.details
        # What was asked for before the end and is answered after it changes nothing.
        service.tell(RunChanged(job.latest_run))
        await tui.settle()
        assert "✓ 05:10:57" in tui.chosen


async def test_runs_that_are_pruned_go() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        oldest = min(service.past, key=lambda run: run.ref.run)
        service.past.remove(oldest)
        service.tell(RunRemoved(oldest.ref))
        await tui.settle()
        assert "39 runs" in tui.text
        await tui.press("u")
        await tui.see("Nothing to undo: ")


async def test_a_refused_deletion_changes_nothing() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        service.refuse = Conflict("Run [/x] cannot be moved.")
        await tui.press("D", "d")
        await tui.see("Run [/x] cannot be moved.")
        assert "40 runs" in tui.text
        service.refuse = None
        await tui.press("D", "d")
        assert "39 runs" in tui.text
        service.refuse = RunNotFound("It is not in the trash.")
        await tui.press("u")
        await tui.see("It is not in the trash.")
        service.refuse = None
        await tui.press("u")
        assert "40 runs" in tui.text


async def test_missed_instants_appear() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        job = service.find("nightly-report").id
        first = at(21, 4)
        service.tell(MissedChanged(job, Missed(MissedReason.REFUSED, 1, first, first)))
        await tui.settle()
        assert "! 04:00:00  1 schedule missed: the job could" in tui.text
        service.tell(MissedChanged(job, Missed(MissedReason.REFUSED, 2, first, first + timedelta(hours=1))))
        await tui.settle()
        assert "! 05:00:00  2 schedules missed: the job coul" in tui.text
        assert "04:00:00  1 schedule" not in tui.text


async def test_a_new_launch_appears() -> None:
    service = a_month()
    async with open_runs(service, "image-resizer") as tui:
        service.change("image-resizer", latest_launch=Launch(NOW, 1234))
        await tui.settle()
        assert "├ ● 05:12:09  00:00:00  running   pid 1234" in tui.text and "pid 990" in tui.chosen
        await tui.press("k")
        assert "Up         00:00:00" in tui.details


async def test_a_job_that_is_deleted_leads_back() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("D")
        service.tell(JobRemoved(service.find("nightly-report").id))
        await tui.settle()
        assert tui.shows_list() and "nightly-report is gone." in tui.toasts


async def test_a_job_that_is_deleted_while_its_log_is_open() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        await tui.press("enter")
        service.tell(JobRemoved(service.find("nightly-report").id))
        await tui.settle()
        await tui.press("escape", "escape")
        await tui.until(lambda: tui.app.screen is tui.app.main_screen)


async def test_without_an_engine_the_list_stays_and_comes_alive_again() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        service.lose(EngineUnreachable("gone [/x]"))
        await tui.until(lambda: "not reachable" in tui.text)
        assert "40 runs" in tui.text and tui.chosen.startswith("└ ✗ 02:00:00")
        await tui.press("D")
        await tui.see("The engine is not reachable: nothing can be")
        await tui.press("j", "j")
        assert "14:22:10" in tui.chosen
        service.unreachable = None
        gone = next(run for run in service.past if run.started == at(20))
        service.past.remove(gone)
        service.past.append(past_run("nightly-report", at(18, 3), 9))
        await tui.press("f5")
        await tui.until(lambda: "gone [/x]" not in tui.text)
        await tui.settle()
        assert "Fri 2026-11-20  1 run " in tui.text and "Wed 2026-11-18  2 runs" in tui.text
        assert "14:22:10" in tui.chosen


async def test_what_cannot_be_read_says_so_and_f5_tries_again() -> None:
    service = a_month()
    answer = service.runs

    async def runs(job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        raise Conflict("The folder [/x] cannot be read.")

    service.runs = runs  # type: ignore[method-assign]
    async with open_runs(service, "export-csv") as tui:
        assert "The folder [/x] cannot be read." in tui.text
        service.runs = answer  # type: ignore[method-assign]
        await tui.press("f5")
        assert "cannot be read" not in tui.text and "■" in tui.chosen


async def test_error_lines_follow_a_log_that_grows() -> None:
    service = a_month()
    run = service.find("sync-inventory").latest_run
    assert run is not None
    ref = LogRef(run.ref.job, run.ref.run)
    service.log(ref, output("all is well"))
    async with open_runs(service, "sync-inventory") as tui:
        assert "None in the last 64 kB of its log." in tui.errors
        service.grow(ref, output("OSError: [/x]", at=NOW, level=Level.ERR))
        await tui.pass_time(2)
        await tui.see("ERR OSError: [/x]")


async def test_another_day_begins() -> None:
    service = a_month()
    async with open_runs(service, "nightly-report") as tui:
        assert "Sun 2026-11-15" not in tui.text and "Week 46" in tui.text
        await tui.pass_time(timedelta(days=2).total_seconds())
        assert "Week 47" in tui.text, tui.text
        assert tui.chosen.startswith("└ ✗ 02:00:00")
