from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wjtui.engine.queueing.line import Line
from wjtui.engine.queueing.turn import Head, decide
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import make_run_id
from wjtui.model.settings import Retry
from wjtui.model.starts import Hold, Start, Waiting

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def waiting(name: str, age: float = 0, *, due: float | None = None, attempt: int = 0) -> Waiting:
    asked = NOW - timedelta(seconds=age)
    at = None if due is None else NOW + timedelta(seconds=due)
    job = JobId(JobType.TRIGGERED, name)
    return Waiting(job, make_run_id(at or asked, None), Start(attempt=attempt), asked, at)


def begun(*heads: Head, locks: dict[str, str] | None = None, going: int = 0, cap: int = 0) -> list[str]:
    verdicts = decide(heads, locks or {}, going, cap, NOW)
    return [verdict.waiting.job.name for verdict in verdicts if not verdict.reason]


def reasons(*heads: Head, locks: dict[str, str] | None = None, going: int = 0, cap: int = 0) -> list[str]:
    return [verdict.reason for verdict in decide(heads, locks or {}, going, cap, NOW)]


def test_by_priority_and_then_by_age() -> None:
    heads = [Head(waiting("young", 1)), Head(waiting("old", 9)), Head(waiting("urgent"), 5)]
    assert begun(*heads) == ["urgent", "old", "young"]
    assert begun(*heads, cap=2) == ["urgent", "old"]
    assert begun(*heads, going=1, cap=2) == ["urgent"]
    assert reasons(*heads, going=2, cap=2) == ["2 runs are going, the most"] * 3
    assert reasons(heads[0], going=1, cap=1) == ["1 run is going, the most"]


def test_a_lock_is_held_by_one() -> None:
    heads = [Head(waiting("a", 2), lock="db"), Head(waiting("b", 1), lock="db"), Head(waiting("c"))]
    assert begun(*heads) == ["a", "c"]
    assert reasons(*heads) == ["", "'a' holds the lock 'db'", ""]
    assert begun(*heads, locks={"db": "x"}) == ["c"]


def test_what_cannot_begin_takes_no_place() -> None:
    broken = Head(waiting("broken", 9), 9, "db", "it has nothing that can run")
    heads = [broken, Head(waiting("a"), lock="db")]
    assert begun(*heads, cap=1) == ["a"]
    late, due = Head(waiting("later", 1, due=1)), Head(waiting("now", due=0))
    assert reasons(late, due) == ["its retry is not due yet", ""]


def test_a_retry_holds_up_nobody_before_it_is_due() -> None:
    line = Line()
    retry, other = waiting("a", due=10, attempt=1), waiting("a")
    line.add(retry)
    assert line.head(NOW) is retry and line.wakes_at(NOW) == retry.due
    line.add(other)
    assert line.head(NOW) is other and line.head(NOW + timedelta(seconds=10)) is retry
    assert line.ahead_of(Start()) == [other] and line.overtaken_by(Start()) == [retry]
    assert line.overtaken_by(Start(attempt=2)) == []
    assert line.hold(NOW, "why", Retry(3)) == Hold(2, "why")
    assert line.remove(other.id) and not line.remove(other.id)
    assert line.hold(NOW, "", Retry(3)) == Hold(1, "", retry.due, 1, 3)
    assert line.remove(retry.id) and line.wakes_at(NOW) is None and line.hold(NOW, "", None) is None


def test_what_could_not_begin_is_tried_again() -> None:
    line = Line()
    line.add(waiting("a"))
    line.put_off("another instance runs it", NOW + timedelta(seconds=5))
    assert line.wakes_at(NOW) == NOW + timedelta(seconds=5)
    assert line.wakes_at(NOW + timedelta(seconds=5)) is None
