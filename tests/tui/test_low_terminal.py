"""What 80 columns and 24 rows must have room for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_engine, make_job, make_run
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import EngineChanged, Notice, NoticeRaised, Tone
from wjtui.model.runs import RunStatus
from wjtui.tui.widgets.toast_stack import ToastStack

LOW = (80, 24)


def toast_region(tui: TuiDriver) -> range:
    region = tui.app.main_screen.query_one(ToastStack).region
    return range(region.y, region.bottom)


async def test_a_failure_covers_no_log_line_for_it_is_in_the_event_line_too() -> None:
    service = eleven_jobs()
    async with open_tui(service, LOW) as tui:
        failed = make_run("thumbs-cleanup", RunStatus.FAILED, ago=timedelta(0))
        service.change("thumbs-cleanup", latest_run=failed, tail=("MemoryError: 2 GiB",))
        await tui.settle()
        log = tui.log.region
        assert "thumbs-cleanup failed: exit 1 after 00:04:31" in tui.text and "MemoryError" in tui.lines[-2]
        assert len(toast_region(tui)) == 1 and not set(toast_region(tui)) & set(range(log.y, log.bottom))
        await tui.pass_time(6)
        assert tui.toasts == []


@pytest.mark.parametrize(("ascii_only", "end"), [(False, "…"), (True, "...")])
async def test_an_event_that_is_cut_says_so(ascii_only: bool, end: str) -> None:
    service = eleven_jobs()
    async with open_tui(service, LOW, ascii=ascii_only) as tui:
        service.tell(NoticeRaised(Notice(NOW, "long " * 30, Tone.INFO)))
        await tui.settle()
        assert tui.lines[-2].endswith(end) and len(tui.lines[-2]) == 80
        service.tell(NoticeRaised(Notice(NOW, "short", Tone.INFO)))
        await tui.settle()
        assert tui.lines[-2].rstrip().endswith("short")


async def test_a_filter_leaves_its_rows_to_the_log() -> None:
    async with open_tui(eleven_jobs(), LOW) as tui:
        before = tui.log.region.height
        await tui.press("slash")
        await tui.write("nightly")
        assert tui.log.region.height >= before + 6
        await tui.press("escape")
        assert tui.log.region.height == before


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_the_way_back_is_not_eaten_by_a_message_or_a_hidden_filter(key: str) -> None:
    service = eleven_jobs()
    async with open_tui(service, LOW) as tui:
        await tui.press("slash")
        await tui.write("nightly")
        await tui.press("enter", "enter")
        service.tell(NoticeRaised(Notice(NOW, "the disk is full", Tone.ERROR)))
        await tui.settle()
        assert not tui.shows_list() and tui.toasts
        await tui.press(key)
        assert tui.shows_list() and "1 of 11" not in tui.lines[0] and "/nightly" in tui.lines[1]
        assert tui.app.main_screen.table.has_focus


async def test_the_keys_of_a_triggered_job_all_have_room() -> None:
    jobs = [make_job(f"job-{number}") for number in range(10)]
    async with open_tui(FakeJobService(*jobs), LOW) as tui:
        keys = "".join(tui.lines[-2:])
        for words in (
            "a Args",
            "Enter Log",
            "t Later",
            "d Details",
            "w Why",
            "/ Filter",
            "z Zoom",
            "q Leave",
        ):
            assert words in keys
        assert tui.lines[-1].rstrip().endswith("? Help")
        assert tui.log.region.height == 6 and "job-9" in tui.text


@pytest.mark.parametrize("name", ["nightly-report", "sync-inventory", "queue-worker"])
async def test_one_row_of_keys_has_the_most_useful_words(name: str) -> None:
    async with open_tui(eleven_jobs(), LOW) as tui:
        await tui.select(name)
        for words in ("Enter Log", "d Details", "w Why", "/ Filter", "q Leave"):
            assert words in tui.footer
        assert ("t Later" in tui.footer) is (name != "queue-worker")
        assert tui.footer.rstrip().endswith("? Help")
        assert "? Help" not in tui.lines[-2]


async def test_everything_that_can_be_wrong_at_once_is_one_row() -> None:
    service = eleven_jobs()
    async with open_tui(service, LOW) as tui:
        service.tell(EngineChanged(make_engine(stopped_by_setting=True, schedules_off=True)))
        await tui.see("WEBJOBS_STOPPED is set")
        service.lose(EngineUnreachable("The socket refused, " * 9))
        await tui.see("Engine not reachable")
        assert "F5 tries again" in tui.lines[1] and tui.lines[1].endswith("…")
        assert all(job.id.name in tui.text for job in service.jobs.values())
        assert tui.log.region.height >= 5
