"""Lane: what one subscription has yet to be told, in order, and never more than so much of it."""

from __future__ import annotations

import asyncio
from collections import deque

WAITING = 1000
"""Bodies that wait for one subscription; of more the oldest is dropped. Hundreds of runs may end at once."""
WAITING_SIZE = 1 << 20
"""The same in characters."""


class Lane:
    """The waiting bodies of one subscription, and the task that posts them."""

    __slots__ = ("_size", "_waiting", "dropped", "posting", "task")

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._size = 0
        self.posting = False
        """Whether one was taken that is not told yet."""
        self.dropped = 0
        """How many were dropped since the lane was empty last."""
        self.task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, body: str) -> bool:
        """Add one; True: it is the first for whose sake one was dropped."""
        self._waiting.append(body)
        self._size += len(body)
        before = self.dropped
        while len(self._waiting) > WAITING or self._size > WAITING_SIZE:
            self.take()
            self.dropped += 1
        return before == 0 < self.dropped

    def take(self) -> str:
        """The oldest one."""
        body = self._waiting.popleft()
        self._size -= len(body)
        return body
