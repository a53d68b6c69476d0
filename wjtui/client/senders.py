"""Sender URLs, over HTTP and on the loop of another thread."""

from __future__ import annotations

from wjtui.client.bridged_changes import Bridged
from wjtui.client.connection import Connection, read_answer, to_body
from wjtui.client.paths import job_path
from wjtui.model.errors import SenderNotFound
from wjtui.model.identity import JobId
from wjtui.model.senders import NewSender, Sender
from wjtui.wire.senders import TokenBody


class HttpSenders:
    """A ``SenderService`` behind a connection."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    async def find(self, job: JobId) -> Sender:
        """What is known of a job's sender URL."""
        return read_answer((await self._wire.ask("GET", _path(job))).content, Sender)

    async def make(self, job: JobId) -> NewSender:
        """Make one; the one before counts no more."""
        return read_answer((await self._wire.ask("POST", _path(job))).content, NewSender)

    async def remove(self, job: JobId) -> bool:
        """Let it count no more."""
        return read_answer((await self._wire.ask("DELETE", _path(job))).content, bool)

    async def job_of(self, token: str) -> JobId:
        """The job that a token stands for."""
        if not token.isascii():
            raise SenderNotFound("This sender URL does not count, or no more: ask for a new one.")
        answer = await self._wire.ask("POST", "/senders", body=to_body(TokenBody(token)))
        return read_answer(answer.content, JobId)


class BridgedSenders(Bridged):
    """A ``SenderService`` elsewhere."""

    async def find(self, job: JobId) -> Sender:
        """What is known of a job's sender URL."""
        return await self._call(self._service.senders.find(job))

    async def make(self, job: JobId) -> NewSender:
        """Make one; the one before counts no more."""
        return await self._call(self._service.senders.make(job))

    async def remove(self, job: JobId) -> bool:
        """Let it count no more."""
        return await self._call(self._service.senders.remove(job))

    async def job_of(self, token: str) -> JobId:
        """The job that a token stands for."""
        return await self._call(self._service.senders.job_of(token))


def _path(job: JobId) -> str:
    return f"/jobs/{job_path(job)}/sender"
