"""Lending the terminal: what was typed for the other program gives no command here."""

from __future__ import annotations

import pytest
from textual import events

from tests.support.tui_driver import open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.identity import JobType
from wjtui.model.instances import Workplace
from wjtui.tui.desks import shell_out

KEY = (JobType.TRIGGERED.value, "import-legacy")
PLACE = Workplace("/srv", ("/bin/bash",), {"PATH": "/bin", "API_TOKEN": "hush"}, ("API_TOKEN",))


async def test_what_was_typed_ahead_is_forgotten() -> None:
    service = eleven_jobs()
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        tui.app.type_ahead.admits(events.Key("r", "r"))
        tui.app.type_ahead.forget()
        await tui.settle()
        assert service.commands == []


@pytest.mark.parametrize(("answer", "known"), [("w", False), ("s", True)])
async def test_a_shell_asks_before_it_shows_secrets(
    answer: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    async def lend(app: object, argv: list[str], *, folder: str, environment: dict[str, str]) -> None:
        assert folder == "/srv"
        given.append(environment)

    monkeypatch.setattr(shell_out, "lend", lend)
    service = eleven_jobs()
    service.workplaces[KEY] = PLACE
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("colon")
        await tui.write("shell")
        await tui.press("enter")
        await tui.see("API_TOKEN")
        assert "hush" not in tui.text
        await tui.press(answer)
        await tui.until(lambda: given)
        assert ("API_TOKEN" in given[0]) is known and given[0]["PATH"] == "/bin"


async def test_no_shell_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lend(*_: object, **__: object) -> None:
        raise AssertionError("no shell was wanted")

    monkeypatch.setattr(shell_out, "lend", lend)
    service = eleven_jobs()
    service.workplaces[KEY] = PLACE
    async with open_tui(service) as tui:
        await tui.select("import-legacy")
        await tui.press("colon")
        await tui.write("shell")
        await tui.press("enter")
        await tui.see("API_TOKEN")
        await tui.press("n")
        assert tui.shows_list()
