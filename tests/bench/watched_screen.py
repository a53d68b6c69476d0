"""``python -m tests.bench.watched_screen REPORT [--in-process]``: the screen, with its loop watched.

REPORT gets a line for each time the loop was held: the monotonic clock's seconds, and for how many.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from wjtui.launch.place import find_place
from wjtui.launch.screen import ScreenWish, show_screen
from wjtui.tui import run

_LOOK_SECONDS = 0.005
_WORTH_SECONDS = 0.01


async def _watch(report: Path) -> None:
    with report.open("w", buffering=1) as lines:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
            held = time.monotonic() - began - _LOOK_SECONDS
            if held > _WORTH_SECONDS:
                lines.write(f"{began} {held}\n")


def main(report: Path, *, in_process: bool) -> None:
    """Show the screen until it is left."""
    shown = run.open_screen

    async def open_watched(*given: Any, **named: Any) -> Any:
        watch = asyncio.create_task(_watch(report), name="watch")
        try:
            return await shown(*given, **named)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    run.open_screen = open_watched
    show_screen(find_place(None, None), ScreenWish(in_process=in_process))


if __name__ == "__main__":
    main(Path(sys.argv[1]), in_process="--in-process" in sys.argv)
