from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wjtui.engine.catalog import fingerprint
from wjtui.engine.catalog.fingerprint import (
    Change,
    Snapshot,
    Stamp,
    changed,
    signature,
    take_snapshot,
    walk,
    without_own,
)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    folder = tmp_path / "job"
    (folder / "lib").mkdir(parents=True)
    (folder / "run.sh").write_text("echo\n")
    (folder / "lib" / "a.txt").write_text("a")
    return folder


def touch(path: Path) -> None:
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


def test_a_snapshot_holds_every_file(job: Path) -> None:
    (job / ".git").mkdir()
    (job / ".git" / "x").write_text("")
    (job / "empty").mkdir()
    (job / "link").symlink_to("lib")
    assert set(take_snapshot(job).files) == {"run.sh", "lib/a.txt", ".git/x", "link"}


def test_nothing_changed(job: Path) -> None:
    change = changed(take_snapshot(job), take_snapshot(job))
    assert change == Change()
    assert not change


def edit(job: Path) -> None:
    (job / "run.sh").write_text("echo longer\n")


def edit_same_size_and_time(job: Path) -> None:
    before = (job / "run.sh").stat()
    (job / "run.sh").write_text("ECHO\n")
    os.utime(job / "run.sh", ns=(before.st_atime_ns, before.st_mtime_ns))


def relink(job: Path) -> None:
    (job / "link").unlink()
    (job / "link").symlink_to("lib/a.txt")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (edit, Change(modified=("run.sh",), program=True)),
        (edit_same_size_and_time, Change(modified=("run.sh",), program=True)),
        (relink, Change(modified=("link",), program=True)),
        (lambda job: touch(job / "run.sh"), Change()),
        (lambda job: (job / "run.sh").chmod(0o755), Change()),
        (lambda job: (job / "lib" / "a.txt").unlink(), Change(removed=("lib/a.txt",), program=True)),
        (lambda job: (job / "lib" / "b").write_text(""), Change(added=("lib/b",), program=True)),
        (lambda job: (job / "x").mkdir(), Change()),
        (lambda job: (job / "run.sh").rename(job / "go.sh"), Change(("go.sh",), ("run.sh",), program=True)),
        (lambda job: (job / "settings.job").write_text("{}"), Change(("settings.job",), settings=True)),
        (lambda job: (job / "Disable.job").touch(), Change(("Disable.job",), disable=True)),
        (lambda job: (job / "lib" / "settings.job").touch(), Change(("lib/settings.job",), program=True)),
    ],
)
def test_what_counts_as_a_change(job: Path, act: Callable[[Path], object], expected: Change) -> None:
    (job / "link").symlink_to("run.sh")
    before = take_snapshot(job)
    act(job)
    assert changed(before, take_snapshot(job)) == expected
    assert changed(before, take_snapshot(job, previous=before)) == expected


def test_only_settings_or_only_disable(job: Path) -> None:
    empty = take_snapshot(job)
    (job / "settings.job").write_text("{}")
    with_settings = take_snapshot(job)
    change = changed(empty, with_settings)
    assert (change.only_settings, change.only_disable, change.program) == (True, False, False)
    (job / "disable.job").touch()
    change = changed(with_settings, take_snapshot(job))
    assert (change.only_settings, change.only_disable, change.program) == (False, True, False)
    change = changed(empty, take_snapshot(job))
    assert (change.only_settings, change.only_disable, change.program) == (False, False, False)
    assert change
    (job / "run.sh").write_text("")
    change = changed(empty, take_snapshot(job))
    assert (change.only_settings, change.only_disable, change.program) == (False, False, True)
    assert change.paths == ("disable.job", "run.sh", "settings.job")


def test_settings_are_those_of_the_script_dir(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "run.sh").touch()
    before = take_snapshot(tmp_path, "inner")
    (inner / "settings.job").touch()
    assert changed(before, take_snapshot(tmp_path, "inner")).only_settings
    assert not changed(before, take_snapshot(tmp_path)).only_disable


def test_a_nested_settings_job_is_part_of_the_program(job: Path) -> None:
    before = take_snapshot(job)
    (job / "lib" / "settings.job").touch()
    assert changed(before, take_snapshot(job)).program


@pytest.mark.parametrize("name", ["log.txt", "lib/new.py", "state.json", ".run.py", "sub/settings.job"])
def test_new_files_of_an_in_place_job_do_not_count(job: Path, name: str) -> None:
    before = take_snapshot(job)
    (job / "sub").mkdir()
    (job / name).write_text("x")
    after = take_snapshot(job)
    change = changed(before, after, in_place=True)
    assert not change
    assert change.own == (name,)
    assert changed(before, after).added == (name,)


@pytest.mark.parametrize("name", ["run.py", "a.sh", "x.exe", "run", "settings.job", "Disable.job"])
def test_new_files_that_decide_what_runs_do_count(job: Path, name: str) -> None:
    before = take_snapshot(job)
    (job / name).write_text("x")
    (job / "log.txt").write_text("x")
    change = changed(before, take_snapshot(job), in_place=True)
    assert change.added == (name,)
    assert change.own == ("log.txt",)


def test_changed_and_removed_files_of_an_in_place_job_count(job: Path) -> None:
    before = take_snapshot(job)
    (job / "run.sh").write_text("other")
    (job / "lib" / "a.txt").unlink()
    change = changed(before, take_snapshot(job), in_place=True)
    assert (change.modified, change.removed) == (("run.sh",), ("lib/a.txt",))


def test_a_jobs_own_log_never_becomes_part_of_it(job: Path) -> None:
    """Launch, write a log, be refreshed for a real change, write more: no second refresh."""
    launched = take_snapshot(job)
    (job / "log.txt").write_text("one\n")
    (job / "run.sh").write_text("new version\n")
    after = take_snapshot(job, previous=launched)
    change = changed(launched, after, in_place=True)
    assert change.modified == ("run.sh",)
    baseline = without_own(after, change)
    (job / "log.txt").write_text("one\ntwo\n")
    assert not changed(baseline, take_snapshot(job), in_place=True)
    assert without_own(after, Change()) is after


def test_a_file_too_large_to_hash_changes_with_its_time(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "HASHED_FILE_BYTES", 3)
    before = take_snapshot(job)
    assert before.files["run.sh"].digest == b""
    assert before.files["lib/a.txt"].digest != b""
    touch(job / "run.sh")
    touch(job / "lib" / "a.txt")
    assert changed(before, take_snapshot(job)).modified == ("run.sh",)


def test_hashing_stops_at_its_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "HASHED_TOTAL_BYTES", 25)
    for name in "abcd":
        (tmp_path / name).write_text("x" * 10)
    hashed = [stamp for stamp in take_snapshot(tmp_path).files.values() if stamp.digest]
    assert len(hashed) == 2


def count_digests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    real = fingerprint._digest

    def digest(path: str, found: os.stat_result) -> bytes:
        read.append(os.path.basename(path))
        return real(path, found)

    monkeypatch.setattr(fingerprint, "_digest", digest)
    return read


def test_known_files_are_not_read_again(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = take_snapshot(job)
    settled = Snapshot(first.files, taken_ns=first.taken_ns + 10 * 10**9)
    (job / "new").write_text("")
    read = count_digests(monkeypatch)
    second = take_snapshot(job, previous=settled)
    assert read == ["new"]
    assert second.files["run.sh"] == first.files["run.sh"]


def test_files_written_just_before_the_last_look_are_read_again(
    job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes within one tick of the file system's clock look like one."""
    first = take_snapshot(job)
    read = count_digests(monkeypatch)
    take_snapshot(job, previous=first)
    assert sorted(read) == ["a.txt", "run.sh"]


def test_a_folder_that_cannot_be_listed_is_unknown_and_not_empty(
    job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = take_snapshot(job)
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("lib/"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    during = take_snapshot(job)
    assert during.unreadable == ("lib/",)
    assert not changed(before, during)
    monkeypatch.undo()
    assert not changed(during, take_snapshot(job))


def test_too_many_entries_are_cut_off_and_nothing_counts_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").touch()
    before = take_snapshot(tmp_path)
    monkeypatch.setattr(fingerprint, "MAX_ENTRIES", 5)
    cut = take_snapshot(tmp_path)
    assert len(cut.files) == 5
    assert not changed(before, cut)
    assert not changed(cut, before)


def test_special_files_are_listed_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert take_snapshot(tmp_path).files["pipe"].digest == b""


def test_a_missing_folder_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        take_snapshot(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        signature(tmp_path / "gone")


def test_the_order_is_breadth_first(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for path in ("a/b/deep", "a/middle", "top"):
        (tmp_path / path).touch()
    assert [path for path, _ in walk(tmp_path)] == ["top", "a/middle", "a/b/deep"]


@pytest.mark.parametrize(
    "act",
    [
        edit,
        edit_same_size_and_time,
        lambda job: touch(job / "lib" / "a.txt"),
        lambda job: (job / "lib" / "a.txt").unlink(),
        lambda job: (job / "new").touch(),
        lambda job: (job / "run.sh").chmod(0o711),
        lambda job: (job / "run.sh").rename(job / "run2.sh"),
    ],
)
def test_signature_differs_after_anything(job: Path, act: Callable[[Path], object]) -> None:
    before = signature(job)
    assert signature(job) == before
    # Change times move with the kernel's tick: two changes within one cannot be told apart.
    probe = job.parent / "probe"
    probe.touch()
    start = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == start:
        probe.touch()
    act(job)
    assert signature(job) != before


def test_stamps_know_their_place() -> None:
    stamp = Stamp(1, 2, 3, 4, b"x")
    assert stamp.same_place(Stamp(1, 2, 3, 4))
    for other in (Stamp(0, 2, 3, 4), Stamp(1, 0, 3, 4), Stamp(1, 2, 0, 4), Stamp(1, 2, 3, 0)):
        assert not stamp.same_place(other)
