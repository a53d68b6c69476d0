"""Ending a launch: signals, grace, and nothing left of six kinds of descendant (R3 to R6)."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.engine.process.family import (
    KINDS,
    Output,
    Start,
    command,
    complete,
    family,
    lives,
    python,
    ready,
    until,
)
from wjtui.engine.process.launches import Launches
from wjtui.model.runs import Exit

PATIENT = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: None if TOUGH else sys.exit(7))
print("ready", flush=True)
while True:
    time.sleep(1000)
"""


async def test_end_leaves_none_of_six_kinds(start: Start, tmp_path: Path) -> None:
    group = start(family(tmp_path / "pids", "stay"))
    pids = await complete(tmp_path / "pids", "leader")
    assert set(pids.values()) <= set(await group.processes())
    assert await group.end(grace_seconds=0.1) >= len(KINDS)
    assert [kind for kind, pid in pids.items() if lives(pid)] == []
    assert group.exit == Exit(signal=signal.SIGKILL)
    assert await group.processes() == []


async def test_a_sweep_after_the_exit_leaves_none_of_six_kinds(start: Start, tmp_path: Path) -> None:
    group = start(family(tmp_path / "pids", "exit"))
    assert await group.wait() == Exit(code=3)
    pids = await complete(tmp_path / "pids")
    assert all(lives(pid) for pid in pids.values())
    assert await group.sweep() >= len(KINDS)
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


async def test_other_launches_are_left_alone(start: Start, tmp_path: Path) -> None:
    one = start(family(tmp_path / "one", "exit"))
    other = start(family(tmp_path / "other", "exit"))
    mine, others = await complete(tmp_path / "one"), await complete(tmp_path / "other")
    await one.wait()
    await other.wait()
    await one.sweep()
    assert not any(lives(pid) for pid in mine.values())
    assert all(lives(pid) for pid in others.values())
    assert set(await other.processes()) >= set(others.values())


async def test_twenty_crashes_leave_nothing_of_earlier_lives(start: Start, tmp_path: Path) -> None:
    lost: list[int] = []
    for life in range(20):
        folder = tmp_path / str(life)
        group = start(family(folder, "exit"))
        await group.wait()
        pids = await complete(folder)
        await group.drain(quiet_seconds=0.0)
        await group.sweep()
        lost += [pid for pid in pids.values() if lives(pid)]
    assert lost == []


async def test_those_who_ask_together_share_a_scan(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = 0
    list_folder = os.listdir

    def count(path: str) -> list[str]:
        nonlocal scans
        scans += path == "/proc"
        return list_folder(path)

    groups = [start(command("/bin/sh", "-c", "sleep 1000 & sleep 1000")) for _ in range(40)]
    monkeypatch.setattr(os, "listdir", count)
    await asyncio.gather(*(group.members() for group in groups))
    assert 1 <= scans <= 2
    await asyncio.gather(*(group.end() for group in groups))
    assert all(group.exit is not None for group in groups)


async def test_a_scan_is_never_older_than_allowed(start: Start) -> None:
    group = start(command("/bin/sleep", "1000"))
    assert await group.processes() == [group.pid]
    other = start(command("/bin/sleep", "1000"))
    assert await other.processes() == [other.pid], "its scan began after the start"
    third = start(command("/bin/sleep", "1000"))
    assert await third.members(max_age_seconds=1000.0) == []


async def test_sigterm_is_enough_for_a_job_that_listens(start: Start) -> None:
    output = Output()
    group = start(python(PATIENT.replace("TOUGH", "False")), output)
    await ready(output)
    assert await group.end(grace_seconds=20.0) == 0
    assert group.exit == Exit(code=7)


async def test_a_job_that_ignores_sigterm_is_killed(start: Start) -> None:
    output = Output()
    group = start(python(PATIENT.replace("TOUGH", "True")), output)
    await ready(output)
    assert await group.end(grace_seconds=0.05) == 1
    assert group.exit == Exit(signal=signal.SIGKILL)


async def test_now_asks_nobody(start: Start) -> None:
    output = Output()
    group = start(python(PATIENT.replace("TOUGH", "False")), output)
    await ready(output)
    assert await group.end(now=True) == 1
    assert group.exit == Exit(signal=signal.SIGKILL)


async def test_a_second_end_cuts_the_grace_of_the_first(start: Start) -> None:
    output = Output()
    group = start(python(PATIENT.replace("TOUGH", "True")), output)
    await ready(output)
    slow = asyncio.create_task(group.end(grace_seconds=1000.0), name="slow end")
    await asyncio.sleep(0)
    assert await group.end(now=True) == 1
    assert await slow == 0
    assert group.exit == Exit(signal=signal.SIGKILL)


async def test_a_stopped_job_gets_its_sigterm(start: Start) -> None:
    output = Output()
    group = start(python(PATIENT.replace("TOUGH", "False")), output)
    await ready(output)
    assert group.signal(signal.SIGSTOP)
    assert await group.end(grace_seconds=20.0) == 0
    assert group.exit == Exit(code=7)


async def test_the_grace_is_for_the_whole_group(start: Start, tmp_path: Path) -> None:
    # The shell dies of SIGTERM at once; its child has work to finish.
    child = f"""
import signal, sys, time
def finish(*_):
    time.sleep(0.3)
    open({str(tmp_path / "finished")!r}, "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, finish)
print("ready", flush=True)
while True:
    time.sleep(1000)
"""
    output = Output()
    argv = python(child).argv
    group = start(command("/bin/sh", "-c", '"$@" & wait', "sh", *argv), output)
    await ready(output)
    assert await group.end(grace_seconds=20.0) == 0
    assert group.exit == Exit(signal=signal.SIGTERM)
    assert (tmp_path / "finished").exists()


async def test_ending_twice_changes_nothing(start: Start) -> None:
    group = start(command("/bin/sleep", "1000"))
    await group.end()
    exit_, cpu = group.exit, group.cpu_seconds
    assert await group.end() == 0
    assert await group.sweep() == 0
    assert (group.exit, group.cpu_seconds) == (exit_, cpu) == (Exit(signal=signal.SIGTERM), cpu)
    assert cpu is not None


async def test_a_signal_reaches_the_group_and_not_what_left_it(start: Start, tmp_path: Path) -> None:
    group = start(family(tmp_path / "pids", "stay"))
    pids = await complete(tmp_path / "pids", "leader")
    assert group.signal(signal.SIGKILL)
    assert await group.wait() == Exit(signal=signal.SIGKILL)
    inside = {"child", "deep-1"}
    await until(lambda: not any(lives(pids[kind]) for kind in inside), "those in the group are dead")
    assert all(lives(pids[kind]) for kind in KINDS if kind not in inside)


async def test_a_leader_that_does_not_die_holds_nobody_up_and_is_reaped_when_it_does(
    start: Start, launches: Launches, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As a process that hangs in the kernel, on a dead network disk.
    group = start(command("/bin/sleep", "1000"))
    monkeypatch.setattr(os, "kill", lambda pid, number: None)
    await group.sweep(limit_seconds=0.05)
    assert not group.exited.done()
    assert "do not die" in caplog.text
    assert await group.drain(quiet_seconds=0.0) is False
    assert launches.leaders == {group.pid}
    monkeypatch.undo()
    os.kill(group.pid, signal.SIGKILL)
    await until(lambda: not launches.leaders, "it was reaped")
    assert group.exit == Exit(signal=signal.SIGKILL)
    assert not lives(group.pid)


async def test_a_lost_exit_is_a_failure(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    group = start(command("/bin/sleep", "1000"))
    steal_exit(group.pid)
    assert await group.wait() == Exit(code=255)
    assert "was lost" in caplog.text
    assert await group.sweep() == 0


def steal_exit(pid: int) -> None:
    """What a part of the program does that waits for children that are not its own."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


# A process that holds the pipes


async def test_a_grandchild_that_holds_the_pipes_delays_the_drain_to_its_limit_only(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "sleep 1000 & echo said; exit 2"), output)
    assert await group.wait() == Exit(code=2)
    assert await group.drain(quiet_seconds=0.1) is False
    assert output.out == b"said\n"
    assert await group.sweep() == 1


async def test_killing_the_holder_ends_the_drain(start: Start) -> None:
    group = start(command("/bin/sh", "-c", "sleep 1000 & exit 2"))
    await group.wait()
    drain = asyncio.create_task(group.drain(quiet_seconds=1000.0), name="drain")
    await group.sweep()
    assert await drain is True


async def test_a_holder_that_writes_now_and_then_is_listened_to(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "for i in 1 2 3 4; do sleep 0.1; echo $i; done &"), output)
    await group.wait()
    assert await group.drain(quiet_seconds=20.0) is True
    assert output.out == b"1\n2\n3\n4\n"


async def test_a_holder_that_never_stops_writing_is_given_up_at_the_limit(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "while :; do echo x; sleep 0.02; done & exit 0"), output)
    await group.wait()
    assert await group.drain(quiet_seconds=20.0, limit_seconds=0.3) is False
    await group.sweep()
    assert await group.processes() == []


async def test_what_was_written_before_the_drain_ends_is_not_lost(start: Start) -> None:
    output = Output()
    group = start(command("/bin/sh", "-c", "sleep 1000 & head -c 60000 /dev/zero"), output)
    await until(lambda: group.exit, "the leader has ended")
    assert await group.drain(quiet_seconds=0.0) is False
    assert len(output.out) == 60000
