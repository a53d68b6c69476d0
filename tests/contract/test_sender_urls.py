"""The definition of SenderService."""

from __future__ import annotations

import json
import stat

import pytest

from tests.support.harness import Harness
from wjtui.model.errors import (
    EngineStopping,
    EngineUnreachable,
    JobNotFound,
    NotAllowed,
    SenderNotFound,
)
from wjtui.model.identity import JobId, JobType

ECHO = JobId(JobType.TRIGGERED, "echo")
FAILS = JobId(JobType.TRIGGERED, "fails")
LOOP = JobId(JobType.CONTINUOUS, "loop")
NOBODY = JobId(JobType.TRIGGERED, "nobody")


async def test_a_url_is_made_counts_and_counts_no_more(engine: Harness) -> None:
    senders = engine.service.senders
    with pytest.raises(SenderNotFound, match="wjtui sender echo --new"):
        await senders.find(ECHO)
    assert not await senders.remove(ECHO)

    made = await senders.make(JobId(JobType.TRIGGERED, "ECHO"))
    assert made.sender.job == ECHO and len(made.token) == 43
    assert made.url("https://example.org/") == f"https://example.org/api/wjtui/in/{made.token}"
    assert await senders.find(ECHO) == made.sender
    assert await senders.job_of(made.token) == ECHO
    other = await senders.make(FAILS)
    assert await senders.job_of(other.token) == FAILS

    again = await senders.make(ECHO)
    assert again.token != made.token and await senders.job_of(again.token) == ECHO
    for token in (made.token, "", "x", again.token[:-1], again.token + "x", "\udcff", "ü"):
        with pytest.raises(SenderNotFound):
            await senders.job_of(token)

    assert await senders.remove(ECHO)
    with pytest.raises(SenderNotFound):
        await senders.job_of(again.token)
    assert await senders.job_of(other.token) == FAILS


async def test_only_hashes_are_kept_and_for_the_owner_alone(engine: Harness) -> None:
    made = await engine.service.senders.make(ECHO)
    file = engine.site.root / "data" / "wjtui" / "senders.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (row,) = json.loads(file.read_bytes())
    assert row["job"] == {"type": "triggered", "name": "echo"} and len(row["hash"]) == 64
    assert made.token not in repr(made)
    for path in engine.site.root.rglob("*"):
        assert not path.is_file() or made.token.encode() not in path.read_bytes(), path


async def test_a_damaged_file_is_set_aside_and_no_url_counts(engine: Harness) -> None:
    senders = engine.service.senders
    made = await senders.make(ECHO)
    file = engine.site.root / "data" / "wjtui" / "senders.json"
    for damage in (b"{", b"[1]", b'[{"job": {"type": "triggered", "name": "echo"}}]', b"\xff"):
        file.write_bytes(damage)
        with pytest.raises(SenderNotFound):
            await senders.job_of(made.token)
        assert not file.exists()
    assert len(list(file.parent.glob("senders.json.damaged-*"))) >= 1
    snapshot = await engine.service.snapshot()
    assert any("sender URLs could not be read" in notice.text for notice in snapshot.notices)
    await senders.make(ECHO)


async def test_what_has_no_url(engine: Harness) -> None:
    senders = engine.service.senders
    with pytest.raises(NotAllowed):
        await senders.make(LOOP)
    for call in (senders.find, senders.make, senders.remove):
        with pytest.raises(JobNotFound):
            await call(NOBODY)


async def test_an_engine_that_stops_makes_none(engine: Harness) -> None:
    await engine.job(LOOP, lambda job: job.live)
    await engine.service.shut_down()
    for call in (engine.service.senders.make(ECHO), engine.service.senders.remove(ECHO)):
        with pytest.raises((EngineStopping, EngineUnreachable)):
            await call
