"""The guardian: status, signals, and nothing left of a killed engine (R1, contract 3)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.engine.process.family import KINDS, PYTHON, family, family_pids, lives, until
from wjtui.engine.process.environment import GUARDIAN
from wjtui.engine.process.guardian import guardian_argv
from wjtui.engine.process.parent import watch_guardian

ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}

# An engine that adopts orphans and runs a job with descendants of every kind.
ENGINE = """
import asyncio, os, sys
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.parent import watch_guardian
from wjtui.engine.process.spawn import Command, spawn
from wjtui.engine.process.subreaper import become_subreaper

async def main():
    become_subreaper()
    gone = asyncio.Event()
    watch_guardian(asyncio.get_running_loop(), gone.set)
    launches = Launches("ab" * 16)
    command = Command(tuple(sys.argv[1:]), "/", {"PATH": os.defpath})
    group = spawn(command, launches=launches, output=lambda *_: None)
    print("engine", os.getpid(), flush=True)
    await gone.wait()
    await group.end(grace_seconds=0.1)
    print("stopped", flush=True)

asyncio.run(main())
"""


class Guarded:
    """A guardian under test."""

    def __init__(self, *engine: str, pass_fds: Sequence[int] = ()) -> None:
        self.process = subprocess.Popen(
            guardian_argv(list(engine)),
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=pass_fds,
            text=True,
            start_new_session=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ended(self) -> int:
        """Its status, once it has ended."""
        return self.process.wait(20)

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture
def guarded() -> Iterator[type[Guarded]]:
    every: list[Guarded] = []

    class Closing(Guarded):
        def __init__(self, *engine: str, pass_fds: Sequence[int] = ()) -> None:
            super().__init__(*engine, pass_fds=pass_fds)
            every.append(self)

    yield Closing
    for each in every:
        each.close()


def python(program: str) -> tuple[str, ...]:
    return (*PYTHON, "-c", program)


@pytest.mark.parametrize("code", [0, 1, 5, 200])
def test_it_ends_with_the_engines_status(guarded: type[Guarded], code: int) -> None:
    assert guarded("/bin/sh", "-c", f"exit {code}").ended() == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_death_by_signal_is_128_and_the_number(guarded: type[Guarded], number: int) -> None:
    assert guarded("/bin/sh", "-c", f"kill -{number} $$").ended() == 128 + number


def test_an_engine_that_cannot_be_started_is_one_sentence_and_127(guarded: type[Guarded]) -> None:
    guard = guarded("/no/such/engine")
    assert guard.ended() == 127
    assert guard.errors() == (
        "wjtui: '/no/such/engine' could not be started: No such file or directory, install wjtui again\n"
    )


def test_without_an_engine_it_says_how_it_is_used() -> None:
    result = subprocess.run(guardian_argv([]), capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "usage: guardian.py -- ENGINE [ARGUMENT...]\n")


def test_the_engine_leads_a_session_and_knows_its_guardian(guarded: type[Guarded]) -> None:
    tell = "import os; print(os.getsid(0) == os.getpid(), os.getppid(), os.environ['WJTUI_GUARDIAN'])"
    guard = guarded(*python(tell))
    pid = guard.process.pid
    assert guard.line() == f"True {pid} {pid}"
    assert guard.ended() == 0


def test_the_engine_gets_signals_as_the_guardian_found_them(guarded: type[Guarded]) -> None:
    guard = guarded("/bin/sh", "-c", "grep -E 'SigBlk' /proc/self/status")
    assert int(guard.line().split()[1], 16) == 0


LISTENING = """
import os, signal, sys, time
def got(number, frame):
    os.write(1, signal.Signals(number).name.encode() + b"\\n")
    if number != signal.SIGHUP and "stay" not in sys.argv:
        sys.exit(9)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, got)
print("ready", flush=True)
while True:
    time.sleep(1000)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_go_on_to_the_engine(guarded: type[Guarded], number: signal.Signals) -> None:
    guard = guarded(*python(LISTENING))
    assert guard.line() == "ready"
    guard.process.send_signal(signal.SIGHUP)
    guard.process.send_signal(number)
    assert guard.line() == number.name, "SIGHUP did not get through"
    assert guard.ended() == 9


def test_a_second_signal_goes_on_too(guarded: type[Guarded]) -> None:
    guard = guarded(*python(LISTENING), "stay")
    assert guard.line() == "ready"
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        guard.process.send_signal(number)
        assert guard.line() == number.name
    guard.process.send_signal(signal.SIGHUP)
    guard.process.send_signal(signal.SIGTERM)
    assert guard.line() == "SIGTERM"
    assert guard.process.poll() is None
    engine = int(subprocess.check_output(["ps", "-o", "pid=", "--ppid", str(guard.process.pid)], text=True))
    os.kill(engine, signal.SIGKILL)
    assert guard.ended() == 137


def test_an_interrupt_that_the_shell_ignores_stays_ignored() -> None:
    shell = "trap '' INT; exec \"$@\""
    process = subprocess.Popen(
        ["/bin/sh", "-c", shell, "sh", *guardian_argv(list(python(LISTENING)))],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20)[0] == "SIGTERM\n"
    assert process.returncode == 9


def test_it_does_not_hold_what_was_meant_for_the_engine(guarded: type[Guarded]) -> None:
    reading, writing = os.pipe()
    program = f"import os, time; os.write({writing}, b'up'); os.close({writing}); time.sleep(1000)"
    guard = guarded(*python(program), pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "up", "its end comes while guardian and engine live"
    assert guard.process.poll() is None


async def engine_with_family(guarded: type[Guarded], folder: Path) -> tuple[Guarded, int, dict[str, int]]:
    guard = guarded(sys.executable, "-c", ENGINE, *family(folder, "stay").argv)
    engine = int((await asyncio.to_thread(guard.line)).split()[1])
    await until(lambda: {*KINDS, "leader"} <= set(family_pids(folder)), "the whole family lives")
    return guard, engine, family_pids(folder)


async def test_a_killed_engine_leaves_none_of_six_kinds(guarded: type[Guarded], tmp_path: Path) -> None:
    guard, engine, pids = await engine_with_family(guarded, tmp_path / "pids")
    os.kill(engine, signal.SIGKILL)
    assert await asyncio.to_thread(guard.ended) == 137
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


async def test_an_engine_that_ends_by_itself_leaves_nothing_either(
    guarded: type[Guarded], tmp_path: Path
) -> None:
    guard, engine, pids = await engine_with_family(guarded, tmp_path / "pids")
    os.kill(engine, signal.SIGTERM)
    assert await asyncio.to_thread(guard.ended) == 128 + signal.SIGTERM
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


async def test_a_killed_guardian_has_the_engine_stop_its_jobs(guarded: type[Guarded], tmp_path: Path) -> None:
    guard, engine, pids = await engine_with_family(guarded, tmp_path / "pids")
    guard.process.kill()
    assert await asyncio.to_thread(guard.line) == "stopped"
    await until(lambda: not lives(engine), "the engine has ended")
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


async def test_a_guardian_that_is_gone_already_is_noticed() -> None:
    gone = asyncio.Event()
    environment = {GUARDIAN: "1" if os.getppid() != 1 else "2"}
    watch_guardian(asyncio.get_running_loop(), gone.set, environment)
    assert environment == {}
    await asyncio.wait_for(gone.wait(), 20)


@pytest.mark.parametrize("name", ["", "x", "-1"])
async def test_without_a_guardian_nothing_happens(name: str) -> None:
    stop = watch_guardian(asyncio.get_running_loop(), lambda: pytest.fail("nobody is gone"), {GUARDIAN: name})
    await asyncio.sleep(0)
    stop()


async def test_a_watch_of_a_living_guardian_can_be_ended() -> None:
    before = os.listdir("/proc/self/fd")
    stop = watch_guardian(
        asyncio.get_running_loop(), lambda: pytest.fail("it lives"), {GUARDIAN: str(os.getppid())}
    )
    await asyncio.sleep(0)
    stop()
    stop()
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_without_pidfd_the_parent_is_looked_at_now_and_then(guarded: type[Guarded]) -> None:
    program = """
import asyncio, os, subprocess, sys
from wjtui.engine.process.parent import watch_guardian
del os.pidfd_open
def refuse(pid):
    raise OSError(38, "Function not implemented")
os.pidfd_open = refuse

async def main():
    gone = asyncio.Event()
    watch_guardian(asyncio.get_running_loop(), gone.set)
    print("ready", flush=True)
    await gone.wait()
    print("gone", flush=True)

asyncio.run(main())
"""
    guard = guarded(sys.executable, "-c", program)
    assert guard.line() == "ready"
    guard.process.kill()
    assert guard.line() == "gone"
