from __future__ import annotations

import asyncio

import pytest

from wjtui.engine.deploy import claims
from wjtui.engine.deploy.claims import Claims
from wjtui.model.errors import Conflict
from wjtui.model.identity import JobId, JobType

JOB, OTHER = (JobId(JobType.TRIGGERED, name) for name in ("report", "other"))


async def test_a_job_is_held_once() -> None:
    held = Claims()
    held.take("is being deleted", JOB, token="t")
    with pytest.raises(Conflict, match="'report' is being deleted: try again"):
        held.take("is being saved", OTHER, JOB)
    assert held.holder(OTHER) == "" and held.is_taken("t")
    held.release(JOB, token="t")
    held.take("is being saved", OTHER, JOB)


async def test_who_comes_as_the_last_one_clears_up_waits_for_it() -> None:
    held = Claims()
    held.take("is being deleted", JOB)
    waits = asyncio.create_task(held.clear(OTHER, JOB), name="clear")
    await asyncio.sleep(0)
    held.take("is being saved", OTHER)
    held.release(JOB)
    await asyncio.sleep(0)
    assert not waits.done()
    held.release(OTHER)
    await waits
    held.take("is being brought back", JOB)


async def test_nobody_waits_for_what_waits_for_a_run_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PATIENCE_SECONDS", 3600.0)
    held = Claims()
    held.take("is being replaced", JOB)
    held.put_off("has a deploy that waits", JOB)
    async with asyncio.timeout(30):
        await held.clear(JOB)
    with pytest.raises(Conflict, match="has a deploy that waits"):
        held.take("is being saved", JOB)
    held.go_on("is being replaced", JOB)
    waits = asyncio.create_task(held.clear(JOB), name="clear")
    await asyncio.sleep(0)
    assert not waits.done() and held.holder(JOB) == "is being replaced"
    held.release(JOB)
    await waits


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PATIENCE_SECONDS", 0.01)
    held = Claims()
    held.take("is being deleted", JOB)
    await held.clear(JOB)
    assert held.holder(JOB) == "is being deleted"
