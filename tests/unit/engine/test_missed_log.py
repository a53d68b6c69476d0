from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from wjtui.engine.history.missed import FILE, KEPT, MissedLog, read_missed
from wjtui.model.schedules import Missed, MissedReason

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


def stretch(hour: int, count: int = 1, reason: MissedReason = MissedReason.RUNNING) -> Missed:
    first = NOON + timedelta(hours=hour)
    return Missed(reason, count, first, first + timedelta(seconds=count - 1))


def test_newest_stretch_grows_and_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    log = MissedLog(folder)
    assert (log.newest, log.stretches()) == (None, [])
    log.begin(stretch(0))
    assert not (folder / FILE).exists()
    log.extend(Missed(MissedReason.RUNNING, 3, NOON + timedelta(seconds=1), NOON + timedelta(seconds=3)))
    assert log.stretches() == [stretch(0, 4)]
    log.flush()
    assert read_missed(folder) == ([stretch(0, 4)], False)
    log.extend(Missed(MissedReason.RUNNING, 1, NOON + timedelta(seconds=4), NOON + timedelta(seconds=4)))
    assert log.stretches() == [stretch(0, 5)]
    log.begin(stretch(1))
    assert read_missed(folder)[0] == [stretch(0, 5)]
    log.flush()
    before = (folder / FILE).stat()
    log.flush()
    assert (folder / FILE).stat() == before
    again = MissedLog(folder)
    assert again.newest == stretch(1)
    assert again.stretches() == [stretch(1), stretch(0, 5)]


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    log = MissedLog(tmp_path)
    for hour in range(KEPT + 5):
        log.begin(stretch(hour))
    log.flush()
    assert (tmp_path / FILE).read_bytes().count(b"\n") == KEPT
    assert log.stretches() == [stretch(hour) for hour in range(KEPT + 4, 4, -1)]


def test_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    whole = msgspec.json.encode(stretch(0)) + b"\n"
    (tmp_path / FILE).write_bytes(whole + msgspec.json.encode(stretch(1))[:30])
    assert read_missed(tmp_path) == ([stretch(0)], False)
    log = MissedLog(tmp_path)
    log.begin(stretch(2))
    log.flush()
    assert read_missed(tmp_path) == ([stretch(0), stretch(2)], False)


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"{}",
        b"",
        b"\xff\x00",
        b'{"reason": "bored", "count": 1, "first": "2027-06-01T12:00:00Z", "latest": "2027-06-01T12:00:00Z"}',
        b'{"reason": "down", "count": 0, "first": "2027-06-01T12:00:00Z", "latest": "2027-06-01T12:00:00Z"}',
        b'{"reason": "down", "count": 1, "first": "2027-06-01T12:00:00", "latest": "2027-06-01T12:00:00"}',
    ],
)
def test_damaged_line_is_told_and_the_others_are_read(tmp_path: Path, line: bytes) -> None:
    lines = [msgspec.json.encode(stretch(0)), line, msgspec.json.encode(stretch(1))]
    (tmp_path / FILE).write_bytes(b"\n".join(lines) + b"\n")
    assert read_missed(tmp_path) == ([stretch(0), stretch(1)], True)


def test_disk_that_refuses_keeps_the_newest(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_bytes(b"")
    log = MissedLog(folder)
    log.begin(stretch(0))
    with pytest.raises(OSError, match="exists"):
        log.flush()
    with pytest.raises(OSError, match="exists"):
        log.begin(stretch(1))
    assert log.newest == stretch(1)
    folder.unlink()
    log.flush()
    assert read_missed(folder)[0] == [stretch(1)]
