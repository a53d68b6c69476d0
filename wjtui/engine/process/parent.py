"""The engine's side of the guardian: notice that it is gone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, MutableMapping

from wjtui.engine.process.environment import GUARDIAN
from wjtui.engine.process.exits import Stop, watch_process

_LOOK_SECONDS = 0.25


def watch_guardian(
    loop: asyncio.AbstractEventLoop,
    on_gone: Callable[[], None],
    environment: MutableMapping[str, str] = os.environ,
) -> Stop:
    """Call ``on_gone`` once, on the loop, when the guardian that started us has ended.

    Returns what ends the watch; without a guardian there is none. Its name is taken out of ``environment``:
    it is our parent, not that of what we start.
    """
    name = environment.pop(GUARDIAN, "")
    if not name.isdecimal():
        return _nothing

    def gone() -> None:
        stop()
        on_gone()

    if name == str(guardian := os.getppid()):
        stop = watch_process(loop, guardian, gone) or _look_now_and_then(loop, guardian, gone)
        if os.getppid() == guardian:
            return stop
        stop()
    # It ended before the watch began, and its number may be another process's by now.
    return loop.call_soon(on_gone).cancel


def _look_now_and_then(loop: asyncio.AbstractEventLoop, guardian: int, on_gone: Callable[[], None]) -> Stop:
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        timer = loop.call_later(_LOOK_SECONDS, look if os.getppid() == guardian else on_gone)

    look()
    return lambda: timer.cancel()


def _nothing() -> None:
    pass
