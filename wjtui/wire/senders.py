"""Bodies of requests about sender URLs, for both ends. They hold secrets."""

from __future__ import annotations

from wjtui.model.base import Value


class TokenBody(Value, frozen=True):
    """Which token is meant."""

    token: str

    def __repr__(self) -> str:
        return "TokenBody(***)"
