from __future__ import annotations

import pytest

from wjtui.engine.running.continuous_policy import Health


@pytest.mark.parametrize(
    ("threshold", "faults", "unhealthy", "turned"),
    [
        (1, ["a"], ["a"], [True]),
        (1, ["a", "", "b"], ["a", "", "b"], [True, True, True]),
        (3, ["a", "b"], ["", ""], [False, False]),
        (3, ["a", "b", "c"], ["", "", "c"], [False, False, True]),
        (3, ["a", "b", "", "c", "d"], [""] * 5, [False] * 5),
        (2, ["a", "b", "c", ""], ["", "b", "c", ""], [False, True, False, True]),
        (2, ["a", "b", "", "c", "d"], ["", "b", "", "", "d"], [False, True, True, False, True]),
        (2, ["", ""], ["", ""], [False, False]),
    ],
)
def test_a_job_is_judged_by_looks_in_a_row(
    threshold: int, faults: list[str], unhealthy: list[str], turned: list[bool]
) -> None:
    health = Health(threshold)
    seen = [(health.look(fault), health.unhealthy) for fault in faults]
    assert seen == list(zip(turned, unhealthy, strict=True))
