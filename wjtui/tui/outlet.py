"""Outlet: the way to the terminal for what is no part of the picture, and whether it keeps up."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.driver import Driver

from wjtui.tui.flow import Flow
from wjtui.tui.terminal import LAGGING, queue_depth, written


class Outlet:
    """``driver``: the library's, where it has one by now."""

    def __init__(self, driver: Callable[[], Driver | None]) -> None:
        self._driver = driver
        self._flow = Flow()
        self._asked_at = 0
        self.lent = False
        """Whether another program has the terminal."""

    @property
    def lagging(self) -> bool:
        """Whether the terminal has not taken, or not drawn, what was painted last."""
        return queue_depth(self._driver()) > LAGGING or self._flow.clogged(monotonic())

    def write(self, text: str) -> None:
        """Send it, unless another program has the terminal."""
        driver = self._driver()
        if driver is not None and text and not self.lent:
            driver.write(text)

    def ask(self) -> None:
        """Ask the terminal to tell when it has drawn all this, if there is anything new."""
        count = written(self._driver())
        if count != self._asked_at or self._flow.waiting:
            self.write(self._flow.ask(monotonic()))
            self._asked_at = written(self._driver())

    def answered(self) -> None:
        """It told."""
        self._flow.answered(monotonic())
