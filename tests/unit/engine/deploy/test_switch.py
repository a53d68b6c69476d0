from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cut_short import cut_short
from wjtui.engine.config import Config
from wjtui.engine.deploy import switch as switching
from wjtui.engine.deploy.exchange import exchange
from wjtui.engine.deploy.journal import JOURNAL, LOCK, Journal, Origin, Place, Stage, write_journal
from wjtui.engine.deploy.recovery import recover
from wjtui.engine.deploy.switch import HalfWay, finish, prepare, switch
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause
from wjtui.support.locks import FileLock

OLD = JobId(JobType.TRIGGERED, "report")
NEW = JobId(JobType.TRIGGERED, "fresh")
ORIGIN = Origin(Cause.DEPLOY, "nightly.zip", "UI - root", datetime(2026, 1, 2, tzinfo=UTC))


class Scene:
    """One job in place, and a package with its next version and a job that is new."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root, "one", "one")
        self.config = Config({}, None)
        self.store = VersionStore(self.site, self.config)
        self.token = self.site.primary / ".wjtui" / ("0" * 16)
        fill(self.folder(OLD), "old")
        for job in (OLD, NEW):
            fill(self.staged(job), "new")

    def folder(self, job: JobId) -> Path:
        return self.site.primary / "triggered" / job.name

    def staged(self, job: JobId) -> Path:
        return self.token / "package" / job.name

    def place(self, job: JobId) -> Place:
        return Place(job, str(self.staged(job)), str(self.folder(job)))

    def journal(self) -> Journal:
        places = tuple(prepare(self.place(job), self.store, ORIGIN) for job in (OLD, NEW))
        return Journal(Stage.FORWARD, ORIGIN, places)

    def deploy(self) -> None:
        journal = self.journal()
        switch(self.token, journal, self.store)
        finish(self.token, journal, self.store)

    def state(self) -> tuple[str, str]:
        """What each of the two folders holds; ``-`` for none."""
        return content(self.folder(OLD)), content(self.folder(NEW))

    @property
    def hidden(self) -> list[Path]:
        return [path for path in self.site.primary.rglob(".wjtui*") if path.name != ".wjtui"]


def fill(folder: Path, text: str) -> None:
    (folder / "lib").mkdir(parents=True)
    for name in ("run.sh", "lib/tool.py"):
        (folder / name).write_text(text)


def content(folder: Path) -> str:
    """What every file of a version says."""
    if not os.path.lexists(folder):
        return "-"
    texts = {(folder / name).read_text() for name in ("run.sh", "lib/tool.py")}
    assert len(texts) == 1
    return texts.pop()


@pytest.fixture(params=["exchange", "renames"])
def renaming(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the system's exchange, and where there is none."""
    if request.param == "renames":
        monkeypatch.setattr(switching, "exchange", lambda one, other: False)
    return str(request.param)


def test_two_folders_change_places(tmp_path: Path) -> None:
    fill(tmp_path / "one", "1")
    fill(tmp_path / "two", "2")
    if not exchange(tmp_path / "one", tmp_path / "two"):
        pytest.skip("this file system cannot exchange")
    assert (content(tmp_path / "one"), content(tmp_path / "two")) == ("2", "1")


def test_a_folder_that_is_not_there_cannot_change_places(tmp_path: Path) -> None:
    fill(tmp_path / "one", "1")
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "none")
    assert content(tmp_path / "one") == "1"


def test_a_c_library_without_the_call_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: object())
    assert exchange(tmp_path, tmp_path) is False


def test_all_jobs_are_put_in_place_and_the_versions_before_are_kept(tmp_path: Path, renaming: str) -> None:
    scene = Scene(tmp_path)
    scene.deploy()
    assert scene.state() == ("new", "new")
    assert [(v.number, v.cause, v.note, v.by) for v in scene.store.list(OLD)] == [
        (2, Cause.DEPLOY, "nightly.zip", "UI - root"),
        (1, Cause.UNKNOWN, "", ""),
    ]
    assert content(scene.store.of(OLD) / "1" / "files") == "old"
    assert [v.number for v in scene.store.list(NEW)] == [1]
    assert not scene.token.exists() and scene.hidden == []


def test_wherever_it_is_killed_the_job_is_whole_and_recovery_ends_it(
    tmp_path: Path, renaming: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Scene] = []

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        scenes.append(Scene(tmp_path / "root"))
        return scenes[-1].deploy

    seen = set()

    def check(number: int) -> None:
        scene = scenes[-1]
        if renaming == "exchange":
            assert content(scene.folder(OLD)) in ("old", "new")
        recover(scene.site, scene.config)
        recover(scene.site, scene.config)
        assert scene.state() in (("old", "-"), ("new", "new")), number
        seen.add(scene.state())
        new = scene.state()[0] == "new"
        assert scene.store.current(OLD).number == (2 if new else 1)
        if new:
            assert content(scene.store.of(OLD) / "1" / "files") == "old"
        assert scene.hidden == [] and not scene.token.exists()

    assert cut_short(monkeypatch, begin, check) > 20
    assert seen == {("old", "-"), ("new", "new")}


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("step", ["forward", "settle"])
def test_an_error_in_the_middle_undoes_all(
    tmp_path: Path, renaming: str, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    scene = Scene(tmp_path)
    journal = scene.journal()
    owner: Any = switching if step == "forward" else VersionStore
    real, calls = getattr(owner, step), 0

    def failing(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(28, "No space left on device")
        real(*args)

    monkeypatch.setattr(owner, step, failing)
    with pytest.raises(OSError, match="No space"):
        switch(scene.token, journal, scene.store)
    monkeypatch.setattr(owner, step, real)
    assert scene.state() == ("old", "-")
    assert content(scene.staged(OLD)) == content(scene.staged(NEW)) == "new"
    assert not (scene.token / JOURNAL).exists()
    scene.deploy()
    assert scene.state() == ("new", "new")


def test_wherever_an_undoing_is_killed_recovery_ends_it(
    tmp_path: Path, renaming: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Scene] = []

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        scene = Scene(tmp_path / "root")
        scenes.append(scene)
        journal = scene.journal()
        write_journal(scene.token, journal)
        for place in journal.places:
            switching.forward(place)
        return lambda: switching.take_back(scene.token, journal, scene.store)

    def check(number: int) -> None:
        scene = scenes[-1]
        recover(scene.site, scene.config)
        # Before "back" is written down it goes forward, and is whole too.
        assert scene.state() in (("old", "-"), ("new", "new")), number
        assert scene.hidden == [] and not scene.token.exists()

    assert cut_short(monkeypatch, begin, check) > 8


def test_what_cannot_be_undone_says_so_and_is_undone_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path)
    journal = scene.journal()

    def broken(*args: object) -> None:
        raise OSError(5, "Input/output error", "disk")

    with monkeypatch.context() as patch:
        patch.setattr(VersionStore, "settle", broken)
        patch.setattr(switching, "back", broken)
        with pytest.raises(HalfWay):
            switch(scene.token, journal, scene.store)
    assert scene.state() == ("new", "new")
    [one, two] = recover(scene.site, scene.config).mended
    assert (one.job, two.job) == (OLD, NEW) and "undone" in one.text
    assert scene.state() == ("old", "-")


def test_across_file_systems_both_folders_are_copied(
    tmp_path: Path, renaming: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "_crosses", lambda one, other: True)
    scenes: list[Scene] = []

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        scenes.append(Scene(tmp_path / "root"))
        return scenes[-1].deploy

    def check(number: int) -> None:
        scene = scenes[-1]
        recover(scene.site, scene.config)
        assert scene.state() in (("old", "-"), ("new", "new")), number
        if scene.state()[0] == "new":
            assert content(scene.store.of(OLD) / "1" / "files") == "old"
        assert scene.hidden == [] and not scene.token.exists()

    assert cut_short(monkeypatch, begin, check) > 40


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_a_real_second_file_system_is_noticed(tmp_path: Path) -> None:
    other = Path("/dev/shm") / f"wjtui-test-{os.getpid()}"
    if tmp_path.stat().st_dev == Path("/dev/shm").stat().st_dev:
        pytest.skip("one file system only")
    try:
        other.mkdir()
        assert switching._crosses(tmp_path, other) and not switching._crosses(tmp_path, tmp_path)
        scene = Scene(tmp_path / "root")
        shutil.move(scene.token, other / "token")
        scene.token = other / "token"
        scene.deploy()
        assert scene.state() == ("new", "new") and not scene.token.exists() and scene.hidden == []
    finally:
        shutil.rmtree(other)


def test_another_live_engine_is_left_alone(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    write_journal(scene.token, scene.journal())
    lock = FileLock(scene.token / LOCK)
    assert lock.acquire()
    assert recover(scene.site, scene.config).mended == ()
    assert scene.state() == ("old", "-")
    lock.release()
    assert len(recover(scene.site, scene.config).mended) == 2
    assert scene.state() == ("new", "new")


def test_a_switch_that_waited_is_made_unless_another_instance_runs_the_job(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    places = tuple(scene.place(job) for job in (OLD, NEW))
    write_journal(scene.token, Journal(Stage.WAITING, ORIGIN, places))
    data = scene.site.job_data(OLD)
    data.mkdir(parents=True)
    run = FileLock(data / "triggeredJob.lock")
    assert run.acquire()
    [(folder, journal)] = recover(scene.site, scene.config).waiting
    assert folder == scene.token and journal.stage is Stage.WAITING and scene.state() == ("old", "-")
    run.release()
    assert len(recover(scene.site, scene.config).mended) == 2
    assert scene.state() == ("new", "new")


def test_a_damaged_journal_stays_and_breaks_nothing(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    (scene.token / JOURNAL).write_text("{")
    assert recover(scene.site, scene.config) == recover(scene.site, scene.config)
    assert scene.state() == ("old", "-") and content(scene.staged(OLD)) == "new"


def test_a_folder_that_somebody_made_meanwhile_is_not_lost(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    journal = scene.journal()
    fill(scene.folder(NEW), "by hand")
    with pytest.raises(FileExistsError):
        switch(scene.token, journal, scene.store)
    assert scene.state() == ("old", "by hand")
