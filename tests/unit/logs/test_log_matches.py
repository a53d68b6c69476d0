from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.matches import Matches
from wjtui.logs.search import compile_pattern
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import LogExtent

CAT = compile_pattern("cat")


class Log:
    """A log in memory that can grow, and lose its beginning."""

    def __init__(self, data: bytes = b"", start: int = 0) -> None:
        self.data = data
        self.start = start
        self.generation = "one"
        self.asked: list[tuple[int, int]] = []
        self.reached = asyncio.Event()
        self.gate: asyncio.Event | None = None

    async def extent(self) -> LogExtent:
        return LogExtent(self.start, self.start + len(self.data), self.generation)

    async def read(self, start: int, length: int) -> bytes:
        self.asked.append((start, length))
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        return self.data[start - self.start : start - self.start + length] if start >= self.start else b""

    def roll(self, count: int) -> None:
        self.data, self.start = self.data[count:], self.start + count


async def look(
    log: Log, pattern: re.Pattern[bytes] = CAT, *, piece: int = 1000, most: int = 10_000
) -> Matches:
    return Matches(log, await log.extent(), pattern, piece=piece, most=most)


def oracle(log: Log, pattern: re.Pattern[bytes] = CAT) -> list[int]:
    position, found = log.start, []
    for line in log.data.split(b"\n"):
        if pattern.search(line):
            found.append(position)
        position += len(line) + 1
    return found


async def test_every_matching_line_is_known_once_it_is_through() -> None:
    log = Log(b"a cat\nno\ncat cat\nunfinished cat", 100)
    matches = await look(log)
    assert (matches.count, matches.complete, matches.progress) == (0, False, 0.0)
    await matches.fill()
    assert list(matches.positions) == [100, 109, 117]
    assert (matches.count, matches.complete, matches.progress) == (3, True, 1.0)
    assert not await matches.advance()


async def test_the_newest_are_known_first() -> None:
    log = Log(b"cat\n" * 100)
    matches = await look(log, piece=40)
    await matches.advance()
    assert list(matches.positions)[-1] == 396
    assert 0 < matches.count <= 10
    assert 0 < matches.progress < 1
    assert not matches.complete


async def test_neighbours_of_a_position() -> None:
    matches = await look(Log(b"cat\ndog\ncat\ndog\n"))
    await matches.fill()
    assert [matches.next(at) for at in (0, 4, 8, 99)] == [8, 8, None, None]
    assert [matches.previous(at) for at in (0, 1, 8, 99)] == [None, 0, 0, 8]
    assert [matches.rank(at) for at in (0, 1, 8, 9)] == [0, 1, 1, 2]
    assert 8 in matches
    assert 4 not in matches


async def test_growth_reads_the_new_bytes_alone() -> None:
    log = Log(b"cat\n" * 1000)
    matches = await look(log)
    await matches.fill()
    log.asked.clear()
    log.data += b"dog\ncat\n"
    matches.grew(await log.extent())
    assert not matches.complete
    await matches.fill()
    assert matches.count == 1001
    assert sum(length for _, length in log.asked) < 20
    assert matches.complete


async def test_what_is_new_comes_before_what_is_old() -> None:
    log = Log(b"dog\n" * 100)
    matches = await look(log, piece=40)
    await matches.advance()
    log.data += b"cat\n"
    matches.grew(await log.extent())
    await matches.advance()
    assert list(matches.positions) == [400]
    assert not matches.complete


async def test_an_unfinished_line_is_looked_at_again() -> None:
    log = Log(b"dog\nconcat")
    matches = await look(log, compile_pattern("cat$", regex=True))
    await matches.fill()
    assert list(matches.positions) == [4]
    for more, expected in ((b"enate", []), (b" a cat", [4]), (b"\ncat\n", [4, 22])):
        log.data += more
        matches.grew(await log.extent())
        await matches.fill()
        assert list(matches.positions) == expected


async def test_a_long_unfinished_line_is_not_read_again_and_again() -> None:
    log = Log(b"dog\n" + b"x" * 300_000)
    matches = await look(log, piece=1_000_000)
    await matches.fill()
    for _ in range(3):
        log.asked.clear()
        log.data += b"x" * 10
        matches.grew(await log.extent())
        await matches.fill()
        # Once back to its beginning, in blocks, and 64 kB of it searched again.
        assert sum(length for _, length in log.asked) < 450_000
    log.data += b"cat"
    matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == [4]


async def test_a_roll_forgets_what_is_gone() -> None:
    log = Log(b"cat\n" * 100)
    matches = await look(log, piece=40)
    await matches.fill()
    log.roll(200)
    log.data += b"cat\n"
    matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == list(range(200, 404, 4))
    assert matches.complete


@pytest.mark.parametrize("noticed_late", [False, True])
async def test_a_roll_on_the_way_back_loses_nothing_that_is_left(noticed_late: bool) -> None:
    log = Log(b"cat\n" * 100)
    matches = await look(log, piece=150)
    await matches.advance()
    log.roll(200)
    if noticed_late:
        await matches.fill()
    matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == list(range(200, 400, 4))
    assert matches.complete


async def test_another_generation_begins_anew() -> None:
    log = Log(b"cat\n" * 100)
    matches = await look(log)
    await matches.fill()
    log.data, log.generation = b"dog\ncat\n", "two"
    matches.grew(await log.extent())
    assert matches.count == 0
    await matches.fill()
    assert list(matches.positions) == [4]


async def test_it_goes_on_after_it_was_cancelled() -> None:
    log = Log(b"cat\n" * 100)
    log.gate = asyncio.Event()
    matches = await look(log, piece=40)
    filling = asyncio.create_task(matches.fill(), name="fill")
    await log.reached.wait()
    filling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filling
    log.gate = None
    await matches.fill()
    assert list(matches.positions) == list(range(0, 400, 4))


async def test_a_log_replaced_meanwhile_leaves_nothing_of_the_old_one() -> None:
    log = Log(b"cat\n" * 100)
    log.gate = asyncio.Event()
    matches = await look(log, piece=40)
    filling = asyncio.create_task(matches.fill(), name="fill")
    await log.reached.wait()
    log.data, log.generation = b"dog\ncat\n", "two"
    matches.grew(await log.extent())
    log.gate.set()
    await filling
    assert list(matches.positions) == [4]


async def test_two_that_fill_do_not_disturb_each_other() -> None:
    log = Log(b"cat\n" * 200)
    matches = await look(log, piece=40)
    await asyncio.gather(matches.fill(), matches.fill())
    assert list(matches.positions) == list(range(0, 800, 4))


async def test_too_many_are_the_newest_ones() -> None:
    log = Log(b"cat\n" * 100)
    matches = await look(log, piece=40, most=30)
    await matches.fill()
    assert list(matches.positions) == list(range(280, 400, 4))
    assert matches.forgotten
    assert not matches.complete
    assert matches.progress == 1.0
    log.data += b"cat\n"
    matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == list(range(284, 404, 4))


async def test_an_empty_log_is_complete_at_once() -> None:
    log = Log()
    matches = await look(log)
    await matches.fill()
    assert (matches.complete, matches.progress, matches.count) == (True, 1.0, 0)
    log.data = b"cat\n"
    matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == [0]


async def test_a_catastrophic_expression_ends_with_a_sentence() -> None:
    log = Log(b"a" * 3000 + b"\n" + b"dog\n" * 1000)
    matches = await look(log, compile_pattern("(a+)+b", regex=True), piece=1000)
    await matches.fill()
    assert matches.trouble is not None
    assert "(a+)+b" in matches.trouble
    assert not matches.complete
    assert not await matches.advance()


async def test_an_expression_that_grows_beyond_bounds_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="repeats too much"):
        await look(Log(), compile_pattern("((a{1000}){1000}){1000}", regex=True))


LINES = st.lists(st.sampled_from([b"cat", b"dog", b"\n", b"ca", b"t", b"x" * 30, b"\xff"]), max_size=30)


@given(
    first=LINES,
    growths=st.lists(st.tuples(LINES, st.integers(0, 40)), max_size=4),
    piece=st.integers(1, 60),
    steps=st.integers(0, 5),
)
async def test_it_finds_what_a_look_at_all_lines_finds(
    first: list[bytes], growths: list[tuple[list[bytes], int]], piece: int, steps: int
) -> None:
    log = Log(b"".join(first), 7)
    matches = await look(log, piece=piece)
    for more, rolled in growths:
        for _ in range(steps):
            await matches.advance()
        log.data += b"".join(more)
        log.roll(log.data.rfind(b"\n", 0, rolled) + 1)
        matches.grew(await log.extent())
    await matches.fill()
    assert list(matches.positions) == oracle(log)
    assert matches.complete
