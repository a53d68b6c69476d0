from __future__ import annotations

import fcntl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.schedule_desk import open_desk
from wjtui.engine.running.job_lock import Holder, JobLock, lock_holder
from wjtui.support.locks import is_locked

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


async def test_who_holds_it_and_since_when(tmp_path: Path) -> None:
    async with open_desk(tmp_path, NOON) as desk:
        lock = JobLock(tmp_path / "data" / "some.lock", desk.rooms)
        path = tmp_path / "data" / "some.lock"
        assert lock_holder(path) is None
        assert lock.claim()
        assert lock_holder(path) == Holder("one", NOON)
        assert not JobLock(path, desk.rooms).claim()
        lock.release()
        assert path.read_text()
        assert lock_holder(path) is None


@pytest.mark.parametrize(
    ("note", "holder"),
    [
        ("", Holder("", None)),
        ("instance web", Holder("web", None)),
        ("run soon pid 7 instance web", Holder("web", None)),
        ("\xff", Holder("\xff", None)),
        ("run 2027-06-01T12:00:00Z pid 7 instance instance two", Holder("two", NOON)),
    ],
)
def test_notes_of_others(tmp_path: Path, note: str, holder: Holder) -> None:
    path = tmp_path / "some.lock"
    with path.open("w") as file:
        file.write(note)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        assert lock_holder(path) == holder


async def test_a_look_at_the_lock_does_not_keep_anybody_from_it(tmp_path: Path) -> None:
    path, ended = tmp_path / "some.lock", threading.Event()

    def look() -> None:
        while not ended.is_set():
            is_locked(path)

    async with open_desk(tmp_path, NOON) as desk:
        lock = JobLock(path, desk.rooms)
        looker = threading.Thread(target=look)
        looker.start()
        try:
            for _ in range(2000):
                assert lock.claim()
                lock.release()
        finally:
            ended.set()
            looker.join()
