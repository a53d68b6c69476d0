"""The screen in a real terminal: signals, a terminal that goes away, one that does not read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wjtui.tui.terminal import refusal

PATIENCE = 20.0
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import asyncio, sys
from pathlib import Path
from tests.support.fake_service import FakeJobService, make_job, output
from wjtui.model.events import LogRef
from wjtui.model.identity import JobType
from wjtui.tui.options import ScreenFailed, ScreenOptions
from wjtui.tui.run import run_screen

mode, report = sys.argv[1], Path(sys.argv[2])
job = make_job("noisy", kind=JobType.CONTINUOUS)
service = FakeJobService(job)
ref = LogRef(job.id)
service.log(ref, output("the first line"))
connect = service.events

async def flood():
    number = 0
    while True:
        number += 1
        service.grow(ref, output(*(f"{number} " + "x" * 150 + str(at) for at in range(50))))
        await asyncio.sleep(0.01)

async def events(after=None):
    task = asyncio.create_task(flood()) if mode == "flood" else None
    count = 0
    async for item in connect(after):
        yield item
        if mode == "crash":
            raise RuntimeError("a [bug] of ours")

service.events = events
try:
    left = run_screen(service, ScreenOptions(environment={"TERM": "xterm-256color"}))
    report.write_text(left.value)
except ScreenFailed as error:
    report.write_text(f"failed: {error}")
    sys.exit(error.exit_status)
"""


class Terminal:
    """A pseudo terminal with the screen in it."""

    def __init__(self, mode: str, report: Path) -> None:
        self.report = report
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.output = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, mode, str(report)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(slave)

    def read_until(self, text: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.output:
            assert time.monotonic() < deadline, (text, self.output[-2000:])
            if select.select([self.master], [], [], 0.1)[0]:
                self.output += os.read(self.master, 65536)

    def drain(self) -> None:
        while select.select([self.master], [], [], 0)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.output += data

    def wait(self, *, read: bool) -> int:
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the screen does not end"
            if read:
                self.drain()
            time.sleep(0.02)
        if read:
            self.drain()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            os.close(self.master)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(request.param, tmp_path / "report")
    yield found
    found.close()


@pytest.mark.parametrize("terminal", ["quiet"], indirect=True)
@pytest.mark.parametrize(
    ("number", "left"),
    [(signal.SIGTERM, "terminated"), (signal.SIGHUP, "hung-up"), (signal.SIGINT, "left")],
)
def test_a_signal_ends_it_and_restores_the_terminal(terminal: Terminal, number: int, left: str) -> None:
    terminal.read_until(b"the first line")
    terminal.process.send_signal(number)
    assert terminal.wait(read=True) == 0
    assert terminal.report.read_text() == left
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l"):
        assert sequence in terminal.output


@pytest.mark.parametrize("terminal", ["quiet", "flood"], indirect=True)
def test_a_terminal_that_goes_away_ends_it(terminal: Terminal) -> None:
    terminal.read_until(b"noisy")
    os.close(terminal.master)
    terminal.master = -1
    assert terminal.wait(read=False) == 0
    assert terminal.report.read_text() == "hung-up"


@pytest.mark.parametrize("terminal", ["flood"], indirect=True)
def test_a_terminal_that_does_not_read_cannot_hold_it_up(terminal: Terminal) -> None:
    terminal.read_until(b"noisy")
    time.sleep(1.0)  # long enough for its buffers to be full
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait(read=False) == 0
    assert terminal.report.read_text() == "terminated"


@pytest.mark.parametrize("terminal", ["crash"], indirect=True)
def test_a_crash_restores_the_terminal_and_is_one_sentence(terminal: Terminal) -> None:
    assert terminal.wait(read=True) == 1
    report = terminal.report.read_text()
    assert "RuntimeError: a [bug] of ours" in report and "\n" not in report
    assert b"\x1b[?1049l" in terminal.output and b"Traceback" not in terminal.output


def test_a_dumb_terminal_and_a_pipe_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal({"TERM": "xterm"})
    assert said is not None and "terminal" in said  # the tests' own streams are none

    class Tty:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "__stdin__", Tty())
    monkeypatch.setattr(sys, "__stderr__", Tty())
    assert refusal({"TERM": "xterm"}) is None
    for environment in ({"TERM": "dumb"}, {"TERM": ""}, {}):
        assert "TERM=" in (refusal(environment) or "")
