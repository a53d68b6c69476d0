"""``notify`` of a job's settings: which of its failures make a message, and which ring (spec 3.2)."""

from __future__ import annotations

import pytest

from tests.support.fake_service import FakeJobService, make_job, make_run
from tests.support.tui_driver import open_tui
from wjtui.model.runs import RunStatus
from wjtui.model.settings import JobSettings
from wjtui.tui.outside import BEL


@pytest.mark.parametrize(
    ("notify", "toasts", "rings"),
    [
        (None, True, True),
        (("toast", "bell"), True, True),
        (("toast",), True, False),
        (("bell", "command"), False, True),
        (("command",), False, False),
        ((), False, False),
    ],
)
async def test_a_failure_is_told_as_its_job_wants(
    notify: tuple[str, ...] | None, toasts: bool, rings: bool
) -> None:
    service = FakeJobService(make_job("nightly", settings=JobSettings(notify=notify)))
    written: list[str] = []
    async with open_tui(service) as tui:
        tui.app._crier._write = written.append
        service.change("nightly", latest_run=make_run("nightly", RunStatus.FAILED))
        await tui.settle()
        assert tui.toasts == (["nightly failed"] if toasts else [])
        assert any(text.startswith(BEL) for text in written) is rings
        # The event list keeps it, whatever is told.
        assert "nightly failed" in tui.text


async def test_one_job_of_two_is_silent() -> None:
    service = FakeJobService(make_job("loud"), make_job("quiet", settings=JobSettings(notify=())))
    async with open_tui(service) as tui:
        for name in ("loud", "quiet"):
            service.change(name, latest_run=make_run(name, RunStatus.FAILED))
        await tui.settle()
        assert tui.toasts == ["loud failed"]
