"""``python -m tests.bench.watched_screen REPORT [--in-process]``: the screen, with its loop watched.

REPORT gets what ``watch_loop`` writes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from tests.bench.loop_watch import watch_loop
from wjtui.launch.place import find_place
from wjtui.launch.screen import ScreenWish, show_screen
from wjtui.tui import run


def main(report: Path, *, in_process: bool) -> None:
    """Show the screen until it is left."""
    shown = run.open_screen

    async def open_watched(*given: Any, **named: Any) -> Any:
        watch = asyncio.create_task(watch_loop(report), name="watch")
        try:
            return await shown(*given, **named)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    run.open_screen = open_watched
    show_screen(find_place(None, None), ScreenWish(in_process=in_process))


if __name__ == "__main__":
    main(Path(sys.argv[1]), in_process="--in-process" in sys.argv)
