from __future__ import annotations

import os
import random
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.reader import FileLogSource, LogFile, lines_before, tail_lines
from wjtui.logs.writer import LogWriter, Rolling
from wjtui.model.events import LogExtent
from wjtui.service import LogSource


@pytest.fixture
def names(tmp_path: Path) -> tuple[Path, ...]:
    """A log and two predecessors, newest first."""
    return tmp_path / "x.log", tmp_path / "x.log.1", tmp_path / "x.log.2"


def roll(names: tuple[Path, ...]) -> None:
    for source, target in reversed(list(pairwise(names))):
        if source.exists():
            os.replace(source, target)


def bounds(file: LogFile) -> tuple[int, int]:
    extent = file.extent()
    return extent.start, extent.end


def everything(file: LogFile) -> bytes:
    extent = file.extent()
    return file.read(extent.start, extent.end - extent.start)


def test_a_missing_log_is_empty(names: tuple[Path, ...]) -> None:
    file = LogFile(names[0], names[1:])
    assert file.extent() == LogExtent(0, 0, "")
    assert file.read(0, 100) == b""


def test_predecessors_come_first(names: tuple[Path, ...]) -> None:
    for name, text in zip(names, (b"new\n", b"older\n", b"oldest\n"), strict=True):
        name.write_bytes(text)
    file = LogFile(names[0], names[1:])
    assert bounds(file) == (0, 17)
    assert everything(file) == b"oldest\nolder\nnew\n"
    assert file.read(5, 5) == b"t\nold"
    assert file.read(15, 100) == b"w\n"[-2:]
    assert file.read(17, 100) == file.read(99, 1) == b""


def test_growth_is_read_even_before_the_extent_is_asked_again(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"one\n")
    file = LogFile(names[0])
    generation = file.extent().generation
    with names[0].open("ab") as log:
        log.write(b"two\n")
    assert file.read(2, 100) == b"e\ntwo\n"
    assert file.extent() == LogExtent(0, 8, generation)


def test_rolling_keeps_positions_and_moves_the_start(names: tuple[Path, ...]) -> None:
    file = LogFile(names[0], names[1:])
    generations = set()
    for number in range(6):
        names[0].write_bytes(b"file %d\n" % number)
        extent = file.extent()
        generations.add(extent.generation)
        assert (extent.start, extent.end) == (max(0, number - 2) * 7, number * 7 + 7)
        assert file.read(number * 7, 100) == b"file %d\n" % number
        assert file.read(extent.start, 7) == b"file %d\n" % max(0, number - 2)
        roll(names)
    assert len(generations) == 1


def test_a_read_follows_a_file_that_was_moved_since_the_last_look(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0], names[1:])
    file.extent()
    with names[0].open("ab") as log:
        log.write(b"grown\n")
    roll(names)
    names[0].write_bytes(b"second\n")
    assert file.read(3, 100) == b"st\ngrown\nsecond\n"


def test_what_has_rolled_away_cannot_be_read(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0], names[1:])
    file.extent()
    for text in (b"second\n", b"third\n", b"fourth\n"):
        roll(names)
        names[0].write_bytes(text)
        file.extent()
    assert file.read(0, 6) == b""
    assert file.read(6, 100) == b"second\nthird\nfourth\n"


def test_a_gap_in_the_middle_of_a_roll_is_no_end(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0], names[1:])
    before = file.extent()
    roll(names)
    assert file.extent() == before
    assert file.read(0, 10) == b"first\n"


def test_a_log_that_rolled_further_than_it_is_kept_is_another_one(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0], names[1:])
    before = file.extent()
    for text in (b"2\n", b"3\n", b"4\n"):
        roll(names)
        names[0].write_bytes(text)
    extent = file.extent()
    assert (extent.start, extent.end) == (0, 6)
    assert extent.generation != before.generation


def replace(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"another log that is longer\n")


def rewrite(path: Path) -> None:
    path.write_bytes(b"another log that is longer\n")


def shorten(path: Path) -> None:
    os.truncate(path, 3)


@pytest.mark.parametrize("change", [replace, rewrite, shorten])
def test_a_replaced_or_cut_file_has_another_generation(names: tuple[Path, ...], change: object) -> None:
    assert callable(change)
    names[0].write_bytes(b"a log of mine\n")
    file = LogFile(names[0], names[1:])
    before = file.extent()
    change(names[0])
    extent = file.extent()
    assert extent.generation not in ("", before.generation)
    assert (extent.start, extent.end) == (0, names[0].stat().st_size)
    assert everything(file) == names[0].read_bytes()


def test_a_long_file_cut_short_has_another_generation(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"x" * 300)
    file = LogFile(names[0])
    before = file.extent()
    os.truncate(names[0], 200)
    extent = file.extent()
    assert extent.generation != before.generation
    assert (extent.start, extent.end) == (0, 200)
    assert file.extent() == extent


@pytest.mark.parametrize("change", [replace, rewrite, shorten, Path.unlink])
def test_positions_of_a_lost_generation_are_not_read_in_the_next(
    names: tuple[Path, ...], change: object
) -> None:
    assert callable(change)
    names[0].write_bytes(b"a log of mine\n")
    file = LogFile(names[0], names[1:])
    file.extent()
    change(names[0])
    assert file.read(0, 100) == b""


def test_a_deleted_log_that_comes_back_is_another_one(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"same text\n")
    file = LogFile(names[0])
    first = file.extent()
    names[0].unlink()
    assert file.extent() == LogExtent(0, 0, "")
    names[0].write_bytes(b"same text\n")
    assert file.extent().generation not in ("", first.generation)


def test_every_reader_that_starts_with_the_same_file_agrees(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"x" * 100)
    first = LogFile(names[0], names[1:]).extent()
    with names[0].open("ab") as log:
        log.write(b"more")
    assert LogFile(names[0], names[1:]).extent() == LogExtent(0, 104, first.generation)


def test_bytes_that_come_late_to_a_moved_file_shift_nothing(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0], names[1:])
    roll(names)
    names[0].write_bytes(b"second\n")
    file.extent()
    with names[1].open("ab") as log:
        log.write(b"late\n")
    assert bounds(file) == (0, 13)
    assert file.read(0, 100) == b"first\nsecond\n"


def test_without_descriptors_what_was_known_still_holds(
    names: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    names[0].write_bytes(b"first\n")
    file = LogFile(names[0])
    before = file.extent()

    def no_more(*_: object) -> int:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", no_more)
        assert file.read(0, 100) == b""
        assert file.extent() == before
    assert file.read(0, 100) == b"first\n"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_reads_as_nothing(names: tuple[Path, ...], make: object) -> None:
    assert callable(make)
    make(names[0])
    file = LogFile(names[0])
    assert bounds(file) == (0, 0)
    assert file.read(0, 10) == b""


def test_a_reader_sees_every_byte_of_a_rolling_writer(names: tuple[Path, ...]) -> None:
    chance = random.Random(5)
    writer = LogWriter(names[0], rolling=Rolling(2_000, names[1:]))
    file = LogFile(names[0], names[1:])
    sent = got = b""
    for number in range(800):
        line = b"line %d %s\n" % (number, b"." * chance.randrange(60))
        writer.write(line)
        sent += line
        if chance.random() < 0.2:
            extent = file.extent()
            assert extent.end == len(sent) == writer.position
            got += file.read(len(got), chance.choice([10_000, extent.end - len(got)]))
            assert sent[extent.start :] == file.read(extent.start, 10_000)
    got += file.read(len(got), 10_000)
    assert got == sent
    assert file.extent().start > 0
    writer.close()


def test_reading_beside_a_thread_that_rolls(names: tuple[Path, ...]) -> None:
    text = b"".join(b"%07d\n" % number for number in range(60_000))
    writer = LogWriter(names[0], rolling=Rolling(20_000, names[1:]))
    writer.write(text[:8])
    file = LogFile(names[0], names[1:])
    # Before the thread begins: when it is first looked at later, two files may have rolled by.
    generation = file.extent().generation

    def write() -> None:
        for at in range(8, len(text), 4_000):
            writer.write(text[at : at + 4_000])
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        extent = file.extent()
        if extent.generation != generation:
            break  # we were slower than two whole files: nothing is known about positions any more
        data = file.read(extent.start, 5_000)
        assert data == text[extent.start : extent.start + len(data)]
    thread.join()
    assert tail_lines(file, 2) == [b"0059998\n", b"0059999\n"]


async def test_the_source_is_what_front_ends_ask_for(names: tuple[Path, ...]) -> None:
    data = os.urandom(700_000)
    names[0].write_bytes(data)
    source: LogSource = FileLogSource(LogFile(names[0], names[1:]))
    extent = await source.extent()
    assert (extent.start, extent.end) == (0, 700_000)
    assert await source.read(5, 100) == data[5:105]
    assert await source.read(1, 699_999) == data[1:]


def test_the_tail_of_a_log_of_several_files(names: tuple[Path, ...]) -> None:
    names[1].write_bytes(b"one\ntwo\nthr")
    names[0].write_bytes(b"ee\nfour\nunfinished")
    file = LogFile(names[0], names[1:])
    assert tail_lines(file, 3) == [b"three\n", b"four\n", b"unfinished"]
    assert tail_lines(file, 99) == [b"one\n", b"two\n", b"three\n", b"four\n", b"unfinished"]
    assert tail_lines(file, 0) == []
    assert tail_lines(LogFile(names[2]), 5) == []


def test_the_tail_reads_no_more_than_it_needs(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"%099d\n" % 7 * 100_000)
    file = LogFile(names[0])
    asked: list[int] = []

    def read(start: int, length: int) -> bytes:
        asked.append(length)
        return file.read(start, length)

    assert len(lines_before(read, 0, 10_000_000, 1_000)) == 1_000
    assert sum(asked) < 250_000


def test_a_last_line_too_long_to_show_comes_without_its_beginning(names: tuple[Path, ...]) -> None:
    names[0].write_bytes(b"start\n" + b"x" * 1_000_000 + b"end\n")
    lines = lines_before(LogFile(names[0]).read, 0, 1_000_010, 3, limit=100_000)
    assert len(lines) == 1
    assert lines[0].endswith(b"xxend\n")
    assert 100_000 <= len(lines[0]) < 250_000


@given(
    st.lists(st.integers(0, 90_000).map(lambda size: b"z" * (size if size > 80_000 else size % 50))),
    st.integers(0, 12),
    st.booleans(),
)
def test_the_lines_before_a_position_are_its_last_lines(
    texts: list[bytes], count: int, unfinished: bool
) -> None:
    data = b"\n".join(texts) + (b"" if unfinished else b"\n")
    lines = data.splitlines(keepends=True)
    found = lines_before(lambda start, length: data[start : start + length], 0, len(data), count)
    assert found == (lines[-count:] if count else [])
