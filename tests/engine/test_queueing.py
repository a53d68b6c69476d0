"""Starts that wait, retries and chains, with real processes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.support.harness import Harness, open_service
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.engine.history.store import RunStore
from wjtui.engine.queueing.store import QueueStore
from wjtui.engine.site import Site
from wjtui.model.errors import AlreadyRunning, NotRunning, QueueFull
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.model.site import SiteChange
from wjtui.model.starts import Waiting

WAITS = """
echo "$WEBJOBS_COMMAND_ARGUMENTS" >> $WEBJOBS_DATA_PATH/said
while [ ! -e $WEBJOBS_DATA_PATH/go ]; do sleep 0.02; done
"""


def job(name: str) -> JobId:
    return JobId(JobType.TRIGGERED, name)


@asynccontextmanager
async def engine(folder: Path, build: Callable[[SiteBuilder], object]) -> AsyncIterator[Harness]:
    async with open_service("local", folder, lambda site: [build(site)].clear()) as harness:
        yield harness


async def ended(it: Harness, name: str, count: int) -> list[Run]:
    """The runs of a job, newest first, once that many have ended and nothing of it goes or waits."""

    async def look() -> list[Run]:
        return [run for run in await it.service.runs(job(name)) if run.status.ended]

    for _ in range(1000):
        if len(await look()) >= count and not await it.service.queue.waiting(job(name)):
            await it.job(job(name), lambda one: not one.live and one.hold is None)
            return await look()
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count} runs of {name} did not end: {await it.service.runs(job(name))}")


def let_go(it: Harness, name: str) -> None:
    data = it.site.root / "data" / "jobs" / "triggered" / name
    data.mkdir(parents=True, exist_ok=True)
    (data / "go").touch()


def said(it: Harness, name: str) -> list[str]:
    return (it.site.root / "data" / "jobs" / "triggered" / name / "said").read_text().split()


async def test_starts_wait_in_their_order_and_keep_arguments_and_ids(tmp_path: Path) -> None:
    settings = {"if_running": "queue", "queue_limit": 2}
    async with engine(tmp_path, lambda site: site.triggered("slow", {"run.sh": WAITS}, settings)) as it:
        promised = [await it.service.run(job("slow"), text) for text in ("one", "two", "three")]
        with pytest.raises(QueueFull, match="2 starts wait already"):
            await it.service.run(job("slow"))
        found = await it.job(job("slow"), lambda one: one.hold is not None and one.hold.count == 2)
        assert found.hold is not None and found.hold.reason == "its run is going"
        waiting = await it.service.queue.waiting(job("slow"))
        assert [(each.id, each.start.arguments) for each in waiting] == [
            (promised[1], "two"),
            (promised[2], "three"),
        ]
        assert (await it.service.get_run(RunRef(job("slow"), promised[2]))).status is RunStatus.INITIALIZING
        let_go(it, "slow")
        runs = await ended(it, "slow", 3)
        assert [run.ref.run for run in reversed(runs)] == promised
        assert said(it, "slow") == ["one", "two", "three"]


async def test_without_the_key_a_second_start_is_refused(tmp_path: Path) -> None:
    async with engine(tmp_path, lambda site: site.triggered("slow", {"run.sh": WAITS})) as it:
        await it.service.run(job("slow"))
        with pytest.raises(AlreadyRunning):
            await it.service.run(job("slow"))
        let_go(it, "slow")
        await ended(it, "slow", 1)


async def test_a_waiting_start_is_withdrawn(tmp_path: Path) -> None:
    settings = {"if_running": "queue"}
    async with engine(tmp_path, lambda site: site.triggered("slow", {"run.sh": WAITS}, settings)) as it:
        ids = [await it.service.run(job("slow"), str(n)) for n in range(4)]
        assert await it.service.queue.withdraw(job("slow"), ids[2]) == 1
        with pytest.raises(NotRunning):
            await it.service.queue.withdraw(job("slow"), ids[2])
        await it.service.cancel(RunRef(job("slow"), ids[1]))
        let_go(it, "slow")
        runs = await ended(it, "slow", 2)
        assert [run.ref.run for run in runs] == [ids[3], ids[0]]
        with pytest.raises(NotRunning):
            await it.service.queue.withdraw(job("slow"))


async def test_a_start_that_is_taken_back_while_it_is_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file came after it had been removed, and a restart made the start."""
    written, put = threading.Event(), QueueStore.put

    def put_late(store: QueueStore, waiting: Waiting) -> None:
        assert written.wait(PATIENCE)
        put(store, waiting)

    settings = {"if_running": "queue"}
    async with engine(tmp_path, lambda site: site.triggered("slow", {"run.sh": WAITS}, settings)) as it:
        await it.service.run(job("slow"))
        monkeypatch.setattr(QueueStore, "put", put_late)
        asked = asyncio.create_task(it.service.run(job("slow")))
        for _ in range(1000):
            if await it.service.queue.waiting(job("slow")):
                break
            await asyncio.sleep(0.01)
        assert await it.service.queue.withdraw(job("slow")) == 1
        written.set()
        await asked
        assert list((it.site.root / "data" / "wjtui" / "queue").rglob("*.json")) == []
        let_go(it, "slow")
        await ended(it, "slow", 1)


async def test_a_start_that_takes_the_place_of_a_retry_and_waits_for_a_lock(tmp_path: Path) -> None:
    """The line was put away while the retry was taken out of it, and what came then was never begun."""

    def build(site: SiteBuilder) -> None:
        retry = {"retry": {"count": 1, "delay": 3600}, "lock": "db"}
        site.triggered("fails", {"run.sh": "exit 1\n"}, retry)
        site.triggered("holder", {"run.sh": WAITS}, {"lock": "db"})

    async with engine(tmp_path, build) as it:
        await it.service.run(job("fails"))
        await it.job(job("fails"), lambda one: one.hold is not None and not one.live)
        await it.service.run(job("holder"))
        newer = await it.service.run(job("fails"))
        assert [each.id for each in await it.service.queue.waiting(job("fails"))] == [newer]
        let_go(it, "holder")
        await ended(it, "holder", 1)
        await it.job(job("fails"), lambda one: one.latest_run is not None and one.latest_run.ref.run == newer)


async def test_what_waits_outlives_the_engine(tmp_path: Path) -> None:
    settings = {"if_running": "queue"}
    async with engine(tmp_path, lambda site: site.triggered("slow", {"run.sh": WAITS}, settings)) as it:
        first, *rest = [await it.service.run(job("slow"), str(n)) for n in range(3)]
    (tmp_path / "root" / "data" / "jobs" / "triggered" / "slow" / "go").touch()
    async with again(tmp_path) as it:
        runs = await ended(it, "slow", 3)
        assert [run.ref.run for run in reversed(runs)] == [first, *rest]
        assert [run.status for run in reversed(runs)] == [
            RunStatus.ABORTED,
            RunStatus.SUCCESS,
            RunStatus.SUCCESS,
        ]


async def test_a_failed_run_is_started_again_and_then_the_next_job_of_its_chain(tmp_path: Path) -> None:
    def build(site: SiteBuilder) -> None:
        retry = {"retry": {"count": 2, "delay": 0.1}, "on_failure": "clean-up"}
        site.triggered("fails", {"run.sh": "echo $WEBJOBS_ATTEMPT\nexit 3\n"}, retry)
        site.triggered("clean-up", {"run.sh": "echo $WEBJOBS_ORIGIN_JOB $WEBJOBS_ORIGIN_STATUS\n"})

    async with engine(tmp_path, build) as it:
        first = await it.service.run(job("fails"), "x y")
        runs = await ended(it, "fails", 3)
        assert [run.trigger for run in runs] == [
            f"Retry 2/2 of {runs[1].ref.run}",
            f"Retry 1/2 of {first}",
            "External - ",
        ]
        assert [run.origin.run if run.origin else None for run in runs] == [runs[1].ref.run, first, None]
        assert {run.arguments for run in runs} == {"x y"} and not any(run.sequel for run in runs)
        last = (await ended(it, "clean-up", 1))[0]
        assert last.origin == runs[0].ref and last.trigger == f"After fails {runs[0].ref.run}"


@pytest.mark.parametrize("followed", [False, True], ids=["left", "followed"])
async def test_a_crash_leaves_a_run_that_is_not_the_newest_of_its_job(tmp_path: Path, followed: bool) -> None:
    """A retry has its id from when it was asked for, and newer starts may have run while it waited."""
    left: list[RunRef] = []

    def build(site: SiteBuilder) -> None:
        site.triggered("fails", {"run.sh": "true\n"}, {"retry": {"count": 3, "delay": 0}})
        store = RunStore(Site(site.root, "contract", "contrac"))
        at = datetime(2026, 11, 20, 2, tzinfo=UTC)
        run, *more = (store.create(job("fails"), at + timedelta(hours=n), "x", "") for n in range(12))
        store.save(msgspec.structs.replace(run, status=RunStatus.RUNNING, sequel=True))
        for each in more:
            origin = run.ref if followed and each is more[0] else None
            done = msgspec.structs.replace(each, status=RunStatus.SUCCESS, ended=each.started, origin=origin)
            store.save(done)
        left.append(run.ref)

    async with engine(tmp_path, build) as it:
        runs = await ended(it, "fails", 12 if followed else 13)
        assert len(runs) == (12 if followed else 13)
        assert [run.attempt for run in runs if run.origin == left[0]] == [0 if followed else 1]
        assert not (await it.service.get_run(left[0])).sequel


async def test_a_retry_counts_down_until_a_stop_or_a_newer_run(
    tmp_path: Path,
) -> None:
    settings = {"retry": {"count": 3, "delay": 3600}}
    async with engine(tmp_path, lambda site: site.triggered("fails", {"run.sh": "exit 1\n"}, settings)) as it:
        await it.service.run(job("fails"))
        found = await it.job(job("fails"), lambda one: one.hold is not None and not one.live)
        assert found.hold is not None
        assert (found.hold.attempt, found.hold.attempts, found.hold.due is not None) == (1, 3, True)
        await it.service.stop(job("fails"))
        await it.job(job("fails"), lambda one: one.hold is None)
        await it.service.run(job("fails"))
        await it.job(job("fails"), lambda one: one.hold is not None and not one.live)
        newer = await it.service.run(job("fails"))
        await it.job(job("fails"), lambda one: one.hold is not None and not one.live)
        waiting = await it.service.queue.waiting(job("fails"))
        assert [each.start.origin.run if each.start.origin else None for each in waiting] == [newer]


async def test_chains_that_lead_back_or_nowhere_are_told_and_not_followed(tmp_path: Path) -> None:
    def build(site: SiteBuilder) -> None:
        site.triggered("a", {"run.sh": "true\n"}, {"on_success": "b"})
        site.triggered("b", {"run.sh": "true\n"}, {"on_success": "a"})
        site.triggered("c", {"run.sh": "true\n"}, {"on_success": "nobody"})

    async with engine(tmp_path, build) as it:
        codes = {}
        for name in "abc":
            found = await it.job(job(name), lambda one: bool(one.problems))
            codes[name] = [problem.code for problem in found.problems]
        assert codes == {"a": ["chain-cycle"], "b": ["chain-cycle"], "c": ["chain-missing"]}
        for name in "ac":
            await it.service.run(job(name))
            await ended(it, name, 1)
        assert await it.service.runs(job("b")) == []


async def test_what_is_wrong_with_a_schedule_is_told_beside_a_chain(tmp_path: Path) -> None:
    settings = {"schedule": "0 9 * * *", "on_success": "nobody"}
    async with engine(tmp_path, lambda site: site.triggered("odd", {"run.sh": "true\n"}, settings)) as it:
        found = await it.job(job("odd"), lambda one: bool(one.problems))
        assert {problem.code for problem in found.problems} == {"schedule-invalid", "chain-missing"}


async def test_a_schedule_is_paused_after_so_many_failures(tmp_path: Path) -> None:
    settings = {"schedule": "0 0 3 1 1 *", "poison_after": 2}
    async with engine(tmp_path, lambda site: site.triggered("fails", {"run.sh": "exit 1\n"}, settings)) as it:
        for count in (1, 2):
            await it.service.run(job("fails"))
            await ended(it, "fails", count)
        found = await it.job(job("fails"), lambda one: not one.settings.enabled)
        assert found.schedule is not None
        notices = (await it.service.snapshot()).notices
        assert any("2 runs in a row failed" in notice.text for notice in notices)


async def test_a_lock_lets_one_run_at_a_time_by_priority(tmp_path: Path) -> None:
    def build(site: SiteBuilder) -> None:
        for name, priority in (("low", 0), ("high", 5), ("first", 0)):
            site.triggered(name, {"run.sh": WAITS}, {"lock": "db", "priority": priority})

    async with engine(tmp_path, build) as it:
        for name in ("first", "low", "high"):
            await it.service.run(job(name), name)
        found = await it.job(job("low"), lambda one: one.hold is not None)
        assert found.hold is not None and found.hold.reason == "'first' holds the lock 'db'"
        let_go(it, "first")
        await it.job(job("high"), lambda one: one.live)
        assert (await it.job(job("low"))).hold is not None
        let_go(it, "high")
        let_go(it, "low")
        await ended(it, "low", 1)


async def test_so_many_runs_at_once_as_the_site_allows_by_priority(tmp_path: Path) -> None:
    names = ("first", "low", "high")

    def build(site: SiteBuilder) -> None:
        for name in names:
            site.triggered(name, {"run.sh": WAITS}, {"priority": 5 if name == "high" else 0})

    async with engine(tmp_path, build) as it:
        await it.service.settings.change_site(SiteChange(put={"WJTUI_MAX_RUNS": "1"}))
        for name in names:
            await it.service.run(job(name))
        found = await it.job(job("high"), lambda one: one.hold is not None)
        assert found.hold is not None and found.hold.reason == "1 run is going, the most"
        let_go(it, "first")
        await it.job(job("high"), lambda one: one.live)
        assert (await it.job(job("low"))).hold is not None

        await it.service.settings.change_site(SiteChange(put={"WJTUI_MAX_RUNS": "2"}))
        await it.job(job("low"), lambda one: one.live)
        assert (await it.job(job("high"))).live
        for name in names:
            let_go(it, name)
            await ended(it, name, 1)


@asynccontextmanager
async def again(folder: Path) -> AsyncIterator[Harness]:
    """A second engine on the same root."""
    site = SiteBuilder(folder / "root")
    found = Engine(
        EngineOptions(
            root=site.root, instance="contract", environment={"PATH": "/usr/bin:/bin", "HOME": str(folder)}
        )
    )
    await found.start()
    try:
        yield Harness(found.service, site)
    finally:
        await found.stop(now=True)
