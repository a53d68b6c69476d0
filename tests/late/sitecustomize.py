"""A busy machine, at will: threads answer late, what comes by a socket is late, the loop is put aside.

Python imports this by itself where the folder is on ``PYTHONPATH``: in the tests, and in each engine and
screen that they start. ``make late`` sets ``LATE_THREADS``, ``LATE_WIRE`` and ``LATE_LOOP``, all seconds at
most.
"""

from __future__ import annotations

import os
import random
import time
from asyncio import base_events, events, selector_events
from typing import Any

_THREADS, _WIRE, _LOOP = (
    float(os.environ.get(name, "0")) for name in ("LATE_THREADS", "LATE_WIRE", "LATE_LOOP")
)
_SHARE_OF_THREADS, _SHARE_OF_READS, _SHARE_OF_STEPS = 0.5, 0.3, 0.002
"""Of what a thread is asked to do, of what a socket has to say, and of the steps of a loop."""

_Socket: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
_run_in_executor = base_events.BaseEventLoop.run_in_executor
_read_ready = _Socket._read_ready
_run = events.Handle._run


def _run_late(loop: Any, executor: Any, func: Any, *args: Any) -> Any:
    before, after = (random.random() < _SHARE_OF_THREADS and random.uniform(0, _THREADS / 2) for _ in "ab")

    def late(*args: Any) -> Any:
        time.sleep(before)
        try:
            return func(*args)
        finally:
            time.sleep(after)

    return _run_in_executor(loop, executor, late, *args)


def _read_late(transport: Any) -> None:
    if transport._paused or transport._closing or random.random() > _SHARE_OF_READS:
        _read_ready(transport)
        return
    loop = transport._loop
    loop._remove_reader(transport._sock_fd)

    def read_on() -> None:
        if not (transport._paused or transport._closing):
            loop._add_reader(transport._sock_fd, transport._read_ready)

    loop.call_later(random.uniform(0, _WIRE), read_on)


def _step_late(handle: Any) -> None:
    if random.random() < _SHARE_OF_STEPS:
        time.sleep(random.uniform(0, _LOOP))
    _run(handle)


if _THREADS:
    base_events.BaseEventLoop.run_in_executor = _run_late  # type: ignore[assignment, method-assign]
if _WIRE:
    _Socket._read_ready = _read_late
if _LOOP:
    events.Handle._run = _step_late  # type: ignore[assignment, method-assign]
