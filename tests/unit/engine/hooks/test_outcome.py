"""What came of a POST, and what follows from it."""

from __future__ import annotations

import pytest

from wjtui.engine.hooks.lane import WAITING, WAITING_SIZE, Lane
from wjtui.engine.hooks.outcome import answered, unanswered
from wjtui.model.hooks import Subscription, status_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (200, "OK"),
        (202, "Accepted"),
        (203, "NonAuthoritativeInformation"),
        (404, "NotFound"),
        (410, "Gone"),
        (500, "InternalServerError"),
        (299, "299"),
        (999, "999"),
    ],
)
def test_statuses_have_names_of_one_word(code: int, name: str) -> None:
    assert status_name(code) == name


@pytest.mark.parametrize(
    ("code", "ok", "gone", "passing"),
    [
        (200, True, False, False),
        (204, True, False, False),
        (302, False, False, False),
        (404, False, False, False),
        (410, False, True, False),
        (429, False, False, False),
        (500, False, False, True),
        (503, False, False, True),
    ],
)
def test_what_follows_from_an_answer(code: int, ok: bool, gone: bool, passing: bool) -> None:
    outcome = answered(code, "phrase")
    assert (outcome.ok, outcome.gone, outcome.passing) == (ok, gone, passing)
    assert Subscription("1", "http://h/", "e", last_status=outcome.status).last_ok is ok


def test_what_somebody_else_says_is_short_and_on_one_line() -> None:
    assert answered(500, "a\r\nb\x1b[31m" + "x" * 1000).reason.isprintable()
    outcome = unanswered("x" * 1000)
    assert (outcome.status, len(outcome.reason), outcome.ok, outcome.passing) == ("Failure", 200, False, True)
    assert not Subscription("1", "http://h/", "e").last_ok


def test_of_what_waits_the_newest_stays() -> None:
    lane = Lane()
    assert [lane.put(str(n)) for n in range(WAITING)] == [False] * WAITING
    assert [lane.put(str(WAITING + n)) for n in range(3)] == [True, False, False]
    assert [lane.take() for _ in range(len(lane))] == [str(n) for n in range(3, WAITING + 3)]
    assert lane.dropped == 3 and not lane


def test_what_waits_is_limited_in_size_too() -> None:
    lane, half = Lane(), "x" * (WAITING_SIZE // 2)
    assert [lane.put(half + end) for end in ("", "", "c", "d")] == [False, False, True, False]
    assert [lane.take()[-1:] for _ in range(len(lane))] == ["d"]
    assert not lane.put(half) and len(lane) == 1
