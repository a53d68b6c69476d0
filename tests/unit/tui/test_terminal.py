from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from io import StringIO
from threading import Thread
from typing import cast

import pytest
from textual.app import App
from textual.drivers._writer_thread import WriterThread

from wjtui.tui.terminal import ContinuedDriver


class Untouching(ContinuedDriver):
    """Counts how often it took the terminal instead of taking the test's."""

    taken = 0

    def start_application_mode(self) -> None:
        self.taken += 1
        self._must_signal_resume = False

    def stop_application_mode(self) -> None:
        self.write("bye")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_signal_in_the_middle_of_a_frame_waits_for_no_lock() -> None:
    driver = Untouching(cast("App[None]", App()))
    writer = driver._writer_thread = WriterThread(StringIO())
    writer.start()
    with writer._queue.mutex:  # as the frame that is being handed over holds it
        for _ in range(100):
            handler = Thread(target=driver._sigcont_application)
            handler.start()
            handler.join(5.0)
            assert not handler.is_alive()
    assert driver.taken == 0
    await asyncio.sleep(0)
    assert driver.taken == 1, "a hundred of them are one"
    writer.join()


async def test_nothing_is_written_to_a_terminal_that_was_given_back() -> None:
    driver = Untouching(cast("App[None]", App()))
    driver._parked = True
    for _ in range(100):  # the library's queue would be full, and the loop stand still
        driver.write("frame")
    assert driver.count == 0
    driver._take_back()
    assert driver.taken == 1 and not driver._parked
