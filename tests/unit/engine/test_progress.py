from __future__ import annotations

from datetime import UTC, datetime

from tests.support.fake_clock import FakeClock
from wjtui.engine.state import State
from wjtui.model.deploys import Progress
from wjtui.model.events import DeployProgressed, EngineInfo, Envelope


async def test_progress_is_told_ten_times_a_second_for_each_package() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    state = State(clock, EngineInfo("/root", "one", 1, "0", datetime(2026, 1, 1, tzinfo=UTC)))
    told: list[Envelope] = []
    state.bus.hear(told.append)
    for step in range(100):
        for token in ("a", "b"):
            state.tell_progress(Progress(token, "Unpacking", step, 100))
        await clock.advance(0.02)
    events = [each.event for each in told if isinstance(each.event, DeployProgressed)]
    assert 15 <= len([each for each in events if each.progress.token == "a"]) <= 20
    assert len(events) == 2 * len([each for each in events if each.progress.token == "b"])
