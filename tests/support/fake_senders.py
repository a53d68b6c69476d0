"""FakeSenders: sender URLs in a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from wjtui.model.errors import NotAllowed, SenderNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.model.senders import NewSender, Sender


class FakeSenders:
    """Implements ``SenderService``; the tokens are ``token-1``, ``token-2`` and so on."""

    def __init__(self, known: Callable[[JobId], Job], now: datetime) -> None:
        self._known = known
        self._now = now
        self._made = 0
        self.base = ""
        self.tokens: dict[tuple[str, str], str] = {}

    async def find(self, job: JobId) -> Sender:
        found = self._known(job).id
        if found.key not in self.tokens:
            raise SenderNotFound(f"'{found.name}' has no sender URL.")
        return Sender(found, self._now)

    async def make(self, job: JobId) -> NewSender:
        found = self._known(job)
        if found.is_continuous:
            raise NotAllowed(f"'{found.id.name}' is a continuous job.")
        self._made += 1
        token = self.tokens[found.id.key] = f"token-{self._made}"
        return NewSender(Sender(found.id, self._now), token, self.base)

    async def remove(self, job: JobId) -> bool:
        return self.tokens.pop(self._known(job).id.key, None) is not None

    async def job_of(self, token: str) -> JobId:
        for kind, name in (key for key, known in self.tokens.items() if known == token):
            return self._known(JobId(JobType(kind), name)).id
        raise SenderNotFound("There is no such sender URL.")
