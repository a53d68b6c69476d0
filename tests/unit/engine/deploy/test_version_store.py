from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.config import Config
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.versions import Cause

JOB = JobId(JobType.TRIGGERED, "report")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(Site(tmp_path / "root", "one", "one"), Config({"WJTUI_VERSIONS_KEPT": "3"}, None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "run.sh").write_text("echo\n")
    return tmp_path / "job"


def save(store: VersionStore, folder: Path, text: str) -> int:
    store.keep_settings(JOB, folder)
    (folder / "settings.job").write_text(text)
    return store.advance(JOB, Cause.SETTINGS, "schedule", "UI - root", NOW)


def test_settings_are_kept_and_so_is_that_there_were_none(store: VersionStore, folder: Path) -> None:
    assert [save(store, folder, text) for text in ('{"a": 1}', '{"a": 2}')] == [2, 3]
    kept = {number: store.stored(JOB, number) for number in (1, 2)}
    assert {n: each.settings for n, each in kept.items() if each} == {1: b"", 2: b'{"a": 1}'}
    assert all(each and each.whole is None for each in kept.values())
    assert store.stored(JOB, 3) is None and store.stored(JOB, 0) is None


def test_keeping_twice_is_as_keeping_once(store: VersionStore, folder: Path) -> None:
    (folder / "settings.job").write_text("{}")
    store.keep_settings(JOB, folder)
    store.keep_settings(JOB, folder)
    assert [each.number for each in store.list(JOB)] == [1]
    assert store.advance(JOB, Cause.SETTINGS, "", "", NOW) == 2
    assert [each.number for each in store.list(JOB)] == [2, 1]


def test_what_was_kept_for_nothing_is_forgotten(store: VersionStore, folder: Path) -> None:
    save(store, folder, "{}")
    store.keep_settings(JOB, folder)
    store.forget(JOB)
    assert store.current(JOB).number == 2
    assert sorted(path.name for path in store.of(JOB).iterdir()) == ["1", "current.json"]


def test_as_many_stay_as_the_site_says(store: VersionStore, folder: Path) -> None:
    for number in range(6):
        save(store, folder, f'{{"a": {number}}}')
    assert [each.number for each in store.list(JOB)] == [7, 6, 5, 4]
    store.prune(JOB, 0)
    assert [each.number for each in store.list(JOB)] == [7]


def test_a_version_of_settings_is_made_of_the_next_whole_one(
    store: VersionStore, folder: Path, tmp_path: Path
) -> None:
    save(store, folder, '{"a": 1}')  # version 1 has no settings, version 2 has these
    number, room = store.prepare(JOB, folder, Cause.DEPLOY, "x.zip", "", NOW)
    assert number == 3 and room is not None
    folder.rename(room)
    folder.mkdir()
    (folder / "run.py").write_text("")
    store.settle(JOB)
    store.settle(JOB)
    for earlier, names in ((1, ["run.sh"]), (2, ["run.sh", "settings.job"])):
        stored = store.stored(JOB, earlier)
        assert stored is not None and stored.whole == room
        store.materialise(stored, tmp_path / f"made{earlier}", folder)
        assert sorted(path.name for path in (tmp_path / f"made{earlier}").iterdir()) == names
    assert [(each.number, each.files) for each in store.list(JOB)] == [(3, 0), (2, 2), (1, 0)]


def test_the_name_is_found_in_any_case(store: VersionStore, folder: Path) -> None:
    save(store, folder, "{}")
    assert store.current(JobId(JobType.TRIGGERED, "REPORT")).number == 2
    assert store.current(JobId(JobType.CONTINUOUS, "report")).number == 1
