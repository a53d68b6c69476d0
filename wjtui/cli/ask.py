"""Talking to the engine of the place that is meant, and finding the job that is meant."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from wjtui.cli.options import Given
from wjtui.launch.attach import attached, reached
from wjtui.model.errors import InvalidRequest, JobNotFound
from wjtui.model.identity import parse_job_id
from wjtui.model.jobs import Job
from wjtui.service import JobService

T = TypeVar("T")


def ask(options: Given, work: Callable[[JobService], Awaitable[T]]) -> T:
    """Do ``work`` with the engine's service. Raises EngineUnreachable when none runs."""

    remote = options.remote()

    async def attach() -> T:
        if remote is not None:
            async with reached(remote) as service:
                return await work(service)
        async with attached(options.place()) as (service, _):
            return await work(service)

    return asyncio.run(attach())


async def find_job(service: JobService, text: str) -> Job:
    """The job that ``text`` names. Raises JobNotFound, InvalidName, and InvalidRequest for two of a name."""
    return choose_job((await service.snapshot()).jobs, text)


def choose_job(jobs: Sequence[Job], text: str) -> Job:
    """The one job that NAME, triggered/NAME or continuous/NAME means, in any case."""
    kind, name = parse_job_id(text)
    found = [
        job for job in jobs if job.id.name.lower() == name.lower() and (kind is None or job.id.type is kind)
    ]
    if not found:
        raise JobNotFound(f"There is no job '{text}' on this root: 'wjtui list' shows those there are.")
    if len(found) > 1:
        both = " or ".join(f"'{job.id}'" for job in found)
        raise InvalidRequest(f"'{text}' means two jobs, a triggered and a continuous one: write {both}.")
    return found[0]
