"""A job that writes rubbish: kept to the byte in its log, obeyed by no terminal (quality R11)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import Installed, lines_of_job
from tests.e2e.pseudo_terminal import PseudoTerminal
from tests.e2e.rubbish import JOB, RAW, harm, rubbish, visible
from tests.support.terminal import until

pytestmark = pytest.mark.e2e


@pytest.fixture
def terminal(program: Installed) -> Iterator[PseudoTerminal]:
    program.site.triggered("rubbish", {"run.py": JOB})
    folder = program.site.jobs / "triggered" / "rubbish"
    (folder / "rubbish").write_bytes(rubbish())
    (folder / "last words").write_bytes(
        b"".join(RAW) + b"\nso long \x1b]0;stolen title\x07\x1b[2J\x9b2J\x07\n"
    )
    settings = Path(program.environment["HOME"], ".config", "wjtui")
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text("bell = false\n")  # so that any bell is one of the rubbish
    terminal = PseudoTerminal(program.argv(), program.environment)
    yield terminal
    terminal.close()


@pytest.mark.timeout(120)
def test_random_bytes_are_kept_and_never_obeyed(program: Installed, terminal: PseudoTerminal) -> None:
    terminal.wait_for(b"No run yet")
    terminal.write(b"r")
    until(lambda: [run["status"] for run in program.runs("rubbish")] == ["Failed"])
    terminal.wait_for(b"so long")
    # Look at as much of it as there is time for: log, toast, event line, details, both panes, its middle.
    enter, page_up, page_down, half_up, half_down = b"\r", b"\x1b[5~", b"\x1b[6~", b"\x15", b"\x04"
    for key in (
        enter,
        half_up,
        page_up,
        b"g",
        page_down,
        half_down,
        b"l",
        b"l",
        b"|",
        b"G",
        b"\t",
        b"k",
        b"d",
    ):
        terminal.write(key)
        time.sleep(0.1)  # a frame and more, so that each of these views is painted
    terminal.write(b"\x11")  # ctrl+q leaves from anywhere
    assert terminal.wait_for_end() == 0
    terminal.wait_for(b"\x1b[?1049l")

    [run] = (program.root / "data" / "jobs" / "triggered" / "rubbish").glob("*/output_log.txt")
    log = run.read_bytes()
    assert b"\n".join(lines_of_job(log, b"INFO")) + b"\n" == rubbish()
    assert_harmless(terminal.output)


def assert_harmless(output: bytes) -> None:
    """Only what the screen itself writes is there: once that is taken out, no control character is left."""
    found = harm(output)
    assert not found, found.most_common(8)
    text = visible(output)
    assert "so long" in text and "the rubbish is over" in text
    for once in (b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25l", b"\x1b[?25h"):
        assert output.count(once) == 1, once
