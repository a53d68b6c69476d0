"""Opened: the installed program's screen on a root of its own, and an end to all of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.hosting import clean_environment, wait_until
from tests.bench.terminal import COLUMNS, ROWS, PacedTerminal
from wjtui.client.probe import find_engine
from wjtui.launch.place import Place, find_place
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId


@dataclass(frozen=True)
class Opened:
    """A screen, and the engine that it started or found."""

    place: Place
    terminal: PacedTerminal
    environment: dict[str, str]

    @property
    def socket(self) -> str:
        """Where the engine answers."""
        found = find_engine(self.place.site.engine_lock, self.place.site.engine_file)
        assert found is not None
        return found.socket

    def log(self, job: JobId) -> Path:
        """The application log of a continuous job."""
        return self.place.site.log_path(LogRef(job))

    def once_more(self, columns: int = COLUMNS, rows: int = ROWS) -> PacedTerminal:
        """Another screen of the same engine; whoever asks closes it."""
        return PacedTerminal(screen_command(), self.environment, columns=columns, rows=rows)


def screen_command(report: Path | None = None) -> list[str]:
    """The program; with ``report`` its loop is watched."""
    if report is None:
        return [sys.executable, "-m", "wjtui"]
    return [sys.executable, "-m", "tests.bench.watched_screen", str(report)]


@contextmanager
def opened(root: Path, *, report: Path | None = None, **more: str) -> Iterator[Opened]:
    """The screen, once it shows that its engine serves. Screen, engine and every job end with it."""
    environment = clean_environment(
        TERM="xterm-256color", COLORTERM="truecolor", WJTUI_ROOT=str(root), **more
    )
    place = find_place(None, None, environment=environment)
    terminal = PacedTerminal(screen_command(report), environment)
    site = place.site
    try:
        wait_until(lambda: find_engine(site.engine_lock, site.engine_file) is not None, "the engine serves")
        terminal.wait_for(lambda text: "All" in text and "NAME" in text)
        yield Opened(place, terminal, environment)
    finally:
        terminal.pace = None
        end_engine(place)
        terminal.close()


def end_engine(place: Place) -> None:
    """End the engine with all its jobs: the second signal skips their waiting times."""
    site = place.site
    deadline = time.monotonic() + 60
    while (found := find_engine(site.engine_lock, site.engine_file)) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the engine {found.pid} does not end")
        try:
            os.kill(found.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        time.sleep(0.3)
