"""HookBook: the subscriptions, read and changed from the engine's loop, on the disk in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from wjtui.engine.hooks.outcome import Outcome
from wjtui.engine.hooks.store import HookStore, Subscriptions, new_id
from wjtui.engine.rooms import Rooms
from wjtui.model.errors import Conflict
from wjtui.model.events import Tone
from wjtui.model.hooks import Subscription

T = TypeVar("T")

MOST = 50
"""Subscriptions of a site."""


class HookBook:
    """Who is told of what. Its methods raise Conflict where the file cannot be read or written."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._store = HookStore(rooms.site, rooms.clock)

    async def load(self) -> Subscriptions:
        """Every one, the oldest first."""
        return await self._on_disk(self._store.load)

    async def find(self, id: str) -> Subscription | None:
        """The one of an id."""
        return next((each for each in await self.load() if each.id == id), None)

    async def add(self, url: str, event: str, insecure_ssl: bool) -> tuple[Subscription, bool]:
        """Write one down; returns it, and whether it is new. Raises Conflict for a URL with another event."""

        def change(known: Subscriptions) -> tuple[Subscriptions, tuple[Subscription, bool]]:
            if (same := next((each for each in known if each.url == url), None)) is not None:
                if not same.matches(event):
                    raise Conflict(
                        f"This URL is told of {same.event} already, by web hook {same.id}: remove that one "
                        "first, or add something to the URL, for example ?event=2."
                    )
                return known, (same, False)
            if len(known) >= MOST:
                raise Conflict(f"There are {MOST} web hooks, which is the most there can be: remove one.")
            hook = Subscription(new_id(self._rooms.clock.now(), known), url, event, insecure_ssl)
            return (*known, hook), (hook, True)

        return await self._on_disk(lambda: self._store.change(change))

    async def remove(self, id: str) -> bool:
        """Strike one out; False: it was not there."""

        def change(known: Subscriptions) -> tuple[Subscriptions, bool]:
            left = tuple(each for each in known if each.id != id)
            return left, len(left) < len(known)

        return await self._on_disk(lambda: self._store.change(change))

    async def note(self, id: str, body: str, outcome: Outcome) -> Subscription | None:
        """Keep what became of telling one, and return it; None: it is not there any more."""
        at = self._rooms.clock.now()

        def told(hook: Subscription) -> Subscription:
            return msgspec.structs.replace(
                hook,
                last_status=outcome.status,
                last_reason=outcome.reason,
                last_datetime=at,
                last_context=body,
            )

        def change(known: Subscriptions) -> tuple[Subscriptions, Subscription | None]:
            after = tuple(told(each) if each.id == id else each for each in known)
            return after, next((each for each in after if each.id == id), None)

        # A crash may cost what was last said of a hook, never the hook itself.
        return await self._on_disk(lambda: self._store.change(change, durable=False))

    async def _on_disk(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        finally:
            while not self._store.damage.empty():
                self._rooms.state.raise_notice(self._store.damage.get(), Tone.WARNING, code="damaged")
