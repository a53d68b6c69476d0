"""TypeAhead: keys and pastes one at a time, so that what a key opens has the focus before the next one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump

Typed = events.Key | events.Paste

_PASSES = 3
"""Ways from the focus up to the app that a key may need: its own, that of the message a widget makes of it
(Enter becomes Submitted), and that of a dialog which takes the focus when it is there."""
_LONGEST_SECONDS = 5.0
"""The next key does not wait for ever. On a busy machine a form takes more than a second to open."""
_LOOK_SECONDS = 0.05
"""Between two looks whether a widget is being taken down, and its queue with it."""


class TypeAhead:
    """Holds what is typed until the keys before it have taken effect.

    The library hands a key to the widget that has the focus and runs its binding when the key has bubbled
    back, one queue a level. Keys that arrive together (a paste into the terminal, a slow link, a script)
    would all go to the old focus: of ``/report`` the ``r`` would run a job.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._held: asyncio.Queue[Typed] = asyncio.Queue()
        self._next: Typed | None = None

    @property
    def busy(self) -> bool:
        """Whether something that was typed has not taken effect yet."""
        return self._next is not None or not self._held.empty()

    def admits(self, event: events.Event) -> bool:
        """Whether the app may handle this event now; else it is posted to the app again at its turn."""
        if event is self._next:
            return True
        if isinstance(event, Typed) and not event.is_forwarded:
            self._held.put_nowait(event)
            return False
        return True

    def forget(self) -> None:
        """What was typed ahead was meant for what opens now, not for what is here."""
        while not self._held.empty():
            self._held.get_nowait()

    async def run(self) -> None:
        """Let one event after the other through, for ever."""
        while True:
            self._next = await self._held.get()
            self._app.post_message(self._next)
            try:
                async with asyncio.timeout(_LONGEST_SECONDS):
                    await _done(self._app)
                    for _ in range(_PASSES):
                        await self._pass()
            except (TimeoutError, ScreenStackError):
                pass
            self._next = None

    async def _pass(self) -> None:
        """Follow the way of a message from the focus to the app: queues are worked off in order."""
        screen = self._app.screen
        focus = screen.focused or screen
        for node in focus.ancestors_with_self:
            await _done(node)


async def _done(pump: MessagePump) -> None:
    """Wait until a pump has worked off what is in its queue now."""
    reached = asyncio.Event()
    if pump.call_later(reached.set):
        while not (reached.is_set() or pump._closing or pump._closed):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await reached.wait()
