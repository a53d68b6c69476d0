from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.catalog.debounce import Debounce

A, B = ("triggered", "a"), ("continuous", "b")


def test_due_after_the_quiet_time() -> None:
    debounce = Debounce()
    debounce.touch(A, 100)
    assert debounce.next_due == 105
    assert debounce.take(104.9) == frozenset()
    assert debounce.take(105) == {A}
    assert debounce.take(200) == frozenset()
    assert debounce.next_due is None


def test_each_change_starts_the_quiet_time_again() -> None:
    debounce = Debounce(2)
    for now in (0, 1, 2, 3):
        debounce.touch(A, now)
    assert debounce.take(4.9) == frozenset()
    assert debounce.take(5) == {A}


def test_a_busy_job_postpones_no_other() -> None:
    debounce = Debounce(5)
    debounce.touch(A, 0)
    debounce.touch(B, 0)
    debounce.touch(B, 4)
    assert debounce.take(5) == {A}
    assert debounce.take(9) == {B}


def test_continuous_changes_are_applied_after_a_minute() -> None:
    debounce = Debounce(5)
    taken = []
    for now in range(130):
        debounce.touch(A, now)
        if debounce.take(now):
            taken.append(now)
    assert taken == [60, 121]


def test_our_own_change_is_due_at_once_and_a_later_one_is_not() -> None:
    debounce = Debounce(5)
    debounce.touch(A, 99)
    debounce.at_once(A, 100)
    assert debounce.take(100) == {A}
    debounce.touch(A, 100.1)
    assert debounce.take(100.1) == frozenset()
    assert debounce.take(105.1) == {A}


def test_an_event_behind_our_own_change_does_not_hold_it_up() -> None:
    debounce = Debounce(5)
    debounce.at_once(A, 100)
    debounce.touch(A, 100)
    assert debounce.take(100) == {A}


@pytest.mark.parametrize(("asked", "taken"), [(0, 1), (1, 1), (30, 30), (31, 30), (-5, 1)])
def test_quiet_time_is_one_to_thirty_seconds(asked: float, taken: float) -> None:
    debounce = Debounce(asked)
    debounce.touch(A, 0)
    assert debounce.next_due == taken


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.floats(0, 20)), max_size=40), st.floats(1, 30))
def test_every_change_is_reported_between_quiet_and_a_minute(
    changes: list[tuple[tuple[str, str], float]], quiet: float
) -> None:
    debounce = Debounce(quiet)
    now = 0.0
    first: dict[tuple[str, str], float] = {}
    for job, pause in changes:
        now += pause
        for due in debounce.take(now):
            del first[due]
        debounce.touch(job, now)
        first.setdefault(job, now)
        assert debounce.next_due is not None
        assert debounce.next_due <= min(first.values()) + 60
    assert debounce.take(now + 60) == frozenset(first)
