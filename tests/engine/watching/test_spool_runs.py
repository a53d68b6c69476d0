"""Spools with real runs: every message once, moved when its run has ended, and nothing lost."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from tests.engine.watching.watch_rig import names, printed, runs_of, start_watching
from tests.support.patience import eventually
from wjtui.engine.engine import Engine
from wjtui.engine.recovery import REASON
from wjtui.engine.watching.folder import read_mark
from wjtui.engine.watching.memory import LOCK, SPOOL, Ended, Spool, Taken, load, save
from wjtui.engine.watching.sightings import Mark
from wjtui.engine.watching.spool import Fate
from wjtui.engine.watching.watching import Watching
from wjtui.model.identity import JobId
from wjtui.model.jobs import Busy, Idle
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.model.starts import Start
from wjtui.support.locks import FileLock

CAT = 'cat "$WEBJOBS_INPUT_FILE"; grep -q bad "$WEBJOBS_INPUT_FILE" && exit 3; exit 0\n'
LONG = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'


class Spooled:
    """A job with a spool, and its engine."""

    def __init__(self, rig: Rig, script: str = CAT, **settings: object) -> None:
        self.rig = rig
        self.inbox = rig.root / "inbox"
        self.inbox.mkdir(parents=True)
        watch = {"path": "inbox", "spool": True, "quiet": 0}
        self.job: JobId = rig.site.triggered("orders", {"run.sh": script}, {"watch": watch, **settings})
        self.watchings: list[Watching] = []

    async def begin(self, instance: str = "one") -> Engine:
        engine, watching = await start_watching(self.rig, instance)
        self.watchings.append(watching)
        return engine

    def put(self, name: str, text: str, age: int = 0) -> Path:
        """A message, written ``age`` seconds before the year 2026."""
        outside = self.rig.root / "being-written"
        outside.write_text(text)
        at = 1_767_225_600 - age
        os.utime(outside, (at, at))
        return outside.rename(self.inbox / name)

    @property
    def done(self) -> set[str]:
        return names(self.inbox / "done")

    @property
    def dead(self) -> set[str]:
        return names(self.inbox / "dead")


@pytest.fixture
async def closing() -> AsyncIterator[list[Spooled]]:
    """Spools whose engines must not look on while they are stopped."""
    found: list[Spooled] = []
    yield found
    for spooled in found:
        for watching in spooled.watchings:
            await watching.close()


async def test_each_message_has_a_run_of_its_own_the_oldest_first(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig)
    closing.append(spooled)
    for name, age in (("c", 3), ("a", 2), ("b", 2), ("d", 1), (".hidden", 9)):
        spooled.put(name, f"text of {name}", age)
    engine = await spooled.begin()
    await eventually(lambda: spooled.done == {"a", "b", "c", "d"})
    await job_when(engine, spooled.job, lambda job: job.phase == Idle())
    runs = await runs_of(engine, spooled.job)
    assert [run.trigger for run in runs] == ["Spool - c", "Spool - a", "Spool - b", "Spool - d"]
    assert [run.status for run in runs] == [RunStatus.SUCCESS] * 4
    assert [run.input for run in runs] == [str(spooled.inbox / name) for name in "cabd"]
    assert "text of c" in printed(rig, runs[0].ref)
    assert names(spooled.inbox) == {".hidden"} and spooled.dead == set()
    spooled.put("late\nname", "again")
    await eventually(lambda: "late\nname" in spooled.done)
    late = (await runs_of(engine, spooled.job))[-1]
    assert late.trigger == "Spool - late\N{REPLACEMENT CHARACTER}name"


async def test_a_message_stays_until_its_run_has_ended(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig, LONG)
    closing.append(spooled)
    spooled.put("only", "text")
    engine = await spooled.begin()
    busy = await job_when(engine, spooled.job, lambda job: isinstance(job.phase, Busy))
    assert names(spooled.inbox) == {"only"}
    await engine.service.cancel(RunRef(spooled.job, busy.latest_run.ref.run))  # type: ignore[union-attr]
    await job_when(engine, spooled.job, lambda job: job.phase == Idle())
    assert names(spooled.inbox) == {"only"} and not spooled.done and not spooled.dead
    # It is not taken again at once, but another one is.
    spooled.put("other", "text")
    other = await job_when(
        engine,
        spooled.job,
        lambda job: job.latest_run is not None and job.latest_run.trigger.endswith("other"),
    )
    assert isinstance(other.phase, Busy) and len(await runs_of(engine, spooled.job)) == 2


async def test_a_failed_message_is_dead_after_its_retries(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig, retry={"count": 1, "delay": 0})
    closing.append(spooled)
    spooled.put("first", "bad", 2)
    spooled.put("second", "good", 1)
    engine = await spooled.begin()
    await eventually(lambda: spooled.dead == {"first"} and spooled.done == {"second"})
    runs = await runs_of(engine, spooled.job)
    assert [(run.input.rpartition("/")[2], run.attempt, run.status) for run in runs[:2]] == [
        ("first", 0, RunStatus.FAILED),
        ("first", 1, RunStatus.FAILED),
    ]
    assert runs[2].input.endswith("second") and len(runs) == 3


async def test_a_message_that_is_written_anew_meanwhile_is_another_one(
    rig: Rig, closing: list[Spooled]
) -> None:
    spooled = Spooled(
        rig, 'cat "$WEBJOBS_INPUT_FILE"; while [ -e hold ]; do sleep 0.02; done\n', is_in_place=True
    )
    closing.append(spooled)
    hold = rig.site.folder(spooled.job) / "hold"
    hold.touch()
    spooled.put("order", "one", 2)
    engine = await spooled.begin()
    await job_when(engine, spooled.job, lambda job: isinstance(job.phase, Busy))
    (first,) = await runs_of(engine, spooled.job)
    await eventually(lambda: "one" in printed(rig, first.ref))
    spooled.put("order", "another", 1)
    hold.unlink()
    await eventually(lambda: spooled.done == {"order"})
    assert (spooled.inbox / "done" / "order").read_text() == "another"
    _, second = await runs_of(engine, spooled.job)
    assert "another" in printed(rig, second.ref)


async def test_two_messages_of_one_name_are_both_kept(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig)
    closing.append(spooled)
    await spooled.begin()
    for number, text in enumerate(("one", "two", "three"), 1):
        spooled.put("order.json", text)
        await eventually(lambda number=number: len(spooled.done) == number)  # type: ignore[misc]
    assert sorted((spooled.inbox / "done" / name).read_text() for name in spooled.done) == [
        "one",
        "three",
        "two",
    ]


async def test_a_paused_job_takes_nothing(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig, enabled=False)
    closing.append(spooled)
    spooled.put("order", "text")
    engine = await spooled.begin()
    watch = spooled.watchings[0]._watches[spooled.job.key]
    await eventually(lambda: "order" in watch.seen)
    assert await runs_of(engine, spooled.job) == []
    settings = rig.site.folder(spooled.job) / "settings.job"
    settings.write_text(settings.read_text().replace('"enabled": false', '"enabled": true'))
    await engine._supervisor.read_all()
    await eventually(lambda: spooled.done == {"order"})


async def test_a_shut_down_leaves_the_message_for_the_next_engine(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig, LONG, stopping_wait_time=1)
    closing.append(spooled)
    spooled.put("order", "text")
    engine = await spooled.begin()
    await job_when(engine, spooled.job, lambda job: isinstance(job.phase, Busy))
    await spooled.watchings[0].close()
    await engine.stop()
    assert names(spooled.inbox) == {"order"} and not spooled.done and not spooled.dead
    (rig.site.folder(spooled.job) / "run.sh").write_text(CAT)
    await spooled.begin()
    await eventually(lambda: spooled.done == {"order"})


async def test_a_crash_makes_a_message_dead_once(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig)
    closing.append(spooled)
    engine = rig.make()
    await engine.start()
    await engine._watching.close()
    path = spooled.put("order", "text")
    taken = Taken(str(path), mark_of(path), engine._rooms.clock.now())
    begun = await engine._supervisor.queue.start(spooled.job, Start("Spool - order", input=str(path)))
    assert isinstance(begun, Run)
    await run_to_end(engine, spooled.job, begun.ref.run)
    await engine.stop(now=True)
    # What a kill -9 leaves: an open run, and the note of what was taken.
    store = engine._rooms.store
    store.save(msgspec.structs.replace(begun, status=RunStatus.RUNNING, sequel=True))
    save(rig.data(spooled.job), SPOOL, Spool(taken))

    engine = await spooled.begin()
    await eventually(lambda: spooled.dead == {"order"})
    (last,) = await runs_of(engine, spooled.job)
    assert (last.status, last.reason) == (RunStatus.ABORTED, REASON)
    # Asked once more, and with a new message of that name, it leaves everything as it is.
    await spooled.watchings[0].close()
    spooled.put("order", "another")
    await spooled.watchings[0].settle(last, False)
    assert names(spooled.inbox) == {"order"} and spooled.dead == {"order"}


async def test_a_message_that_cannot_be_moved_is_not_run_again(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig, 'touch "$(dirname "$WEBJOBS_INPUT_FILE")/done"\n')
    closing.append(spooled)
    path = spooled.put("order", "text")
    engine = await spooled.begin()
    await eventually(lambda: spool_of(rig, spooled.job).unmoved)
    assert spool_of(rig, spooled.job) == Spool(None, {str(path): Ended(mark_of(path), Fate.DONE)})
    notices = engine._rooms.state._notices
    await eventually(lambda: any("could not be moved" in notice.text for notice in notices))
    await spooled.watchings[0].close()
    await engine.stop(now=True)
    (spooled.inbox / "done").unlink()
    engine = await spooled.begin()
    await eventually(lambda: spooled.done == {"order"})
    await eventually(lambda: spool_of(rig, spooled.job) == Spool())
    assert len(await runs_of(engine, spooled.job)) == 1


async def test_what_an_instance_has_left_another_does_not_take(rig: Rig, closing: list[Spooled]) -> None:
    """It was taken again as soon as the living one had run another message."""
    spooled = Spooled(rig)
    closing.append(spooled)
    path = spooled.put("left", "text", 9)
    data = rig.data(spooled.job)
    data.mkdir(parents=True, exist_ok=True)
    locks = [FileLock(data / name) for name in ("triggeredJob.lock", LOCK)]
    assert all(lock.acquire() for lock in locks)
    engine = await spooled.begin("two")
    store = engine._rooms.store
    run = store.create(spooled.job, engine._rooms.clock.now(), "Spool - left", "")
    taken = Taken(str(path), mark_of(path), run.started)
    store.save(msgspec.structs.replace(run, status=RunStatus.RUNNING, input=str(path), sequel=True))
    save(data, SPOOL, Spool(taken))
    for lock in locks:  # its instance is killed
        lock.release()
    for name in ("one", "other"):
        spooled.put(name, "text")
        await eventually(lambda name=name: name in spooled.done)  # type: ignore[misc]
    assert names(spooled.inbox) == {"left"} and not spooled.dead
    assert [run.input for run in await runs_of(engine, spooled.job)].count(str(path)) == 1


async def test_of_two_instances_one_takes_the_messages(rig: Rig, closing: list[Spooled]) -> None:
    spooled = Spooled(rig)
    closing.append(spooled)
    first, second = await spooled.begin("one"), await spooled.begin("two")
    for number in range(6):
        spooled.put(f"order-{number}", "text", number)
    await eventually(lambda: len(spooled.done) == 6)
    await spooled.watchings[0].close()
    spooled.put("late", "text")
    await eventually(lambda: len(spooled.done) == 7)
    runs = await runs_of(second, spooled.job)
    assert sorted(run.trigger for run in runs) == [
        "Spool - late",
        *(f"Spool - order-{number}" for number in range(6)),
    ]
    assert len(await runs_of(first, spooled.job)) == 7


def mark_of(path: Path) -> Mark:
    found = read_mark(path)
    assert found is not None
    return found


def spool_of(rig: Rig, job: JobId) -> Spool:
    return load(rig.data(job), SPOOL, Spool) or Spool()
