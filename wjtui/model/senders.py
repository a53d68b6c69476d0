"""Sender URLs: secrets that let who knows one start one job, without a login."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.base import Value
from wjtui.model.identity import JobId

SENDER_PATH = "/api/wjtui/in/"
"""What stands before the token, behind the engine's address."""


class Sender(Value, frozen=True):
    """What is known of a job's sender URL: not the URL, of which a hash alone is kept."""

    job: JobId
    made: datetime


class NewSender(Value, frozen=True):
    """A sender URL, the only time that it is known."""

    sender: Sender
    token: str
    base: str = ""
    """``scheme://host[:port]`` where the engine knows how others reach it (``WJTUI_BASE_URL``)."""

    def __repr__(self) -> str:
        return f"NewSender({self.sender}, ***)"

    def url(self, base: str = "") -> str:
        """The whole of it, behind ``base`` where the engine itself knows none; without one a path alone."""
        return f"{(self.base or base).rstrip('/')}{SENDER_PATH}{self.token}"
