"""The terminal goes away, or the screen is killed: jobs and their logs do not notice (quality R2)."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest

from tests.e2e.installed import COUNTER, PROMPT, Installed, assert_complete, count_on, shows_number
from tests.support.terminal import Terminal, is_running, until

pytestmark = pytest.mark.e2e

Loss = Callable[[Terminal], None]


def hang_up(terminal: Terminal) -> None:
    terminal.hang_up()


def by_signal(number: signal.Signals) -> Loss:
    def send(terminal: Terminal) -> None:
        os.kill(terminal.pid, number)

    return send


def watch_counter(program: Installed, *options: str) -> Terminal:
    """A screen with the log of the one job, once the job is counting."""
    terminal = program.open(*options)
    terminal.wait_for(re.compile(r"INFO +count \d"))
    return terminal


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(hang_up, id="closed"),
        pytest.param(by_signal(signal.SIGHUP), id="SIGHUP"),
        pytest.param(by_signal(signal.SIGTERM), id="SIGTERM"),
        pytest.param(by_signal(signal.SIGKILL), id="SIGKILL"),
    ],
)
def test_an_attached_screen_is_lost_and_nothing_else(program: Installed, loss: Loss) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = watch_counter(program)
    engine = program.engine_pid
    assert engine is not None and engine != terminal.pid
    job = program.launches("counter")[0]["pid"]

    loss(terminal)
    until(lambda: not is_running(terminal.pid))
    count_on(program)

    again = watch_counter(program)
    assert program.engine_pid == engine and is_running(job)
    again.wait_for(shows_number(len(program.counted("counter"))))
    program("stop", "counter")
    until(lambda: program.status("counter") == "Stopped")
    assert len(program.launches("counter")) == 1
    on_disk = program.counted("counter")
    assert_complete(on_disk)
    told = program("logs", "counter", "--level", "info", "--raw").splitlines()
    assert told == [f"count {number}" for number in on_disk]


@pytest.mark.parametrize(
    "loss", [pytest.param(hang_up, id="closed"), pytest.param(by_signal(signal.SIGHUP), id="SIGHUP")]
)
def test_in_process_it_goes_on_without_a_screen(program: Installed, loss: Loss) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = watch_counter(program, "--in-process")
    assert program.engine_pid == terminal.pid
    job = program.launches("counter")[0]["pid"]

    loss(terminal)
    streams = [f"/proc/{terminal.pid}/fd/{number}" for number in range(3)]
    until(lambda: [os.readlink(stream) for stream in streams] == [os.devnull] * 3)
    count_on(program)
    assert is_running(terminal.pid) and is_running(job)

    attached = watch_counter(program)
    assert attached.pid != terminal.pid and program.engine_pid == terminal.pid
    attached.send("q")
    assert attached.wait_for_end() == 0
    assert "has ended" in program("down")
    until(lambda: not is_running(terminal.pid))
    assert not is_running(job)
    assert_complete(program.counted("counter"))


def test_in_process_sigterm_stops_the_jobs_and_ends(program: Installed) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = watch_counter(program, "--in-process")
    job = program.launches("counter")[0]["pid"]
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait_for_end() == 0
    assert terminal.is_itself and not is_running(job) and program.engine_pid is None
    assert_complete(program.counted("counter"))


def test_what_a_killed_process_left_behind_is_ended_at_the_next_start(program: Installed) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = watch_counter(program, "--in-process")
    first = program.launches("counter")[0]["pid"]
    os.kill(terminal.pid, signal.SIGKILL)
    until(lambda: not is_running(terminal.pid))
    program("up")
    until(lambda: program.status("counter") == "Running")
    assert not is_running(first)
    assert program.launches("counter")[0]["pid"] != first
