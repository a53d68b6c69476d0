"""Survivors of an earlier engine, found by marker and mark (spec 5.3)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

from tests.engine.process.family import ENGINE, KINDS, Start, command, family, family_pids, lives, until
from wjtui.engine.process import launches as launches_room
from wjtui.engine.process import survivors
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.spawn import Command
from wjtui.engine.process.survivors import end_survivors, find_survivors


@pytest.fixture(autouse=True)
def nobody_survives(launches: Launches) -> Iterator[None]:
    """Each test begins without survivors, and ends all of its own."""
    assert find_survivors(ENGINE) == []
    yield


def of_job(started: Command, job: str, engine: str = ENGINE) -> Command:
    return Command(
        started.argv, started.cwd, {**started.environment, "WJTUI_JOB": job, "WJTUI_ENGINE": engine}
    )


async def test_both_markers_must_match(start: Start) -> None:
    sleep = command("/bin/sleep", "1000")
    mine = start(of_job(sleep, "continuous/mine"))
    other_job = start(of_job(sleep, "triggered/mine"))
    other_root = start(of_job(sleep, "continuous/mine", "f" * 32))
    # A process that has just been started has no environment for an instant.
    await until(lambda: set(find_survivors(ENGINE)) == {mine.pid, other_job.pid}, "those of one engine")
    assert find_survivors(ENGINE, "continuous/mine") == [mine.pid]
    assert find_survivors("f" * 32, "continuous/mine") == [other_root.pid]
    assert find_survivors("e" * 32) == []


async def test_living_launches_are_not_survivors(start: Start, launches: Launches) -> None:
    group = start(of_job(command("/bin/sleep", "1000"), "continuous/mine"))
    assert find_survivors(ENGINE, None, launches.living) == []
    assert find_survivors(ENGINE, "continuous/mine", {group.mark.launch}) == []
    assert find_survivors(ENGINE, "continuous/mine", {group.mark.launch + 1}) == [group.pid]


async def test_all_six_kinds_are_found_and_ended(start: Start, tmp_path: Path) -> None:
    group = start(of_job(family(tmp_path / "pids", "exit"), "continuous/mine"))
    await group.wait()
    await until(lambda: set(KINDS) <= set(family_pids(tmp_path / "pids")), "the whole family lives")
    pids = family_pids(tmp_path / "pids")
    assert set(await asyncio.to_thread(find_survivors, ENGINE)) >= set(pids.values())
    assert await end_survivors(ENGINE) >= len(KINDS)
    assert [kind for kind, pid in pids.items() if lives(pid)] == []
    assert await end_survivors(ENGINE) == 0


async def test_who_wiped_his_environment_counts_for_every_job(start: Start) -> None:
    # Which job it was of cannot be told, only that no living launch owns it.
    group = start(Command(("/bin/sleep", "1000"), "/", {}))
    wiped = start(of_job(command("/usr/bin/env", "-i", "/bin/sleep", "1000"), "continuous/mine"))
    await until(
        lambda: set(find_survivors(ENGINE, "triggered/other")) == {group.pid, wiped.pid}, "both found"
    )


async def test_neither_we_nor_our_ancestors_are_survivors(
    launches: Launches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        survivors, "read_environment", lambda pid: {b"WJTUI_ENGINE": ENGINE.encode(), b"WJTUI_JOB": b"a/b"}
    )
    found = find_survivors(ENGINE)
    assert os.getpid() not in found
    assert os.getppid() not in found


async def test_jobs_that_start_together_share_one_look(
    launches: Launches, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str | None] = []

    def count(engine: str, job: str | None, living: Container[int]) -> list[int]:
        looks.append(job)
        return []

    monkeypatch.setattr(launches_room, "find_survivors", count)
    await asyncio.gather(*(launches.end_leftovers(f"continuous/{number}") for number in range(50)))
    assert looks == [None]
    await launches.end_leftovers("continuous/0")
    assert looks == [None, None], "a later launch looks anew"


async def test_a_shared_look_ends_only_the_jobs_own(start: Start, launches: Launches) -> None:
    sleep = command("/bin/sleep", "1000")
    mine, other = (start(of_job(sleep, f"continuous/{name}")) for name in ("mine", "other"))
    await until(lambda: set(find_survivors(ENGINE)) == {mine.pid, other.pid}, "both run")
    await asyncio.gather(launches.end_leftovers("continuous/mine"), launches.end_leftovers("continuous/none"))
    assert lives(mine.pid), "a living launch is spared"
    launches.living.clear()
    await asyncio.gather(launches.end_leftovers("continuous/mine"), launches.end_leftovers("continuous/none"))
    assert not lives(mine.pid)
    assert lives(other.pid)
