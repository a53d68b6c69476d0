"""Rubbish: hostile bytes that a job prints, and what of the screen's own bytes is harmless (quality R11)."""

from __future__ import annotations

import random
import re
from collections import Counter

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
    # The title, which names this host and counts jobs, kept before and given back; where the cursor is.
    rb"|\x1b\[2[23];0t|\x1b\]2;(?:\xe2\x9c\x97\d+ )?(?:\xe2\x97\x8f\d+ )?wjtui [\w.-]+\x07|\x1b\[6n"
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffe\ud800-\udfff]")


def rubbish() -> bytes:
    """``LINES`` lines and more: random bytes, LF among them, and every hostile sequence many times."""
    dice = random.Random(11)
    lines = [dice.randbytes(dice.randrange(90)) + dice.choice(RAW) * dice.randrange(2) for _ in range(LINES)]
    return b"\n".join([*lines, *RAW, b"the rubbish is over"]) + b"\n"


def harm(output: bytes) -> Counter[str]:
    """The control characters left once what the screen itself writes is taken out, with their surroundings.

    UnicodeDecodeError: what reached the terminal is not even text.
    """
    text = visible(output)
    return Counter(text[max(0, at.start() - 12) : at.start() + 24] for at in CONTROL.finditer(text))


def visible(output: bytes) -> str:
    """What reached a terminal, without what the screen itself writes to steer it."""
    return OURS.sub(b"", output).decode("utf-8")
