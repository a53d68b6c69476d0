"""Locks between processes: one holder, many lookers."""

from __future__ import annotations

from pathlib import Path

import pytest

from wjtui.support.locks import FileLock, is_locked


def test_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    one, other = FileLock(path), FileLock(path)
    assert not is_locked(path)
    assert one.claim("me")
    assert (one.claim(), other.claim(), other.acquire(), is_locked(path)) == (False, False, False, True)
    assert path.read_text() == "me"
    one.release()
    assert not is_locked(path)
    assert other.acquire()
    other.release()


def test_who_looks_is_no_holder_to_another_who_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    path.touch()
    seen: list[bool] = []
    flock = __import__("fcntl").flock

    def look_within(fd: int, operation: int) -> None:
        flock(fd, operation)
        if not seen:
            seen.append(False)
            seen.append(is_locked(path))

    monkeypatch.setattr("fcntl.flock", look_within)
    assert not is_locked(path)
    assert seen == [False, False]


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    lock = FileLock(tmp_path)
    assert not lock.acquire()
    with pytest.raises(IsADirectoryError):
        lock.claim()
    assert not lock.held
