"""Opens the screen on a terminal and says how it was left; survives signals and a terminal that goes away."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from wjtui.service import JobService
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import Leave, ScreenFailed, ScreenOptions
from wjtui.tui.terminal import HangUpWatch, in_foreground, refusal

_SIGNALS = {signal.SIGTERM: Leave.TERMINATED, signal.SIGHUP: Leave.HUNG_UP, signal.SIGINT: Leave.LEFT}
_OF_THE_LIBRARY = (signal.SIGCONT, signal.SIGTSTP, signal.SIGWINCH)


def run_screen(service: JobService, options: ScreenOptions) -> Leave:
    """``open_screen`` on an event loop of its own, for a service that needs none in particular."""
    return asyncio.run(open_screen(service, options))


async def open_screen(
    service: JobService, options: ScreenOptions, ready: Callable[[], Awaitable[None]] | None = None
) -> Leave:
    """Show the screen until it is left; call it on the main thread's loop.

    ``ready`` is awaited before the service is asked for the first time, while the screen is being painted.
    Raises what ``ready`` raises of WjtuiError, and ScreenFailed, whose message is one sentence, when the
    terminal cannot show a screen or the screen ended by a bug; the terminal is itself again by then.
    """
    if (reason := refusal(options.environment)) is not None:
        raise ScreenFailed(reason)
    app = WjtuiApp(service, options, ready)
    loop = asyncio.get_running_loop()
    reasons: list[Leave] = []

    def end(why: Leave) -> None:
        if not reasons:
            reasons.append(why)
            loop.call_soon_threadsafe(app.end, why)

    stdin = sys.__stdin__
    assert stdin is not None  # refusal has seen to it
    watch = HangUpWatch(lambda: app._driver, lambda: end(Leave.HUNG_UP), stdin.fileno())
    watch.start()

    def on_signal(number: signal.Signals) -> None:
        if not options.in_process and not in_foreground(stdin.fileno()):
            # Suspended, or started with '&': whoever touches the terminal from there is stopped, not ended.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        watch.leave()
        end(_SIGNALS[number])

    with _signals(on_signal):
        try:
            left = await app.run_async(mouse=options.mouse)
        finally:
            watch.stop()
    if app.crash is not None:
        error = app.crash
        raise ScreenFailed(
            f"The screen ended by a bug of its own ({type(error).__name__}: {error}); the engine and its jobs"
            " are not touched. Open it again with 'wjtui'; with --debug it tells more."
        ) from error
    if app.refusal is not None:
        raise app.refusal
    return reasons[0] if reasons else left or Leave.LEFT


@contextmanager
def _signals(on_signal: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Handlers of the interpreter, not of the loop: they run while the terminal blocks the loop, too."""

    def handle(number: int, frame: FrameType | None) -> None:
        on_signal(signal.Signals(number))

    # The library leaves its handlers behind, which would start its threads again after the screen's end.
    before = {number: signal.getsignal(number) for number in _OF_THE_LIBRARY}
    before.update({number: signal.signal(number, handle) for number in _SIGNALS})
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
