"""P12: 500 jobs that all change each second, and one that does; beside it, the library's own table."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.hosting import clean_environment, wait_until
from tests.bench.loop_watch import Gaps
from tests.bench.opened import screen_command
from tests.bench.process import cpu_seconds
from tests.bench.report import Figure, Limit
from tests.bench.terminal import PacedTerminal
from wjtui.client.probe import find_engine
from wjtui.launch.place import find_place

JOBS = 500
SECONDS = 10.0
_SETTLE_SECONDS = 3.0


@dataclass(frozen=True)
class Sample:
    """Some seconds in which some rows change once a second."""

    held: list[float]
    """The longest the loop was held in each second, ms."""
    bytes: float
    """A second, to the terminal."""
    cpu: float
    """Percent of a core."""


def measure(folder: Path) -> list[Figure]:
    """First the library's table, then the screen."""
    theirs = _samples(folder / "stock", _stock)
    ours = _samples(folder / "ours", _screen)
    every, peer_every = ours[JOBS], theirs[JOBS]
    one, peer_one = ours[1].bytes - ours[0].bytes, theirs[1].bytes - theirs[0].bytes
    return [
        Figure(
            "P12",
            f"loop held by a refresh of {JOBS} rows, median",
            "ms",
            median(every.held),
            (Limit(60),),
            peer=median(peer_every.held),
            peer_name="DataTable",
            note=f"longest {max(every.held):.0f}, DataTable {max(peer_every.held):.0f};"
            f" CPU {every.cpu:.1f} %, DataTable {peer_every.cpu:.1f} %",
        ),
        Figure(
            "P12",
            f"to the terminal, all {JOBS} rows changed",
            "kB/s",
            every.bytes / 1000,
            (),
            peer=peer_every.bytes / 1000,
            peer_name="DataTable",
        ),
        Figure(
            "P12",
            "to the terminal for one changed row",
            "B",
            one,
            (Limit(1000),),
            peer=peer_one,
            peer_name="DataTable",
            note=f"clock and all else: {ours[0].bytes:.0f} B/s;"
            f" CPU {ours[1].cpu:.1f} %, DataTable {theirs[1].cpu:.1f} %",
        ),
        Figure("P12", "loop held by one changed row, median", "ms", median(ours[1].held), (Limit(60),)),
    ]


@contextmanager
def _stock(folder: Path) -> Iterator[PacedTerminal]:
    files = [str(folder / "looks"), str(folder / "wish")]
    command = [sys.executable, "-m", "tests.bench.stock_table", *files, str(JOBS)]
    terminal = PacedTerminal(command, clean_environment(TERM="xterm-256color", COLORTERM="truecolor"))
    try:
        terminal.wait_for("job-010")
        yield terminal
    finally:
        terminal.close()


@contextmanager
def _screen(folder: Path) -> Iterator[PacedTerminal]:
    environment = clean_environment(TERM="xterm-256color", COLORTERM="truecolor", WJTUI_ROOT=str(folder))
    site = find_place(None, None, environment=environment).site
    engine = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.changing_engine", str(folder), str(folder / "wish"), str(JOBS)],
        env=environment,
    )
    try:
        wait_until(
            lambda: find_engine(site.engine_lock, site.engine_file) is not None, "the engine serves", 20
        )
        terminal = PacedTerminal(screen_command(folder / "looks"), environment)
        try:
            terminal.wait_for("job-010")
            yield terminal
        finally:
            terminal.close()
    finally:
        engine.terminate()
        engine.wait(20)


def _samples(
    folder: Path, show: Callable[[Path], AbstractContextManager[PacedTerminal]]
) -> dict[int, Sample]:
    """By how many rows change."""
    folder.mkdir(parents=True)
    wish = folder / "wish"
    wish.write_text("0")
    samples = {}
    with show(folder) as terminal:
        for rows in (0, 1, JOBS):
            wish.write_text(str(rows))
            time.sleep(_SETTLE_SECONDS)
            began, cpu, count = time.monotonic(), cpu_seconds(terminal.pid), terminal.count
            time.sleep(SECONDS)
            ended = time.monotonic()
            seconds = ended - began
            samples[rows] = Sample(
                Gaps(folder / "looks", began, ended).longest_of_each(),
                (terminal.count - count) / seconds,
                100 * (cpu_seconds(terminal.pid) - cpu) / seconds,
            )
    return samples
