"""The pager: a file in the program that the person reads files with, while the screen steps aside."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

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


def show_in_pager(app: App[Any], path: Path, environment: Mapping[str, str]) -> str | None:
    """Show the file, and come back when it was read; else why that cannot be, in one sentence."""
    if not path.is_file():
        return f"There is no file '{path}'."
    argv = pager_command(environment)
    if argv is None:
        return f"There is no program to read files with: set PAGER, or read '{path}'."
    try:
        with app.suspend():
            return _run([*argv, str(path)])
    except SuspendNotSupported:
        return f"This terminal cannot be lent to another program: read '{path}'."


def _run(argv: list[str]) -> str | None:
    # The terminal sends ctrl+c to the pager and to us; a handler, unlike an ignored signal, is not inherited.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        subprocess.run(argv, check=False, env={**os.environ, "LESS": os.environ.get("LESS", "-R")})
    except OSError as error:
        return f"'{argv[0]}' cannot be started: {error.strerror or error}."
    finally:
        signal.signal(signal.SIGINT, before)
    return None
