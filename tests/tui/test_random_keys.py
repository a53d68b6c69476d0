"""Whatever is pressed, clicked and told at the same time: the screen does not end by a bug."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size

from tests.support.fake_service import NOW, FakeJobService, make_job, output
from tests.support.tui_driver import TuiDriver, open_tui
from tests.tui.scene import eleven_jobs
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import JobRemoved
from wjtui.model.jobs import AnyPhase, Idle, Running, Stopped
from wjtui.tui.commands.command import Command
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.present.log_place import log_of
from wjtui.tui.screens.view import View

ROUNDS, STEPS = 60, 300
SIZES = [(120, 36), (80, 24), (60, 18), (40, 10), (200, 50)]
KEYS = [
    *"abcdefghijklmnoprstuvwxyzABCDEFGHIKLMNOPQRSTUVWXYZ0123456789|/:?!*+-.<>[]{} ",
    *[
        "enter",
        "escape",
        "escape",
        "escape",
        "tab",
        "shift+tab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
    ],
    *["pageup", "pagedown", "backspace", "delete", "f1", "f5", "shift+up", "shift+down"],
    *[f"ctrl+{letter}" for letter in "cdlnprstu"],
]
LEAVING = {"app.quit", "app.suspend", "app.shutdown", "job.shell"}


def press(tui: TuiDriver, chance: random.Random) -> None:
    key = chance.choice(KEYS)
    tui._strike("space" if key == " " else key)


def give(tui: TuiDriver, chance: random.Random) -> None:
    """As a click on a word of the footer does."""
    screen = tui.app.screen
    if isinstance(screen, View) and screen.is_mounted:
        here: list[Command[object]] = [
            each for each in COMMANDS if each.where in screen.places and each.id not in LEAVING
        ]
        screen.give(chance.choice(here))


def click(tui: TuiDriver, chance: random.Random) -> None:
    x, y = chance.randrange(tui.app.size.width), chance.randrange(tui.app.size.height)
    for _ in range(chance.choice([1, 2])):
        for kind in (events.MouseDown, events.MouseUp):
            tui.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))


def resize(tui: TuiDriver, chance: random.Random) -> None:
    size = Size(*chance.choice(SIZES))
    tui.app.post_message(events.Resize(size, size))


def look_away(tui: TuiDriver, chance: random.Random) -> None:
    tui.app.post_message(chance.choice([events.AppBlur, events.AppFocus])())


def change_a_job(tui: TuiDriver, chance: random.Random) -> None:
    service = tui.service
    if service.jobs:
        job = chance.choice(list(service.jobs.values()))
        phases: list[AnyPhase] = [Running(NOW, 5, 0), Stopped(NOW)] if job.is_continuous else [Idle()]
        service.change(job.id.name, chance.choice(phases))


def add_or_remove_a_job(tui: TuiDriver, chance: random.Random) -> None:
    service = tui.service
    if len(service.jobs) > 1 and chance.random() < 0.5:
        service.tell(JobRemoved(chance.choice(list(service.jobs.values())).id))
    else:
        service.add(make_job(f"new-{chance.randrange(5)}"))


def write_a_log(tui: TuiDriver, chance: random.Random) -> None:
    refs = [ref for job in tui.service.jobs.values() if (ref := log_of(job)) is not None]
    if refs:
        tui.service.grow(chance.choice(refs), output(*(f"line {n}" for n in range(chance.randrange(1, 50)))))


def lose_the_engine(tui: TuiDriver, chance: random.Random) -> None:
    service: FakeJobService = tui.service
    service.lose(EngineUnreachable("It is gone for a moment."))
    service.unreachable = None


def tell(tui: TuiDriver, chance: random.Random) -> None:
    tui.app.session.tell(f"Message {chance.randrange(100)}")


def wait(tui: TuiDriver, chance: random.Random) -> None:
    tui.clock.advance(chance.choice([0.5, 1, 5, 60]))


WHAT = {
    press: 62, give: 6, change_a_job: 10, add_or_remove_a_job: 3, write_a_log: 7, resize: 2, look_away: 2,
    wait: 2, lose_the_engine: 1, tell: 2, click: 3,
}  # fmt: skip
"""What happens, and how often."""


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_nothing_ends_the_screen(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    chance = random.Random(seed)
    async with open_tui(eleven_jobs(), chance.choice(SIZES)) as tui:
        app = tui.app
        for _ in range(STEPS):
            if app._exit:
                break
            (happens,) = chance.choices(list(WHAT), list(WHAT.values()))
            happens(tui, chance)
            if chance.random() < 0.5:
                await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02]))
            if chance.random() < 0.3:
                app.frame()
                app.animator()
                app.screen._on_timer_update()
            assert app.crash is None
        await asyncio.sleep(0.2)
        assert app.crash is None
        app.exit()
        await asyncio.sleep(0)
