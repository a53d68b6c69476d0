from __future__ import annotations

import asyncio
import errno
import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.line import Level, LineKind, kind_of, message, parse
from wjtui.logs.merge import ENDLESS, MergedLog
from wjtui.logs.scratch import ScratchLog
from wjtui.model.errors import JobNotFound
from wjtui.model.events import LogExtent

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Log:
    """A log in memory."""

    def __init__(self, data: bytes = b"", start: int = 0) -> None:
        self.data = data
        self.start = start
        self.generation = "one"
        self.deleted = False
        self.read_bytes = 0
        self.reached = asyncio.Event()
        self.gate: asyncio.Event | None = None

    async def extent(self) -> LogExtent:
        if self.deleted:
            raise JobNotFound("this")
        return LogExtent(self.start, self.start + len(self.data), self.generation)

    async def read(self, start: int, length: int) -> bytes:
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        data = self.data[start - self.start :][:length] if start >= self.start else b""
        self.read_bytes += len(data)
        return data


def line(seconds: int, text: str, level: Level = Level.INFO) -> bytes:
    return message("ab12cd", level, text, NOON + timedelta(seconds=seconds))


def merged(*logs: Log, per_log: int = 10_000, limit: int = 1_000_000) -> MergedLog:
    names = ["api", "worker", "nightly"]
    return MergedLog(list(zip(names, logs, strict=False)), per_log=per_log, limit=limit)


async def raw(log: MergedLog) -> list[bytes]:
    extent = await log.extent()
    return (await log.read(extent.start, extent.end - extent.start)).splitlines(keepends=True)


async def texts(log: MergedLog) -> list[str]:
    return [parse(one).text for one in await raw(log)]


async def test_lines_of_several_logs_stand_in_the_order_of_time() -> None:
    log = merged(Log(line(0, "a") + line(3, "d")), Log(line(1, "b") + line(2, "c", Level.ERR)))
    assert (await log.extent()).end == 0
    assert await log.refresh()
    assert await texts(log) == ["api    | a", "worker | b", "worker | c", "api    | d"]
    assert [kind_of(one) for one in await raw(log)] == [1, 1, LineKind.ERR, 1]
    assert (await raw(log))[2].startswith(b"[03/01/2026 12:00:02 > ab12cd: ERR ] worker | c\n")
    assert not await log.refresh()
    await log.aclose()


async def test_equal_times_keep_the_order_of_sources_and_of_arrival() -> None:
    log = merged(Log(line(1, "a") + line(1, "b")), Log(line(1, "c") + line(1, "d")))
    await log.refresh()
    assert [text[-1] for text in await texts(log)] == list("abcd")
    await log.aclose()


async def test_a_line_that_arrives_late_stands_at_the_end() -> None:
    first, second = Log(line(5, "a")), Log()
    log = merged(first, second)
    await log.refresh()
    shown = await raw(log)
    second.data += line(1, "late")
    assert await log.refresh()
    assert (await raw(log))[:1] == shown
    assert await texts(log) == ["api    | a", "worker | late"]
    await log.aclose()


async def test_a_traceback_stays_whole() -> None:
    trace = line(1, "Traceback", Level.ERR) + b"  File one\n  File two\n"
    log = merged(Log(trace + line(2, "next")), Log(line(1, "other") + line(1, "another")))
    await log.refresh()
    assert [text[9:] for text in await texts(log)] == [
        "Traceback", "  File one", "  File two", "other", "another", "next",
    ]  # fmt: skip
    kinds = [kind_of(one) for one in await raw(log)]
    assert kinds[:3] == [LineKind.ERR, LineKind.CONTINUATION, LineKind.CONTINUATION]
    await log.aclose()


async def test_a_continuation_behind_another_log_still_counts_as_its_line() -> None:
    first, second = Log(line(1, "Traceback", Level.ERR)), Log(line(2, "other"))
    log = merged(first, second)
    await log.refresh()
    first.data += b"  File one\n  File two\n"
    await log.refresh()
    kinds = [kind_of(one) for one in await raw(log)]
    assert kinds == [LineKind.ERR, LineKind.INFO, LineKind.ERR, LineKind.CONTINUATION]
    assert (await texts(log))[2:] == ["api    |   File one", "api    |   File two"]
    await log.aclose()


async def test_an_unfinished_line_waits_for_its_end() -> None:
    one = Log(line(1, "a") + line(2, "begun")[:-1])
    log = merged(one)
    assert await log.refresh()
    assert await texts(log) == ["api | a"]
    assert not await log.refresh()
    one.data += b" and ended\n"
    assert await log.refresh()
    assert await texts(log) == ["api | a", "api | begun and ended"]
    await log.aclose()


async def test_a_line_without_any_end_is_shown_in_parts() -> None:
    one = Log(line(1, "a") + line(2, "x" * (ENDLESS + 10))[:-1])
    log = merged(one, per_log=10 * ENDLESS, limit=10 * ENDLESS)
    await log.refresh()
    assert [len(text) for text in await texts(log)] == [7, 6 + ENDLESS + 10]
    one.data += b"rest\n" + line(3, "b")
    await log.refresh()
    assert (await texts(log))[2:] == ["api | rest", "api | b"]
    await log.aclose()


async def test_it_begins_with_the_newest_of_each_log_from_a_line_start() -> None:
    lines = [line(number, f"{number:04}") for number in range(1000)]
    size = len(lines[0])
    log = merged(Log(b"".join(lines), 500), per_log=10 * size)
    await log.refresh()
    assert await texts(log) == [f"api | {number:04}" for number in range(990, 1000)]
    await log.aclose()
    log = merged(Log(b"".join(lines), 500), per_log=10 * size - 1)
    await log.refresh()
    assert (await texts(log))[0] == "api | 0991"
    await log.aclose()


async def test_growth_alone_is_read() -> None:
    one = Log(line(0, "a") * 100)
    log = merged(one)
    await log.refresh()
    one.read_bytes = 0
    one.data += line(1, "b")
    await log.refresh()
    assert one.read_bytes == len(line(1, "b"))
    await log.aclose()


@pytest.mark.parametrize("cut", ["rolled", "replaced", "shorter"])
async def test_a_log_goes_on_from_its_new_beginning(cut: str) -> None:
    one, other = Log(line(0, "a") * 10), Log(line(0, "b"))
    log = merged(one, other)
    await log.refresh()
    before = await raw(log)
    one.data = line(9, "new")
    if cut == "rolled":
        one.start = 10_000
    elif cut == "replaced":
        one.generation = "two"
    assert await log.refresh()
    assert await raw(log) == [*before, b"[03/01/2026 12:00:09 > ab12cd: INFO] api    | new\n"]
    await log.aclose()


async def test_a_deleted_job_does_not_keep_the_others_from_being_shown() -> None:
    one, other = Log(line(0, "a")), Log(line(1, "b"))
    log = merged(one, other)
    await log.refresh()
    one.deleted = True
    other.data += line(2, "c")
    assert await log.refresh()
    assert [text[-1] for text in await texts(log)] == list("abc")
    await log.aclose()


async def test_it_rolls_at_its_limit() -> None:
    one = Log()
    log = merged(one, limit=10_000)
    for number in range(40):
        one.data += line(number, "x" * 1000)
        await log.refresh()
    extent = await log.extent()
    assert 0 < extent.start < extent.end
    assert 10_000 < extent.end - extent.start <= 20_000
    assert await log.read(0, 100) == b""
    assert (await raw(log))[-1].endswith(b"x\n")
    assert (await raw(log))[0].startswith(b"[")
    await log.aclose()


async def test_it_goes_on_after_it_was_cancelled() -> None:
    one = Log(line(0, "a"))
    one.gate = asyncio.Event()
    log = merged(one)
    working = asyncio.create_task(log.refresh(), name="refresh")
    await one.reached.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    one.gate = None
    assert await log.refresh()
    assert await texts(log) == ["api | a"]
    await log.aclose()


async def test_cancelled_while_it_writes_it_writes_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    writing, may_go_on = threading.Event(), threading.Event()
    append = ScratchLog.append

    def slow(self: ScratchLog, data: bytes) -> None:
        writing.set()
        may_go_on.wait(30)
        append(self, data)

    monkeypatch.setattr(ScratchLog, "append", slow)
    log = merged(Log(line(0, "a")))
    working = asyncio.create_task(log.refresh(), name="refresh")
    await asyncio.to_thread(writing.wait, 30)
    working.cancel()
    again = asyncio.create_task(log.refresh(), name="refresh again")
    for _ in range(5):
        await asyncio.sleep(0)
    assert not working.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert not await again
    assert await texts(log) == ["api | a"]
    await log.aclose()


async def test_two_that_refresh_do_not_disturb_each_other() -> None:
    log = merged(Log(line(0, "a") * 100))
    assert sorted(await asyncio.gather(log.refresh(), log.refresh())) == [False, True]
    assert len(await raw(log)) == 100
    await log.aclose()


async def test_no_room_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: ScratchLog, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ScratchLog, "append", full)
    log = merged(Log(line(0, "a")))
    assert not await log.refresh()
    assert log.trouble is not None
    assert "No space left" in log.trouble
    assert not await log.refresh()
    await log.aclose()


async def test_a_closed_log_is_empty_and_stays_so() -> None:
    one = Log(line(0, "a"))
    log = merged(one)
    await log.refresh()
    await log.aclose()
    one.data += line(1, "b")
    assert not await log.refresh()
    assert await raw(log) == []
    await log.aclose()


async def test_no_logs_make_an_empty_one() -> None:
    log = merged()
    assert not await log.refresh()
    assert await raw(log) == []
    await log.aclose()


STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=30)


@given(steps=STEPS, refreshes=st.sets(st.integers(0, 30)))
async def test_nothing_is_lost_doubled_or_out_of_order(
    steps: list[tuple[int, int, bool]], refreshes: set[int]
) -> None:
    logs, clock, log_of, owed = [Log(), Log(), Log()], 0, {}, 0
    log = merged(*logs)
    for number, (which, later, continues) in enumerate(steps):
        clock += later
        text = f"n{number}"
        logs[which].data += f"{text}\n".encode() if continues else line(clock, text)
        log_of[text], owed = which, number
        if number in refreshes:
            await log.refresh()
    await log.refresh()
    shown = [text.split(" | ")[1] for text in await texts(log)]
    assert sorted(shown) == sorted(log_of)
    for which in range(3):
        mine = [text for text in shown if log_of[text] == which]
        assert mine == [f"n{number}" for number in range(owed + 1) if log_of.get(f"n{number}") == which]
    if not refreshes:
        times = [at for one in await raw(log) if (at := parse(one).at) is not None]
        assert times == sorted(times)
    await log.aclose()
