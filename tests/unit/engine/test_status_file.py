from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.patience import eventually
from wjtui.engine.running import status_file
from wjtui.engine.running.status_file import StatusFile
from wjtui.model.jobs import PendingRestart, Running, Starting, Stopped, Success
from wjtui.support.locks import is_locked

NOW = datetime(2026, 1, 2, tzinfo=UTC)
STARTING, RUNNING, STOPPED = Starting(NOW), Running(NOW, 1, 0), Stopped(NOW)


def of(folder: Path) -> tuple[StatusFile, Path]:
    return StatusFile(folder, "one"), folder / "status_one"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_start_is_one_write(tmp_path: Path) -> None:
    status, path = of(tmp_path / "data")
    status.put(STARTING)
    assert not path.parent.exists()
    status.put(RUNNING)
    assert path.read_bytes() == b'{"Status":"Running"}'
    assert names(path.parent) == [".instance_one.lock", "status_one"]
    status.close()


async def test_a_restart_without_a_wait_writes_nothing(tmp_path: Path) -> None:
    status, path = of(tmp_path)
    status.put(RUNNING)
    written = path.stat()
    for phase in (Success(NOW), PendingRestart(NOW, 1), Running(NOW, 2, 1)):
        status.put(phase)
    assert path.stat() == written
    path.unlink()
    status.put(Running(NOW, 3, 2))
    assert path.read_bytes() == b'{"Status":"Running"}', "what somebody removed comes back"
    status.close()


async def test_a_passing_phase_that_stays_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_file, "LAG_SECONDS", 0.01)
    status, path = of(tmp_path)
    status.put(RUNNING)
    status.put(Success(NOW))
    status.put(PendingRestart(NOW, 1))
    await eventually(lambda: path.read_bytes() == b'{"Status":"PendingRestart"}')
    status.close()


async def test_its_lock_says_whether_it_is_believed(tmp_path: Path) -> None:
    status, path = of(tmp_path)
    path.write_bytes(b'{"Status":"Running"}')
    status.put(STARTING)
    assert not is_locked(tmp_path / ".instance_one.lock")
    status.put(STOPPED)
    assert is_locked(tmp_path / ".instance_one.lock")
    assert path.read_bytes() == b'{"Status":"Stopped"}'
    status.close()
    assert not is_locked(tmp_path / ".instance_one.lock")


async def test_what_was_not_written_yet_is_written_at_the_end(tmp_path: Path) -> None:
    status, path = of(tmp_path)
    status.put(STARTING)
    status.close()
    assert path.read_bytes() == b'{"Status":"Starting"}'


async def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    status, path = of(tmp_path / "data")
    status.put(RUNNING)
    assert not path.exists()
    path.parent.unlink()
    status.put(RUNNING)
    assert path.read_bytes() == b'{"Status":"Running"}'
    status.close()
