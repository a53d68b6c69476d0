"""Programs for tests: a job with descendants of every kind, and how a test waits for states."""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.pipes import Stream
from wjtui.engine.process.proc import read_stat
from wjtui.engine.process.spawn import Command

ENGINE = secrets.token_hex(16)
"""The mark of the engine that a test plays: its own in every test run, for runs beside each other."""
LIMIT_SECONDS = 20.0
"""How long a test waits for a state before it fails."""
KINDS = ("child", "group", "session", "daemon", "ghost", "deep-1", "deep-4")
"""A child; one in its own group; in its own session; a daemon by double fork; one that wiped its environment
and closed its descriptors too; a tree of sessions, top and bottom."""

Start = Callable[..., ProcessGroup]
"""The fixture ``start``: a command, and a sink for its output if the test wants one."""

PYTHON = (sys.executable, "-S", "-E", "-I")

_GHOST = """
trap '' TERM
echo $$ > "$0/.ghost"
/bin/mv "$0/.ghost" "$0/ghost"
exec /bin/sleep 1000
"""
FAMILY = """
import os, signal, sys, time
folder, then = sys.argv[1:]

def live(folder, kind):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(f"{folder}/.{kind}", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"{folder}/.{kind}", f"{folder}/{kind}")
    time.sleep(1000)

def start(kind, *steps):
    if os.fork():
        return
    for step in steps:
        step()
    live(folder, kind)
    os._exit(0)

def fork_away():
    if os.fork():
        os._exit(0)

def vanish():
    os.closerange(0, 1024)
    os.execve("/bin/sh", ["sh", "-c", GHOST, folder], {})

def deepen():
    for level in range(1, 4):
        if os.fork():
            live(folder, f"deep-{level}")
        os.setsid()

start("child")
start("group", lambda: os.setpgid(0, 0))
start("session", os.setsid)
start("daemon", os.setsid, fork_away)
start("ghost", os.setsid, fork_away, vanish)
start("deep-4", deepen)
while not all(os.path.exists(f"{folder}/{kind}") for kind in KINDS):
    time.sleep(0.005)
print("complete", flush=True)
if then == "stay":
    live(folder, "leader")
os._exit(3)
""".replace("KINDS", repr(KINDS)).replace("GHOST", repr(_GHOST))


class Output:
    """What a job wrote, by stream."""

    def __init__(self) -> None:
        self.chunks: list[tuple[Stream, bytes]] = []

    def __call__(self, stream: Stream, data: bytes) -> None:
        self.chunks.append((stream, data))

    def of(self, stream: Stream) -> bytes:
        """Everything written to one of them."""
        return b"".join(data for each, data in self.chunks if each is stream)

    @property
    def out(self) -> bytes:
        return self.of(Stream.OUT)

    @property
    def err(self) -> bytes:
        return self.of(Stream.ERR)


def command(*argv: str, cwd: Path | str = "/", environment: Mapping[str, str] | None = None) -> Command:
    """A command with a plain environment."""
    return Command(argv, str(cwd), {"PATH": os.defpath, **(environment or {})})


def python(program: str, *arguments: str, cwd: Path | str = "/", **environment: str) -> Command:
    """A command that runs a Python program given as text; it imports nothing of ours."""
    return command(*PYTHON, "-c", program, *arguments, cwd=cwd, environment=environment)


def family(folder: Path, then: str) -> Command:
    """A job that starts one of each kind, notes their pids in ``folder``, and stays or exits with 3."""
    folder.mkdir()
    return python(FAMILY, str(folder), then)


def family_pids(folder: Path) -> dict[str, int]:
    """Who has noted his pid so far."""
    return {path.name: int(path.read_text()) for path in folder.iterdir() if not path.name.startswith(".")}


def lives(pid: int) -> bool:
    """Whether the process is there and has not ended."""
    stat = read_stat(pid)
    return stat is not None and stat.alive


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a state, or fail. ``condition`` may be a coroutine function."""
    give_up = time.monotonic() + LIMIT_SECONDS
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < give_up, f"not within {LIMIT_SECONDS:.0f} s: {what}"
        await asyncio.sleep(0.005)


async def complete(folder: Path, *more: str) -> dict[str, int]:
    """The pids of a whole family, by kind."""
    await until(lambda: {*KINDS, *more} <= set(family_pids(folder)), "the whole family lives")
    return family_pids(folder)


async def ready(output: Output) -> None:
    """Wait until the job has said so."""
    await until(lambda: b"ready" in output.out, "the job is ready")
