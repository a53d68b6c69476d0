"""``python -m tests.bench.stock_log REPORT WISH log|rich``: a screen of one of the library's own log widgets.

It gets batches of lines ten times a second, as many a second as the file WISH says; REPORT gets what
``watch_loop`` writes. RichLog keeps 10,000 lines, Log all of them: with a limit it would go on painting the
lines that filled it first.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import Log, RichLog

from tests.bench.loop_watch import watch_loop

_KEPT = 10_000
_BATCHES = 10


class StockLog(App[None]):
    """One log, from edge to edge."""

    def __init__(self, report: Path, wish: Path, *, rich: bool) -> None:
        super().__init__()
        self._report = report
        self._wish = wish
        self._widget = RichLog(max_lines=_KEPT) if rich else Log()
        self._count = 0

    def compose(self) -> ComposeResult:
        yield self._widget

    def on_mount(self) -> None:
        self._watch = asyncio.create_task(watch_loop(self._report), name="watch")
        self.set_interval(1 / _BATCHES, self._feed)

    def _feed(self) -> None:
        lines = [
            f"12:34:56 INFO  line {self._count + number:09} as a worker would write it that says what it"
            " does, about a hundred characters of text"
            for number in range(int(self._wish.read_text() or "0") // _BATCHES)
        ]
        self._count += len(lines)
        if isinstance(self._widget, Log):
            self._widget.write_lines(lines, scroll_end=True)
        else:
            for line in lines:
                self._widget.write(Text(line))


if __name__ == "__main__":
    StockLog(Path(sys.argv[1]), Path(sys.argv[2]), rich=sys.argv[3] == "rich").run()
