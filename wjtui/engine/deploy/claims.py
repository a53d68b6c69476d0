"""Claims: which jobs somebody is changing the files of, so that nobody else does at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress

from wjtui.model.errors import Conflict
from wjtui.model.identity import JobId

PATIENCE_SECONDS = 5.0
"""What a change brings can be seen before it has cleared up: who saw it may ask for the next one at once."""


class Claims:
    """What is being changed in this engine; used in its loop only."""

    def __init__(self) -> None:
        self._held: dict[Hashable, str] = {}
        self._put_off: set[Hashable] = set()
        self._released = asyncio.Event()

    def holder(self, job: JobId) -> str:
        """What is being done with a job, for example ``is being deleted``; empty: nothing."""
        return self._held.get(job.key, "")

    def is_taken(self, token: str) -> bool:
        """Whether what is staged under a token is being put in place, or waits for that."""
        return token in self._held

    async def clear(self, *jobs: JobId) -> None:
        """Wait until nothing is being done with these jobs, ``PATIENCE_SECONDS`` at most.

        Not for what is put off until a run ends: that may take the night. Who comes first afterwards is
        settled by ``take``.
        """
        keys = {job.key for job in jobs}
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while keys & (self._held.keys() - self._put_off):
                    await self._released.wait()

    def take(self, doing: str, *jobs: JobId, token: str = "") -> None:
        """Claim jobs, and what is staged under a token, all or none. Raises Conflict."""
        for job in jobs:
            if held := self.holder(job):
                raise Conflict(f"'{job.name}' {held}: try again when that is over.")
        if token and token in self._held:
            raise Conflict("What is staged under this token is being put in place already.")
        self._held |= {job.key: doing for job in jobs}
        if token:
            self._held[token] = doing

    def put_off(self, doing: str, *jobs: JobId) -> None:
        """What these are held for waits for a run to end."""
        self._held |= {job.key: doing for job in jobs}
        self._put_off |= {job.key for job in jobs}

    def go_on(self, doing: str, *jobs: JobId) -> None:
        """It waits no longer."""
        self._held |= {job.key: doing for job in jobs}
        self._put_off -= {job.key for job in jobs}

    def release(self, *jobs: JobId, token: str = "") -> None:
        """Give them back."""
        for key in (*(job.key for job in jobs), token):
            self._held.pop(key, None)
            self._put_off.discard(key)
        released, self._released = self._released, asyncio.Event()
        released.set()

    @contextmanager
    def held(self, doing: str, *jobs: JobId) -> Iterator[None]:
        """Hold a claim for a while. Raises Conflict."""
        self.take(doing, *jobs)
        try:
            yield
        finally:
            self.release(*jobs)
