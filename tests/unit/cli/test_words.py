"""Jobs and log lines in the words of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.fake_service import make_job
from wjtui.cli.ask import choose_job
from wjtui.cli.follow import Lines, Reading, Wanted
from wjtui.cli.output import clean
from wjtui.cli.words import job_row, status
from wjtui.model.errors import InvalidName, InvalidRequest, JobNotFound
from wjtui.model.events import LogExtent
from wjtui.model.identity import JobType
from wjtui.model.jobs import Running

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
INFO = b"[05/01/2026 12:00:00 > vm: INFO] out\n"
ERR = b"[05/01/2026 12:00:00 > vm: ERR ] bad\n"
SYS = b"[05/01/2026 12:00:00 > vm: SYS INFO] Status changed\n"
MORE = b"  at line 3\n"


def test_one_name_in_any_case() -> None:
    jobs = [make_job("Nightly"), make_job("both"), make_job("both", kind=JobType.CONTINUOUS)]
    assert choose_job(jobs, "nightly").id.name == "Nightly"
    assert choose_job(jobs, "continuous/BOTH").is_continuous
    with pytest.raises(InvalidRequest, match="'triggered/both' or 'continuous/both'"):
        choose_job(jobs, "both")
    with pytest.raises(JobNotFound, match="'absent'"):
        choose_job(jobs, "absent")
    with pytest.raises(JobNotFound):
        choose_job(jobs, "continuous/nightly")
    with pytest.raises(InvalidName):
        choose_job(jobs, "../etc")


def test_status_in_words() -> None:
    worker = make_job("worker", Running(NOW, 7), kind=JobType.CONTINUOUS)
    assert status(worker) == "Running"
    assert job_row(worker, NOW)[:3] == ("worker", "continuous", "Running")
    assert status(make_job("nightly")) == "Never run"


def test_nothing_that_a_terminal_obeys() -> None:
    assert clean("a\x1b[31mb\n\u202e") == "a�[31mb��"


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (None, [INFO, ERR, MORE, SYS, MORE]),
        (Wanted.INFO, [INFO]),
        (Wanted.ERROR, [ERR, MORE]),
        (Wanted.SYS, [SYS, MORE]),
    ],
)
def test_levels_take_what_continues_a_line_along(level: Wanted | None, expected: list[bytes]) -> None:
    lines = Lines(level)
    assert [line for line in (INFO, ERR, MORE, SYS, MORE) if lines.wants(line)] == expected


def test_raw_lines_have_no_prefix_and_errors_are_told_apart() -> None:
    lines = Lines(raw=True)
    assert [lines.render(line) for line in (INFO, ERR, MORE, SYS)] == [
        (False, b"out\n"), (True, b"bad\n"), (True, MORE), (False, b"Status changed\n"),
    ]  # fmt: skip


class _Log:
    """A log that a test writes, rolls and replaces."""

    def __init__(self) -> None:
        self.start, self.data, self.generation = 0, b"", "one"

    async def extent(self) -> LogExtent:
        return LogExtent(self.start, self.start + len(self.data), self.generation)

    async def read(self, start: int, length: int) -> bytes:
        return self.data[start - self.start :][:length]


async def test_reading_goes_on_over_a_roll_and_begins_anew_in_another_log() -> None:
    log = _Log()
    reading = Reading(log)
    assert await reading.more() is None
    log.data = b"one\ntw"
    assert await reading.more() == [b"one\n"]
    log.data += b"o\n"
    assert await reading.more() == [b"two\n"]
    log.start, log.data = 8, b"three\nfo"
    assert await reading.more() == [b"three\n"]
    assert reading.rest() == [b"fo"]
    log.start, log.data, log.generation = 0, b"new\n", "two"
    while (lines := await reading.more()) is None:
        pass
    assert lines == [b"new\n"]
