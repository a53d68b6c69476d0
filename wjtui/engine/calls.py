"""Calls: runs that somebody asks for, with what was sent along, and each key answered with one run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakValueDictionary

import msgspec

from wjtui.engine.history.store import RunStore
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.inputs import drop_input, keep_input
from wjtui.model.errors import Conflict, InvalidRequest, TooLarge
from wjtui.model.identity import JobId
from wjtui.model.runs import RunId, RunRef
from wjtui.model.starts import LONGEST_KEY, MAX_INPUT, Start, correlation_of, is_plain


class Calls:
    """The way from a call to a start."""

    def __init__(
        self,
        rooms: Rooms,
        begin: Callable[[JobId, Start], Awaitable[RunId]],
        find_waiting: Callable[[JobId, str], RunId | None],
    ) -> None:
        """``begin`` starts a run or lets it wait, and says what it is called; ``find_waiting``: the start
        that waits with a key.
        """
        self._rooms = rooms
        self._begin = begin
        self._find_waiting = find_waiting
        self._locks: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def run(self, job: JobId, start: Start, body: bytes | None) -> RunId:
        """The run that a call asks for; that of the earlier call where its key was used before.

        Raises what ``begin`` raises, TooLarge, InvalidRequest or Conflict.
        """
        check_call(start, body)
        start = msgspec.structs.replace(start, correlation=correlation_of(start.correlation))
        if not start.key:
            return await self._start(job, start, body)
        lock = self._locks.setdefault((*job.key, start.key), asyncio.Lock())
        async with lock:  # of two calls at the same moment the second one finds the run of the first
            return await self._find(job, start.key) or await self._start(job, start, body)

    async def _find(self, job: JobId, key: str) -> RunId | None:
        """The run that was started, or waits, with a key."""
        waiting = self._find_waiting(job, key)
        return waiting or await asyncio.to_thread(find_key, self._rooms.store, job, key)

    async def _start(self, job: JobId, start: Start, body: bytes | None) -> RunId:
        if not body:
            return await self._begin(job, start)
        try:
            kept = str(await asyncio.to_thread(keep_input, self._rooms.site, body))
        except OSError as error:
            raise Conflict(
                f"What was sent to '{job.name}' could not be stored ({error.strerror}): see to the engine's "
                "disk."
            ) from error
        try:
            return await self._begin(job, msgspec.structs.replace(start, input=kept))
        except BaseException:
            with suppress(OSError):  # what stays is swept at the next start of the engine
                drop_input(self._rooms.site, kept)
            raise


def check_call(start: Start, body: bytes | None) -> None:
    """Raise TooLarge or InvalidRequest for what cannot be sent along."""
    if body is not None and len(body) > MAX_INPUT:
        raise TooLarge(f"The input is over {MAX_INPUT >> 20} MiB: send less, for example a file's name.")
    if len(start.key) > LONGEST_KEY or not is_plain(start.key):
        raise InvalidRequest(
            f"The Idempotency-Key is over {LONGEST_KEY} characters or not all printable ASCII: make another, "
            "for example 4f1c09aa53b2e7d8."
        )


def find_key(store: RunStore, job: JobId, key: str) -> RunId | None:
    """The newest kept run of a job that was started with a key. Reads every status, so it is for a thread."""
    for id in store.list_ids(job):
        run = store.load(RunRef(job, id))
        if run is not None and run.key == key:
            return id
    return None
