"""Makes ``screenshots/*.svg`` from the real screen on fixed data."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.fake_service import FakeJobService, FixedClock
from tests.support.tui_driver import TuiDriver
from tests.tui.scene import eleven_jobs
from wjtui.tui.app import WjtuiApp
from wjtui.tui.options import ScreenOptions

WIDE = (120, 36)
NARROW = (80, 24)


@dataclass(frozen=True)
class Picture:
    """One screenshot: what to press, and how the terminal is."""

    name: str
    size: tuple[int, int] = WIDE
    keys: tuple[str, ...] = ("j",)
    theme: str = "wjtui-dark"
    jobs: bool = True
    brought: bool = False


PICTURES = (
    Picture("main"),
    Picture("main-80x24", NARROW),
    Picture("main-light", theme="wjtui-light"),
    Picture("split", keys=("j", "enter", "vertical_line")),
    Picture("details", keys=("j", "d")),
    Picture("schedule", keys=("j",) * 9 + ("c",)),
    Picture("schedule-80x24", NARROW, ("j", "c")),
    Picture("why-80x24", NARROW, ("w",)),
    Picture("help", keys=("question_mark",)),
    Picture("leave", keys=("j", "q"), brought=True),
    Picture("empty-80x24", NARROW, (), jobs=False),
)


async def take(picture: Picture) -> str:
    """The picture as SVG, the same at every call."""
    service = eleven_jobs() if picture.jobs else FakeJobService()
    clock = FixedClock()
    options = ScreenOptions(theme=picture.theme, clock=clock, brought_engine=picture.brought)
    app = WjtuiApp(service, options)
    async with app.run_test(size=picture.size) as pilot:
        driver = TuiDriver(app, pilot, service, clock)
        await driver.settle()
        await driver.press(*picture.keys)
        return app.export_screenshot(title="wjtui", simplify=True)


def main(folder: Path) -> None:
    """Write every picture into ``folder``."""
    folder.mkdir(exist_ok=True)
    for picture in PICTURES:
        (folder / f"{picture.name}.svg").write_text(asyncio.run(take(picture)) + "\n", "utf-8")
        print(f"{folder.name}/{picture.name}.svg")


if __name__ == "__main__":
    default = Path(__file__).parent.parent / "screenshots"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
