"""Runs that are asked for: what is kept of a call, and that a key is answered with one run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from wjtui.engine.calls import Calls
from wjtui.engine.history.store import RunStore
from wjtui.engine.rooms import Rooms
from wjtui.engine.site import Site
from wjtui.model.errors import AlreadyRunning, InvalidRequest, TooLarge
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId
from wjtui.model.starts import MAX_INPUT, Start

IMPORT = JobId(JobType.TRIGGERED, "import")
OTHER = JobId(JobType.TRIGGERED, "other")


class Door:
    """Begins runs in a store, each with a pause in which others may come; or refuses."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root, "one", "one")
        self.site.own.mkdir(parents=True)
        self.store = RunStore(self.site)
        self.starts: list[Start] = []
        self.waiting: dict[tuple[JobId, str], RunId] = {}
        self.refusal: Exception | None = None
        rooms = cast(Rooms, SimpleNamespace(site=self.site, store=self.store))
        self.calls = Calls(rooms, self.begin, lambda job, key: self.waiting.get((job, key)))

    async def begin(self, job: JobId, start: Start) -> RunId:
        self.starts.append(start)
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        run = self.store.create(job, datetime.now(UTC), start.trigger, start.arguments or "")
        self.store.save(msgspec.structs.replace(run, key=start.key))
        return run.ref.run

    @property
    def kept(self) -> list[Path]:
        return list((self.site.own / "inputs").glob("*"))


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


async def test_a_body_is_kept_for_the_run(door: Door) -> None:
    await door.calls.run(IMPORT, Start("External - x", "a b", correlation="4f1c"), b"orders")
    [start] = door.starts
    assert (start.trigger, start.arguments, start.correlation) == ("External - x", "a b", "4f1c")
    assert [str(path) for path in door.kept] == [start.input] and door.kept[0].read_bytes() == b"orders"


@pytest.mark.parametrize("body", [None, b""])
async def test_no_body_is_none(door: Door, body: bytes | None) -> None:
    await door.calls.run(IMPORT, Start(), body)
    assert door.starts == [Start()] and door.kept == []


async def test_nothing_is_left_of_a_call_that_is_refused(door: Door) -> None:
    door.refusal = AlreadyRunning("already running")
    with pytest.raises(AlreadyRunning):
        await door.calls.run(IMPORT, Start(), b"orders")
    assert len(door.starts) == 1 and door.kept == []


async def test_the_most_that_is_taken(door: Door) -> None:
    await door.calls.run(IMPORT, Start(), bytes(MAX_INPUT))
    with pytest.raises(TooLarge, match="1 MiB"):
        await door.calls.run(IMPORT, Start(), bytes(MAX_INPUT + 1))
    assert len(door.starts) == len(door.kept) == 1


@pytest.mark.parametrize("text", ["x" * 129, "line\nbreak", "ü"])
async def test_a_correlation_that_cannot_be_kept_is_left_out(door: Door, text: str) -> None:
    await door.calls.run(IMPORT, Start(correlation=text), None)
    assert door.starts == [Start()]


@pytest.mark.parametrize("key", ["x" * 256, "line\nbreak", "ü"])
async def test_a_key_that_cannot_be_kept_is_refused(door: Door, key: str) -> None:
    with pytest.raises(InvalidRequest, match="Idempotency-Key"):
        await door.calls.run(IMPORT, Start(key=key), None)
    assert door.starts == []


async def test_a_key_starts_one_run_of_a_job(door: Door) -> None:
    first = await door.calls.run(IMPORT, Start(key="k1"), b"orders")
    assert await door.calls.run(IMPORT, Start(key="k1"), b"others") == first
    assert await door.calls.run(JobId(JobType.TRIGGERED, "import"), Start(key="k1"), None) == first
    assert await door.calls.run(IMPORT, Start(key="k2"), None) != first
    await door.calls.run(OTHER, Start(key="k1"), None)
    assert [(start.key, bool(start.input)) for start in door.starts] == [
        ("k1", True),
        ("k2", False),
        ("k1", False),
    ]
    rooms = cast(Rooms, SimpleNamespace(site=door.site, store=RunStore(door.site)))
    later = Calls(rooms, door.begin, lambda job, key: None)
    assert await later.run(IMPORT, Start(key="k1"), None) == first
    assert len(door.starts) == 3


async def test_a_key_of_a_start_that_waits(door: Door) -> None:
    door.waiting[IMPORT, "k1"] = RunId("202611210512090000")
    assert await door.calls.run(IMPORT, Start(key="k1"), b"x") == "202611210512090000"
    assert door.starts == [] and door.kept == []


async def test_calls_at_the_same_moment_start_one_run(door: Door) -> None:
    calls = (door.calls.run(IMPORT, Start(key="k1"), b"x") for _ in range(20))
    assert len(set(await asyncio.gather(*calls))) == len(door.starts) == 1


async def test_a_refused_call_does_not_use_its_key_up(door: Door) -> None:
    door.refusal = AlreadyRunning("already running")
    with pytest.raises(AlreadyRunning):
        await door.calls.run(IMPORT, Start(key="k1"), None)
    door.refusal = None
    await door.calls.run(IMPORT, Start(key="k1"), None)
    assert len(door.starts) == 2
