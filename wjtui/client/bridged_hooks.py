"""Web hooks, on the loop of another thread."""

from __future__ import annotations

from wjtui.client.bridged_changes import Bridged
from wjtui.model.hooks import Subscription


class BridgedHooks(Bridged):
    """A ``HookService`` elsewhere."""

    async def subscriptions(self) -> list[Subscription]:
        """Every one, the oldest first."""
        return await self._call(self._service.hooks.subscriptions())

    async def subscribe(self, url: str, event: str, insecure_ssl: bool = False) -> tuple[Subscription, bool]:
        """Tell a URL of an event from now on."""
        return await self._call(self._service.hooks.subscribe(url, event, insecure_ssl))

    async def find(self, id: str) -> Subscription:
        """One of them."""
        return await self._call(self._service.hooks.find(id))

    async def unsubscribe(self, id: str) -> None:
        """Take one away."""
        await self._call(self._service.hooks.unsubscribe(id))

    async def publish(self, event: str, body: str = "{}") -> int:
        """Tell every subscription of an event, in the background."""
        return await self._call(self._service.hooks.publish(event, body))

    async def test(self, id: str) -> Subscription:
        """Tell one subscription of a made-up event, and wait for what comes of that."""
        return await self._call(self._service.hooks.test(id))
