"""A person at the screen: jobs are shown, run, stopped, started, restarted and brought back."""

from __future__ import annotations

import os
import re
import signal

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.terminal import Terminal, until

pytestmark = pytest.mark.e2e

STUBBORN = "trap '' TERM\necho awake\nwhile :; do sleep 300 & wait; done\n"
GOOD = 'echo "all is well"\nfor each in "$@"; do echo "<$each>"; done\n'
BAD = 'echo "on it"\necho "the ladder is missing" >&2\nexit 7\n'
_ROW = r"\s(\S+)\s+(?:trig|cont)\s"


@pytest.fixture(params=[(120, 36), (80, 24)], ids=["120x36", "80x24"])
def terminal(request: pytest.FixtureRequest, program: Installed) -> Terminal:
    program.site.triggered("bad", {"run.sh": BAD})
    program.site.triggered("good", {"run.sh": GOOD})
    program.site.continuous("stubborn", {"run.sh": STUBBORN}, {"stopping_wait_time": 2})
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    columns, rows = request.param
    terminal = program.open(columns=columns, rows=rows)
    terminal.wait_for(lambda screen: "Running" in row(screen, "worker"))
    return terminal


def row(screen: str, job: str) -> str:
    """The row of a job in the list; empty when it is not there."""
    found = [line for line in screen.split("\n") if re.search(rf"\s{job}\s+(trig|cont)\b", line)]
    return found[0] if len(found) == 1 else ""


def choose(terminal: Terminal, job: str) -> None:
    """Move the cursor to a job as a person does: look where it is, press, look again.

    A row that comes meanwhile moves others, and a job that is back has the cursor come to it.
    """

    def on_it_or_nearer() -> bool:
        cursor, jobs = _listed(terminal.screen())
        if cursor == job:
            return True
        if cursor in jobs and job in jobs:
            terminal.send("j" if jobs.index(cursor) < jobs.index(job) else "k")
            terminal.wait_for(lambda screen: _listed(screen)[0] not in ("", cursor))
        return False

    until(on_it_or_nearer)
    terminal.wait_for(re.compile(rf"[─ ]{job} +‹Log›"))


def _listed(screen: str) -> tuple[str, list[str]]:
    """The job under the cursor, empty when there is none, and all that are in sight."""
    rows = [(line, found[1]) for line in screen.split("\n") if (found := re.search(_ROW, line))]
    return next((job for line, job in rows if "▌" in line), ""), [job for _, job in rows]


def shows(terminal: Terminal, job: str, status: str) -> str:
    """Wait until a job's row has this status; the screen."""
    return terminal.wait_for(lambda screen: status in row(screen, job))


def test_what_runs_is_shown_and_runs_end_as_they_do(terminal: Terminal) -> None:
    screen = shows(terminal, "stubborn", "Running")
    assert "Never run" in row(screen, "good") and "Never run" in row(screen, "bad")
    assert "2 running" in screen.split("\n")[0] and "none failing" in screen.split("\n")[0]

    choose(terminal, "good")
    terminal.send("r")
    screen = shows(terminal, "good", "Success")
    screen = terminal.wait_for("INFO  all is well")

    choose(terminal, "bad")
    terminal.send("r")
    shows(terminal, "bad", "Failed")
    screen = terminal.wait_for(re.compile(r"ERR +the ladder is missing"))
    terminal.wait_for(lambda screen: "1 failing" in screen.split("\n")[0])
    assert "exit 7" in terminal.wait_for(re.compile(r"‹Log› Details ✗ Failed +exit 7"))


def test_stop_start_restart_and_a_killed_worker(terminal: Terminal, program: Installed) -> None:
    choose(terminal, "stubborn")
    terminal.send("x")
    shows(terminal, "stubborn", "Stopping 0/2 s")
    shows(terminal, "stubborn", "Stopping 1/2 s")
    shows(terminal, "stubborn", "Stopped")
    assert "Running" in row(terminal.screen(), "worker")

    terminal.send("s")
    shows(terminal, "stubborn", "Running")

    choose(terminal, "worker")
    first = program.launches("worker")[0]["pid"]
    terminal.send("R")
    until(lambda: len(program.launches("worker")) == 2)
    shows(terminal, "worker", "Running")
    second = program.launches("worker")[0]["pid"]
    assert first != second

    os.kill(second, signal.SIGKILL)
    terminal.wait_for(lambda screen: "SIGKILL" in screen)
    until(lambda: len(program.launches("worker")) == 3)
    shows(terminal, "worker", "Running")
    assert program.launches("worker")[1]["exit"] == "SIGKILL"
