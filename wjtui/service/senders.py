"""What a front end may ask about sender URLs: secrets that start one job without a login."""

from __future__ import annotations

from typing import Protocol

from wjtui.model.identity import JobId
from wjtui.model.senders import NewSender, Sender


class SenderService(Protocol):
    """Sender URLs, one a job. NotAllowed wherever the API lets nobody see secrets.

    Conflict: their file cannot be read or written.
    """

    async def find(self, job: JobId) -> Sender:
        """What is known of a job's sender URL. SenderNotFound: it has none."""

    async def make(self, job: JobId) -> NewSender:
        """Make one; the one before counts no more. NotAllowed: a continuous job."""

    async def remove(self, job: JobId) -> bool:
        """Let it count no more; whether there was one."""

    async def job_of(self, token: str) -> JobId:
        """The job that a token stands for; it need not be there any more. SenderNotFound: none is."""
