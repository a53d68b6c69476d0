"""The trash: what lies there, for how long, and that it comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.support.fake_service import NOW, FakeJobService
from tests.support.versions_driver import open_versions
from tests.tui.scene import eleven_jobs
from tests.tui.test_ascii_screen import assert_ascii
from tests.tui.test_hostile import BUNDLES, assert_harmless
from tests.tui.versions_scene import with_trash
from wjtui.model.errors import Conflict, EngineUnreachable
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Trashed
from wjtui.tui.screens.trash import _READING, TrashScreen

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)])


@SIZES
async def test_what_lies_there(size: tuple[int, int]) -> None:
    async with open_versions(with_trash(), size) as tui:
        await tui.command("trash")
        first, second = tui.rows_of("#trash")
        for text in ("old-export", "trig", "3h00m ago", "6d 21:00 left", "3.6 MB", "50 runs"):
            assert text in first, text
        assert "feeder" in second and "cont" in second and "21:00:00 left" in second
        assert "old-export, triggered, was deleted 2026-11-21 02:12:09 UTC." in tui.text
        assert "It is kept until 2026-11-28 02:12:09 UTC: 14 files, 3.6 MB, 50 runs." in tui.text
        await tui.press("j")
        assert "history left in" in tui.text
        assert "wjtui › Trash   2 jobs" in tui.lines[0] and "Enter Bring back" in tui.footer
        await tui.press("q")
        assert tui.shows_list()


@SIZES
async def test_it_is_empty(size: tuple[int, int]) -> None:
    async with open_versions(eleven_jobs(), size) as tui:
        await tui.command("trash")
        assert "It is empty: a deleted job rests here for 7 days, and Enter brings it back." in tui.text
        await tui.press("enter")
        await tui.hear("Nothing lies in the trash.")


async def test_while_it_is_read_it_is_not_said_to_be_empty() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.command("trash")
        screen = tui.app.screen
        assert isinstance(screen, TrashScreen)
        screen.table.empty_text = _READING  # as it is until the first answer
        assert screen.why_no_restore() == "What lies here is still being read."


async def test_a_deleted_job_comes_back_and_there_is_nothing_left_to_undo() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        await tui.command("trash")
        assert "export-csv" in tui.rows_of("#trash")[0]
        await tui.press("enter")
        assert tui.service.commands[-1] == ("restore", "triggered.export-csv.1")
        assert "It is empty" in tui.text and "export-csv is back." in tui.toasts
        assert "u Undo" not in tui.footer
        await tui.press("escape")
        assert tui.selected == "export-csv"


async def test_undo_here_empties_the_list() -> None:
    async with open_versions(eleven_jobs()) as tui:
        await tui.select("export-csv")
        await tui.delete("export-csv")
        await tui.command("trash")
        await tui.press("u")
        assert "It is empty" in tui.text


async def test_a_taken_name_is_said_and_it_stays() -> None:
    service = with_trash()
    async with open_versions(service) as tui:
        await tui.command("trash")
        service.refuse = Conflict("There is a job 'old-export' [/x] again.")
        await tui.press("enter")
        await tui.hear("There is a job 'old-export' [/x] again.")
        assert "old-export" in tui.rows_of("#trash")[0]


async def test_somebody_else_was_faster() -> None:
    service = with_trash()
    async with open_versions(service) as tui:
        await tui.command("trash")
        del service.trash.lying[0]
        await tui.press("enter")
        await tui.hear("There is no 'triggered.old-export.1' in the trash.")
        assert "feeder" in tui.rows_of("#trash")[0]


async def test_it_is_on_its_way() -> None:
    service = with_trash()
    async with open_versions(service) as tui:
        await tui.command("trash")
        service.hold = asyncio.Event()
        await tui.press("enter")
        await tui.see("Bringing back…")
        await tui.press("enter")
        await tui.hear("A command for old-export is on its way.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)
        assert len(service.commands) == 1


async def test_without_an_engine() -> None:
    service = with_trash()
    async with open_versions(service) as tui:
        await tui.command("trash")
        service.lose(EngineUnreachable("gone"))
        await tui.settle()
        await tui.press("enter")
        await tui.hear("The engine is not reachable")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 14)])
async def test_hostile_names(size: tuple[int, int]) -> None:
    service = FakeJobService()
    week = timedelta(days=7)
    service.trash.lying = [
        Trashed(text, JobId(JobType.TRIGGERED, text), NOW, NOW + week, 3, 4, 5) for text in BUNDLES
    ]
    async with open_versions(service, size) as tui:
        await tui.command("trash")
        for _ in BUNDLES:
            assert_harmless(tui)
            await tui.press("j")
        await tui.press("enter")
        assert_harmless(tui)


async def test_in_ascii() -> None:
    async with open_versions(with_trash(), ascii=True) as tui:
        await tui.command("trash")
        assert_ascii(tui)
