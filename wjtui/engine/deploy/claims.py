"""Claims: which jobs somebody is changing the files of, so that nobody else does at the same time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from wjtui.model.errors import Conflict
from wjtui.model.identity import JobId


class Claims:
    """What is being changed in this engine; used in its loop only."""

    def __init__(self) -> None:
        self._held: dict[Hashable, str] = {}

    def holder(self, job: JobId) -> str:
        """What is being done with a job, for example ``is being deleted``; empty: nothing."""
        return self._held.get(job.key, "")

    def is_taken(self, token: str) -> bool:
        """Whether what is staged under a token is being put in place, or waits for that."""
        return token in self._held

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

    def release(self, *jobs: JobId, token: str = "") -> None:
        """Give them back."""
        for key in (*(job.key for job in jobs), token):
            self._held.pop(key, None)

    @contextmanager
    def held(self, doing: str, *jobs: JobId) -> Iterator[None]:
        """Hold a claim for a while. Raises Conflict."""
        self.take(doing, *jobs)
        try:
            yield
        finally:
            self.release(*jobs)
