"""P11: logs of a million lines and of a gigabyte: memory, the last page, the beginning, and find."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.bench.finished import add_finished_run, forget_pages, write_lines
from tests.bench.hosting import clean_environment
from tests.bench.opened import Opened, opened
from tests.bench.process import private_dirty, pss
from tests.bench.report import Figure, Limit
from wjtui.launch.place import find_place
from wjtui.tui.commands.table import BY_ID

LINES = 1_000_000
GIGABYTE = 1_000_000_000
OPENINGS = 7
_SMALL, _GIGA, _MILLION = "a-small", "b-gigabyte", "c-million"
_SMALL_END, _GIGA_END, _MILLION_END = "end of the small one", "end of the gigabyte", "end of the million"
_NEAR, _FAR = LINES - 1_000, 17
_ESCAPE, _DOWN, _UP, _TAB = b"\x1b", b"j", b"k", b"\t"


def measure(folder: Path) -> list[Figure]:
    """One screen, three finished runs."""
    root = folder / "root"
    place = find_place(None, None, environment=clean_environment(WJTUI_ROOT=str(root)))
    write_lines(place, add_finished_run(place, _SMALL), lines=10, last=_SMALL_END.encode())
    giga = add_finished_run(place, _GIGA)
    write_lines(place, giga, size=GIGABYTE, last=_GIGA_END.encode())
    write_lines(place, add_finished_run(place, _MILLION), lines=LINES - 1, last=_MILLION_END.encode())
    with opened(root) as screen:
        screen.terminal.wait_for(_SMALL_END)
        return [*_last_page(screen, giga), *_both_ends(screen), *_find(screen)]


def _last_page(screen: Opened, log: Path) -> list[Figure]:
    terminal = screen.terminal
    forget_pages(log)
    cold = terminal.answer(_DOWN, _GIGA_END)
    warm = []
    for _ in range(OPENINGS):
        terminal.answer(_UP, _SMALL_END)
        warm.append(terminal.answer(_DOWN, _GIGA_END))
    small = []
    for _ in range(OPENINGS):
        small.append(terminal.answer(_UP, _SMALL_END))
        terminal.answer(_DOWN, _GIGA_END)
    return [
        Figure(
            "P11",
            f"last page of {log.stat().st_size / 1e9:.2f} GB, key to screen",
            "ms",
            1000 * median(warm),
            (Limit(150),),
            1000 * median(small),
            note=f"floor: a log of 11 lines; longest {1000 * max(warm):.0f}, from the disk {1000 * cold:.0f}",
        )
    ]


def _both_ends(screen: Opened) -> list[Figure]:
    """From a screen that shows the small log to the one of a million lines, seen at both ends."""
    terminal = screen.terminal
    terminal.answer(_UP, _SMALL_END)
    time.sleep(2)
    before, share = private_dirty(terminal.pid), pss(terminal.pid)
    terminal.answer(_DOWN, _GIGA_END)
    end = terminal.answer(_DOWN, _MILLION_END)
    terminal.press(_TAB)  # the log has the keys now
    time.sleep(0.5)
    beginning = terminal.answer(b"g", "line 000000000 ")
    time.sleep(1)
    terminal.answer(b"G", _MILLION_END)
    for _ in range(20):
        terminal.press(b"\x1b[5~")
        time.sleep(0.1)
    terminal.answer(b"g", "line 000000000 ")
    terminal.answer(b"G", _MILLION_END)
    time.sleep(1)
    growth = private_dirty(terminal.pid) - before
    return [
        Figure(
            "P11",
            f"memory for {LINES:,} lines, both ends seen",
            "MiB",
            growth,
            (Limit(40),),
            note=f"private; from {before:.0f}; PSS {pss(terminal.pid) - share:+.1f}",
        ),
        Figure(
            "P11",
            "first line of them, key to screen, nothing indexed",
            "ms",
            1000 * beginning,
            (),
            note=f"last page of them {1000 * end:.0f} ms",
        ),
    ]


def _find(screen: Opened) -> list[Figure]:
    """The log has the keys, and follows its end."""
    return [
        _hit(screen, f"search hit {LINES - _NEAR:,} lines before the end, last key to screen", _NEAR),
        _hit(screen, "search hit in the first lines", _FAR),
    ]


def _hit(screen: Opened, what: str, number: int) -> Figure:
    """From the last key of the words to the line that has them; ``G`` brings the end back."""
    goal = (Limit(1000),)
    if not _has_find():
        return Figure("P11", what, "ms", None, goal, note="the log has no find key")
    words = f"line {number:09}"

    def hit(text: str) -> bool:
        # The field in which they are typed has the words too, but not the rest of the line.
        return any(f"{words} as a worker" in row for row in text.split("\n"))

    terminal = screen.terminal
    terminal.press(b"/")
    time.sleep(0.5)
    seconds = terminal.answer(words.encode() + b"\r", hit)
    terminal.press(_ESCAPE)
    time.sleep(0.5)
    terminal.answer(b"G", _MILLION_END)
    return Figure("P11", what, "ms", 1000 * seconds, goal, note=f"of {LINES:,} lines")


def _has_find() -> bool:
    """Whether this version's log view can be searched."""
    return "log.find" in BY_ID
