"""Rooms of the engine hear every event; front ends get the newest of each thing."""

from __future__ import annotations

from datetime import UTC, datetime

from wjtui.engine.state import State
from wjtui.model.events import EngineInfo, Envelope, JobChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, PendingRestart, Running
from wjtui.support.clock import SystemClock


def test_nothing_is_replaced_for_who_hears_and_nobody_watches() -> None:
    state = State(SystemClock(), EngineInfo("/root", "one", 1, "0", datetime.now(UTC)))
    heard: list[Envelope] = []
    state.bus.hear(heard.append)
    job, at = JobId(JobType.CONTINUOUS, "worker"), datetime.now(UTC)
    phases = [phase for n in range(50) for phase in (Running(at, n), PendingRestart(at, n))]
    for phase in phases:
        state.put_job(Job(job, "", "", phase))
    assert [each.event.job.phase for each in heard if isinstance(each.event, JobChanged)] == phases
    assert [each.seq for each in heard] == list(range(1, 101))
    assert not state.bus.watched
