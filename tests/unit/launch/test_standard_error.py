"""The engine's log lines on standard error."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wjtui.launch.logfile import EngineLog
from wjtui.launch.standard_error import StandardError, journal_line


def record(text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("wjtui.test", level, __file__, 1, text, None, None)


def written(path: Path, *records: logging.LogRecord, journal: bool) -> list[str]:
    with open(path, "wb") as stream:
        handler = StandardError(stream.fileno(), journal=journal)
        for each in records:
            handler.handle(each)
        handler.close()
    return path.read_text().splitlines()


@pytest.mark.parametrize(
    ("level", "prefix"),
    [
        (logging.DEBUG, "<7>"), (logging.INFO, "<6>"), (logging.WARNING, "<4>"), (logging.ERROR, "<3>"),
        (logging.CRITICAL, "<2>"), (logging.ERROR + 1, "<3>"), (1, "<7>"),
    ],
)  # fmt: skip
def test_priorities(level: int, prefix: str) -> None:
    assert journal_line("a\nb", level) == f"{prefix}a\n{prefix}b"


def test_the_journal_gets_no_time_and_a_priority_on_each_line(tmp_path: Path) -> None:
    lines = written(tmp_path / "out", record("one"), record("two\nlines", logging.ERROR), journal=True)
    assert lines == ["<6>wjtui.test: one", "<3>wjtui.test: two", "<3>lines"]


def test_people_get_the_time(tmp_path: Path) -> None:
    [line] = written(tmp_path / "out", record("one \udcff"), journal=False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO wjtui\.test: one \\udcff", line)


def test_lines_that_nobody_reads_are_counted_and_hold_up_nobody() -> None:
    reader, writer = os.pipe()
    handler = StandardError(writer, journal=True)
    text = "x" * 1000
    for _ in range(2000):  # 64 KiB fit into the pipe, 1,000 lines into the queue
        handler.handle(record(text))
    os.set_blocking(reader, False)
    said = b""

    def read() -> None:
        nonlocal said
        try:
            said += os.read(reader, 1 << 20)
        except BlockingIOError:
            pass

    while said.count(b"\n") < 1000:
        read()
    handler.handle(record("after"))
    while b"after" not in said:
        read()
    handler.close()
    lost = re.findall(rb"<4>(\d+) lines before this one found no reader\n", said)
    assert lost and sum(map(int, lost)) + said.count(text.encode()) == 2000
    os.close(reader)
    os.close(writer)


def test_a_reader_that_has_gone_is_no_trouble() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    handler = StandardError(writer, journal=False)
    handler.handle(record("one"))
    handler.close()
    os.close(writer)


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield root
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


def test_without_a_file_the_last_thousand_are_kept(tmp_path: Path, root_logger: logging.Logger) -> None:
    log = EngineLog()
    with pytest.raises(OSError):
        log.open(tmp_path / "missing" / "engine.log")
    for number in range(1500):
        logging.getLogger("wjtui.early").info("line %d", number)
    log.open(tmp_path / "engine.log")
    lines = (tmp_path / "engine.log").read_text().splitlines()
    assert len(lines) == 1000 and lines[-1].endswith("line 1499")


def test_file_and_standard_error_say_the_same_once(tmp_path: Path, root_logger: logging.Logger) -> None:
    with open(tmp_path / "out", "wb") as stream:
        outlet = StandardError(stream.fileno(), journal=False)
        log = EngineLog(also=outlet)
        logging.getLogger("wjtui.early").info("before")
        assert (tmp_path / "out").read_bytes() == b""
        log.open(tmp_path / "engine.log")
        logging.getLogger("wjtui.late").info("after")
        outlet.close()
    lines = (tmp_path / "engine.log").read_text().splitlines()
    assert [line.split(": ")[1] for line in lines] == ["before", "after"]
    assert (tmp_path / "out").read_text().splitlines() == lines
