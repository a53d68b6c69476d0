"""P10: the log pane follows a job that prints fast; beside it, the library's own log widgets."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.flood import Flood, last_number, shown_number
from tests.bench.hosting import clean_environment, wait_until
from tests.bench.loop_watch import Gaps
from tests.bench.opened import opened
from tests.bench.process import cpu_seconds
from tests.bench.report import Figure, Limit
from tests.bench.terminal import PacedTerminal

RATES = (2_000, 10_000)
"""Lines a second that the library's widgets can take."""
FAST = 100_000
SECONDS = 8.0
_SETTLE_SECONDS = 2.0


@dataclass(frozen=True)
class Sample:
    """Some seconds of a screen that shows a log."""

    cpu: float
    """Percent of a core."""
    gaps: Gaps
    kilobytes: float
    """A second, to the terminal."""


def measure(folder: Path) -> list[Figure]:
    """Each rate by each widget, one after another."""
    peers = {name: _stock(folder / name, name) for name in ("log", "rich")}
    root = folder / "root"
    flood = Flood(root)
    report = root / "looks"
    figures = []
    with opened(root, report=report) as screen:
        terminal, log = screen.terminal, screen.log(flood.job)
        terminal.press(b"\r")  # full height, as the peers have it
        for rate in RATES:
            flood.run(rate)
            ours = _sample(terminal, report)
            figures += _beside(rate, ours, peers["log"][rate], peers["rich"][rate])
        flood.run(FAST)
        time.sleep(_SETTLE_SECONDS)
        first, began = last_number(log), time.monotonic()
        ours = _sample(terminal, report)
        behind = last_number(log) - shown_number(terminal.screen.text)
        captured = (last_number(log) - first) / (time.monotonic() - began)
        flood.run(0)
        last = _wait_for_the_end(terminal, log)
    note = f"{captured:,.0f} lines/s in the log, {ours.kilobytes:.0f} kB/s to the terminal"
    return [
        *figures,
        Figure(
            "P10", f"CPU, following {FAST:,} lines/s", "% of a core", ours.cpu, (Limit(60),),
            peer=peers["log"][RATES[-1]].cpu, peer_name=f"Log at {RATES[-1]:,}/s", note=note,
        ),
        Figure(
            "P10", "loop gap meanwhile, p99", "ms", ours.gaps.percentile_99, (Limit(100),),
            peer=peers["log"][RATES[-1]].gaps.percentile_99, peer_name=f"Log at {RATES[-1]:,}/s",
            note=f"longest {ours.gaps.longest:.0f}",
        ),
        Figure(
            "P10", "the screen behind the log", "ms", 1000 * behind / max(1.0, captured), (Limit(500),),
            note=f"{behind:,} lines; after the end line {last:,} is shown",
        ),
    ]  # fmt: skip


def _beside(rate: int, ours: Sample, log: Sample, rich: Sample) -> list[Figure]:
    return [
        Figure(
            "P10", f"CPU, following {rate:,} lines/s", "% of a core", ours.cpu, (),
            peer=log.cpu, peer_name="Log",
            note=f"RichLog {rich.cpu:.0f}; to the terminal {ours.kilobytes:.0f} kB/s,"
            f" Log {log.kilobytes:.0f}, RichLog {rich.kilobytes:.0f}",
        ),
        Figure(
            "P10", "loop gap meanwhile, p99", "ms", ours.gaps.percentile_99, (), peer=log.gaps.percentile_99,
            peer_name="Log",
            note=f"longest {ours.gaps.longest:.0f}, Log {log.gaps.longest:.0f};"
            f" RichLog {rich.gaps.percentile_99:.0f}, longest {rich.gaps.longest:.0f}",
        ),
    ]  # fmt: skip


def _stock(folder: Path, name: str) -> dict[int, Sample]:
    folder.mkdir(parents=True)
    report, wish = folder / "looks", folder / "wish"
    wish.write_text("0")
    command = [sys.executable, "-m", "tests.bench.stock_log", str(report), str(wish), name]
    terminal = PacedTerminal(command, clean_environment(TERM="xterm-256color", COLORTERM="truecolor"))
    try:
        wait_until(report.exists, "the peer is open")
        samples = {}
        for rate in RATES:
            wish.write_text(str(rate))
            samples[rate] = _sample(terminal, report)
        return samples
    finally:
        terminal.close()


def _sample(terminal: PacedTerminal, report: Path) -> Sample:
    time.sleep(_SETTLE_SECONDS)
    began, cpu, count = time.monotonic(), cpu_seconds(terminal.pid), terminal.count
    time.sleep(SECONDS)
    ended = time.monotonic()
    return Sample(
        100 * (cpu_seconds(terminal.pid) - cpu) / (ended - began),
        Gaps(report, began, ended),
        (terminal.count - count) / 1000 / (ended - began),
    )


def _wait_for_the_end(terminal: PacedTerminal, log: Path) -> int:
    """Wait until the last line there is is shown; its number."""
    time.sleep(0.5)  # the job looks at its wish five times a second
    terminal.wait_for(lambda text: shown_number(text) == last_number(log))
    return last_number(log)
