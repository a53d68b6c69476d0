"""ctrl+z at a shell: the jobs go on, the terminal is the shell's, and fg brings the screen back."""

from __future__ import annotations

import os
import re
import shlex
import signal
from pathlib import Path

import pytest

from tests.e2e.installed import COUNTER, PROMPT, Installed, assert_complete, count_on, shows_number
from tests.support.terminal import is_running, until

pytestmark = pytest.mark.e2e


class Shell:
    """A bash with job control in a terminal, and what it answers."""

    def __init__(self, program: Installed, folder: Path) -> None:
        self.terminal = program.open_program(["bash", "--norc", "--noprofile", "-i"])
        self._screen = shlex.join(program.argv())
        self._folder = folder
        self._asked = 0
        self.settings = self.ask("stty -a")
        assert "icanon" in self.settings.split() and "isig" in self.settings.split()

    def open_screen(self) -> None:
        """Start the program as a job of this shell, and wait for the counting job's log."""
        self.terminal.type(f"clear; {self._screen}\r")
        self.terminal.wait_for(re.compile(r"INFO +count \d"))

    def ask(self, command: str) -> str:
        """What a command prints."""
        self._asked += 1
        answer, whole = (self._folder / f"{kind}{self._asked}" for kind in ("answer", "whole"))
        self.terminal.type(f"{command} >{answer}; mv {answer} {whole}\r")
        until(whole.exists)
        return whole.read_text()

    def assert_the_terminal_is_its_own(self) -> None:
        """Its own screen, a cursor, no reports of the mouse, and the line settings of before."""
        assert self.terminal.is_itself and self.terminal.ask("cursor_flag") == "1"
        assert self.ask("stty -a") == self.settings


@pytest.fixture
def shell(program: Installed, tmp_path: Path) -> Shell:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    return Shell(program, tmp_path)


def test_suspended_and_back(program: Installed, shell: Shell) -> None:
    terminal = shell.terminal
    shell.open_screen()
    engine = program.engine_pid
    for _ in range(2):
        terminal.send("C-z")
        terminal.wait_for("Stopped")
        shell.assert_the_terminal_is_its_own()
        count_on(program)

        missed = len(program.counted("counter"))
        terminal.type("clear; fg\r")
        screen = terminal.wait_for(shows_number(missed))
        assert screen.startswith(" wjtui ") and terminal.ask("alternate_on") == "1"
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.send("Escape")
        terminal.wait_for(lambda screen: "Esc closes" not in screen)

    terminal.type("ql")
    terminal.wait_for(lambda _: terminal.ask("alternate_on") == "0")
    assert shell.ask("echo $?") == "0\n"
    shell.assert_the_terminal_is_its_own()
    assert program.engine_pid == engine and len(program.launches("counter")) == 1
    assert_complete(program.counted("counter"))


def test_the_terminal_goes_away_while_it_is_suspended(program: Installed, shell: Shell) -> None:
    pid = suspend(shell)
    shell.terminal.hang_up()
    until(lambda: not is_running(pid))
    count_on(program)
    assert program.status("counter") == "Running"
    assert_complete(program.counted("counter"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_while_it_is_suspended(program: Installed, shell: Shell, number: signal.Signals) -> None:
    pid = suspend(shell)
    shell.terminal.type(f"kill -{number.value} %1\r")  # to a stopped job, a shell sends SIGCONT along
    until(lambda: not is_running(pid))
    shell.assert_the_terminal_is_its_own()
    count_on(program)
    assert program.status("counter") == "Running"
    assert_complete(program.counted("counter"))


def test_stopped_from_elsewhere_and_continued(program: Installed) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = program.open()
    terminal.wait_for(re.compile(r"INFO +count \d"))
    os.kill(terminal.pid, signal.SIGSTOP)
    count_on(program)
    missed = len(program.counted("counter"))
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait_for(shows_number(missed))
    terminal.send("q")
    terminal.wait_for("Leave wjtui")
    terminal.send("l")
    terminal.wait_for(lambda _: terminal.is_itself)
    until(lambda: not is_running(terminal.pid))
    assert_complete(program.counted("counter"))


def test_continued_again_and_again_while_it_draws(program: Installed) -> None:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    terminal = program.open()
    terminal.wait_for(re.compile(r"INFO +count \d"))
    for _ in range(40):
        os.kill(terminal.pid, signal.SIGCONT)
        count_on(program, steps=1)
    terminal.wait_for(shows_number(len(program.counted("counter"))))
    terminal.send("?")
    terminal.wait_for("Esc closes")


def suspend(shell: Shell) -> int:
    """Open the screen and press ctrl+z; the process id of what is stopped."""
    shell.open_screen()
    shell.terminal.send("C-z")
    shell.terminal.wait_for("Stopped")
    return int(shell.ask("jobs -p"))
