from __future__ import annotations

from datetime import timedelta

import pytest

from wjtui.engine.running.continuous_policy import ShortEnds, StartBrake, restart_delay, seconds_text
from wjtui.model.runs import Exit

OK, BAD, KILLED = Exit(code=0), Exit(code=1), Exit(signal=9)


def seconds(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


@pytest.mark.parametrize(
    ("lived", "configured", "wait"),
    [
        (1, 60, 60),
        (119.9, 60, 60),
        (120, 60, 0),
        (5000, 60, 0),
        (1, 0, 0),
        (1, -5, 0),
        (1, 300, 300),
        (None, 0, 60),
        (None, 300, 300),
    ],
)
def test_the_wait_before_a_relaunch(lived: float | None, configured: float, wait: float) -> None:
    assert restart_delay(seconds(lived), timedelta(seconds=configured)) == timedelta(seconds=wait)


def test_what_had_no_room_is_tried_again_soon() -> None:
    assert restart_delay(None, timedelta(seconds=60), shortage=True) == timedelta(seconds=1)


def test_at_most_sixty_starts_a_minute() -> None:
    brake = StartBrake()
    for number in range(60):
        assert brake.wait_at(100 + number / 10) == timedelta(0)
        brake.started(100 + number / 10)
    assert brake.wait_at(106) == timedelta(seconds=54)
    assert brake.wait_at(160) == timedelta(0)
    brake.started(160)
    assert brake.wait_at(160) == timedelta(seconds=0.1), "the second of the sixty counts now"
    assert brake.wait_at(1000) == timedelta(0)


@pytest.mark.parametrize(
    ("ends", "noted"),
    [
        ([(OK, 1)] * 2, False),
        ([(OK, 1)] * 3, True),
        ([(OK, 10)] * 3, True),
        ([(OK, 11)] * 9, False),
        ([(BAD, 1)] * 9, False),
        ([(KILLED, 1)] * 9, False),
        ([(OK, 1), (OK, 1), (BAD, 1), (OK, 1)], False),
        ([(OK, 1)] * 3 + [(OK, 60)], False),
        ([(OK, 1), (None, None), (OK, 1), (OK, 1)], False),
    ],
)
def test_a_job_without_a_loop(ends: list[tuple[Exit | None, float | None]], noted: bool) -> None:
    short = ShortEnds()
    for exit, lived in ends:
        short.ended(exit, seconds(lived))
    assert short.lacks_loop is noted


@pytest.mark.parametrize(
    ("delay", "text"), [(0, "0"), (60, "60"), (0.2, "1"), (53.1, "54"), (86400, "86400")]
)
def test_seconds_as_the_log_shows_them(delay: float, text: str) -> None:
    assert seconds_text(timedelta(seconds=delay)) == text
