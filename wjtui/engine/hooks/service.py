"""LocalHooks: the HookService of an engine in this process, and the ear with which it hears what to tell."""

from __future__ import annotations

import logging
from asyncio import Event
from collections import deque
from typing import Any

import msgspec

from wjtui.engine.hooks.address import check_event, check_url
from wjtui.engine.hooks.book import HookBook
from wjtui.engine.hooks.delivery import Delivery
from wjtui.engine.hooks.happenings import Happening, Watch, body_of, sample_body
from wjtui.engine.hooks.store import Subscriptions
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.result import read_result
from wjtui.model.errors import EngineStopping, HookNotFound, InvalidRequest, WjtuiError
from wjtui.model.events import Envelope, Tone
from wjtui.model.hooks import Subscription
from wjtui.support.tasks import TaskSet, first

log = logging.getLogger(__name__)

CLOSING_SECONDS = 2.0
"""How long the end of the engine waits for hooks to be told."""
MAX_BODY = 64 * 1024
"""Bytes of a body that is published by hand."""
_HEARD = 1000
"""Happenings that wait while the disk is slow; of more the oldest is dropped."""


class LocalHooks:
    """Its methods run in the engine's loop. Nothing that a hook does holds up a job."""

    def __init__(self, rooms: Rooms) -> None:
        self.base = ""
        """What stands before the URLs in bodies where ``WJTUI_BASE_URL`` is not set: where the API listens,
        for example ``http://127.0.0.1:8000``. Whoever opens that port says so.
        """
        self._rooms = rooms
        self._watch = Watch()
        self._heard: deque[Happening] = deque(maxlen=_HEARD)
        self._wake = Event()
        self._now = Event()
        self._ending = False
        self._tasks = TaskSet(self._failed)
        self._book = HookBook(rooms)
        self.delivery = Delivery(rooms, self._book, self._tasks)

    async def subscriptions(self) -> list[Subscription]:
        """Every one, the oldest first."""
        return list(await self._book.load())

    async def subscribe(self, url: str, event: str, insecure_ssl: bool = False) -> tuple[Subscription, bool]:
        """Tell a URL of an event from now on."""
        self._check_stopping()
        return await self._book.add(check_url(url), check_event(event), insecure_ssl)

    async def find(self, id: str) -> Subscription:
        """One of them."""
        if (found := await self._book.find(id)) is None:
            raise HookNotFound(f"There is no web hook '{id[:80]}': 'wjtui hooks' lists those there are.")
        return found

    async def unsubscribe(self, id: str) -> None:
        """Take one away, with what waits to be told."""
        self._check_stopping()
        await self._book.remove(id)
        self.delivery.drop(id)

    async def publish(self, event: str, body: str = "{}") -> int:
        """Tell every subscription of an event, in the background."""
        self._check_stopping()
        check_event(event)
        _check_body(body)
        told = [each for each in await self._book.load() if each.matches(event)]
        for hook in told:
            self.delivery.put(hook, body)
        return len(told)

    async def test(self, id: str) -> Subscription:
        """Tell one subscription of a made-up event, once, and wait for what comes of that."""
        self._check_stopping()
        hook = await self.find(id)
        body = sample_body(hook.event, self._rooms.clock.now(), self._rooms.site, self._base)
        return await self.delivery.test(hook, body)

    def begin(self) -> None:
        """From now on hooks are told of what happens."""
        self._rooms.state.bus.hear(self._hear)
        self._tasks.start("hooks", self._run())

    def hurry(self) -> None:
        """Tell nobody any more."""
        self._now.set()

    async def close(self) -> None:
        """Tell what can be told at once; ends within two seconds, whatever a hook does."""
        self._ending = True
        self._wake.set()
        self.delivery.end()
        if self._tasks:
            await first(self._tasks.join(), self._now.wait(), self._rooms.clock.sleep(CLOSING_SECONDS))
        if left := len(self._heard) + self.delivery.waiting:
            log.warning("web hooks were not told %d times: the engine ends", left)
        await self._tasks.cancel()
        await self.delivery.aclose()

    @property
    def _base(self) -> str:
        return (self._rooms.config.get("WJTUI_BASE_URL") or self.base).rstrip("/")

    def _hear(self, envelope: Envelope) -> None:
        if found := self._watch.look(envelope.event, envelope.at):
            self._heard.extend(found)
            self._wake.set()

    async def _run(self) -> None:
        """Give what was heard to those who want to know it."""
        while True:
            self._wake.clear()
            while self._heard:
                known = await self._load()
                # In one go, and later than it was heard: the job's last lines are published behind its run.
                while self._heard:
                    self._tell(known, self._heard.popleft())
            if self._ending:
                return
            await self._wake.wait()

    async def _load(self) -> Subscriptions:
        try:
            return await self._book.load()
        except WjtuiError as error:
            log.warning("web hooks were not told: %s", error)
            return ()

    def _tell(self, known: Subscriptions, happening: Happening) -> None:
        hooks = [each for each in known if each.matches(happening.event)]
        if not hooks:
            return
        job = self._rooms.state.jobs.get(happening.job.key)
        tail = job.tail if job is not None else ()
        body = body_of(happening, tail, self._rooms.site, self._base, self._result(happening))
        for hook in hooks:
            self.delivery.put(hook, body)

    def _result(self, happening: Happening) -> dict[str, Any] | None:
        """What its run has left; 64 KiB at most."""
        run = happening.run
        if run is None or not run.result:
            return None
        left = read_result(self._rooms.site.run_folder(run.ref))
        return msgspec.json.decode(left, type=dict[str, Any]) if left is not None else None

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The part '{name}' failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")


def _check_body(body: str) -> None:
    """Raise InvalidRequest for what cannot be a body."""
    try:
        data = body.encode()
        msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise InvalidRequest('The body is no JSON: send an object, for example {"id": 42}.') from None
    if len(data) > MAX_BODY:
        raise InvalidRequest(f"The body is over {MAX_BODY >> 10} KiB: send less of it.")
