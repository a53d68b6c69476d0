"""A busy machine, at will: threads answer late, what can be read is read late, the loop is put aside.

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
"""Of what a thread is asked to do, of what can be read from sockets and pipes, and of the steps of a loop."""

_Loop: Any = selector_events.BaseSelectorEventLoop
_run_in_executor = base_events.BaseEventLoop.run_in_executor
_add_reader, _remove_reader = _Loop._add_reader, _Loop._remove_reader
_waiting: dict[tuple[Any, int], object] = {}
"""By loop and descriptor: who is late just now."""
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


def _add_late_reader(loop: Any, fd: int, callback: Any, *args: Any) -> Any:
    _waiting.pop((loop, fd), None)
    if callback == loop._read_from_self:  # what threads have to say is late already
        return _add_reader(loop, fd, callback, *args)

    def read() -> None:
        if random.random() > _SHARE_OF_READS:
            callback(*args)
            return
        _remove_reader(loop, fd)
        this = _waiting[loop, fd] = object()

        def read_on() -> None:
            if _waiting.get((loop, fd)) is this:
                del _waiting[loop, fd]
                _add_reader(loop, fd, read)

        loop.call_later(random.uniform(0, _WIRE), read_on)

    return _add_reader(loop, fd, read)


def _remove_late_reader(loop: Any, fd: int) -> bool:
    waited = _waiting.pop((loop, fd), None) is not None
    return bool(_remove_reader(loop, fd)) or waited


def _step_late(handle: Any) -> None:
    if random.random() < _SHARE_OF_STEPS:
        time.sleep(random.uniform(0, _LOOP))
    _run(handle)


if _THREADS:
    base_events.BaseEventLoop.run_in_executor = _run_late  # type: ignore[assignment, method-assign]
if _WIRE:
    _Loop._add_reader, _Loop._remove_reader = _add_late_reader, _remove_late_reader
if _LOOP:
    events.Handle._run = _step_late  # type: ignore[assignment, method-assign]
