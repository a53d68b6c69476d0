"""Input, result, correlation and key of a run, by every way to an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, Kind, open_service
from tests.support.site_builder import SiteBuilder
from wjtui.model.errors import InvalidRequest, RunNotFound, TooLarge
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Idle, Job
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.model.starts import MAX_INPUT

COPY = JobId(JobType.TRIGGERED, "copy")
SIZE = JobId(JobType.TRIGGERED, "size")


def _jobs(site: SiteBuilder) -> None:
    site.triggered("copy", {"run.sh": 'cp "$WEBJOBS_INPUT_FILE" "$WEBJOBS_RESULT_FILE"\n'})
    size = 'printf \'{"message": "%s"}\' "$(wc -c < "$WEBJOBS_INPUT_FILE")" > "$WEBJOBS_RESULT_FILE"\n'
    site.triggered("size", {"run.sh": size})


@pytest.fixture
async def engine(kind: Kind, tmp_path: Path) -> AsyncIterator[Harness]:
    """A service over an engine with jobs that use their input."""
    async with open_service(kind, tmp_path, _jobs) as harness:
        yield harness


async def ended(engine: Harness, job: JobId, run: RunId) -> Run:
    def done(found: Job) -> bool:
        latest = found.latest_run
        return latest is not None and latest.ref.run >= run and latest.status.ended and found.phase == Idle()

    await engine.job(job, done)
    return await engine.service.get_run(RunRef(job, run))


async def test_what_goes_in_and_what_comes_out(engine: Harness) -> None:
    body = '{"progress": 12, "text": "ä\\u0000"}'.encode()
    run = await ended(engine, COPY, await engine.service.run(COPY, body=body, correlation="4f1c"))
    assert (run.status, run.progress, run.result, run.correlation) == (RunStatus.SUCCESS, 12, True, "4f1c")
    assert await engine.service.result(run.ref) == body


async def test_any_bytes_up_to_the_limit(engine: Harness) -> None:
    body = bytes(range(256)) * (MAX_INPUT // 256)
    run = await ended(engine, SIZE, await engine.service.run(SIZE, "-a", body=body))
    assert (run.message, run.arguments) == (str(MAX_INPUT), "-a")
    with pytest.raises(TooLarge, match="1 MiB"):
        await engine.service.run(SIZE, body=body + b"x")


async def test_a_run_without_either(engine: Harness) -> None:
    run = await ended(engine, COPY, await engine.service.run(COPY, body=b""))
    assert (run.status, run.input, run.result) == (RunStatus.FAILED, "", False)
    assert await engine.service.result(run.ref) is None
    with pytest.raises(RunNotFound):
        await engine.service.result(RunRef(COPY, RunId("201605192149381933")))


async def test_a_key_starts_one_run(engine: Harness) -> None:
    calls = (engine.service.run(SIZE, body=b"12345", key="k1") for _ in range(5))
    [id] = set(await asyncio.gather(*calls))
    run = await ended(engine, SIZE, id)
    assert (run.key, run.message) == ("k1", "5")
    assert await engine.service.run(SIZE, key="k1") == id
    assert [each.ref.run for each in await engine.service.runs(SIZE)] == [id]
    with pytest.raises(InvalidRequest, match="Idempotency-Key"):
        await engine.service.run(SIZE, key="x" * 256)
