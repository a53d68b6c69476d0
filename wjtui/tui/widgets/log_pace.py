"""Pace: how many lines a second come, and whether the terminal keeps up."""

from __future__ import annotations

from wjtui.tui.pump import FRAME

_OVER = 2.0
"""Seconds over which both are reckoned."""


class Pace:
    """Told once a frame; its figures change every two seconds, so that they can be read."""

    def __init__(self) -> None:
        self.rate: float | None = None
        """Lines a second; None: not known yet."""
        self.slow = False
        """Whether a third of the frames or more were skipped because the terminal lagged.

        Now and then one is skipped on a terminal of the same machine too, when that has much to do.
        """
        self._log: object = None
        self._at = 0.0
        self._lines = 0
        self._skipped = 0

    def note(self, now: float, log: object, lines: int, skipped: int) -> None:
        """``now``: seconds of a monotonic clock; ``log``: anything that is another for another log;
        ``lines`` and ``skipped``: how many lines there are, and how many frames were skipped so far."""
        if log is not self._log:
            self._log, self.rate, self.slow = log, None, False
            self._at, self._lines, self._skipped = now, lines, skipped
        elif now - self._at >= _OVER:
            self.rate = max(0, lines - self._lines) / (now - self._at)
            self.slow = 3 * FRAME * (skipped - self._skipped) >= now - self._at
            self._at, self._lines, self._skipped = now, lines, skipped
