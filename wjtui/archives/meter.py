"""Meter: how far a long piece of work has come, and whether it is still wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable

from wjtui.model.deploys import Progress

_EVERY_SECONDS = 0.1


class Stopped(Exception):
    """Nobody wants the work any more."""


class Meter:
    """Counts the bytes of one package in the thread that moves them."""

    def __init__(
        self,
        token: str,
        stop: threading.Event,
        tell: Callable[[Progress], None],
        monotonic: Callable[[], float],
    ) -> None:
        """``tell`` is called in the same thread, at most ten times a second within a step."""
        self._token = token
        self._stop = stop
        self._tell = tell
        self._monotonic = monotonic
        self._step = ""
        self._done = self._total = 0
        self._told = 0.0

    def begin(self, step: str, total: int = 0) -> None:
        """A new step of ``total`` bytes, 0: not known. Raises Stopped."""
        self._step, self._done, self._total = step, 0, total
        self.check()
        self._say()

    def add(self, count: int) -> None:
        """So many bytes more are done. Raises Stopped."""
        self._done += count
        self.check()
        if self._monotonic() - self._told >= _EVERY_SECONDS:
            self._say()

    def check(self) -> None:
        """Raises Stopped where the work is to end."""
        if self._stop.is_set():
            raise Stopped

    def _say(self) -> None:
        self._told = self._monotonic()
        self._tell(Progress(self._token, self._step, self._done, self._total))
