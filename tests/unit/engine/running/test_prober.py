from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.spawn import LaunchFailed
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.probe import Finding, Prober
from wjtui.engine.running.program import Program
from wjtui.model.settings import Probe


class Slept:
    """A clock that notes how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


def make_prober(
    probe: Probe, folder: Path, start: Callable[[Sequence[str]], ProcessGroup]
) -> tuple[Prober, list[float]]:
    clock = Slept()
    rooms = cast(Rooms, SimpleNamespace(clock=clock, hosts=find_hosts({})))
    program = cast(Program, SimpleNamespace(folder=str(folder), port=1))
    return Prober(rooms, probe, program, start), clock.seconds


async def test_a_command_for_which_there_is_no_room_says_nothing(tmp_path: Path) -> None:
    failures = [LaunchFailed("no room", shortage=True), LaunchFailed("no room", shortage=True)]
    started: list[Sequence[str]] = []

    def start(argv: Sequence[str]) -> ProcessGroup:
        started.append(argv)
        raise failures.pop() if failures else LaunchFailed("there is no such file")

    prober, slept = make_prober(Probe(command="check 'a b' \"c\"", interval=7), tmp_path, start)
    assert await prober.find() == Finding("there is no such file", curable=False)
    assert slept == [7, 7, 7]
    assert started == [("check", "a b", "c")] * 3


async def test_a_request_for_which_there_is_no_room_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(errno.EMFILE, "Too many open files"), OSError(errno.ENETDOWN, "Network is down")]

    async def refuse(*_: Any) -> None:
        raise failures.pop(0)

    def start(argv: Sequence[str]) -> ProcessGroup:
        raise AssertionError(argv)

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    prober, slept = make_prober(Probe(http="/health"), tmp_path, start)
    assert await prober.find() == Finding("GET /health on port 1 failed: Network is down")
    assert slept == [30, 30]
    assert not failures
