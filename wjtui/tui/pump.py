"""Pump: the engine's events into the store, once a frame, and no frame while the terminal lags."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Envelope, Snapshot
from wjtui.service import JobService
from wjtui.support.clock import Clock
from wjtui.support.tasks import first
from wjtui.tui.store import Change, Link, Store

FRAME = 0.1
"""Seconds between two frames."""
BACK_OFF = (0.5, 1.0, 2.0, 5.0)
"""Seconds between two tries to reach the engine; the last one is repeated."""

log = logging.getLogger(__name__)


class Mailbox:
    """News since the last frame; of one entity only the newest, so a burst takes no room."""

    def __init__(self) -> None:
        self._items: dict[Hashable, Envelope | Snapshot] = {}
        self._count = 0

    def put(self, item: Envelope | Snapshot) -> None:
        """Add one piece of news."""
        self._count += 1
        if isinstance(item, Snapshot):
            self._items = {"snapshot": item}
            return
        key = item.event.key
        if key is None:
            key = self._count
        self._items.pop(key, None)
        self._items[key] = item

    @property
    def empty(self) -> bool:
        """Whether there is no news."""
        return not self._items

    def take(self) -> list[Envelope | Snapshot]:
        """All of it, in order of the latest change."""
        items, self._items = list(self._items.values()), {}
        return items


class Pump:
    """Reads events for ever and hands changes out; ``frame`` is called by the screen's one frame clock."""

    def __init__(
        self,
        service: JobService,
        store: Store,
        clock: Clock,
        *,
        publish: Callable[[Change], None],
        lagging: Callable[[], bool],
        arrived: Callable[[], None] = lambda: None,
    ) -> None:
        """``arrived`` is called for each piece of news."""
        self._service = service
        self._store = store
        self._clock = clock
        self._publish = publish
        self._lagging = lagging
        self._arrived = arrived
        self._mailbox = Mailbox()
        self._again = asyncio.Event()
        self.skipped = 0
        """Frames skipped so far because the terminal lagged."""

    @property
    def idle(self) -> bool:
        """Whether all news have been applied."""
        return self._mailbox.empty

    def frame(self) -> bool:
        """Apply what has come in; False when this frame is skipped."""
        if self._lagging():
            self.skipped += 1
            return False
        if items := self._mailbox.take():
            self._publish(self._store.apply(items))
        return True

    def try_again(self) -> None:
        """Do not wait any longer before the next try."""
        self._again.set()

    async def run(self) -> None:
        """Receive events; when the engine is gone say so, and look for it until it is back."""
        tries = 0
        while True:
            link, reason = Link.ENDED, ""
            try:
                async for item in self._service.events():
                    if tries or self._store.link is not Link.LIVE:
                        tries = 0
                        self._connect(Link.LIVE)
                        # What the engine has is shown at once, not in the next frame: all else comes after.
                        self._publish(self._store.apply([item]))
                        continue
                    self._mailbox.put(item)
                    self._arrived()
            except WjtuiError as error:
                link, reason = Link.LOST, error.message
            # News that came before the link broke are older than the break.
            if items := self._mailbox.take():
                self._publish(self._store.apply(items))
            if link is Link.LOST and self._store.link is Link.ENDED:
                link, reason = Link.ENDED, ""
            self._connect(link, reason)
            await self._pause(BACK_OFF[min(tries, len(BACK_OFF) - 1)])
            tries += 1

    def _connect(self, link: Link, reason: str = "") -> None:
        self._publish(self._store.connect(link, self._clock.now(), reason))

    async def _pause(self, seconds: float) -> None:
        self._again.clear()
        await first(self._again.wait(), self._clock.sleep(seconds))
