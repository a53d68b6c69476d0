"""Bodies of requests about web hooks, and of their answers, for both ends. They hold passwords."""

from __future__ import annotations

from wjtui.model.base import Value
from wjtui.model.hooks import Subscription, masked_url


class SubscribeBody(Value, frozen=True):
    """Who wants to be told of what (spec 8.9)."""

    url: str
    event: str
    insecure_ssl: bool = False

    def __repr__(self) -> str:
        return f"SubscribeBody({masked_url(self.url)!r}, {self.event!r})"


class Subscribed(Value, frozen=True):
    """A subscription, and whether it is new."""

    subscription: Subscription
    created: bool = False
