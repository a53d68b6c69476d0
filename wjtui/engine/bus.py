"""Events on their way to front ends: one mailbox a subscriber, numbers, and a replay window."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable

from wjtui.model.events import AnyEvent, Envelope, Snapshot
from wjtui.support.clock import Clock

REPLAY = 4096
"""Events kept for a client that comes back; one that was away longer gets a snapshot."""
KEPT_NOTICES = 1000


class Mailbox:
    """What one subscriber has not taken yet: the newest event of each entity, in order of latest change.

    Memory is bounded by the number of entities, however slow the subscriber is.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Envelope] = {}
        self._unkeyed: deque[Hashable] = deque()
        self._wake = asyncio.Event()
        self._closed = False

    def put(self, envelope: Envelope) -> None:
        """Add an event; never waits."""
        key = envelope.event.key
        if key is None:
            key = ("notice", envelope.seq)
            self._unkeyed.append(key)
            if len(self._unkeyed) > KEPT_NOTICES:
                self._waiting.pop(self._unkeyed.popleft(), None)
        self._waiting.pop(key, None)
        self._waiting[key] = envelope
        self._wake.set()

    def close(self) -> None:
        """No more events will come."""
        self._closed = True
        self._wake.set()

    async def take(self) -> list[Envelope]:
        """Wait for events and take them all; an empty list means that the engine has ended."""
        while not self._waiting and not self._closed:
            self._wake.clear()
            await self._wake.wait()
        batch = list(self._waiting.values())
        self._waiting.clear()
        self._unkeyed.clear()
        return batch


class Bus:
    """Numbers events and hands them to every mailbox. ``publish`` never waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boxes: set[Mailbox] = set()
        self._hearers: list[Callable[[Envelope], None]] = []
        self._window: deque[Envelope] = deque(maxlen=REPLAY)
        self._closed = False
        self.seq = 0

    @property
    def watched(self) -> bool:
        """Whether anybody listens."""
        return bool(self._boxes)

    def hear(self, each: Callable[[Envelope], None]) -> None:
        """Call ``each`` with every event as it is published, none replaced by a newer one.

        For rooms of the engine: it must neither wait nor fail, and it is nobody who watches.
        """
        self._hearers.append(each)

    def publish(self, event: AnyEvent) -> None:
        """Tell every subscriber."""
        self.seq += 1
        envelope = Envelope(self.seq, self._clock.now(), event)
        self._window.append(envelope)
        for box in self._boxes:
            box.put(envelope)
        for hear in self._hearers:
            hear(envelope)

    async def events(
        self, after: int | None, snapshot: Callable[[], Snapshot]
    ) -> AsyncIterator[Envelope | Snapshot]:
        """Events above ``after``; a snapshot first where they are not all in the window."""
        box = Mailbox()
        first: Snapshot | None = None
        if after is None or not self._covers(after):
            first = snapshot()
        else:
            for envelope in self._window:
                if envelope.seq > after:
                    box.put(envelope)
        self._boxes.add(box)
        if self._closed:
            box.close()
        try:
            if first is not None:
                yield first
            while batch := await box.take():
                for envelope in batch:
                    yield envelope
        finally:
            self._boxes.discard(box)

    def close(self) -> None:
        """End every subscription once its mailbox is empty."""
        self._closed = True
        for box in self._boxes:
            box.close()

    def _covers(self, after: int) -> bool:
        if after > self.seq:  # a number of another engine's life
            return False
        return after == self.seq or (bool(self._window) and self._window[0].seq <= after + 1)
