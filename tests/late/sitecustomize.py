"""A busy machine, at will: threads answer late, and the loop is put aside now and then.

Python imports this by itself where the folder is on ``PYTHONPATH``: in the tests, and in each engine and
screen that they start. ``make late`` sets ``LATE_THREADS`` and ``LATE_LOOP``, both seconds at most.
"""

from __future__ import annotations

import os
import random
import time
from asyncio import base_events, events
from typing import Any

_THREADS, _LOOP = (float(os.environ.get(name, "0")) for name in ("LATE_THREADS", "LATE_LOOP"))
_SHARE_OF_THREADS, _SHARE_OF_STEPS = 0.5, 0.002
"""Of what a thread is asked to do, and of the steps of a loop."""

_run_in_executor = base_events.BaseEventLoop.run_in_executor
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


def _step_late(handle: Any) -> None:
    if random.random() < _SHARE_OF_STEPS:
        time.sleep(random.uniform(0, _LOOP))
    _run(handle)


if _THREADS:
    base_events.BaseEventLoop.run_in_executor = _run_late  # type: ignore[assignment, method-assign]
if _LOOP:
    events.Handle._run = _step_late  # type: ignore[assignment, method-assign]
