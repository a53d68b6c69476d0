"""Files that start a job: once for all of them, and not for what was there before."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when
from tests.engine.watching.watch_rig import printed, runs_of, start_watching
from tests.support.patience import eventually
from wjtui.engine.engine import Engine
from wjtui.engine.watching import batch_watch
from wjtui.engine.watching.batch_watch import BatchWatch
from wjtui.engine.watching.memory import BASELINE, Baseline, load, save
from wjtui.engine.watching.watching import Watching
from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.jobs import Busy, Idle

HELD = 'echo "for $WEBJOBS_INPUT_FILE"; while [ -e "$WEBROOT_PATH/../hold" ]; do sleep 0.02; done\n'


class Watched:
    """A job with a watched folder, and its engine."""

    def __init__(self, rig: Rig, **watch: object) -> None:
        self.rig = rig
        self.inbox = rig.root / "inbox"
        self.inbox.mkdir(parents=True)
        settings = {"watch": {"path": "inbox", "quiet": 0, **watch}}
        self.job: JobId = rig.site.triggered("import", {"run.sh": HELD}, settings)
        self.watching: Watching | None = None

    async def begin(self) -> Engine:
        engine, self.watching = await start_watching(self.rig)
        await self.until_known(set())
        return engine

    async def end(self) -> None:
        if self.watching is not None:
            await self.watching.close()

    async def until_known(self, names: set[str]) -> None:
        """Wait until these are among what is remembered, on the disk."""
        await eventually(lambda: (found := self.remembered) is not None and names <= set(found.files))

    async def until_seen(self, name: str, size: int) -> None:
        """Wait until a look has found a file with so many bytes."""
        assert self.watching is not None
        watch = self.watching._watches[self.job.key]
        assert isinstance(watch, BatchWatch)
        await eventually(lambda: name in watch.seen and watch.seen[name].mark.size == size)

    @property
    def remembered(self) -> Baseline | None:
        return load(self.rig.data(self.job), BASELINE, Baseline)

    @property
    def hold(self) -> Path:
        return self.rig.root / "site" / "hold"


@pytest.fixture
async def closing() -> AsyncIterator[list[Watched]]:
    """What must not look on while its engine is stopped."""
    found: list[Watched] = []
    yield found
    for watched in found:
        await watched.end()


async def test_what_was_there_starts_nothing_and_what_changes_does(rig: Rig, closing: list[Watched]) -> None:
    watched = Watched(rig, pattern="*.csv")
    closing.append(watched)
    (watched.inbox / "old.csv").write_text("old")
    (watched.inbox / "notes.txt").write_text("no")
    engine = await watched.begin()
    await watched.until_known({"old.csv"})
    assert watched.remembered is not None and set(watched.remembered.files) == {"old.csv"}
    (watched.inbox / "new.csv").write_text("new")
    await watched.until_known({"new.csv"})
    (run,) = await runs_of(engine, watched.job)
    assert (run.trigger, run.input) == ("Watch - inbox", str(watched.inbox / "new.csv"))
    (watched.inbox / "old.csv").write_text("older")
    await watched.until_seen("old.csv", 5)
    await eventually(lambda: watched.remembered is not None and watched.remembered.files["old.csv"].size == 5)
    assert [run.input for run in await runs_of(engine, watched.job)][1:] == [str(watched.inbox / "old.csv")]
    (watched.inbox / "old.csv").unlink()
    (watched.inbox / "last.csv").write_text("last")
    await watched.until_known({"last.csv"})
    assert len(await runs_of(engine, watched.job)) == 3


async def test_a_disk_that_is_slow_to_write_does_not_keep_files_waiting(
    rig: Rig, closing: list[Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_slowly(folder: Path, name: str, value: Value) -> None:
        time.sleep(0.5)
        save(folder, name, value)

    monkeypatch.setattr(batch_watch, "save", save_slowly)
    watched = Watched(rig)
    closing.append(watched)
    await watched.begin()
    (watched.inbox / "file").write_text("1")
    await watched.until_known({"file"})


async def test_many_changes_during_a_run_lead_to_one_more(rig: Rig, closing: list[Watched]) -> None:
    watched = Watched(rig)
    closing.append(watched)
    engine = await watched.begin()
    watched.hold.touch()
    (watched.inbox / "first").write_text("1")
    await job_when(engine, watched.job, lambda job: isinstance(job.phase, Busy))
    for number in range(20):
        (watched.inbox / f"later-{number:02}").write_text("22")
    await watched.until_seen("later-19", 2)
    assert len(await runs_of(engine, watched.job)) == 1
    watched.hold.unlink()
    await watched.until_known({f"later-{number:02}" for number in range(20)})
    await job_when(engine, watched.job, lambda job: job.phase == Idle())
    runs = await runs_of(engine, watched.job)
    assert [run.input.rpartition("/")[2] for run in runs] == ["first", "later-19"]
    assert f"for {watched.inbox}/later-19" in printed(rig, runs[1].ref)


async def test_what_changes_while_no_engine_looks_counts(rig: Rig, closing: list[Watched]) -> None:
    watched = Watched(rig)
    closing.append(watched)
    (watched.inbox / "same").write_text("same")
    (watched.inbox / "file").write_text("1")
    engine = await watched.begin()
    await watched.until_known({"same", "file"})
    await watched.end()
    await engine.stop(now=True)
    (watched.inbox / "file").write_text("22")
    engine = await watched.begin()
    await eventually(lambda: watched.remembered is not None and watched.remembered.files["file"].size == 2)
    (run,) = await runs_of(engine, watched.job)
    assert run.input == str(watched.inbox / "file")
    await watched.end()
    await engine.stop(now=True)
    await watched.begin()
    await watched.until_seen("file", 2)
    assert [found.ref for found in await runs_of(rig.started, watched.job)] == [run.ref]


async def test_a_folder_that_comes_later_and_settings_that_change(rig: Rig, closing: list[Watched]) -> None:
    watched = Watched(rig)
    closing.append(watched)
    watched.inbox.rmdir()
    told: list[JobId] = []
    engine, watched.watching = await start_watching(rig, reread=told.append)
    watch = watched.watching._watches[watched.job.key]
    await eventually(lambda: watch.fault)
    assert watched.remembered is None
    watched.inbox.mkdir()
    await watched.until_known(set())
    await eventually(lambda: told == [watched.job])
    (watched.inbox / "file").write_text("1")
    await watched.until_known({"file"})
    settings = rig.site.folder(watched.job) / "settings.job"
    settings.write_text("{}")
    await engine._supervisor.read_all()
    assert not watched.watching.has_work
    (watched.inbox / "other").write_text("1")
    settings.write_text('{"watch": {"path": "inbox", "pattern": "o*", "quiet": 0}}')
    await engine._supervisor.read_all()
    # Another pattern is another folder: what is there now was there before.
    await eventually(lambda: watched.remembered is not None and set(watched.remembered.files) == {"other"})
    assert len(await runs_of(engine, watched.job)) == 1
