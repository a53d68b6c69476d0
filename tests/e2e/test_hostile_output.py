"""A job that writes rubbish: kept to the byte in its log, obeyed by no terminal (quality R11)."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.e2e.installed import Installed, lines_of_job
from tests.e2e.pseudo_terminal import PseudoTerminal
from tests.support.terminal import until

pytestmark = pytest.mark.e2e

LINES = 20_000
RAW = (
    b"\x1b]52;c;aGFja2Vk\x07", b"\x1b]52;c;aGFja2Vk\x1b\\", b"\x1b]0;stolen title\x07",
    b"\x1b]2;stolen title\x1b\\", b"\x1b]8;;http://stolen.example\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]1337;File=inline=1:c3RvbGVu\x07", b"\x1bP+q544e\x1b\\", b"\x1bP$qm\x1b\\", b"\x1b_Gstolen\x1b\\",
    b"\x1b^stolen\x1b\\", b"\x1bXstolen\x1b\\", b"\x07", b"\x05", b"\x0e", b"\x0f", b"\x08" * 40,
    b"\x0b\x0c", b"\x1bc", b"\x1b7\x1b8", b"\x1bD\x1bM\x1bE", b"\x1b(0stolen\x1b(B", b"\x1b#8", b"\x1b=",
    b"\x1b[2J", b"\x1b[3J", b"\x1b[1;1H", b"\x1b[5;5r", b"\x1b[6n", b"\x1b[c", b"\x1b[>c", b"\x1b[21t",
    b"\x1b[8;10;10t", b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?5h", b"\x1b[?2026h", b"\x1b[!p", b"\x1b[4i",
    b"\x1b[1000000b", b"\x1b[99999A", b"\x1b[200~", b"\x9b2J", b"\xc2\x9b2J", b"\x9d0;stolen title\x9c",
    b"\xc2\x9d0;stolen title\xc2\x9c", b"\x90stolen\x9c", b"\xe2\x80\xae stolen", b"\xed\xa0\x80",
    b"\xff\xfe", b"\x00", b"\x7f" * 5, b"\x1b", b"\x1b[", b"\x1b]52;c;", b"\x1bP", b"\x1b[31mred\x1b[0m",
    b"\x1b[38;2;1;2;3mcolour", b"half\rdone\r", b"[/bold] [red]not markup[/]", b"%s {0} \\x1b",
)  # fmt: skip
JOB = """
import sys
data = open("rubbish", "rb").read()
sys.stdout.buffer.write(data)
sys.stdout.flush()
sys.stderr.buffer.write(open("last words", "rb").read())
sys.exit(9)
"""
# What the screen's library writes by itself: colours, positions, its modes, questions about the terminal.
MODES = b"1000|1003|1004|1006|1015|1049|2004|25|7"
OURS = re.compile(
    rb"\x1b\[(?:[0-9;:]*m|\d+;\d+H|\?(?:" + MODES + rb")[hl]|>\d+u|<u|\?20(?:26|48)\$p|\?2026[hl])"
    rb"|\x1b\]22;[a-z-]+\x07|\r\n"
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffe\ud800-\udfff]")


def rubbish() -> bytes:
    """``LINES`` lines and more: random bytes, LF among them, and every hostile sequence many times."""
    dice = random.Random(11)
    lines = [dice.randbytes(dice.randrange(90)) + dice.choice(RAW) * dice.randrange(2) for _ in range(LINES)]
    return b"\n".join([*lines, *RAW, b"the rubbish is over"]) + b"\n"


@pytest.fixture
def terminal(program: Installed) -> Iterator[PseudoTerminal]:
    program.site.triggered("rubbish", {"run.py": JOB})
    folder = program.site.jobs / "triggered" / "rubbish"
    (folder / "rubbish").write_bytes(rubbish())
    (folder / "last words").write_bytes(
        b"".join(RAW) + b"\nso long \x1b]0;stolen title\x07\x1b[2J\x9b2J\x07\n"
    )
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
    text = OURS.sub(b"", output).decode("utf-8")
    found = Counter(text[max(0, at.start() - 12) : at.start() + 24] for at in CONTROL.finditer(text))
    assert not found, found.most_common(8)
    assert "so long" in text and "the rubbish is over" in text
    for once in (b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25l", b"\x1b[?25h"):
        assert output.count(once) == 1, once
