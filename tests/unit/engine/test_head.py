from __future__ import annotations

from collections.abc import Callable

import pytest

from wjtui.engine.running.head import FIRST_LINES, LAST_LINES, Head
from wjtui.support.clock import SystemClock


class Log:
    """A head and what it wrote."""

    def __init__(self) -> None:
        self.data = b""
        self.head = Head(self._write, "iid", "/logs/app.log", SystemClock())
        self.head.begin()

    def _write(self, data: bytes) -> None:
        self.data += data

    @property
    def lines(self) -> list[bytes]:
        return self.data.splitlines()


@pytest.fixture
def log() -> Log:
    return Log()


def numbered(first: int, last: int) -> list[bytes]:
    return [b"line %d" % number for number in range(first, last + 1)]


def in_one_piece(head: Head, lines: list[bytes]) -> None:
    head.output(b"\n".join(lines) + b"\n")


def line_by_line(head: Head, lines: list[bytes]) -> None:
    for line in lines:
        head.output(line + b"\n")


def in_bits(head: Head, lines: list[bytes]) -> None:
    data = b"\n".join(lines) + b"\n"
    for start in range(0, len(data), 7):
        head.output(data[start : start + 7])


every_way = pytest.mark.parametrize("feed", [in_one_piece, line_by_line, in_bits])
Feed = Callable[[Head, list[bytes]], None]


@every_way
def test_few_lines_are_all_there(log: Log, feed: Feed) -> None:
    feed(log.head, numbered(1, FIRST_LINES - 1))
    log.head.end()
    assert log.lines == numbered(1, FIRST_LINES - 1)


@every_way
@pytest.mark.parametrize("beyond", [1, LAST_LINES, LAST_LINES + 1, 1000])
def test_many_lines_give_the_first_a_warning_and_the_last(log: Log, feed: Feed, beyond: int) -> None:
    feed(log.head, numbered(1, FIRST_LINES + beyond))
    assert log.lines[:FIRST_LINES] == numbered(1, FIRST_LINES)
    assert len(log.lines) == FIRST_LINES + 1
    assert b": WARN] " in log.lines[FIRST_LINES]
    assert b"/logs/app.log" in log.lines[FIRST_LINES]
    log.head.end()
    last = numbered(FIRST_LINES + max(1, beyond - LAST_LINES + 1), FIRST_LINES + beyond)
    assert log.lines[FIRST_LINES + 1 :] == last


@every_way
def test_each_launch_counts_anew(log: Log, feed: Feed) -> None:
    for _ in range(2):
        log.head.begin()
        feed(log.head, numbered(1, FIRST_LINES + 1))
        log.head.end()
    assert log.lines.count(b"line 1") == log.lines.count(b"line 201") == 2
    assert len(log.lines) == 2 * (FIRST_LINES + 2)


def test_engine_lines_pass_at_any_time(log: Log) -> None:
    in_one_piece(log.head, numbered(1, FIRST_LINES + 5))
    log.head.system(b"engine\n")
    assert log.lines[-1] == b"engine"


def test_an_open_line_is_written_at_the_end(log: Log) -> None:
    log.head.output(b"no end")
    assert log.data == b""
    log.head.end()
    assert log.data == b"no end\n"


def test_an_engine_line_ends_an_open_line(log: Log) -> None:
    log.head.output(b"prompt> ")
    log.head.system(b"engine\n")
    log.head.output(b"answer\n")
    log.head.end()
    assert log.lines == [b"prompt> ", b"engine", b"answer"]


def test_an_engine_line_ends_an_open_line_beyond_the_first_ones(log: Log) -> None:
    in_one_piece(log.head, numbered(1, FIRST_LINES))
    log.head.output(b"prompt> ")
    log.head.system(b"engine\n")
    log.head.output(b"answer\n")
    log.head.end()
    assert log.lines[FIRST_LINES + 1 :] == [b"engine", b"prompt> ", b"answer"]


def test_a_line_without_end_does_not_fill_the_memory(log: Log) -> None:
    for _ in range(100):
        log.head.output(b"x" * 65536)
    log.head.end()
    assert len(log.data) <= 2 * 65536


def test_huge_last_lines_are_cut_at_a_line(log: Log) -> None:
    in_one_piece(log.head, numbered(1, FIRST_LINES))
    for _ in range(20):
        log.head.output(b"y" * 5000 + b"\n" + b"z" * 5000 + b"\n")
    log.head.end()
    last = log.lines[FIRST_LINES + 1 :]
    assert set(last) == {b"y" * 5000, b"z" * 5000}
