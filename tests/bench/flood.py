"""Flood: a continuous job that prints numbered lines, as many a second as a file says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.bench.hosting import PROMPT, add_job
from wjtui.model.identity import JobId, JobType

NUMBER = re.compile(r"line (\d{9}) ")
_SCRIPT = """import sys, time
line = "line %09d as a worker would write it that says what it does, about a hundred characters of text\\n"
count, owed, wanted, looked, due = 0, 0.0, 0, -1.0, time.monotonic()
while True:
    now = time.monotonic()
    if now - looked > 0.2:
        with open(sys.argv[1]) as wish:
            wanted, looked = int(wish.read() or "0"), now
    owed += wanted * 0.01
    lines = int(owed)
    owed -= lines
    if lines:
        sys.stdout.write("".join([line % number for number in range(count, count + lines)]))
        sys.stdout.flush()
        count += lines
    due = max(due + 0.01, now - 0.1)
    time.sleep(max(0.0, due - time.monotonic()))
"""
_TAIL = 64 * 1024


class Flood:
    """The job, which has to be there before its engine starts."""

    def __init__(self, root: Path, name: str = "flood") -> None:
        self.job = JobId(JobType.CONTINUOUS, name)
        self._wish = root / f"{name}.rate"
        self.run(0)
        script = root / f"{name}.py"
        script.write_text(_SCRIPT)
        add_job(root, "continuous", name, f"exec {sys.executable} -S {script} {self._wish}\n", PROMPT)

    def run(self, rate: int) -> None:
        """Print ``rate`` lines a second from now on."""
        self._wish.parent.mkdir(parents=True, exist_ok=True)
        new = self._wish.with_suffix(".new")
        new.write_text(str(rate))
        new.replace(self._wish)


def last_number(log: Path) -> int:
    """The number of the last whole line in a log; 0 where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return 0
    return max(map(int, NUMBER.findall(text)), default=0)


def shown_number(text: str) -> int:
    """The highest number on a screen; 0 where there is none."""
    return max(map(int, NUMBER.findall(text)), default=0)
