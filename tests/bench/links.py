"""R16: a terminal that is not read, a slow one, and one that changes its size all the time."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from statistics import median

from tests.bench.flood import Flood, last_number, shown_number
from tests.bench.hosting import add_job
from tests.bench.opened import Opened, opened
from tests.bench.process import is_gone
from tests.bench.report import Figure, Limit, percentile_95
from tests.bench.terminal import PacedTerminal

UNREAD_SECONDS = 60.0
SLOW = 20_000.0
"""Bytes a second."""
RATE = 2_000
"""Lines a second that the log view follows meanwhile."""
KEYS = 6
STORM = 60
_HELP = "Esc closes"
_ESCAPE = b"\x1b"


def measure(folder: Path) -> list[Figure]:
    """One screen and one engine for all of it."""
    root = folder / "root"
    ticks = root / "ticks"
    flood = Flood(root)
    add_job(root, "triggered", "tick", f'echo "$EPOCHREALTIME" >> {ticks}\n', {"schedule": "* * * * * *"})
    add_job(root, "triggered", "idle", "true\n")
    with opened(root) as screen:
        flood.run(RATE)
        screen.terminal.wait_for(lambda text: shown_number(text) > RATE)
        figures = [
            *_unread(screen, ticks, screen.log(flood.job)),
            *_slow(screen),
            *_storm(screen, flood),
        ]
        told = screen.terminal.output.count(b"Traceback")
        figures.append(Figure("R16", "tracebacks on the terminal", "", told, (Limit(0),)))
    return figures


def _unread(screen: Opened, ticks: Path, log: Path) -> list[Figure]:
    terminal = screen.terminal
    first, began = last_number(log), time.time()
    terminal.pace = 0
    time.sleep(UNREAD_SECONDS)
    ended, last = time.time(), last_number(log)
    there = not is_gone(terminal.pid)
    terminal.pace = None
    back = _help(terminal)
    current = time.monotonic()
    terminal.wait_for(lambda text: shown_number(text) > last)
    current = time.monotonic() - current
    at = [float(line.replace(",", ".")) for line in ticks.read_text().split()]
    due = range(int(began) + 1, int(ended))
    seconds = Counter(int(instant) for instant in at)
    missed = sum(seconds[second] == 0 for second in due) + sum(max(0, seconds[second] - 1) for second in due)
    late = [1000 * (instant % 1.0) for instant in at if int(instant) in due]
    return [
        Figure(
            "R16", f"schedules missed or doubled, terminal unread for {UNREAD_SECONDS:.0f} s", "", missed,
            (Limit(0),), note=f"of {len(due)}",
        ),
        Figure("R16", "lateness of a schedule meanwhile, p95", "ms", percentile_95(late), (Limit(15),)),
        Figure(
            "R16", "lines captured meanwhile, short of what was printed", "%",
            max(0.0, 100 * (1 - (last - first) / RATE / UNREAD_SECONDS)), (Limit(5),),
        ),
        Figure("R16", "the screen is gone after it", "", int(not there), (Limit(0),)),
        Figure(
            "R16", "first key once it is read again, key to screen", "s", back, (Limit(1.5),),
            note=f"the log's end is shown {current:.1f} s later",
        ),
    ]  # fmt: skip


def _slow(screen: Opened) -> list[Figure]:
    terminal = screen.terminal
    quick = [_help(terminal) for _ in range(KEYS)]
    terminal.pace = SLOW
    time.sleep(5)
    began, count = time.monotonic(), terminal.count
    slow = [_help(terminal) for _ in range(KEYS)]
    rate = (terminal.count - count) / (time.monotonic() - began)
    terminal.pace = None
    return [
        Figure(
            "R16", f"key to screen on a {SLOW / 1000:.0f} kB/s link, longest of {KEYS}", "s", max(slow),
            (Limit(1.5),), max(quick),
            note=f"median {median(slow):.2f}; floor: a quick one; {rate / 1000:.1f} kB/s were read",
        )
    ]  # fmt: skip


def _storm(screen: Opened, flood: Flood) -> list[Figure]:
    """Between 40x12 and 300x80, ten sizes a second, while the log is followed."""
    terminal = screen.terminal
    for step in range(STORM):
        part = step % 20 if step % 2 else 19 - step % 20
        terminal.resize(40 + part * 260 // 19, 12 + part * 68 // 19)
        terminal.press(b"j" if step % 3 else b"\t")
        time.sleep(0.1)
    terminal.resize(100, 30)
    answered = terminal.answer(b"?", _HELP)
    terminal.answer(_ESCAPE, lambda text: _HELP not in text)
    flood.run(0)
    time.sleep(1.5)
    fresh = screen.once_more(100, 30)
    try:
        fresh.wait_for("flood")
        for each in (fresh, terminal):
            # The list has the keys, its first job is chosen, and the log shows its end.
            each.press(_ESCAPE)
            time.sleep(0.3)
            each.press(b"G")
            time.sleep(0.3)
            each.press(b"g")
        time.sleep(1.5)
        pairs = list(zip(_shape(terminal), _shape(fresh), strict=True))
    finally:
        fresh.close()
    differ = [pair for pair in pairs if pair[0] != pair[1]]
    return [
        Figure(
            "R16", f"rows that differ from a fresh screen, after {STORM} sizes", "", len(differ), (Limit(0),),
            note=f"first: {differ[0][0]!r} for {differ[0][1]!r}" if differ else "",
        ),
        Figure("R16", "key to screen right after them", "s", answered, (Limit(1.5),)),
    ]  # fmt: skip


def _help(terminal: PacedTerminal) -> float:
    """Seconds from the key to the help."""
    seconds = terminal.answer(b"?", _HELP)
    terminal.answer(_ESCAPE, lambda text: _HELP not in text)
    time.sleep(0.3)
    return seconds


def _shape(terminal: PacedTerminal) -> list[str]:
    """The rows of a screen, without what the time changes."""
    return [re.sub(r"\d+", "0", row) for row in terminal.screen.lines]
