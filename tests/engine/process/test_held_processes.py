"""Limits of real processes: from the first instruction on, for all that a launch starts."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.process.family import ENGINE, Output, command, complete, family, lives, python, until
from wjtui.engine.process.account import Account, find_account
from wjtui.engine.process.bounds import Bounds, bound_memory, enclose, look_at_machine
from wjtui.engine.process.cgroup import Fence, Ground, group_prefix, make_fence
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.limits import Limits
from wjtui.engine.process.mark import marked
from wjtui.engine.process.priority import set_io_class, with_priority
from wjtui.engine.process.spawn import Command, LaunchFailed, spawn
from wjtui.model.runs import Exit

MACHINE = look_at_machine(ENGINE)
OTHER = find_account("www-data") or find_account("nobody")
needs_ground = pytest.mark.skipif(MACHINE.ground is None, reason="no control group can be made here")
needs_root = pytest.mark.skipif(not MACHINE.switches or OTHER is None, reason="needs root and a second user")

# The first thing it does is to start another one; both tell what they have.
TELL = """
import os, resource, sys
child = os.fork()
if child:
    os.waitpid(child, 0)
WAIT
print("child" if not child else "leader", EXPRESSION, flush=True)
"""
WAIT = """
import time
while not os.path.exists("PATH"):
    time.sleep(0.005)
"""
HOG = """
import os
WAIT
x = [bytearray(10 << 20) for _ in range(40)]
print("all of it", flush=True)
"""


def tell(expression: str) -> Command:
    return python(TELL.replace("EXPRESSION", expression).replace("WAIT", ""))


def waiting(program: str, go: Path) -> Command:
    """A program that goes on where it says WAIT once there is a file."""
    return python(program.replace("WAIT", WAIT).replace("PATH", str(go)))


async def outcome(launches: Launches, what: Command, limits: Limits) -> tuple[list[str], Exit]:
    """Run a command to its end, without a limit of memory; what it wrote, by line."""
    output = Output()
    group = spawn(what, launches=launches, output=output, limits=limits)
    exit = await group.wait()
    await group.drain()
    await group.sweep()
    return (output.out + output.err).decode().splitlines(), exit


async def held(
    launches: Launches, bounds: Bounds, program: str, limits: Limits, output: Output, go: Path
) -> tuple[ProcessGroup, Fence | None]:
    """Start a program under its limit of memory, and let it go on where it says WAIT."""
    what = waiting(program, go)
    group = spawn(what, launches=launches, output=output, limits=limits)
    group.signal(signal.SIGSTOP)
    fence = await asyncio.to_thread(bounds.hold, group.pid, group.mark, limits)
    group.signal(signal.SIGCONT)
    go.touch()
    return group, fence


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    return Bounds(ENGINE, tmp_path / "cgroups")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="wjtui-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def ground() -> Ground:
    assert MACHINE.ground is not None
    return MACHINE.ground


def other() -> Account:
    assert OTHER is not None
    return OTHER


# Priorities


async def test_a_niceness_is_there_from_the_first_fork_on(launches: Launches) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    nice = min(19, before + 7)
    lines, exit = await outcome(launches, tell("os.nice(0)"), Limits(nice=nice))
    assert (lines, exit) == ([f"child {nice}", f"leader {nice}"], Exit(code=0))
    assert os.getpriority(os.PRIO_PROCESS, 0) == before, "the engine keeps its own"
    assert await outcome(launches, tell("os.nice(0)"), Limits()) == (
        [f"child {before}", f"leader {before}"],
        Exit(code=0),
    )


@pytest.mark.skipif(not MACHINE.io_classes, reason="this machine has no classes")
@pytest.mark.parametrize(("name", "shown"), [("idle", 3 << 13), ("best-effort", 2 << 13 | 4)])
async def test_a_class_for_the_disk_is_there_too(launches: Launches, name: str, shown: int) -> None:
    get = "__import__('ctypes').CDLL(None).syscall({'x86_64': 252, 'aarch64': 31}[os.uname().machine], 1, 0)"
    lines, _ = await outcome(launches, tell(get), Limits(io_class=name))
    assert lines == [f"child {shown}", f"leader {shown}"]


async def test_a_launch_with_a_priority_is_marked_and_ended_like_every_other(
    launches: Launches, tmp_path: Path
) -> None:
    group = spawn(family(tmp_path / "f", "stay"), launches=launches, output=Output(), limits=Limits(nice=10))
    pids = await complete(tmp_path / "f", "leader")
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids.values()} == {10}
    assert all(marked(pid) == group.mark for pid in pids.values())
    await group.end(now=True)
    assert not any(lives(pid) for pid in pids.values())
    await group.drain()


async def test_a_priority_leaves_the_sentences_of_a_failed_start_as_they_are(launches: Launches) -> None:
    with pytest.raises(LaunchFailed, match="there is no such file, deploy the job again"):
        spawn(command("/no/program"), launches=launches, output=Output(), limits=Limits(nice=5))


def test_no_thread_is_left(launches: Launches) -> None:
    assert with_priority(19, "", threading.current_thread) not in threading.enumerate()


def test_what_the_machine_refuses_is_logged_and_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for bits in (32, 64):
        monkeypatch.setattr(f"wjtui.engine.process.priority._IOPRIO_SET_{bits}", {})
    with pytest.raises(OSError, match="Function not implemented"):
        set_io_class("idle")
    assert with_priority(None, "idle", lambda: 5) == 5
    assert "a job was started without its io_class idle: Function not implemented" in caplog.text


# Users


@needs_root
async def test_a_launch_as_another_user_has_all_of_his_groups_and_none_of_ours(launches: Launches) -> None:
    account = other()
    show = "grep -E '^(Uid|Gid|Groups):' /proc/self/status"
    what = command("/bin/sh", "-c", f"({show}) & wait; {show}")
    lines, _ = await outcome(launches, what, Limits(account=account))
    numbers = [[int(word) for word in line.split()[1:]] for line in lines]
    assert numbers == 2 * [[account.uid] * 4, [account.gid] * 4, sorted(account.groups)]


@needs_root
@pytest.mark.skipif(not shutil.which("python3", path=os.defpath), reason="no interpreter for everybody")
async def test_every_process_of_another_user_is_found_and_ended(
    launches: Launches, open_folder: Path
) -> None:
    what = family(open_folder / "f", "stay")
    os.chown(open_folder / "f", other().uid, other().gid)
    what = Command(("/usr/bin/env", "python3", *what.argv[4:]), what.cwd, what.environment)
    group = spawn(what, launches=launches, output=Output(), limits=Limits(account=other()))
    pids = await complete(open_folder / "f", "leader")
    assert {os.stat(f"/proc/{pid}").st_uid for pid in pids.values()} == {other().uid}
    assert all(marked(pid) == group.mark for pid in pids.values())
    await group.end(now=True)
    assert not any(lives(pid) for pid in pids.values())
    await group.drain()


# Memory


@needs_ground
async def test_processes_share_the_memory_of_a_group(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    output = Output()
    # Two that have 60 MB each: too much together, and each by itself is not.
    program = (
        "import os\nos.fork()\nWAIT\nx = bytearray(60 << 20)\nprint('has it', flush=True)\nos.read(0, 1)\n"
        + ("__import__('time').sleep(1000)")
    )
    limits = Limits(memory=100 << 20, ground=ground())
    group, fence = await held(launches, bounds, program, limits, output, tmp_path / "go")
    assert fence is not None
    try:
        await until(fence.overran, "the kernel killed one of them")
        assert output.out.count(b"has it") < 2
    finally:
        await group.end(now=True)
        await group.drain()
    assert fence.remove()
    assert not os.path.exists(fence.folder)


@needs_ground
async def test_a_group_that_is_large_enough_is_left_in_peace(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    output = Output()
    limits = Limits(memory=1 << 30, ground=ground())
    group, fence = await held(launches, bounds, HOG, limits, output, tmp_path / "go")
    assert await group.wait() == Exit(code=0)
    await group.drain()
    await group.sweep()
    assert fence is not None
    assert not fence.overran()
    assert fence.remove()
    assert output.out == b"all of it\n"


@needs_ground
async def test_processes_that_were_faster_than_the_limit_come_under_it_too(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    group = spawn(family(tmp_path / "f", "stay"), launches=launches, output=Output())
    pids = await complete(tmp_path / "f", "leader")
    fence = bounds.hold(group.pid, group.mark, Limits(memory=1 << 30, ground=ground()))
    assert fence is not None
    inside = {int(pid) for pid in Path(fence.folder, "cgroup.procs").read_text().split()}
    assert inside >= set(pids.values())
    assert not fence.remove(), "there are processes in it"
    await group.end(now=True)
    await group.drain()
    assert fence.remove()


async def test_without_a_group_each_process_has_the_limit(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    output = Output()
    program = TELL.replace("EXPRESSION", "resource.getrlimit(resource.RLIMIT_AS)")
    group, fence = await held(launches, bounds, program, Limits(memory=300 << 20), output, tmp_path / "go")
    await group.wait()
    await group.drain()
    await group.sweep()
    assert fence is None
    both = (300 << 20, 300 << 20)
    assert output.out.decode().splitlines() == [f"child {both}", f"leader {both}"]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


async def test_who_wants_more_than_his_addresses_gets_an_error(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    output = Output()
    group, _ = await held(launches, bounds, HOG, Limits(memory=100 << 20), output, tmp_path / "go")
    assert await group.wait() == Exit(code=1)
    await group.drain()
    await group.sweep()
    assert b"MemoryError" in output.err


async def test_a_group_that_cannot_be_made_is_replaced_by_a_limit_of_each(
    launches: Launches, bounds: Bounds, tmp_path: Path
) -> None:
    output = Output()
    nowhere = Ground(str(tmp_path), 2, "wjtui-")
    program = TELL.replace("EXPRESSION", "resource.getrlimit(resource.RLIMIT_AS)[0]")
    limits = Limits(memory=300 << 20, ground=nowhere)
    group, fence = await held(launches, bounds, program, limits, output, tmp_path / "go")
    await group.wait()
    await group.drain()
    await group.sweep()
    assert fence is None
    assert output.out.decode().splitlines() == [f"child {300 << 20}", f"leader {300 << 20}"]
    assert {path.name for path in tmp_path.iterdir()} == {"cgroups", "go"}


@needs_root
@pytest.mark.skipif(not MACHINE.prlimit, reason="there is no prlimit here")
async def test_another_users_memory_is_limited_by_a_command_where_the_engine_may_not(
    launches: Launches,
) -> None:
    prefix = (MACHINE.prlimit, f"--as={300 << 20}", "--")
    what = command("/bin/sh", "-c", "ulimit -v; id -u; echo $A_B")
    what = Command(what.argv, what.cwd, {**what.environment, "A_B": "1", "A-B": "kept"})
    lines, _ = await outcome(launches, what, Limits(account=other(), prefix=prefix))
    assert lines == [str(300 << 10), str(other().uid), "1"]


async def test_a_process_that_is_gone_needs_no_limit(launches: Launches) -> None:
    group = spawn(command("/bin/true"), launches=launches, output=Output())
    await group.wait()
    await group.drain()
    await group.sweep()
    enclose(group.pid, group.mark, lambda pid: bound_memory(pid, 1 << 30))


@needs_ground
def test_what_a_killed_engine_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    note = tmp_path / "cgroups"
    mark = "cd" * 16
    kill = f"""
import os, signal
from pathlib import Path
from wjtui.engine.process.bounds import Bounds
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.limits import Limits
bounds = Bounds("{mark}", Path({str(note)!r}))
child = os.fork()
if not child:
    signal.pause()
limits = Limits(memory=1 << 30, ground=bounds.machine.ground)
fence = bounds.hold(child, Launches("{mark}").next_mark(), limits)
print(fence.folder, flush=True)
os.kill(child, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", kill], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == -signal.SIGKILL, result.stderr
    folder = Path(result.stdout.strip())
    assert folder.is_dir()
    other_engine = folder.parent / f"{group_prefix('ef' * 16)}1"
    other_engine.mkdir()
    try:
        Bounds(mark, note).clear()
        assert not folder.exists()
        assert other_engine.exists(), "it is another engine's"
        assert not note.exists()
    finally:
        other_engine.rmdir()


def test_nothing_is_written_where_nothing_was_made(tmp_path: Path) -> None:
    note = tmp_path / "cgroups"
    Bounds(ENGINE, note).clear()
    assert not note.exists()


def test_version_2_is_told_its_limit_and_to_kill_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stand-in for the kernel, which fills a new group with its files.
    names = ("cgroup.procs", "memory.max", "memory.swap.max", "memory.oom.group", "memory.events")
    make = os.mkdir

    def mkdir(path: str) -> None:
        make(path)
        for name in names:
            Path(path, name).touch()

    monkeypatch.setattr("os.mkdir", mkdir)
    fence = make_fence(Ground(str(tmp_path), 2, "wjtui-"), "1", 5000)
    written = {path.name: path.read_text() for path in Path(fence.folder).iterdir()}
    assert written == {
        "cgroup.procs": "",
        "memory.max": "5000",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "memory.events": "",
    }
    events = Path(fence.folder, "memory.events")
    events.write_text("low 0\nhigh 0\nmax 31\noom 1\noom_kill 0\noom_group_kill 0\n")
    assert not fence.overran()
    events.write_text("low 0\nhigh 0\nmax 31\noom 1\noom_kill 2\noom_group_kill 1\n")
    assert fence.overran()


WITHOUT_ROOT = """
import asyncio, os, signal
from pathlib import Path
from wjtui.engine.process.bounds import Bounds
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.limits import CannotLimit
from wjtui.engine.process.spawn import Command, spawn
from wjtui.engine.process.subreaper import become_subreaper
from wjtui.model.settings import JobSettings

# On a busy machine the limit comes some milliseconds after the first instruction.
HELD = 'until [ "$(ulimit -v)" != unlimited ]; do sleep 0.01; done'
SCRIPT = f"({HELD}; nice; ulimit -v) & wait; id -un"

async def main():
    os.setgroups(GROUPS)
    os.setresgid(GID, GID, GID)
    os.setresuid(UID, UID, UID)
    become_subreaper()
    bounds, launches = Bounds("ab" * 16, Path("/nowhere/cgroups")), Launches("ab" * 16)
    settings = JobSettings(nice=-5, io_class="idle", memory_limit=300 << 20, run_as=NAME)
    limits = bounds.limits(settings)
    chunks = []
    group = spawn(
        Command(("/bin/sh", "-c", SCRIPT), "/", {"PATH": os.defpath}),
        launches=launches, output=lambda _, data: chunks.append(data), limits=limits,
    )
    group.signal(signal.SIGSTOP)
    fence = await asyncio.to_thread(bounds.hold, group.pid, group.mark, limits)
    group.signal(signal.SIGCONT)
    await group.wait(); await group.drain(); await group.sweep()
    print(fence, b"".join(chunks).decode().split(), len(bounds.unmet(settings)))
    try:
        bounds.limits(JobSettings(run_as="root"))
    except CannotLimit as error:
        print(error)

asyncio.run(main())
"""


@needs_root
def test_an_engine_that_is_not_root_holds_what_it_can() -> None:
    account = other()
    program = WITHOUT_ROOT.replace("NAME", repr(account.name)).replace("GROUPS", repr(list(account.groups)))
    program = program.replace("GID", str(account.gid)).replace("UID", str(account.uid))
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = result.stdout.splitlines()
    assert lines[0] == f"None ['0', '{300 << 10}', '{account.name}'] 2", result.stderr
    assert lines[1].startswith("It is to run as 'root', and only an engine of root or of that user can do so")
