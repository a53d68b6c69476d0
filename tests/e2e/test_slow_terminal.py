"""A terminal that reads nothing for a while, and one that changes its size all the time (quality R16)."""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed, assert_complete
from tests.support.terminal import Terminal, is_running, until

pytestmark = pytest.mark.e2e

FLOOD = """
import pathlib, sys, time
for number in range(24_000):
    print("count", number, "#" * (number % 80))
    if number % 100 == 99:
        sys.stdout.flush()
        time.sleep(0.01)
print("the flood is over", flush=True)
time.sleep(300)
"""


def test_a_terminal_that_does_not_read_holds_up_nothing_but_itself(program: Installed) -> None:
    program.site.continuous("flood", {"run.py": FLOOD}, PROMPT)
    terminal = program.open()
    terminal.wait_for(re.compile(r"INFO +count \d"))
    terminal.freeze()
    missed = len(numbers(program))
    # What follows fills the few kB that a pseudo terminal holds many times over.
    until(lambda: program.log("flood")[-1] == b"the flood is over")
    assert len(numbers(program)) > missed + 8_000
    assert is_running(terminal.pid)
    assert program.status("flood") == "Running"
    terminal.thaw()

    terminal.wait_for(re.compile(r"INFO +the flood is over"))
    terminal.send("d")
    terminal.wait_for("‹Details›")
    terminal.type("ql")
    assert terminal.wait_for_end() == 0
    found = numbers(program)
    assert_complete(found)
    assert len(found) == 24_000


def numbers(program: Installed) -> list[int]:
    """What the flood has counted so far, as the log has it."""
    return [int(line.split()[1]) for line in program.log("flood") if line.startswith(b"count ")]


def test_a_storm_of_sizes_ends_in_the_screen_of_the_last_one(program: Installed) -> None:
    for name in ("alpha", "beta", "gamma"):
        program.site.triggered(name, {"run.sh": "true\n"})
    for name in ("one", "two"):
        program.site.continuous(name, {"run.sh": SLEEPER}, PROMPT)
    program.site.continuous("flood", {"run.py": FLOOD.replace("24_000", "900_000")}, PROMPT)
    terminal = program.open()
    terminal.wait_for("3 running")
    for step in range(20):
        part = step if step % 2 else 19 - step
        terminal.resize(40 + part * 260 // 19, 12 + part * 68 // 19)
        terminal.send("j" if step % 3 else "Tab")
    for columns, rows in ((300, 80), (40, 12), (100, 30)):
        terminal.resize(columns, rows)
        terminal.wait_for(partial(fits, terminal, columns, rows))
    program("stop", "flood")
    terminal.send("Escape")
    terminal.wait_for(lambda screen: "○ Stopped" in screen and "2 running" in screen)
    assert is_running(terminal.pid)

    fresh = program.open(columns=100, rows=30)
    fresh.wait_for("2 running")
    for each in (terminal, fresh):
        each.send("Escape", "g", "G")
    terminal.wait_for(lambda screen: shape(screen) == shape(fresh.screen()))
    assert "Traceback" not in terminal.screen()


def fits(terminal: Terminal, columns: int, rows: int, screen: str) -> bool:
    """Whether the first and the last row are where they belong, and nothing of another size is left."""
    lines = terminal.lines()
    return (
        "Traceback" not in screen
        and len(lines) == rows
        and lines[0].startswith(" wjtui ")
        and "? Help" in lines[-1]
        and sum(" wjtui " in line or "? Help" in line for line in lines) == 2
        and max(map(len, lines)) == columns
    )


def shape(screen: str) -> str:
    """A screen without what the time changes."""
    return re.sub(r"\d+", "0", screen)
