"""Terminal: a program in a tmux session of its own; keys in, screen text out."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import pytest

PATIENCE = 20.0
"""Seconds until a screen that does not come is a failure."""
_LOOK_SECONDS = 0.04
_AFTER_ESCAPE_SECONDS = 0.2
"""A terminal sends Alt and a key as Esc and the key. Programs tell them apart by time, ours by 0.1 s."""
_OPTIONS = (
    "set -g status off",  # it would take a row of the program's
    "set -g remain-on-exit on",  # what a program says when it ends is worth reading
    "set -g default-terminal tmux-256color",
    "set -s escape-time 0",
    "set -s set-clipboard on",  # what the program copies is kept by tmux, where a test can read it
)
_names = count(1)

Wanted = str | re.Pattern[str] | Callable[[str], object]


def need_tmux() -> None:
    """Skip the test, with the reason, where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not there: install it with 'apt-get install tmux', or run .ci/run")


class Terminal:
    """One program on one screen, on a tmux server that nobody else uses."""

    def __init__(
        self, program: Sequence[str], environment: Mapping[str, str], *, columns: int = 120, rows: int = 36
    ) -> None:
        """Start ``program`` with exactly ``environment`` and what tmux adds to it."""
        self._escape_ends = 0.0
        self._server = f"wjtui-test-{os.getpid()}-{next(_names)}"
        # A server is a process of the whole user: one that was started inside another must not find that.
        self._environment = {name: text for name, text in environment.items() if name != "TMUX"}
        options = [word for option in _OPTIONS for word in (*option.split(), ";")]
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("-f", os.devnull, *options, "new-session", "-d", *size, "--", *program)
        self.pid = int(self.ask("pane_pid"))
        """The program's process id."""
        self._server_pid = int(self.ask("pid"))
        self._socket = Path(self.ask("socket_path"))

    # Doing

    def send(self, *keys: str) -> None:
        """Press keys, called as tmux calls them: ``x``, ``Enter``, ``C-z``."""
        time.sleep(max(0.0, self._escape_ends - time.monotonic()))
        self._tmux("send-keys", *keys)
        if keys[-1] == "Escape":
            self._escape_ends = time.monotonic() + _AFTER_ESCAPE_SECONDS

    def type(self, text: str) -> None:
        """Give the program ``text`` as it is and in one burst; ``\\r`` is Enter, ``\\x1b`` is Esc."""
        time.sleep(max(0.0, self._escape_ends - time.monotonic()))
        self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in text.encode()))

    def resize(self, columns: int, rows: int) -> None:
        """Make the screen that large."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def hang_up(self) -> None:
        """Close the terminal under the program, as a lost connection does."""
        self._tmux("kill-server")

    def freeze(self) -> None:
        """Stop reading what the program writes, until ``thaw``."""
        os.kill(self._server_pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Read on."""
        os.kill(self._server_pid, signal.SIGCONT)

    def close(self) -> None:
        """End the session, and the program at once if it is still there."""
        if Path(f"/proc/{self._server_pid}").exists():
            self.thaw()
            subprocess.run(self._command("kill-server"), capture_output=True, check=False)
        if is_running(self.pid):
            os.kill(self.pid, signal.SIGKILL)
        self._socket.unlink(missing_ok=True)  # tmux 3.3 leaves it behind

    # Looking

    def screen(self) -> str:
        """The text that is on the screen, a line a row, without the blanks at the ends of lines."""
        return self._tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        """The rows of the screen, also the empty ones."""
        return self._tmux("capture-pane", "-p", "-N").split("\n")[:-1]

    def wait_for(self, wanted: Wanted, *, within: float = PATIENCE) -> str:
        """Wait for a text, a match of a pattern, or a predicate of the screen; the screen that has it."""
        deadline = time.monotonic() + within
        while not _is_there(wanted, screen := self.screen()):
            if time.monotonic() > deadline:
                if not is_running(self.pid):
                    screen = self.last_words()
                raise AssertionError(f"not on the screen after {within:.0f} s: {wanted!r}\n{screen}")
            time.sleep(_LOOK_SECONDS)
        return screen

    @property
    def clipboard(self) -> str:
        """What the program copied last; empty while it has copied nothing."""
        done = subprocess.run(self._command("show-buffer"), capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def scribble(self, text: str) -> None:
        """Write on the screen beside the program, as another process of the terminal does."""
        Path(self.ask("pane_tty")).write_text(text)

    def last_words(self) -> str:
        """What a program that has ended left on the terminal, without tmux's own line about its end."""
        whole = self._tmux("capture-pane", "-p", "-J", "-S", "-")
        lines = [line for line in whole.split("\n") if not line.startswith("Pane is dead")]
        return "\n".join(lines).strip("\n")

    def ask(self, variable: str) -> str:
        """A format variable of tmux: ``alternate_on``, ``cursor_flag``, ``pane_dead_status``."""
        return self._tmux("display-message", "-p", f"#{{{variable}}}").strip()

    def wait_for_end(self) -> int:
        """Wait until the program has ended; its exit status, or 128 and the number of the signal."""
        until(lambda: not is_running(self.pid))

        def told() -> str:
            # tmux 3.3 now and then overlooks that its child has ended; told once more, it looks.
            os.kill(self._server_pid, signal.SIGCHLD)
            return self.ask("pane_dead_status") + self.ask("pane_dead_signal")

        until(told)
        status = self.ask("pane_dead_status")
        return int(status) if status else 128 + int(self.ask("pane_dead_signal"))

    @property
    def is_itself(self) -> bool:
        """Whether the terminal shows its own screen and reports no mouse, as a shell expects it.

        The cursor is not looked at: once a program has ended, tmux hides it.
        """
        flags = ("alternate_on", "mouse_standard_flag", "mouse_button_flag", "mouse_all_flag")
        return [self.ask(flag) for flag in flags] == ["0"] * len(flags)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), env=self._environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return ["tmux", "-L", self._server, *arguments]


def until(state: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Wait until ``state()`` is true."""
    deadline = time.monotonic() + within
    while not state():
        assert time.monotonic() < deadline, f"the state did not come within {within:.0f} s"
        time.sleep(_LOOK_SECONDS)


def is_running(pid: int) -> bool:
    """Whether this process is there and alive; one that only waits to be collected is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _is_there(wanted: Wanted, screen: str) -> bool:
    if isinstance(wanted, str):
        return wanted in screen
    if isinstance(wanted, re.Pattern):
        return wanted.search(screen) is not None
    return bool(wanted(screen))
