from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.rig import Rig
from tests.support.patience import eventually
from wjtui.engine.process.pipes import Stream
from wjtui.engine.running.journal import Journal
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId, JobType

JOB = JobId(JobType.CONTINUOUS, "job")


class Pages:
    """A journal, its file, and what another log got of it."""

    def __init__(self, rig: Rig) -> None:
        rooms = rig.make()._rooms
        self.path: Path = rooms.site.log_path(LogRef(JOB))
        self.output: list[bytes] = []
        self.engine: list[bytes] = []
        self.journal = Journal(rooms, LogRef(JOB), output=self.output.append, engine=self.engine.append)

    @property
    def texts(self) -> list[str]:
        return [line.partition("] ")[2] for line in self.path.read_text().splitlines()]


@pytest.fixture
async def pages(rig: Rig) -> Pages:
    return Pages(rig)


@pytest.fixture(autouse=True)
def closed(pages: Pages) -> Iterator[None]:
    yield
    pages.journal.close()


async def test_the_lines_of_a_start_are_one_write(pages: Pages) -> None:
    pages.journal.hold()
    pages.journal.system("Starting")
    pages.journal.system("Running")
    assert not pages.path.exists()
    pages.journal.release()
    assert pages.texts == ["Starting", "Running"]
    assert len(pages.engine) == 1
    pages.journal.system("Stopped")
    assert pages.texts == ["Starting", "Running", "Stopped"]


async def test_output_comes_after_what_was_held_before_it(pages: Pages) -> None:
    pages.journal.hold()
    pages.journal.system("first")
    pages.journal.feed(Stream.OUT, b"second\n")
    pages.journal.system("third")
    pages.journal.close()
    assert pages.texts == ["first", "second", "third"]


async def test_lines_are_not_held_for_long(pages: Pages) -> None:
    pages.journal.hold()
    pages.journal.system("copying")
    await eventually(pages.path.exists)
    assert pages.texts == ["copying"]
    pages.journal.system("still copying")
    await eventually(lambda: len(pages.texts) == 2)


async def test_the_other_log_gets_whole_engine_lines(pages: Pages) -> None:
    pages.journal.feed(Stream.OUT, b"name: ")
    await eventually(lambda: pages.output)
    pages.journal.system("interrupted")
    assert pages.output[1:] == [b"\n"]
    (line,) = pages.engine
    assert line.startswith(b"[")
    assert line.endswith(b": SYS INFO] interrupted\n")
    await asyncio.sleep(0)
    assert pages.texts == ["name: ", "interrupted"]
