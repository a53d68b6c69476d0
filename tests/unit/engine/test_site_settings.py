from __future__ import annotations

import json
import logging
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.config import Config
from wjtui.engine.site import Site
from wjtui.engine.site_settings import SiteStore
from wjtui.model.errors import Conflict, InvalidRequest, SettingsChanged
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange, SiteSettings
from wjtui.support import files
from wjtui.support.locks import FileLock

AT = datetime(2026, 11, 21, tzinfo=UTC)
SECRET = "hunter2-hunter2"
DB = ConnectionString("Db", ConnectionType.POSTGRESQL, SECRET)
NOTHING = SiteSettings()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, "one", "one")


@pytest.fixture
def store(site: Site) -> SiteStore:
    return SiteStore(site)


def config(site: Site, **environment: str) -> Config:
    return Config(environment, site.site_settings, site.connection_strings)


def change(store: SiteStore, in_force: SiteSettings = NOTHING, **fields: object) -> SiteSettings:
    return store.change(SiteChange(**fields), in_force, AT)  # type: ignore[arg-type]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_set_is_there_for_jobs_and_for_the_engine(site: Site, store: SiteStore) -> None:
    known = config(site, WEBJOBS_HISTORY_SIZE="5", WEBSITE_X="y", PATH="/bin")
    assert (known.site, known.connections, known.variables) == ({}, (), {})
    after = change(
        store, known.in_force, put={"WEBJOBS_HISTORY_SIZE": "7", "GREETING": "hello"}, connect=(DB,)
    )
    assert known.refresh()
    assert known.history_size == 7
    before = known.variables
    assert before == {
        "WEBJOBS_HISTORY_SIZE": "7",
        "GREETING": "hello",
        "POSTGRESQLCONNSTR_Db": SECRET,
    }
    assert after.values == known.site and after.connections == known.connections == (DB,)
    assert after.inherited == {"WEBJOBS_HISTORY_SIZE": "5", "WEBSITE_X": "y"}
    change(store, remove=("GREETING",), disconnect=("POSTGRESQLCONNSTR_Db",))
    assert known.refresh() and known.variables == {"WEBJOBS_HISTORY_SIZE": "7"}
    assert len(before) == 3


def test_the_files_are_as_they_were_before(site: Site, store: SiteStore) -> None:
    """Other programs, and earlier ones, read the same: a plain object of texts."""
    change(store, put={"A": "ü"})
    assert json.loads(site.site_settings.read_text("utf-8")) == {"A": "ü"}
    assert not site.connection_strings.exists()


def test_app_settings_and_who_says_so(site: Site, store: SiteStore) -> None:
    known = config(site, WEBJOBS_IDLE_TIMEOUT="1", WEBJOBS_RESTART_TIME="2", WEBJOBS_STOPPED="0")
    change(store, put={"WEBJOBS_IDLE_TIMEOUT": "3", "WEBSITE_TIME_ZONE": "UTC"})
    known.refresh()
    assert {name: (each.value, each.source) for name, each in known.app_settings.items()} == {
        "WEBJOBS_IDLE_TIMEOUT": ("3", "site setting"),
        "WEBJOBS_RESTART_TIME": ("2", "environment"),
        "WEBSITE_TIME_ZONE": ("UTC", "site setting"),
    }


@pytest.mark.parametrize(("text", "kept"), [(None, 5), ("2", 2), ("0", 5), ("-1", 5), ("x", 5), (" 9 ", 9)])
def test_versions_kept(site: Site, store: SiteStore, text: str | None, kept: int) -> None:
    assert Config({} if text is None else {"WJTUI_VERSIONS_KEPT": text}).versions_kept == kept
    change(store, put={"WJTUI_VERSIONS_KEPT": "3"})
    assert config(site, WJTUI_VERSIONS_KEPT=text or "").versions_kept == 3


def test_nobody_else_may_read_them_at_any_moment(
    site: Site, store: SiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        modes.append(mode(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    old = os.umask(0)
    try:
        change(store, put={"A": SECRET}, connect=(DB,))
        site.site_settings.chmod(0o644)
        change(store, put={"A": "other"})
    finally:
        os.umask(old)
    # Both files, what was begun, and the one file again.
    assert modes == [0o600] * 4
    assert mode(site.site_settings) == mode(site.connection_strings) == 0o600


def test_they_are_on_the_disk(site: Site, store: SiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watched(fd: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{fd}"))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", watched)
    change(store, put={"A": "1"})
    assert str(site.shared) in synced and any(".site_settings.json." in path for path in synced)


def test_the_tag_changes_with_the_content_alone(site: Site, store: SiteStore) -> None:
    empty = store.load(NOTHING).etag
    first = change(store, put={"A": "1"})
    assert first.etag not in ("", empty)
    assert change(store, put={"A": "1"}).etag == first.etag
    second = change(store, connect=(DB,), etag=first.etag)
    assert second.etag != first.etag
    with pytest.raises(SettingsChanged):
        change(store, put={"A": "2"}, etag=first.etag)
    assert store.load(NOTHING) == second
    assert change(store, remove=("A",), disconnect=(DB.variable,)).values == {}


def test_a_change_of_nothing_writes_nothing(site: Site, store: SiteStore) -> None:
    change(store, put={"A": "1"})
    before = site.site_settings.stat()
    change(store, put={"A": "1"}, remove=("B",), disconnect=("CUSTOMCONNSTR_x",))
    after = site.site_settings.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "bad",
    [
        SiteChange(put={"GOOD": "1", "BAD=": SECRET}),
        SiteChange(put={"": SECRET}),
        SiteChange(put={"A": f"{SECRET}\0"}),
        SiteChange(put={"GOOD": "1"}, connect=(ConnectionString("a b", ConnectionType.CUSTOM, SECRET),)),
        SiteChange(put={"GOOD": "1"}, remove=("GOOD",)),
    ],
)
def test_what_is_refused_changes_nothing(
    site: Site, store: SiteStore, bad: SiteChange, caplog: pytest.LogCaptureFixture
) -> None:
    before = change(store, put={"A": "1"}, connect=(DB,))
    with pytest.raises(InvalidRequest) as caught, caplog.at_level(logging.DEBUG):
        store.change(bad, NOTHING, AT)
    assert store.load(NOTHING) == before
    assert SECRET not in caught.value.message and SECRET not in caplog.text


def test_all_of_a_change_or_nothing(site: Site, store: SiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = change(store, put={"A": "1"})
    write = files.write_atomic

    def full(path: Path, data: bytes, **options: object) -> None:
        if path == site.connection_strings:
            raise OSError(28, "No space left on device")
        write(path, data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("wjtui.engine.site_settings.write_atomic", full)
    with pytest.raises(Conflict, match="No space left") as caught:
        change(store, put={"A": "2"}, connect=(DB,))
    assert SECRET not in caught.value.message
    assert store.load(NOTHING) == before
    assert mode(site.site_settings) == 0o600
    assert not site.connection_strings.exists()


class Crash(BaseException):
    """What a kill is to a program: nothing is undone."""


@pytest.mark.parametrize("at", range(4))
def test_a_crash_at_any_instant_leaves_all_of_a_change_or_nothing(
    site: Site, store: SiteStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before = change(store, put={"A": "1"})
    count = 0

    def tick() -> None:
        nonlocal count
        if count == at:
            raise Crash
        count += 1

    def write(path: Path, data: bytes, **options: object) -> None:
        tick()
        files.write_atomic(path, data, **options)  # type: ignore[arg-type]

    unlink = Path.unlink

    def removed(self: Path, missing_ok: bool = False) -> None:
        if self.name == "site_change.json":
            tick()
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr("wjtui.engine.site_settings.write_atomic", write)
        patch.setattr(Path, "unlink", removed)
        with pytest.raises(Crash):
            change(store, put={"A": "2"}, connect=(DB,))
    if (begun := site.shared / "site_change.json").exists():
        assert mode(begun) == 0o600
    SiteStore(site).finish()
    known = config(site)
    after = ({"A": "1"}, ()) if at == 0 else ({"A": "2"}, (DB,))
    assert (known.site, known.connections) == after
    assert not begun.exists()
    assert (store.load(NOTHING) == before) is (at == 0)


def test_what_cannot_be_finished_keeps_nobody_from_starting(
    site: Site, store: SiteStore, caplog: pytest.LogCaptureFixture
) -> None:
    change(store, put={"A": "1"})
    (site.shared / "site_change.json").mkdir()
    with caplog.at_level(logging.WARNING):
        store.finish()
    assert "cannot be finished" in caplog.text
    with pytest.raises(Conflict, match="could not be written"):
        change(store, put={"A": "2"})
    (site.shared / "site_change.json").rmdir()
    (site.shared / "site_change.json").write_bytes(b"{")
    store.finish()
    assert config(site).site == {"A": "1"}
    assert not (site.shared / "site_change.json").exists()


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"A": 1}', b"\xff", b'{"a":' + b"[" * 100_000])
@pytest.mark.parametrize("which", ["site_settings", "connection_strings"])
def test_a_damaged_file_leaves_the_values_and_is_set_aside(
    site: Site, store: SiteStore, which: str, garbage: bytes
) -> None:
    known = config(site)
    change(store, put={"A": "1"}, connect=(DB,))
    known.refresh()
    path: Path = getattr(site, which)
    # No connection string at all is none that is damaged.
    garbage = b"{}" if which == "connection_strings" and garbage == b"[]" else garbage
    path.write_bytes(garbage)
    assert not known.refresh()
    assert (known.site, known.connections) == ({"A": "1"}, (DB,))
    shown = store.load(known.in_force)
    assert (shown.values, shown.connections) == ({"A": "1"}, (DB,))
    after = change(store, known.in_force, put={"B": "2"})
    assert (after.values, after.connections) == ({"A": "1", "B": "2"}, (DB,))
    (aside,) = site.shared.glob("*.damaged-*")
    assert aside.name.startswith(f"{path.name}.damaged-") and aside.read_bytes() == garbage
    assert known.refresh() and known.site == {"A": "1", "B": "2"}


def test_a_folder_in_its_place_is_set_aside(site: Site, store: SiteStore) -> None:
    site.site_settings.mkdir(parents=True)
    assert change(store, put={"A": "1"}).values == {"A": "1"}
    assert [path.is_dir() for path in site.shared.glob("site_settings.json.damaged-*")] == [True]


def test_another_engine_that_changes_them_is_waited_for(site: Site, store: SiteStore) -> None:
    site.shared.mkdir(parents=True)
    other = FileLock(site.shared / "site_settings.lock")
    assert other.acquire()
    timer = threading.Timer(0.05, other.release)
    timer.start()
    assert change(store, put={"A": "1"}).values == {"A": "1"}
    timer.join()


def test_one_that_never_ends_is_told(site: Site, store: SiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wjtui.engine.site_settings._LOCK_LOOKS", 1)
    site.shared.mkdir(parents=True)
    other = FileLock(site.shared / "site_settings.lock")
    assert other.acquire()
    with pytest.raises(Conflict, match=r"site_settings\.lock"):
        change(store, put={"A": "1"})
    other.release()
    assert not site.site_settings.exists()


def test_a_change_within_one_tick_of_the_clock_is_seen(site: Site, store: SiteStore) -> None:
    known = config(site)
    change(store, put={"A": "1"})
    known.refresh()
    stamp = site.site_settings.stat()
    site.site_settings.write_bytes(b'{"A":"2"}')
    os.utime(site.site_settings, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert not known.refresh()
    assert known.refresh(anew=True) and known.site == {"A": "2"}
