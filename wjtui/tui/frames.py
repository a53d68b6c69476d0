"""Frames: the one frame clock; it beats while something may be to be shown, and stands still otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

LINGER = 10
"""Beats after the last news: what they set in motion (pages that are read) may have more to show."""


class Beat(Protocol):
    """A timer that can stand still: a beating one costs 0.8 % of a core though nothing is to be shown."""

    def resume(self) -> None: ...
    def pause(self) -> None: ...


class Frames:
    """``wake`` whenever there are news; ``beat`` is what the timer calls."""

    def __init__(self, frame: Callable[[], None]) -> None:
        self._frame = frame
        self._timer: Beat | None = None
        self._left = LINGER

    def start(self, timer: Beat) -> None:
        """Beat with this timer, which is going."""
        self._timer = timer

    def wake(self) -> None:
        """Something may be to be shown."""
        if self._left <= 0 and self._timer is not None:
            self._timer.resume()
        self._left = LINGER

    def beat(self) -> None:
        """Show one frame, and stand still after some without news."""
        self._left -= 1
        self._frame()
        if self._left <= 0 and self._timer is not None:
            self._timer.pause()
