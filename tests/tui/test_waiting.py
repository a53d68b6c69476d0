"""Starts that wait: what is listed of them, and how they are taken back."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.waiting_driver import open_waiting
from tests.tui.background_scene import DUE, NAME, busy_night, chain
from tests.tui.test_ascii_screen import assert_ascii
from tests.tui.test_hostile import BUNDLES, assert_harmless
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import JobRemoved
from wjtui.model.starts import Start

SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)])
JOB = "import-orders"


@SIZES
async def test_what_waits(size: tuple[int, int]) -> None:
    async with open_waiting(busy_night(), JOB, size) as tui:
        assert f"{JOB} › Waiting starts   3 starts" in tui.lines[0]
        assert "3 starts wait: its run is going" in tui.lines[1]
        first, second, third = tui.rows
        for text in ("202611210511090000", "05:11:09", "in its turn", "api curl/8.5.0"):
            assert text in first, text
        assert "manual ops" in second and "--warehouse 4" in second and "schedule" in third
        await tui.press("j")
        assert "Asked for at 2026-11-21 05:11:10 UTC, 59s ago. Trigger: UI - ops." in tui.text
        assert "Arguments: --warehouse 4 --since 2026-11-01" in tui.text
        assert "b Take back" in tui.footer and "B Take all back" in tui.footer
        await tui.press("escape")
        assert not tui.is_open and tui.selected == JOB


async def test_one_is_taken_back() -> None:
    async with open_waiting(busy_night(), JOB) as tui:
        await tui.press("j", "b")
        assert tui.service.commands == [("withdraw", JOB, "202611210511100000")]
        assert len(tui.rows) == 2 and "manual ops" not in tui.text and "2 starts wait" in tui.lines[1]
        await tui.hear("1 start taken back.")


async def test_all_are_taken_back_after_a_question() -> None:
    async with open_waiting(busy_night(), JOB) as tui:
        await tui.press("B")
        assert "Take back 3 starts of import-orders?" in tui.text
        await tui.press("enter")
        assert tui.service.commands == [] and len(tui.rows) == 3
        await tui.press("B", "t")
        assert tui.service.commands == [("withdraw", JOB)]
        assert "No start waits: each begins as soon as it is asked for." in tui.text
        await tui.press("b")
        await tui.hear("No start waits.")
        assert len(tui.service.commands) == 1


async def test_a_retry_counts_down_and_says_what_it_follows() -> None:
    service = busy_night()
    failed = chain()[2]
    start = Start(f"Retry 3/3 of {failed.ref.run}", attempt=3, origin=failed.ref)
    service.queue.put(NAME, start, due=DUE)
    async with open_waiting(service, NAME) as tui:
        assert "in 00:00:24" in tui.rows[0] and "Retry 3/3 begins" not in tui.text
        assert "Retry 3/3 of its failed run begins in 00:00:24" in tui.lines[1]
        assert "It begins at 2026-11-21 05:12:33 UTC at the earliest." in tui.text
        assert f"It follows run {failed.ref.run} of {NAME}." in tui.text
        await tui.pass_time(10)
        assert "in 00:00:14" in tui.rows[0] and "begins in 00:00:14" in tui.lines[1]
        await tui.pass_time(20)
        assert "in its turn" in tui.rows[0]


async def test_the_list_follows_the_queue() -> None:
    service = busy_night()
    async with open_waiting(service, JOB) as tui:
        await tui.press("G")
        service.queue.put(JOB, Start("UI - somebody else"))
        await tui.settle()
        assert len(tui.rows) == 4 and "somebody else" in tui.rows[3] and tui.rows[2].startswith("▌")
        service.queue.starts[("triggered", JOB)].clear()
        service.change(JOB, hold=None)
        await tui.settle()
        assert "No start waits" in tui.text and "Waiting starts" in tui.lines[1]


async def test_somebody_else_was_faster() -> None:
    service = busy_night()
    async with open_waiting(service, JOB) as tui:
        del service.queue.starts[("triggered", JOB)][0]
        await tui.press("b")
        await tui.hear("No start of 'import-orders' waits that is called so.")
        assert len(tui.rows) == 2


async def test_it_is_on_its_way() -> None:
    service = busy_night()
    async with open_waiting(service, JOB) as tui:
        service.hold = asyncio.Event()
        await tui.press("b", "b")
        await tui.hear("A command for import-orders is on its way.")
        service.hold.set()
        await tui.until(lambda: not tui.app.dispatch.busy)
        assert len(service.commands) == 1


async def test_without_an_engine_it_is_only_looked_at() -> None:
    service = busy_night()
    async with open_waiting(service, JOB) as tui:
        service.lose(EngineUnreachable("gone"))
        await tui.settle()
        await tui.press("b")
        await tui.hear("The engine is not reachable")
        assert len(tui.rows) == 3 and service.commands == []


async def test_the_job_is_deleted_meanwhile() -> None:
    service = busy_night()
    async with open_waiting(service, JOB) as tui:
        await tui.press("B")
        service.tell(JobRemoved(service.find(JOB).id))
        await tui.until(lambda: tui.shows_list())
        await tui.hear("import-orders is gone.")


async def test_a_continuous_job_has_no_starts() -> None:
    async with open_waiting(busy_night(), "web-hook") as tui:
        assert not tui.is_open
        await tui.hear("web-hook is continuous, so it has no runs")


async def test_by_name_and_in_the_footer_where_something_waits() -> None:
    async with open_waiting(busy_night(), JOB) as tui:
        await tui.press("escape")
        assert "W Waiting" in tui.footer
        await tui.select("clean-up")
        assert "W Waiting" not in tui.footer
        await tui.press("colon")
        await tui.write("waiting")
        await tui.press("enter")
        assert tui.is_open and "No start waits" in tui.text


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 14)])
async def test_hostile_starts(size: tuple[int, int]) -> None:
    service = busy_night()
    service.queue.reason = BUNDLES[0]
    service.queue.put(JOB, *(Start(text, text, input=text, key=text) for text in BUNDLES))
    async with open_waiting(service, JOB, size) as tui:
        for _ in range(len(BUNDLES) + 3):
            assert_harmless(tui)
            await tui.press("j")
        await tui.press("B")
        assert_harmless(tui)


async def test_in_ascii() -> None:
    async with open_waiting(busy_night(), JOB, ascii=True) as tui:
        assert_ascii(tui)
        assert tui.rows[0].startswith(">")
