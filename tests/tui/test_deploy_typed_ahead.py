"""The deploy wizard for somebody who types faster than it opens: no key goes anywhere but where it was meant for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploy_driver import DeployDriver
from tests.support.fake_service import FakeJobService, make_job
from tests.support.tui_driver import open_tui
from wjtui.tui.present.deploy import Step


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
async def test_keys_behind_n_are_for_the_wizard(home: Path, size: tuple[int, int]) -> None:
    (home / "rx.sh").write_text("echo\n")
    service = FakeJobService(make_job("other"))
    async with open_tui(service, size) as tui:
        tui.__class__ = DeployDriver
        assert isinstance(tui, DeployDriver)
        await tui.burst("n", *"rx.sh")
        assert tui.form.source.path.path == "~/rx.sh" and service.commands == []
        await tui.press("escape", "escape", "d")
        await tui.burst("n", "shift+tab", "right", "right", "right")
        assert tui.form.source.kind == "paste"
        await tui.burst("tab", "tab", *"echo", "ctrl+s")
        await tui.until(lambda: tui.form.staging.package is not None)
        await tui.burst("ctrl+s", "end", "ctrl+u", *"xyz", "enter", *"--fast", "enter")
        assert tui.at(Step.REVIEW), tui.text
        assert tui.form.wish.name == "xyz" and tui.form.wish.arguments == "--fast"
