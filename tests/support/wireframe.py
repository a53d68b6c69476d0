"""What a drawing of a screen promises, as questions to a screen."""

from __future__ import annotations

import pytest

from tests.support.tui_driver import TuiDriver

WIDE, NARROW = (120, 36), (80, 24)
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])


def in_order(text: str, *words: str) -> bool:
    """Whether these words are in a text, one after the other."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def row_with(tui: TuiDriver, *words: str) -> int:
    """The first row of the screen that has these words in this order."""
    found = [y for y, line in enumerate(tui.lines) if in_order(line, *words)]
    assert found, f"no row has {words}:\n{tui.text}"
    return found[0]


def nothing_runs_over(tui: TuiDriver) -> bool:
    """Every row of the screen is as wide as the terminal, none wider."""
    width, height = tui.app.size
    return len(tui.lines) == height and all(len(line) <= width for line in tui.lines)
