"""A fake of web hooks: subscriptions in a list, and what was published."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from wjtui.model.errors import Conflict, HookNotFound, InvalidRequest
from wjtui.model.hooks import Subscription


class FakeHooks:
    """Implements ``HookService``."""

    def __init__(self) -> None:
        self.known: list[Subscription] = []
        self.published: list[tuple[str, str]] = []
        self.answer = ("OK", "OK")
        """What a test of a hook comes to: its status and reason."""

    async def subscriptions(self) -> list[Subscription]:
        return list(self.known)

    async def subscribe(self, url: str, event: str, insecure_ssl: bool = False) -> tuple[Subscription, bool]:
        if not url.startswith(("http://", "https://")):
            raise InvalidRequest("The URL does not begin with http:// or https://.")
        if (same := next((each for each in self.known if each.url == url), None)) is not None:
            if not same.matches(event):
                raise Conflict("This URL is told of another event.")
            return same, False
        made = Subscription(str(639_000_000_000_000_000 + len(self.known)), url, event, insecure_ssl)
        self.known.append(made)
        return made, True

    async def find(self, id: str) -> Subscription:
        for each in self.known:
            if each.id == id:
                return each
        raise HookNotFound(f"There is no web hook '{id}'.")

    async def unsubscribe(self, id: str) -> None:
        self.known = [each for each in self.known if each.id != id]

    async def publish(self, event: str, body: str = "{}") -> int:
        self.published.append((event, body))
        return sum(each.matches(event) for each in self.known)

    async def test(self, id: str) -> Subscription:
        hook = await self.find(id)
        status, reason = self.answer
        at = datetime(2027, 3, 1, 9, tzinfo=UTC)
        told = msgspec.structs.replace(
            hook, last_status=status, last_reason=reason, last_datetime=at, last_context="{}"
        )
        self.known[self.known.index(hook)] = told
        return told
