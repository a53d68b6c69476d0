"""Triggers, arguments, reasons, error lines and names with hostile texts do nothing in a history."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.support.fake_service import NOW, FakeJobService, make_job, output
from tests.support.runs_driver import RunsDriver, open_dashboard, open_runs
from tests.tui.past_scene import past_run
from tests.tui.test_hostile import BUNDLES, assert_harmless
from wjtui.logs.line import Level
from wjtui.model.errors import Conflict
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Launch, Run, RunId, RunRef, RunStatus


def hostile_past() -> FakeJobService:
    """One job with a run for each text, others that are called so, and a log that prints them all."""
    service = FakeJobService(make_job("victim"), *map(make_job, BUNDLES))
    raw = "\n".join(BUNDLES).encode("utf-8", "replace")
    for number, text in enumerate(BUNDLES):
        started = NOW - timedelta(hours=number)
        run = past_run("victim", started, 9, code=1, trigger=text, arguments=text, reason=text, errors=9)
        service.past.append(run)
        service.past.append(past_run(text, started, 9, trigger=f"External - {text}"))
        service.log(LogRef(run.ref.job, run.ref.run), output("x", level=Level.ERR) + raw + b"\n")
    return service


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_in_the_runs_of_a_job(size: tuple[int, int]) -> None:
    service = hostile_past()
    async with open_runs(service, "victim", size) as tui:
        for _ in BUNDLES:
            assert_harmless(tui)
            await tui.press("d")
            assert_harmless(tui)
            await tui.press("escape", "}")
        for text in BUNDLES[:7:3]:
            service.refuse = Conflict(text)
            await tui.press("D")
            assert_harmless(tui)
            await tui.press("d")
            assert_harmless(tui)
        await tui.press("y")
        assert_harmless(tui)
        await tui.press("escape", "a")
        assert_harmless(tui)


@pytest.mark.parametrize("size", [(120, 36), (50, 14)])
async def test_in_the_history_of_all(size: tuple[int, int]) -> None:
    async with open_dashboard(hostile_past(), size) as tui:
        for _ in range(6):
            assert_harmless(tui)
            await tui.press("ctrl+d")
        for text in BUNDLES[:8]:
            await filter_for(tui, text)
            assert_harmless(tui)
            await tui.press("escape", "home")


async def filter_for(tui: RunsDriver, text: str) -> None:
    await tui.press("slash")
    tui.view.filter_field.value = f"{text} since:{text} status:{text}"
    await tui.settle()


async def test_rows_are_as_wide_as_the_list_whatever_is_in_them() -> None:
    async with open_dashboard(hostile_past(), (120, 60)) as tui:
        widths = {tui.tree.render_line(y).cell_length for y in range(tui.tree.size.height)}
        assert widths == {tui.tree.scrollable_content_region.width}


@pytest.mark.parametrize("text", BUNDLES)
async def test_the_title_of_a_job_of_that_name(text: str) -> None:
    service = FakeJobService(make_job(text), make_job(text, kind=JobType.CONTINUOUS))
    ref = RunRef(JobId(JobType.TRIGGERED, text), RunId("20261121000000"))
    odd = Run(ref, RunStatus.FAILED, text, NOW, NOW - timedelta(days=1), pid=1)
    service.past.append(msgspec.structs.replace(odd, cpu_seconds=1e300, peak_memory=1 << 80, output_size=0))
    service.passed_launches["continuous", text.lower()] = [Launch(NOW, 1, NOW, reason=text)]
    async with open_runs(service, text, (80, 24)) as tui:
        assert_harmless(tui)
        await tui.press("]", "d")
        assert_harmless(tui)
        await tui.press("escape", "]", "d")
        assert_harmless(tui)
