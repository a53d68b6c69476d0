from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from wjtui.engine.history.launches import KEPT, LaunchLog, read_launches
from wjtui.model.runs import Exit, Launch

AT = datetime(2016, 5, 19, tzinfo=UTC)


def launch(number: int) -> Launch:
    return Launch(AT + timedelta(seconds=number), number, AT + timedelta(seconds=number + 1), Exit(code=3))


def test_launches_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "data" / "launches.jsonl"
    log = LaunchLog(path)
    assert log.launches == []
    for number in range(3):
        log.add(launch(number))
    assert log.launches == LaunchLog(path).launches == [launch(number) for number in range(3)]
    assert len(path.read_bytes().splitlines()) == 3


def test_the_newest_are_kept_and_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "launches.jsonl"
    log = LaunchLog(path)
    for number in range(2 * KEPT + 50):
        log.add(launch(number))
    newest = [launch(number) for number in range(KEPT + 50, 2 * KEPT + 50)]
    assert log.launches == newest
    assert LaunchLog(path).launches == newest
    assert len(path.read_bytes().splitlines()) <= KEPT + 100


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\n", b"\xff\x00\n", b"{}\n", b'{"started":5,"pid":1}\n', b'{"a":' + b"[" * 100_000 + b"\n"],
    ids=["empty", "blank", "bytes", "object", "type", "deep"],
)
def test_foreign_lines_are_passed_over(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "launches.jsonl"
    path.write_bytes(msgspec.json.encode(launch(1)) + b"\n" + garbage)
    log = LaunchLog(path)
    log.add(launch(2))
    assert log.launches == LaunchLog(path).launches == [launch(1), launch(2)]


def test_a_torn_line_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "launches.jsonl"
    path.write_bytes(msgspec.json.encode(launch(1)) + b"\n" + msgspec.json.encode(launch(2))[:20])
    log = LaunchLog(path)
    log.add(launch(3))
    log.add(launch(4))
    assert LaunchLog(path).launches == log.launches == [launch(1), launch(3), launch(4)]


def test_a_disk_that_refuses_loses_the_line_and_not_the_launch(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    log = LaunchLog(tmp_path / "data" / "launches.jsonl")
    with pytest.raises(OSError):
        log.add(launch(1))
    assert log.launches == [launch(1)]


@pytest.mark.parametrize(
    ("end", "damaged"),
    [(b"", False), (b'{"started":"20', False), (b"\0" * 100, True), (b"garbage\n", True), (b"{}\n", True)],
    ids=["whole", "torn", "zeros", "garbage", "object"],
)
def test_an_unfinished_line_is_no_damage(tmp_path: Path, end: bytes, damaged: bool) -> None:
    path = tmp_path / "launches.jsonl"
    path.write_bytes(msgspec.json.encode(launch(1)) + b"\n" + end)
    assert read_launches(path)[0] == [launch(1)]
    assert read_launches(path)[2] is damaged
