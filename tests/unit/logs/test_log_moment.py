from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.line import Level, message
from wjtui.logs.moment import moment_of, position_at
from wjtui.model.events import LogExtent

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Log:
    """A log in memory that begins at some position."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self.data = data
        self.start = start
        self.gone = start
        self.reads: list[int] = []

    async def extent(self) -> LogExtent:
        return LogExtent(self.start, self.start + len(self.data))

    async def read(self, start: int, length: int) -> bytes:
        self.reads.append(length)
        return self.data[start - self.start : start - self.start + length] if start >= self.gone else b""


class Endless:
    """A gigabyte that nobody holds: a line of 100 bytes for each second."""

    LINE = 100

    def __init__(self) -> None:
        self.reads: list[int] = []

    async def extent(self) -> LogExtent:
        return LogExtent(0, 10_000_000 * self.LINE)

    async def read(self, start: int, length: int) -> bytes:
        self.reads.append(length)
        first, last = start // self.LINE, (start + length) // self.LINE
        return b"".join(map(self.line, range(first, last + 1)))[start - first * self.LINE :][:length]

    def line(self, number: int) -> bytes:
        return message("ab12cd", Level.INFO, "x", NOON + timedelta(seconds=number))[:-1].ljust(99) + b"\n"


def line(seconds: int, text: str = "text") -> bytes:
    return message("ab12cd", Level.INFO, text, NOON + timedelta(seconds=seconds))


async def at(log: Log, seconds: float) -> int:
    return await position_at(log, await log.extent(), NOON + timedelta(seconds=seconds))


def test_a_line_tells_its_time() -> None:
    assert moment_of(line(5)) == NOON + timedelta(seconds=5)
    assert moment_of(b"  File one, line 2\n") is None
    assert moment_of(b"[99/99/2026 12:00:00 > ab12cd: INFO] text\n") is None
    assert moment_of(b"\xff\xfe") is None


async def test_the_first_line_at_or_after_a_moment() -> None:
    log = Log(line(0) + line(2) + line(2) + b"more\n" + line(4), 1000)
    size = len(line(0))
    second, last = 1000 + size, 1000 + 3 * size + 5
    assert [await at(log, when) for when in (-9, 0, 0.5, 1, 2, 2.5, 4)] == [
        1000, 1000, second, second, second, last, last,
    ]  # fmt: skip
    assert await at(log, 5) == (await log.extent()).end


async def test_a_moment_in_another_zone_is_the_same_one() -> None:
    log = Log(line(0) + line(2))
    there = (NOON + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=5)))
    assert await position_at(log, await log.extent(), there) == len(line(0))


@pytest.mark.parametrize("data", [b"", b"no time\n" * 50_000, b"x" * 300_000, b"\xff\x00\n" * 50_000])
async def test_a_log_without_times_is_past_at_its_end(data: bytes) -> None:
    assert await at(Log(data, 50), 0) == 50 + len(data)


async def test_long_lines_are_found_where_they_begin() -> None:
    lines = [line(number, "x" * 100_000) for number in range(20)]
    log = Log(b"".join(lines))
    for number in (0, 1, 10, 19):
        assert await at(log, number) == number * len(lines[0])


async def test_a_gigabyte_takes_few_small_reads() -> None:
    log = Endless()
    for number in (0, 1, 4_999_999, 7_654_321, 9_999_999):
        log.reads.clear()
        found = await position_at(log, await log.extent(), NOON + timedelta(seconds=number))
        assert found == number * Endless.LINE
        assert len(log.reads) <= 30
        assert max(log.reads) <= 64 * 1024


async def test_a_log_that_rolls_away_meanwhile_still_has_an_answer() -> None:
    lines = [line(number, "x" * 10_000) for number in range(100)]
    log = Log(b"".join(lines))
    extent = await log.extent()
    log.gone = 60 * len(lines[0])
    assert await position_at(log, extent, NOON) >= log.gone
    log.gone = extent.end
    assert await position_at(log, extent, NOON) == extent.end


def times(data: bytes) -> list[tuple[int, datetime]]:
    position, found = 0, []
    for raw in data.splitlines(keepends=True):
        if (when := moment_of(raw)) is not None:
            found.append((position, when))
        position += len(raw)
    return found


PARTS = st.tuples(st.integers(0, 3), st.sampled_from(["a", "b\nmore\n\nlines", "c" * 70_000, "[d"]))


@given(parts=st.lists(PARTS, max_size=12), seconds=st.integers(-1, 40))
async def test_halving_finds_what_reading_all_finds(parts: list[tuple[int, str]], seconds: int) -> None:
    data, clock = b"", 0
    for step, text in parts:
        clock += step
        data += line(clock, text)
    wanted = NOON + timedelta(seconds=seconds)
    expected = next((position for position, when in times(data) if when >= wanted), len(data))
    assert await at(Log(data), seconds) == expected


@given(
    steps=st.lists(st.integers(-20, 20), max_size=40),
    seconds=st.integers(-50, 50),
    size=st.sampled_from([5, 9000]),
)
async def test_after_a_clock_step_the_neighbours_are_plausible(
    steps: list[int], seconds: int, size: int
) -> None:
    data, clock = b"", 0
    for step in steps:
        clock += step
        data += line(clock, "x" * size)
    wanted, known = NOON + timedelta(seconds=seconds), times(data)
    found = await at(Log(data), seconds)
    assert all(when >= wanted for position, when in known if position == found)
    before = [when for position, when in known if position < found]
    assert found == 0 or not before or before[-1] < wanted
