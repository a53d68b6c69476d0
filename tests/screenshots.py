"""Makes ``screenshots/*.svg`` from the real screen on fixed data; a test compares them with what is there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from unittest import mock

from textual.widgets import Input

from tests.form_pictures import FORMS, Act
from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.runs_driver import RunsDriver
from tests.tui.background_scene import busy_night
from tests.tui.form_scene import add_forms, make_home
from tests.tui.picture_scene import pictured, worker_goes_on
from wjtui.model.errors import EngineUnreachable
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import ScreenOptions

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
WIDE = (120, 36)
NARROW = (80, 24)
SOCKET = "/tmp/wjtui-1000/8d1f0c.sock"


@dataclass(frozen=True)
class Picture:
    """One screen: on which job, what is pressed, what happens meanwhile, and how the terminal is."""

    name: str
    job: str = "nightly-report"
    keys: tuple[str, ...] = ()
    meanwhile: Callable[[FakeJobService], None] | None = None
    size: tuple[int, int] = WIDE
    theme: str = "wjtui-dark"
    jobs: bool = True
    scene: Callable[[], FakeJobService] | None = None
    """The service behind it, where that is another one than behind the others."""
    brought: bool = False
    act: Act | None = None
    """What a person does beyond keys."""


def _lose(service: FakeJobService) -> None:
    service.lose(EngineUnreachable(f"The engine behind '{SOCKET}' does not answer (connection refused)."))


_MARK_TWO = ("space", "j", "space", "k")
"""A mark puts the cursor on the next job; the one between the two stays as it is."""
_SCREENS = (
    Picture("main"),
    Picture("details", keys=("d",)),
    Picture("log", "queue-worker", ("enter",)),
    Picture(
        "log-find", "queue-worker", ("enter", "slash", "ctrl+t", *"timeout after|budget", "enter", "N", "m"),
        worker_goes_on,
    ),
    Picture("log-split", "queue-worker", ("enter", "vertical_line")),
    Picture("log-merged", "mail-pump", (*_MARK_TWO, "enter")),
    Picture("runs", keys=("h",)),
    Picture("launches", "image-resizer", ("h",)),
    Picture("dashboard", keys=("H",)),
    Picture("schedule", "thumbs-cleanup", ("c",)),
    Picture("why", "image-resizer", ("w",)),
    Picture("menu", keys=("full_stop",)),
    Picture("copy", keys=("y",)),
    Picture("palette", keys=("colon", *"stop m")),
    Picture("help", keys=("question_mark",)),
    Picture("events", keys=("m",)),
    Picture("themes", keys=("colon", *"theme", "enter")),
    Picture("arguments", keys=("a", *"--month 2026-10 --dry-run")),
    Picture("later", keys=("t", *"22:00")),
    Picture("bulk", "mail-pump", (*_MARK_TWO, "x")),
    Picture("leave", keys=("q",), brought=True),
    Picture("background", "import-orders", ("d",), scene=busy_night),
    Picture("chains", keys=("H", "j"), scene=busy_night),
    Picture("waiting", "import-orders", ("W", "j"), scene=busy_night),
    Picture("unreachable", meanwhile=_lose),
    Picture("empty", jobs=False),
    *(Picture(name, act=act) for name, act in FORMS.items()),
)  # fmt: skip


def _in_both_sizes(screen: Picture) -> tuple[Picture, Picture]:
    return screen, replace(screen, name=f"{screen.name}-80x24", size=NARROW)


PICTURES = (
    *(picture for screen in _SCREENS for picture in _in_both_sizes(screen)),
    Picture("main-light", theme="wjtui-light"),
    Picture("main-ansi", theme="wjtui-ansi"),
    Picture("settings-light", theme="wjtui-light", act=FORMS["settings"]),
)


async def take(picture: Picture) -> str:
    """The picture as SVG, the same at every call and on every machine."""
    with tempfile.TemporaryDirectory() as home, mock.patch.dict(os.environ, HOME=home):
        make_home(Path(home))
        return await _take(picture)


async def _take(picture: Picture) -> str:
    if picture.scene is not None:
        service = picture.scene()
    else:
        service = add_forms(pictured()) if picture.jobs else FakeJobService()
    clock = FixedClock()
    options = ScreenOptions(
        theme=picture.theme,
        clock=clock,
        brought_engine=picture.brought,
        again="wjtui --root /srv",
        socket=SOCKET,
        engine_log=Path("/srv/data/wjtui/4f2a1c/engine.log"),
        config=Path("/home/ops/.config/wjtui/config.toml"),
    )
    app = WjtuiApp(service, options)
    async with app.run_test(size=picture.size) as pilot:
        driver = RunsDriver(app, pilot, service, clock)
        await driver.until(lambda: service.connections > 0)
        await driver.settle()
        if picture.jobs:
            app.main_screen.go_to(service.find(picture.job).id.key)
            await driver.settle()
        # Letters arrive together, as from somebody who types fast; each other key waits for the one before.
        for named, keys in groupby(picture.keys, lambda key: len(key) > 1):
            for together in ([key] for key in keys) if named else [list(keys)]:
                await driver.burst(*together)
        if picture.act is not None:
            await picture.act(driver)
        if picture.meanwhile is not None:
            picture.meanwhile(service)
            await driver.settle()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await driver.settle()
        svg = app.export_screenshot(title="wjtui", simplify=True)
    return _settled(svg) + "\n"


def _settled(svg: str) -> str:
    """The library marks names with a sum over all that is shown, so each line would differ with any of it.

    And its font draws ``www`` and ``--`` as one sign, which no terminal does unasked.
    """
    plain = re.sub(r"terminal-\d+", "terminal", svg)
    return plain.replace("font-family: Fira Code", "font-variant-ligatures: none; font-family: Fira Code")


def main(folder: Path) -> None:
    """Write every picture into ``folder``, and remove pictures that are none any more."""
    folder.mkdir(exist_ok=True)
    wanted = {f"{picture.name}.svg": picture for picture in PICTURES}
    for name, picture in wanted.items():
        (folder / name).write_text(asyncio.run(take(picture)), "utf-8")
        print(f"{folder.name}/{name}")
    for old in folder.glob("*.svg"):
        if old.name not in wanted:
            old.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
