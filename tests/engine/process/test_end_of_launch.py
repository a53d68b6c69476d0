"""Ending a launch: signals, grace, and nothing left of six kinds of descendant (R3 to R6)."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.process.conftest import Output, Start
from tests.engine.process.family import FAMILY, KINDS, command, family, family_pids, lives, python, until
from wjtui.engine.process.mark import Mark, marked
from wjtui.engine.process.proc import own_children
from wjtui.engine.process.subreaper import reap_orphans
from wjtui.model.runs import Exit

PATIENT = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: None if TOUGH else sys.exit(7))
print("ready", flush=True)
while True:
    time.sleep(1000)
"""


async def complete(folder: Path, *more: str) -> dict[str, int]:
    await until(lambda: {*KINDS, *more} <= set(family_pids(folder)), "the whole family lives")
    return family_pids(folder)


async def ready(output: Output) -> None:
    await until(lambda: b"ready" in output.out, "the job is ready")


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


# Without a mark, with a changed mark


async def test_without_marks_sessions_ancestors_and_environment_find_all_but_the_ghost(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where an administrator has lowered the hard limit.
    def refuse(which: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    group = start(family(tmp_path / "pids", "stay"))
    monkeypatch.undo()
    pids = await complete(tmp_path / "pids")
    assert marked(group.pid) is None
    ghost = pids.pop("ghost")
    assert set(pids.values()) <= set(await group.processes())
    await group.end(grace_seconds=0.05)
    assert [kind for kind, pid in pids.items() if lives(pid)] == []
    os.kill(ghost, signal.SIGKILL)
    await until(lambda: not lives(ghost), "the ghost is dead")
    reap_orphans(())


CHANGED = """
import os, resource, sys, time
def change():
    resource.setrlimit(resource.RLIMIT_RTTIME, (200000, -1))
    os.setsid()
    if WIPED:
        os.execve("/bin/sleep", ["sleep", "1000"], {})
if os.fork() == 0:
    if DAEMON and os.fork():
        os._exit(0)
    change()
    time.sleep(1000)
if DAEMON:
    os.wait()
print("ready", flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize(("daemon", "wiped"), [(False, True), (True, False)])
async def test_one_that_changed_mark_and_session_is_found(
    start: Start, daemon: bool, wiped: bool, now: bool
) -> None:
    output = Output()
    group = start(python(CHANGED.replace("DAEMON", str(daemon)).replace("WIPED", str(wiped))), output)
    await ready(output)

    async def strangers() -> list[int]:
        return [pid for pid in await group.processes() if marked(pid) is None and os.getsid(pid) == pid]

    await until(strangers, "the stranger is found")
    (pid,) = await strangers()
    assert await group.end(now=now) == (2 if now else 1)
    assert not lives(pid)


async def test_the_launch_of_an_engine_inside_a_job_is_found_by_its_ancestors(
    start: Start, tmp_path: Path
) -> None:
    # What an inner engine starts carries the inner mark.
    inner = f"""
import resource, subprocess, sys, time
resource.setrlimit(resource.RLIMIT_RTTIME, ({Mark(1, 1).limit}, -1))
job = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True, env={{}})
print("ready", job.pid, flush=True)
time.sleep(1000)
"""
    output = Output()
    group = start(python(inner), output)
    await ready(output)
    pid = int(output.out.split()[1])
    assert marked(pid) == Mark(1, 1)
    assert pid in await group.processes()
    await group.end()
    assert not lives(pid)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
async def test_one_that_changed_its_user_is_found(start: Start, tmp_path: Path) -> None:
    program = FAMILY.replace('start("child")', 'os.setgid(65534); os.setuid(65534); start("child")')
    folder = tmp_path / "pids"
    folder.mkdir()
    folder.chmod(0o777)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.owner() == "root" and not parent.stat().st_mode & 1:
            parent.chmod(parent.stat().st_mode | 0o111)
    group = start(python(program, str(folder), "exit"))
    assert await group.wait() == Exit(code=3)
    pids = await complete(folder)
    assert set(pids.values()) <= set(await group.processes())
    await group.sweep()
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


# Orphans


@pytest.fixture
def child_of_another_part() -> Iterator[int]:
    """A child that this process has started and waits for itself, as the screen does with an editor."""
    pid = os.posix_spawn("/bin/true", ["true"], {})
    yield pid
    assert os.waitpid(pid, 0) == (pid, 0)


async def test_orphans_that_end_are_reaped_and_others_are_not(
    start: Start, child_of_another_part: int
) -> None:
    output = Output()
    group = start(
        command("/bin/sh", "-c", "(setsid sh -c 'echo $$ ready; sleep 0.05' &); sleep 1000"), output
    )
    await ready(output)
    orphan = int(output.out.split()[0])
    ended = start(command("/bin/true"))
    await ended.wait()
    await until(lambda: not lives(orphan) and not lives(child_of_another_part), "both have ended")
    assert orphan in own_children()
    assert reap_orphans({group.pid, ended.pid}) == 1
    assert orphan not in own_children()
    assert reap_orphans({group.pid, ended.pid}) == 0
    assert child_of_another_part in own_children()
    assert ended.pid in own_children()
