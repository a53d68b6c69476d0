"""What a front end may ask about web hooks: who is told of which event (spec 6.7, 8.9)."""

from __future__ import annotations

from typing import Protocol

from wjtui.model.hooks import Subscription


class HookService(Protocol):
    """Subscriptions of the site. They hold passwords: NotAllowed wherever the API lets nobody see those."""

    async def subscriptions(self) -> list[Subscription]:
        """Every one, the oldest first. Conflict: their file cannot be read."""

    async def subscribe(self, url: str, event: str, insecure_ssl: bool = False) -> tuple[Subscription, bool]:
        """Tell ``url`` of ``event`` from now on; returns the subscription, and whether it is new.

        The same URL and event again: the one that is there, as it is. InvalidRequest: no http or https URL,
        or no name of an event. Conflict: the URL is told of another event already, there are too many, or
        the file cannot be written.
        """

    async def find(self, id: str) -> Subscription:
        """One of them. HookNotFound: it is not there."""

    async def unsubscribe(self, id: str) -> None:
        """Take one away, with what waits to be told. Nothing happens where it is not there."""

    async def publish(self, event: str, body: str = "{}") -> int:
        """Tell every subscription of an event, in the background; returns how many those are.

        ``body``: JSON, sent as it is. InvalidRequest: no name of an event, or a body that is no JSON or too
        large.
        """

    async def test(self, id: str) -> Subscription:
        """Tell one subscription of a made-up event, once, and return it with what became of that.

        The body is like those of its event, with ``"test": true`` in it. HookNotFound: it is not there.
        """
