from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.catalog import watch
from wjtui.engine.catalog.discover import Folders, JobKey
from wjtui.engine.catalog.scan import look_at_folders
from wjtui.engine.catalog.watch import FOLDERS_EVERY_SECONDS, Watcher
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType

A, B, C = (("triggered", name) for name in ("a", "b", "c"))
PATIENCE_SECONDS = 30


class FastClock:
    """A minute in a second: folders are scanned every 0.08 s, files every 0.5 s."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic() * 60

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 60)


class Stepped(FastClock):
    """It goes on when a test says so."""

    at = 0.0

    def monotonic(self) -> float:
        return self.at


class Scene:
    """A site, its watcher, and what the watcher said."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root, "test", "test")
        self.source = root / "site/wwwroot/app_data/jobs/triggered"
        self.batches: list[frozenset[JobKey]] = []
        self.folders = Folders({})
        self.notes: list[str] = []
        self.watcher: Watcher | None = None

    def job(self, name: str, file: str = "run.sh", text: str = "") -> Path:
        path = self.source / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def heard(self, keys: frozenset[JobKey], folders: Folders) -> None:
        self.batches.append(keys)
        self.folders = folders

    @property
    def said(self) -> set[JobKey]:
        return {key for batch in self.batches for key in batch}

    async def until(self, state: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not state():  # noqa: ASYNC110 - files and threads set no event
                await asyncio.sleep(0.01)

    async def until_said(self, *keys: JobKey) -> None:
        await self.until(lambda: self.said >= set(keys))

    async def turn(self, watcher: Watcher) -> list[frozenset[JobKey]]:
        """What is reported now."""
        self.batches.clear()
        await watcher._report(await watcher._scan())
        return list(self.batches)

    @contextlib.asynccontextmanager
    async def watching(self, *, native: bool) -> AsyncIterator[Watcher]:
        """Watch until the block ends; it begins once the jobs of the start are reported."""
        self.watcher = Watcher(
            self.site,
            FastClock(),
            self.heard,
            on_note=self.notes.append,
            quiet_seconds=1,
            native=native,
        )
        present = set(look_at_folders(self.site).jobs)
        task = asyncio.create_task(self.watcher.run(), name="watch")
        try:
            await self.until_said(*present)
            self.batches.clear()
            yield self.watcher
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_after_a_look_only_what_differs_from_it_is_reported(scene: Scene) -> None:
    for name in "abc":
        scene.job(name)
    watcher = Watcher(
        scene.site, FastClock(), scene.heard, on_note=scene.notes.append, quiet_seconds=1, native=False
    )
    assert {*(await watcher.look()).jobs} == {A, B, C}
    scene.job("b", text="echo changed before the first scan\n")
    task = asyncio.create_task(watcher.run(), name="watch")
    await scene.until_said(B)
    scene.job("c", text="echo changed after it\n")
    await scene.until_said(C)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert scene.said == {B, C}


async def test_at_the_start_every_job_is_reported_at_once_and_together(scene: Scene) -> None:
    for name in "abc":
        scene.job(name)
    watcher = Watcher(
        scene.site, FastClock(), scene.heard, on_note=scene.notes.append, quiet_seconds=30, native=False
    )
    task = asyncio.create_task(watcher.run(), name="watch")
    await scene.until_said(A, B, C)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert scene.batches == [{A, B, C}]
    assert set(scene.folders.jobs) == {A, B, C}


@pytest.mark.parametrize("native", [False, True])
async def test_new_changed_and_removed_jobs(scene: Scene, native: bool) -> None:
    scene.job("a")
    async with scene.watching(native=native):
        scene.job("b")
        await scene.until_said(B)
        assert scene.said == {B}
        assert B in scene.folders.jobs
        scene.batches.clear()
        scene.job("a", "settings.job", "{}")
        await scene.until_said(A)
        scene.batches.clear()
        shutil.rmtree(scene.source / "a")
        await scene.until_said(A)
        assert A not in scene.folders.jobs
    assert scene.notes == []


@pytest.mark.parametrize("native", [False, True])
async def test_a_file_written_where_it_stands(scene: Scene, native: bool) -> None:
    path = scene.job("a", text="one")
    scene.job("b")
    async with scene.watching(native=native):
        path.write_text("two")
        await scene.until_said(A)
        assert scene.said == {A}


async def test_a_file_in_a_subfolder_is_found_by_the_scan(scene: Scene) -> None:
    scene.job("a")
    path = scene.job("a", "lib/deep/x.txt")
    async with scene.watching(native=True):
        path.write_text("changed")
        await scene.until_said(A)


async def test_reading_is_no_change(scene: Scene) -> None:
    """Otherwise our own scans would report every job for ever."""
    path = scene.job("a")
    scene.job("b")
    async with scene.watching(native=True):
        for _ in range(5):
            path.read_bytes()
            os.listdir(path.parent)
            await asyncio.sleep(0.1)
        scene.job("b", "x")
        await scene.until_said(B)
        assert scene.said == {B}


async def test_hidden_staging_folders_are_not_reported(scene: Scene) -> None:
    scene.job("a")
    async with scene.watching(native=True):
        scene.job(".staging-b")
        (scene.source / ".staging-b").rename(scene.source / "b")
        await scene.until_said(B)
        assert scene.said == {B}


async def test_the_root_may_come_later_and_be_made_again(scene: Scene) -> None:
    async with scene.watching(native=True):
        scene.job("a")
        await scene.until_said(A)
        scene.batches.clear()
        shutil.rmtree(scene.site.root / "site")
        await scene.until_said(A)
        scene.batches.clear()
        scene.job("a")
        await scene.until_said(A)
        scene.batches.clear()
        path = scene.job("b")
        await scene.until_said(B)
        scene.batches.clear()
        path.write_text("changed")
        await scene.until_said(B)
    assert scene.notes == []


async def test_after_a_folder_was_replaced_its_files_are_heard_again(scene: Scene, tmp_path: Path) -> None:
    scene.job("a")
    async with scene.watching(native=True) as watcher:
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "run.sh").write_text("new")
        (scene.source / "a").rename(tmp_path / "old")
        (tmp_path / "new").rename(scene.source / "a")
        await scene.until_said(A)
        inode = (scene.source / "a").stat().st_ino
        events = watcher._events
        assert events is not None
        await scene.until(lambda: events.alive and inode in {each[2] for each in events.folders})


async def test_our_own_change_is_reported_without_quiet_time(scene: Scene) -> None:
    watcher = Watcher(
        scene.site, FastClock(), scene.heard, on_note=scene.notes.append, quiet_seconds=30, native=False
    )
    scene.job("a")
    task = asyncio.create_task(watcher.run(), name="watch")
    try:
        await scene.until_said(A)
        scene.batches.clear()
        scene.job("c")
        scene.job("b")
        watcher.expect(JobId(JobType.TRIGGERED, "B"))
        await scene.until_said(B)
        assert scene.batches == [{B}]
        assert B in scene.folders.jobs
        await scene.until_said(C)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("told", [True, False])
async def test_what_comes_while_a_thread_looks_is_not_reported_as_gone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """A deployed job was called gone, and came back after the quiet time, where a disk was slow."""
    known: set[JobKey] = {A}
    watcher = Watcher(
        scene.site, FastClock(), scene.heard, on_note=scene.notes.append, native=False, known=lambda: known
    )
    scene.job("a")
    assert await scene.turn(watcher) == [{A}]

    async def deployed_meanwhile(function: Callable[..., object], *args: object) -> object:
        found = function(*args)
        if function is look_at_folders and B not in known:
            scene.job("b")
            known.add(B)
            if told:
                watcher.expect(JobId(JobType.TRIGGERED, "b"))
        return found

    monkeypatch.setattr(asyncio, "to_thread", deployed_meanwhile)
    watcher.expect(JobId(JobType.TRIGGERED, "a"))
    assert await scene.turn(watcher) == [{A}]
    if told:
        assert await scene.turn(watcher) == [{B}]
        assert B in scene.folders.jobs


async def test_an_unreadable_source_reports_no_job_as_gone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.job("a")
    scene.job("b")
    locked = False
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if locked and str(path) == str(scene.source):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    other = scene.site.root / "site/wwwroot/app_data/jobs/continuous/x"
    async with scene.watching(native=False) as watcher:
        locked = True
        before = watcher._look
        await scene.until(
            lambda: watcher._look is not before and watcher._look and watcher._look.found.unreadable
        )
        (scene.source / "b").rename(scene.source / "d")
        other.mkdir(parents=True)
        await scene.until_said(("continuous", "x"))
        assert A not in scene.said
        assert scene.folders.may_hold(scene.source / "a")
        locked = False
        await scene.until_said(B, ("triggered", "d"))
        assert A not in scene.said


async def test_without_the_package_scans_alone_find_changes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    path = scene.job("a")
    async with scene.watching(native=True):
        path.write_text("changed")
        await scene.until_said(A)
        await scene.until(lambda: scene.notes)
    assert len(scene.notes) == 1
    assert "watchfiles" in scene.notes[0]


async def test_what_changes_before_events_are_heard_is_found_by_the_next_look(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listen_to_nothing(paths: list[str], stop: threading.Event, tell: Callable[[set[str]], None]) -> None:
        stop.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(watch, "_listen", listen_to_nothing)
    path, clock = scene.job("a", text="one"), Stepped()
    watcher = Watcher(scene.site, clock, scene.heard, on_note=scene.notes.append, quiet_seconds=1)
    assert watcher._events is not None
    try:
        assert await scene.turn(watcher) == [{A}]
        path.write_text("changed")
        clock.at += FOLDERS_EVERY_SECONDS
        assert await scene.turn(watcher) == []
        clock.at += 1
        assert await scene.turn(watcher) == [{A}]
    finally:
        await watcher._events.stop()


async def test_failing_events_are_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def listen(paths: list[str], stop: threading.Event, tell: Callable[[set[str]], None]) -> None:
        tries.append(paths)
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(watch, "_listen", listen)
    scene.job("a")
    async with scene.watching(native=True):
        await scene.until(lambda: len(tries) >= 2)
    assert tries[0] == [str(scene.source), str(scene.source / "a")]
    assert len(scene.notes) == 1
    assert "watch limit" in scene.notes[0]


async def test_a_busy_job_postpones_no_other(scene: Scene) -> None:
    busy = scene.job("a", "log.txt")
    quiet = scene.job("b")
    async with scene.watching(native=True):
        quiet.write_text("changed")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while B not in scene.said:
                with busy.open("a") as file:
                    file.write("x")
                await asyncio.sleep(0.01)


async def test_what_was_reported_is_not_found_again_by_the_scan(scene: Scene) -> None:
    clock = Stepped()
    path = scene.job("a", text="one")
    watcher = Watcher(scene.site, clock, scene.heard, on_note=scene.notes.append, native=False)

    async def turn(seconds: float) -> list[frozenset[JobKey]]:
        clock.at += seconds
        return await scene.turn(watcher)

    assert await turn(0) == [{A}]
    path.write_text("another")
    watcher.expect(JobId(JobType.TRIGGERED, "a"))
    assert await turn(0) == [{A}]
    assert await turn(31) == []
    assert await turn(10) == []
    path.write_text("a third one")
    assert await turn(31) == []
    assert await turn(5) == [{A}]


async def test_cancelling_leaves_no_thread(scene: Scene) -> None:
    scene.job("a")
    async with scene.watching(native=True):
        await scene.until(lambda: any(t.name.startswith("wjtui-watch") for t in threading.enumerate()))
    await scene.until(lambda: not any(t.name.startswith("wjtui-watch") for t in threading.enumerate()))


def test_a_look_reuses_the_list_while_the_sources_are_as_they_were(scene: Scene) -> None:
    scene.job("a")
    first = look_at_folders(scene.site)
    second = look_at_folders(scene.site, first)
    assert second.found is first.found
    assert second.changed_since(first) == set()
    (scene.source / "b").mkdir()
    os.utime(scene.source, (1, 1))
    third = look_at_folders(scene.site, second)
    assert third.changed_since(second) == {B}


async def test_a_job_that_came_and_went_between_two_looks_is_reported(tmp_path: Path) -> None:
    """It was deployed and its folder removed at once: no look has ever seen it, and it stayed in the list."""
    scene = Scene(tmp_path)
    scene.job("a")
    known = {A}
    watcher = Watcher(
        scene.site, FastClock(), scene.heard, on_note=scene.notes.append, native=False, known=lambda: known
    )
    task = asyncio.create_task(watcher.run(), name="watch")
    try:
        await scene.until_said(A)
        known.add(B)
        await scene.until_said(B)
        assert B not in scene.folders.jobs
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
