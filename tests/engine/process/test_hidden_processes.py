"""Processes that changed mark, session or user, and orphans: found all the same."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.process.family import (
    FAMILY,
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
from wjtui.engine.process import proc
from wjtui.engine.process.mark import Mark, marked
from wjtui.engine.process.proc import own_children
from wjtui.engine.process.subreaper import reap_orphans
from wjtui.model.runs import Exit


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


async def test_children_are_found_on_a_kernel_that_does_not_list_them(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = start(command("/bin/sleep", "1000"))
    listed = own_children()
    read = proc.read_file
    monkeypatch.setattr(proc, "read_file", lambda path: b"" if path.endswith("/children") else read(path))
    monkeypatch.setattr(os.path, "exists", lambda path: False)
    assert group.pid in own_children()
    assert sorted(own_children()) == sorted(listed)
