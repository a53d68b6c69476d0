"""The installed program on a root of its own: commands, facts, and an end to all of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.lateness import LATENESS
from tests.support.site_builder import SiteBuilder
from tests.support.terminal import Terminal, is_running, need_tmux, until

COUNTER = """
import time
for number in range(20_000):
    print("count", number, flush=True)
    time.sleep(0.01)
"""
"""A job that says every 10 ms which number it has reached; it ends by itself after some minutes."""
SLEEPER = "echo awake\nexec sleep 300\n"
"""A job that does nothing."""
PROMPT = {"stop_signal": "SIGTERM", "stopping_wait_time": 1}
"""Settings of a job that ends when it is told to, so that no test waits for it."""

_PREFIX = re.compile(rb"\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d > [^\n]*?: (SYS )?(INFO|WARN|ERR )\] ")


class Installed:
    """``wjtui`` on one root. Screens that it opened and the engine end with ``close``."""

    def __init__(self, folder: Path, temp: Path) -> None:
        self.site = SiteBuilder(folder / "root")
        self.site.jobs.mkdir(parents=True)
        self.root = self.site.root
        home = folder / "home"
        home.mkdir()
        known = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environment: dict[str, str] = {
            **known,
            **LATENESS,
            "HOME": str(home),
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "TMPDIR": str(temp),
            "WEBJOBS_RESTART_TIME": "1",
            "WJTUI_HOST_PY": sys.executable,
            "WJTUI_ROOT": str(self.root),
        }
        self._terminals: list[Terminal] = []

    def argv(self, *arguments: str) -> list[str]:
        """The words that run the program."""
        return [sys.executable, "-m", "wjtui", *arguments]

    def __call__(self, *arguments: str, status: int = 0, environment: Mapping[str, str] | None = None) -> str:
        """Run a command; what it wrote on standard output, or on standard error when it refused."""
        done = subprocess.run(
            self.argv(*arguments), env=self.environment | dict(environment or {}), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=40,
        )  # fmt: skip
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == status, (arguments, done.returncode, out[-2000:], err)
        return out if status == 0 else err

    def open(self, *arguments: str, columns: int = 120, rows: int = 36) -> Terminal:
        """The screen, in a terminal."""
        return self.open_program(self.argv(*arguments), columns=columns, rows=rows)

    def open_program(self, program: Sequence[str], *, columns: int = 120, rows: int = 36) -> Terminal:
        """Any program, in a terminal with the environment of this root."""
        need_tmux()
        terminal = Terminal(program, self.environment, columns=columns, rows=rows)
        self._terminals.append(terminal)
        return terminal

    def facts(self, *arguments: str) -> Any:
        """What a command says with ``--json``."""
        return json.loads(self(*arguments, "--json"))

    def status(self, job: str) -> str:
        """The status of a job, as the command line has it."""
        return str(self.facts("show", job)["status"])

    def runs(self, job: str) -> list[dict[str, Any]]:
        """The runs of a triggered job, newest first."""
        return list(self.facts("history", job)["runs"])

    def launches(self, job: str) -> list[dict[str, Any]]:
        """The launches of a continuous job, newest first."""
        return list(self.facts("history", job)["launches"])

    @property
    def engine_pid(self) -> int | None:
        """The engine's process id, while there is an engine."""
        for card in (self.root / "data" / "wjtui").glob("*/engine.json"):
            try:
                return int(json.loads(card.read_bytes())["pid"])
            except FileNotFoundError:
                return None
        return None

    def log(self, job: str) -> list[bytes]:
        """What a continuous job wrote, from the files on disk: its lines, prefixes taken off, no LF."""
        folder = self.root / "LogFiles" / "Application"
        # The oldest first: NAME.log.4 to NAME.log.1, then NAME.log.
        files = sorted(folder.glob(f"webjob-continuous-{job}-*.log*"), reverse=True)
        return lines_of_job(b"".join(path.read_bytes() for path in files))

    def counted(self, job: str) -> list[int]:
        """The numbers that ``COUNTER`` has written, as they are in the log."""
        return [int(line.removeprefix(b"count ")) for line in self.log(job) if line.startswith(b"count ")]

    def close(self) -> None:
        """End every job and the engine, whatever state they are in, then the screens."""
        engines = self._engines()
        for _ in range(2):  # the second one skips the jobs' waiting time
            for pid in filter(is_running, engines):
                os.kill(pid, signal.SIGTERM)
        try:
            until(lambda: not any(map(is_running, engines)))
        finally:
            for pid in filter(is_running, engines):
                os.kill(pid, signal.SIGKILL)
            for terminal in self._terminals:
                terminal.close()

    def _engines(self) -> set[int]:
        """The processes that are the engine of this root, one among them that is still starting."""
        found = {self.engine_pid} - {None}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"wjtui.launch.host" in words and os.fsencode(self.root) in words:
                found.add(int(process.name))
        return {pid for pid in found if pid is not None}


def lines_of_job(log: bytes, *levels: bytes) -> list[bytes]:
    """The whole lines of a log that are the job's own, of these levels or of all; no prefix, no LF."""
    found = []
    for line in log.split(b"\n")[:-1]:
        prefix = _PREFIX.match(line)
        assert prefix is not None, line[:200]
        if prefix[1] is None and (not levels or prefix[2] in levels):
            found.append(line[prefix.end() :])
    return found


def assert_complete(numbers: list[int]) -> None:
    """Every number from 0 on, each exactly once and in order."""
    assert numbers == list(range(len(numbers)))


def count_on(program: Installed, steps: int = 50) -> None:
    """Wait until the job ``counter`` has counted that much further than now."""
    now = len(program.counted("counter"))
    until(lambda: len(program.counted("counter")) >= now + steps)


def shows_number(least: int) -> Callable[[str], bool]:
    """Whether a screen shows that the job ``counter`` has come so far."""
    return lambda screen: any(int(number) >= least for number in re.findall(r" count (\d+)", screen))
