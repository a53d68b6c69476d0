"""The deploy wizard for somebody who types faster than it opens: no key is lost or goes elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploy_driver import DeployDriver, open_wizard
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


async def test_a_path_that_is_wrong_is_where_the_cursor_goes(home: Path) -> None:
    async with open_wizard(FakeJobService(make_job("other"))) as tui:
        await tui.type_path("~/nowhere.zip")
        await tui.press("ctrl+o", "ctrl+s")
        assert "There is no ~/nowhere.zip" in tui.error("deploy-path-field")
        assert tui.focus == "deploy-path"


async def test_the_key_that_goes_on_is_named(home: Path) -> None:
    async with open_wizard(FakeJobService(make_job("other"))) as tui:
        await tui.take_from("paste")
        await tui.press("tab", "tab")
        await tui.burst(*"echo", "ctrl+s")
        await tui.until(lambda: tui.form.staging.package is not None)
        assert tui.status.startswith("Staged. ctrl+s goes on") and "ctrl+s Next" in tui.footer


async def test_the_clock_goes_on(home: Path) -> None:
    async with open_wizard(FakeJobService(make_job("other"))) as tui:
        assert "05:12:09 UTC" in tui.lines[0]
        tui.clock.advance(61)
        tui.form.tick()
        await tui.settle()
        assert "05:13:10 UTC" in tui.lines[0]
