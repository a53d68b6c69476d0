"""R11: 20,000 lines of random bytes through a job, its log, the screen and the API."""

from __future__ import annotations

import tempfile
import time
from itertools import zip_longest
from pathlib import Path

from tests.bench.hosting import wait_until
from tests.bench.process import is_gone
from tests.bench.report import Figure, Limit
from tests.bench.terminal import PacedTerminal
from tests.e2e.installed import Installed, lines_of_job
from tests.e2e.rubbish import JOB, LINES, RAW, harm, rubbish

_WALK_SECONDS = 20.0
_HELP = "Esc closes"
_ENTER, _ESCAPE, _TAB, _PAGE_UP, _HALF_UP = b"\r", b"\x1b", b"\t", b"\x1b[5~", b"\x15"
_LAST_WORDS = b"".join(RAW) + b"\nso long \x1b]0;stolen title\x07\x1b[2J\x9b2J\x07\n"


def measure(folder: Path) -> list[Figure]:
    """The screen shows the log while it grows, then pages through it for some seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as short:  # a socket's path has 107 bytes at most
        program = Installed(folder, Path(short))
        terminal = None
        try:
            program.site.triggered("rubbish", {"run.py": JOB})
            job = program.site.jobs / "triggered" / "rubbish"
            (job / "rubbish").write_bytes(rubbish())
            (job / "last words").write_bytes(_LAST_WORDS)
            quiet = program.root / "config.toml"
            quiet.write_text("bell = false\n")  # so that any bell is one of the rubbish
            terminal = PacedTerminal(program.argv(), {**program.environment, "WJTUI_CONFIG": str(quiet)})
            return _measure(program, terminal)
        finally:
            if terminal is not None:
                terminal.close()
            program.close()


def _measure(program: Installed, terminal: PacedTerminal) -> list[Figure]:
    terminal.wait_for("No run yet")
    terminal.press(b"r")
    wait_until(lambda: [run["status"] for run in program.runs("rubbish")] == ["Failed"], "the job ended", 30)
    terminal.wait_for("so long")
    pages = _walk(terminal)
    there = not is_gone(terminal.pid)
    answered = terminal.answer(b"?", _HELP) if there else None
    answers = bool(program.facts("show", "rubbish"))
    [log] = (program.root / "data" / "jobs" / "triggered" / "rubbish").glob("*/output_log.txt")
    whole = log.read_bytes()
    return [
        Figure(
            "R11", "lines of standard output that differ in the log", "", _differences(whole), (Limit(0),),
            note=f"of {LINES:,} and more; {len(whole) / 1e6:.1f} MB with prefixes",
        ),
        Figure(
            "R11", "control characters that reached the terminal", "", harm(bytes(terminal.output)).total(),
            (Limit(0),), note=f"of {terminal.count / 1e6:.1f} MB, {pages} pages of the log",
        ),
        Figure("R11", "screen or API are gone", "", int(not there) + int(not answers), (Limit(0),)),
        Figure("R11", "key to screen after it", "s", answered, (Limit(1.5),)),
    ]  # fmt: skip


def _walk(terminal: PacedTerminal) -> int:
    """From the end of the log upwards, output and errors together and apart; how many pages were seen."""
    for key in (_ENTER, _HALF_UP, b"l", b"l", b"h", b"h"):
        terminal.press(key)
        time.sleep(0.15)
    deadline, pages = time.monotonic() + _WALK_SECONDS, 0
    while time.monotonic() < deadline and not is_gone(terminal.pid):
        # A frame and more for each, so that each is painted.
        terminal.press(b"|" if pages % 40 == 39 else b"G" if pages % 100 == 99 else _PAGE_UP)
        time.sleep(0.12)
        pages += 1
    for key in (b"g", b"d", b"d", _TAB, _ESCAPE):
        terminal.press(key)
        time.sleep(0.2)
    return pages


def _differences(log: bytes) -> int:
    """How many lines differ once the prefixes are taken off."""
    kept, written = lines_of_job(log, b"INFO"), rubbish().split(b"\n")[:-1]
    return sum(one != other for one, other in zip_longest(kept, written))
