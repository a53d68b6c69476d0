from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.scratch import ScratchLog
from wjtui.model.events import LogExtent


async def test_what_was_appended_can_be_read() -> None:
    log = ScratchLog()
    assert await log.extent() == LogExtent(0, 0, "scratch")
    assert await log.read(0, 10) == b""
    log.append(b"one\n")
    log.append(b"two\n")
    assert await log.extent() == LogExtent(0, 8, "scratch")
    assert await log.read(2, 4) == b"e\ntw"
    assert await log.read(6, 1000) == b"o\n"
    assert await log.read(8, 1) == b""
    assert await log.read(0, 1_000_000) == b"one\ntwo\n"
    log.close()


async def test_it_has_no_name_and_gives_its_room_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    log = ScratchLog(10)
    for _ in range(9):
        log.append(b"12345\n")
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == before + 2
    log.close()
    log.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert await log.read(50, 4) == b""


async def test_more_than_its_limit_at_once_is_held_whole() -> None:
    log = ScratchLog(10)
    log.append(b"x" * 100)
    log.append(b"y" * 100)
    assert await log.extent() == LogExtent(0, 200, "scratch")
    log.append(b"z")
    assert await log.extent() == LogExtent(100, 201, "scratch")
    assert await log.read(199, 5) == b"yz"
    log.close()


@given(
    sizes=st.lists(st.integers(0, 30), max_size=30),
    limit=st.integers(1, 60),
    asked=st.tuples(st.integers(0, 900), st.integers(0, 900)),
)
async def test_positions_are_those_of_all_that_was_ever_appended(
    sizes: list[int], limit: int, asked: tuple[int, int]
) -> None:
    log, everything = ScratchLog(limit), b""
    for number, size in enumerate(sizes):
        data = bytes([number]) * size
        everything += data
        log.append(data)
    extent = await log.extent()
    start, length = asked
    assert extent.end == len(everything)
    assert extent.end - extent.start >= min(limit, len(everything)) - 30
    assert extent.end - extent.start <= 2 * max(limit, 30)
    assert await log.read(start, length) == (
        everything[start : start + length] if start >= extent.start else b""
    )
    log.close()
