from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime

from wjtui.engine.bus import KEPT_NOTICES, REPLAY
from wjtui.engine.state import State
from wjtui.model.events import (
    EngineInfo,
    Envelope,
    JobChanged,
    JobRemoved,
    NoticeRaised,
    Snapshot,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Idle, Job
from wjtui.support.clock import SystemClock

Items = AsyncIterator[Envelope | Snapshot]


def make_state() -> State:
    return State(SystemClock(), EngineInfo("/root", "one", 1, "0", datetime.now(UTC)))


def job(name: str, kind: JobType = JobType.TRIGGERED, folder: str = "") -> Job:
    return Job(JobId(kind, name), folder, "", Idle())


def listen(state: State, after: int | None = None) -> Items:
    return state.bus.events(after, state.snapshot)


async def rest(state: State, items: Items) -> list[Envelope | Snapshot]:
    """What a subscriber still gets once the engine has ended."""
    state.bus.close()
    async with asyncio.timeout(5):
        return [item async for item in items]


async def test_a_new_subscriber_gets_a_snapshot_and_then_what_changes() -> None:
    state = make_state()
    state.put_job(job("a"))
    items = listen(state)
    first = await anext(items)
    assert isinstance(first, Snapshot)
    assert (first.seq, [each.id.name for each in first.jobs]) == (1, ["a"])
    state.put_job(job("b"))
    (second,) = await rest(state, items)
    assert isinstance(second, Envelope)
    assert (second.seq, second.event) == (2, JobChanged(job("b")))


async def test_a_slow_subscriber_gets_the_newest_value_of_each_job_in_order_of_change() -> None:
    state = make_state()
    items = listen(state)
    await anext(items)
    for folder in "123":
        state.put_job(job("a", folder=folder))
        state.put_job(job("b", folder=folder))
    state.remove_job(("triggered", "a"))
    found = await rest(state, items)
    assert [each.event for each in found if isinstance(each, Envelope)] == [
        JobChanged(job("b", folder="3")),
        JobRemoved(job("a").id),
    ]


async def test_notices_are_not_replaced_but_bounded() -> None:
    state = make_state()
    items = listen(state)
    await anext(items)
    for number in range(KEPT_NOTICES + 5):
        state.raise_notice(str(number))
    found = await rest(state, items)
    texts = [
        e.event.notice.text for e in found if isinstance(e, Envelope) and isinstance(e.event, NoticeRaised)
    ]
    assert texts == [str(number) for number in range(5, KEPT_NOTICES + 5)]


async def test_a_client_that_comes_back_gets_what_it_missed() -> None:
    state = make_state()
    for name in "abc":
        state.put_job(job(name))
    found = await rest(state, listen(state, 1))
    assert [each.seq for each in found] == [2, 3]


async def test_a_client_that_missed_nothing_gets_nothing() -> None:
    state = make_state()
    state.put_job(job("a"))
    assert await rest(state, listen(state, 1)) == []


async def test_numbers_outside_the_window_get_a_snapshot() -> None:
    state = make_state()
    for number in range(REPLAY + 2):
        state.put_job(job("a", folder=str(number)))
    for after in (0, 1, REPLAY + 3):
        async with aclosing(listen(state, after)) as items:  # type: ignore[type-var]
            assert isinstance(await anext(items), Snapshot), after
    async with aclosing(listen(state, 2)) as items:  # type: ignore[type-var]
        assert isinstance(await anext(items), Envelope)


async def test_a_subscriber_that_leaves_is_forgotten() -> None:
    state = make_state()
    async with aclosing(listen(state)) as items:  # type: ignore[type-var]
        await anext(items)
        assert state.bus.watched
    assert not state.bus.watched


async def test_what_does_not_change_is_not_told() -> None:
    state = make_state()
    state.put_job(job("a"))
    state.put_job(job("a"))
    state.update_job(("triggered", "a"), disabled=False)
    state.update_job(("triggered", "gone"), disabled=True)
    state.remove_job(("triggered", "gone"))
    state.put_usage(job("a").id, None)
    state.put_info(stopping=False)
    assert state.bus.seq == 1


async def test_usage_of_a_job_that_ended_is_told_as_nothing_and_forgotten() -> None:
    state = make_state()
    items = listen(state)
    await anext(items)
    state.put_usage(job("a").id, Usage(1.0, 2, 3))
    assert state.snapshot().usage == (UsageSampled(job("a").id, Usage(1.0, 2, 3)),)
    state.put_usage(job("a").id, None)
    assert state.snapshot().usage == ()
    (told,) = await rest(state, items)
    assert isinstance(told, Envelope)
    assert told.event == UsageSampled(job("a").id, Usage(0.0, 0, 0))


def test_a_snapshot_is_sorted_triggered_first() -> None:
    state = make_state()
    for each in (job("b", JobType.CONTINUOUS), job("B"), job("a"), job("A", JobType.CONTINUOUS)):
        state.put_job(each)
    assert [str(each.id) for each in state.snapshot().jobs] == [
        "triggered/a",
        "triggered/B",
        "continuous/A",
        "continuous/b",
    ]
