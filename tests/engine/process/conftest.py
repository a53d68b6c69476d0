"""Fixtures for tests with real processes: each leaves no process, no descriptor and no zombie behind."""

from __future__ import annotations

import ctypes
import os
from collections.abc import AsyncIterator, Callable

import pytest

from tests.engine.process.family import ENGINE, Output, Start, until
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.pipes import Stream
from wjtui.engine.process.proc import own_children
from wjtui.engine.process.spawn import Command, spawn
from wjtui.engine.process.subreaper import become_subreaper, reap_orphans


@pytest.fixture
async def launches() -> AsyncIterator[Launches]:
    """An engine's launches, in a process that adopts orphans for as long as the test takes."""
    become_subreaper()
    register = Launches(ENGINE)
    children = set(own_children())
    descriptors = set(os.listdir("/proc/self/fd"))
    yield register
    reap_orphans(register.leaders)
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    assert set(own_children()) <= children, "a process was left behind"
    assert set(os.listdir("/proc/self/fd")) <= descriptors, "a descriptor was left open"
    assert not register.living
    assert not register.leaders


@pytest.fixture
async def start(launches: Launches) -> AsyncIterator[Start]:
    """Start commands; what the test leaves running is ended after it."""
    groups: list[ProcessGroup] = []

    def start_one(command: Command, output: Callable[[Stream, bytes], None] | None = None) -> ProcessGroup:
        group = spawn(command, launches=launches, output=output or Output())
        groups.append(group)
        return group

    yield start_one
    for group in groups:
        await group.end(now=True)
        await group.drain(quiet_seconds=0.0)
    await until(lambda: all(group.exit for group in groups), "every leader has ended")
