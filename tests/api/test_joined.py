"""A close under a client that is still sending: it reads what was said to it first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from wjtui.api.joined import LINGER_SECONDS, SILENT_SECONDS, Joined


class Loop:
    """A clock, and what is to be done at which time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, work: Callable[[], None]) -> asyncio.Handle:
        self.due.append((when, work))
        return cast(asyncio.Handle, work)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        due = [work for when, work in self.due if when <= self.now]
        self.due = [each for each in self.due if each[0] > self.now]
        for work in due:
            work()


class Wire:
    """The transport below: what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return "close" in self.done

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: self.done.append(name)


@pytest.fixture
def loop() -> Loop:
    return Loop()


def refused(loop: Loop) -> tuple[Joined, Wire]:
    wire = Wire()
    joined = Joined(cast(Any, wire), cast(Any, loop))
    joined.lingers = LINGER_SECONDS
    joined.close()
    assert wire.done == ["write_eof", "resume_reading"] and joined.is_closing()
    return joined, wire


def test_a_client_that_goes_on_sending_is_heard_out(loop: Loop) -> None:
    joined, wire = refused(loop)
    for _ in range(10):
        loop.pass_time(SILENT_SECONDS * 0.75)
        joined.throw_away()
        assert not wire.is_closing()
    loop.pass_time(SILENT_SECONDS)
    assert wire.is_closing() and loop.due == []


def test_a_silent_client_is_not_waited_for(loop: Loop) -> None:
    _, wire = refused(loop)
    loop.pass_time(SILENT_SECONDS)
    assert wire.is_closing()


def test_nor_is_one_that_never_ends(loop: Loop) -> None:
    joined, wire = refused(loop)
    for _ in range(int(LINGER_SECONDS)):
        assert not wire.is_closing()
        loop.pass_time(1.0)
        joined.throw_away()
    assert wire.is_closing()


def test_it_is_cut_short_where_its_place_is_needed(loop: Loop) -> None:
    joined, wire = refused(loop)
    joined.cut()
    assert wire.is_closing()
    plain = Wire()
    Joined(cast(Any, plain), cast(Any, loop)).cut()
    assert plain.done == ["close"]
