"""Delivery: posts what hooks are to be told, each hook in its own order and at its own pace (spec 6.7)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from wjtui.engine.hooks.address import find_fault, target_of
from wjtui.engine.hooks.book import HookBook
from wjtui.engine.hooks.lane import WAITING, Lane
from wjtui.engine.hooks.outcome import PAUSES, Outcome, unanswered
from wjtui.engine.rooms import Rooms
from wjtui.model.errors import Conflict, EngineStopping, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.hooks import Subscription
from wjtui.support.tasks import TaskSet, first

if TYPE_CHECKING:
    from wjtui.engine.hooks.post import Poster

log = logging.getLogger(__name__)

LIMIT_SECONDS = 10.0
"""How long one POST may take (spec 6.7)."""


class Delivery:
    """The lanes of the hooks. Its tasks belong to ``tasks``."""

    def __init__(self, rooms: Rooms, book: HookBook, tasks: TaskSet) -> None:
        self.limit_seconds = LIMIT_SECONDS
        self.pauses = PAUSES
        self._rooms = rooms
        self._book = book
        self._tasks = tasks
        self._lanes: dict[str, Lane] = {}
        self._ending = asyncio.Event()
        self._poster: Poster | None = None
        self._opening = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Bodies that are not told yet."""
        return sum(len(lane) + lane.posting for lane in self._lanes.values())

    def put(self, hook: Subscription, body: str) -> None:
        """Have a hook told; never waits."""
        lane = self._lanes.setdefault(hook.id, Lane())
        if lane.put(body):
            self._warn(
                f"The web hook {hook.id} ({hook.shown_url}) takes too long: {WAITING} events wait for it, of "
                "which the oldest are dropped."
            )
        if lane.task is None:
            lane.task = self._tasks.start(f"hook {hook.id}", self._serve(hook.id, lane))

    def drop(self, id: str) -> None:
        """Tell a hook nothing any more."""
        lane = self._lanes.pop(id, None)
        if lane is not None and lane.task is not None:
            lane.task.cancel()

    async def test(self, hook: Subscription, body: str) -> Subscription:
        """Post once, past what waits; returns the hook with what came of it. Raises EngineStopping."""
        posting = self._tasks.start(f"test of hook {hook.id}", self._once(hook, body))
        await asyncio.wait([posting])
        if posting.cancelled():
            raise EngineStopping("The engine is being stopped: the web hook was not tested to the end.")
        told: Subscription = posting.result()
        return told

    def end(self) -> None:
        """From now on one try is enough."""
        self._ending.set()

    async def aclose(self) -> None:
        """Give up every connection; once the tasks have ended."""
        if self._poster is not None:
            await self._poster.aclose()

    async def _serve(self, id: str, lane: Lane) -> None:
        """Post what waits in a lane, one after the other, until nothing does."""
        try:
            while lane and (hook := await self._book.find(id)) is not None:
                body, lane.posting = lane.take(), True
                outcome = await self._try(hook, body)
                await self._settle(hook, body, outcome)
                lane.posting = False
        except WjtuiError as error:
            log.warning("web hook %s was not told: %s", id, error)
        finally:
            if self._lanes.get(id) is lane:
                del self._lanes[id]

    async def _once(self, hook: Subscription, body: str) -> Subscription:
        return await self._settle(hook, body, await self._post(hook, body))

    async def _try(self, hook: Subscription, body: str) -> Outcome:
        """Post, and twice again where that may help."""
        outcome = await self._post(hook, body)
        for pause in self.pauses:
            if not outcome.passing or self._ending.is_set():
                break
            await first(self._rooms.clock.sleep(pause), self._ending.wait())
            outcome = await self._post(hook, body)
        return outcome

    async def _post(self, hook: Subscription, body: str) -> Outcome:
        # Somebody else may have written the file.
        if (fault := find_fault(hook.url)) is not None:
            return unanswered(f"the URL {fault}")
        target = target_of(hook.url, insecure_ssl=hook.insecure_ssl)
        async with self._opening:
            if self._poster is None:
                self._poster = await asyncio.to_thread(_make_poster)
        return await self._poster.post(target, body.encode(), self.limit_seconds)

    async def _settle(self, hook: Subscription, body: str, outcome: Outcome) -> Subscription:
        """Keep what came of it; a hook that is gone is removed. A disk that refuses changes nothing else."""
        who = f"The web hook {hook.id} ({hook.shown_url})"
        if outcome.gone:
            self._warn(f"{who} was removed: its server says that it is gone.")
        elif not outcome.ok:
            text = f"{who} was not told: {outcome.status}" + (f", {outcome.reason}" if outcome.reason else "")
            if hook.last_status != outcome.status:
                self._warn(f"{text}.")
            else:
                log.warning("%s.", text)
        try:
            told = await self._book.note(hook.id, body, outcome)
            if outcome.gone:
                await self._book.remove(hook.id)
        except Conflict as error:
            log.warning("%s", error)
            told = None
        return told or hook

    def _warn(self, text: str) -> None:
        log.warning("%s", text)
        self._rooms.state.raise_notice(text, Tone.WARNING, code="hooks")


def _make_poster() -> Poster:
    from wjtui.engine.hooks.post import Poster

    return Poster()
