"""Outlasting: what would end the engine behind the screen's back, asked once and told in one line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from wjtui.tui.memory import Memory
from wjtui.tui.store import Change, Store

_REMEMBERED = "not to be told"
"""The sentence that a person has hidden; another one is shown again."""


async def ask_what_ends_it(
    ask: Callable[[], str], store: Store, memory: Memory, publish: Callable[[Change], None]
) -> None:
    """Have ``ask`` look, which may take seconds, and put the sentence into the store.

    On a thread that nobody waits for: a machine that does not answer keeps no screen from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def take(sentence: str) -> None:
        if not answer.done():
            answer.set_result(sentence)

    def look() -> None:
        try:
            sentence = ask()
        except (OSError, ValueError):
            sentence = ""  # nothing is known, and a thread's complaint would be drawn over the screen
        try:
            loop.call_soon_threadsafe(take, sentence)
        except RuntimeError:
            pass  # the screen has ended meanwhile

    threading.Thread(target=look, name="outlasting", daemon=True).start()
    sentence = await answer
    if sentence:
        publish(store.warn(sentence, hidden=memory.get(_REMEMBERED, "") == sentence))


def hide(store: Store, memory: Memory, publish: Callable[[Change], None]) -> None:
    """Show the line no more, on this root."""
    if store.ends and not store.ends_hidden:
        memory.put(_REMEMBERED, store.ends)
        publish(store.warn(store.ends, hidden=True))
