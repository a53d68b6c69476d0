"""The pager: the program with which a person reads files."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wjtui.tui.lend import lend

if TYPE_CHECKING:
    from wjtui.tui.app import WjtuiApp

_ELSE = ("less", "more")


def pager_command(
    environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> list[str] | None:
    """``$PAGER`` taken apart as a shell does, else less or more; None: there is none."""
    try:
        wanted = shlex.split(environment.get("PAGER", ""))
    except ValueError:
        wanted = []
    for argv in (wanted, *([name] for name in _ELSE)):
        if argv and which(argv[0]) is not None:
            return argv
    return None


async def show_in_pager(app: WjtuiApp, path: Path, environment: Mapping[str, str]) -> str | None:
    """Show the file, and come back when it was read; else why that cannot be, in one sentence."""
    if not await asyncio.to_thread(path.is_file):
        return f"There is no file '{path}'."
    argv = pager_command(environment)
    if argv is None:
        return f"There is no program to read files with: set PAGER, or read '{path}'."
    given = {**os.environ, "LESS": os.environ.get("LESS", "-R")}
    return await lend(app, [*argv, str(path)], environment=given)
