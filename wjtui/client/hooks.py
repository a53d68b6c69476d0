"""Web hooks, over HTTP."""

from __future__ import annotations

from urllib.parse import quote

from wjtui.client.connection import Connection, read_answer, to_body
from wjtui.model.errors import HookNotFound, InvalidRequest
from wjtui.model.hooks import Subscription
from wjtui.model.identity import is_safe_component
from wjtui.wire.hooks import SubscribeBody, Subscribed


class HttpHooks:
    """A ``HookService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def subscriptions(self) -> list[Subscription]:
        """Every one, the oldest first."""
        return read_answer((await self._wire.ask("GET", "/hooks")).content, list[Subscription])

    async def subscribe(self, url: str, event: str, insecure_ssl: bool = False) -> tuple[Subscription, bool]:
        """Tell a URL of an event from now on."""
        body = to_body(SubscribeBody(url, event, insecure_ssl))
        answer = read_answer((await self._wire.ask("POST", "/hooks", body=body)).content, Subscribed)
        return answer.subscription, answer.created

    async def find(self, id: str) -> Subscription:
        """One of them."""
        return read_answer((await self._wire.ask("GET", _path(id))).content, Subscription)

    async def unsubscribe(self, id: str) -> None:
        """Take one away."""
        try:
            path = _path(id)
        except HookNotFound:
            return  # what no URL can name is not there
        await self._wire.ask("DELETE", path)

    async def publish(self, event: str, body: str = "{}") -> int:
        """Tell every subscription of an event, in the background."""
        if not is_safe_component(event):
            raise InvalidRequest(f"'{event[:80]}' is no name of an event, for example TriggeredJobFinished.")
        try:
            data = body.encode()
        except UnicodeEncodeError:
            raise InvalidRequest("The body is no UTF-8: send JSON.") from None
        path = f"/hook-events/{quote(event, safe='')}"
        return read_answer((await self._wire.ask("POST", path, body=data)).content, int)

    async def test(self, id: str) -> Subscription:
        """Tell one subscription of a made-up event, and wait for what comes of that."""
        return read_answer((await self._wire.ask("POST", f"{_path(id)}/test")).content, Subscription)


def _path(id: str) -> str:
    """Where the API has a hook. Raises HookNotFound for what no URL could name."""
    if not is_safe_component(id):
        raise HookNotFound(f"There is no web hook '{id[:80]}': 'wjtui hooks' lists those there are.")
    return f"/hooks/{quote(id, safe='', errors='surrogateescape')}"
