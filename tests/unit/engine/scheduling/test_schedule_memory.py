from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.scheduling.memory import (
    FILE,
    DamagedMemory,
    Memory,
    SwitchedOff,
    load_memory,
    save_memory,
)
from wjtui.model.schedules import LaterStart, MissedReason

AT = datetime(2027, 6, 1, 12, 30, 0, 123456, tzinfo=UTC)
FULL = Memory(
    "x", AT, AT, True, SwitchedOff(AT, MissedReason.PAUSED), LaterStart(AT, "UI - a \N{SNOWMAN}", "-x")
)


@pytest.mark.parametrize("memory", [FULL, Memory(later=LaterStart(AT, "")), Memory(since=AT)])
def test_what_was_written_is_read(tmp_path: Path, memory: Memory) -> None:
    folder = tmp_path / "data" / "job"
    save_memory(folder, memory, Memory())
    assert load_memory(folder) == memory
    assert [entry.name for entry in folder.iterdir()] == [FILE]


def test_nothing_to_remember_is_no_file(tmp_path: Path) -> None:
    assert load_memory(tmp_path / "nowhere") == Memory()
    save_memory(tmp_path, FULL, Memory())
    save_memory(tmp_path, Memory(), FULL)
    save_memory(tmp_path, Memory(), FULL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\x00garbage",
        b'{"since": "yesterday"}',
        b'{"since": "2027-06-01T12:00:00"}',
        b'{"later": {"at": "2027-06-01T12:00:00", "trigger": "x"}}',
        b'{"later": {"trigger": "x"}}',
        b'{"off": {"since": "2027-06-01T12:00:00", "reason": "paused"}}',
        b"[" * 100_000,
    ],
)
def test_damage_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DamagedMemory):
        load_memory(tmp_path)


def test_what_another_instance_wrote_stays(tmp_path: Path) -> None:
    later = LaterStart(AT, "UI - other")
    save_memory(tmp_path, Memory("x", AT, later=later), Memory())
    save_memory(tmp_path, Memory("x", AT, done=True), Memory("x", AT))
    assert load_memory(tmp_path) == Memory("x", AT, done=True, later=later)
    save_memory(tmp_path, Memory("y", AT), Memory("x", AT))
    assert load_memory(tmp_path) == Memory("y", AT, later=later)


def test_values_of_another_version_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'{"done": true, "colour": "red"}')
    assert load_memory(tmp_path) == Memory(done=True)
