from __future__ import annotations

import pytest

from wjtui.engine.running.idle import Idleness

Look = tuple[float, float, int]
"""When, last output, ticks."""


@pytest.mark.parametrize(
    ("looks", "silent"),
    [
        ([(1, 0, 5), (2, 0, 5), (3, 0, 5)], 2),
        ([(1, 0, 5), (2, 0, 6), (3, 0, 7)], 0),
        ([(1, 0, 5), (2, 0, 5), (3, 0, 4)], 0),
        ([(1, 0, 5), (2, 1.5, 5), (3, 2.5, 5)], 0.5),
        ([(1, 0, 5), (2, 2.0, 6), (9, 2.0, 6)], 7),
        ([(1, 0, 5), (2, 2.0, 5), (9, 2.0, 5)], 7),
        ([(1, 0, 5), (31, 0, 5)], 30),
    ],
    ids=["idle", "busy", "a child has ended", "writes", "both", "output last", "no suspension yet"],
)
def test_silence(looks: list[Look], silent: float) -> None:
    idleness = Idleness(0)
    for at, output, ticks in looks:
        found = idleness.look(at, output, ticks)
    assert found == silent


def test_time_in_which_the_machine_slept_does_not_count() -> None:
    idleness = Idleness(0)
    idleness.look(1, 0, 5)
    assert idleness.look(5, 0, 5) == 4
    assert idleness.look(5 + 3600, 0, 5) == 4
    assert idleness.look(5 + 3601, 0, 5) == 5
