"""``python -m tests.bench.stock_table REPORT WISH JOBS``: the library's own table with the rows of the jobs.

Once a second as many rows as the file WISH says have four other cells; REPORT gets what ``watch_loop``
writes. Columns have a fixed width, the library's fast way.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.bench.loop_watch import watch_loop

_COLUMNS = {"status": 14, "name": 24, "type": 5, "schedule": 16, "last": 14, "results": 12, "next": 10}


class StockTable(App[None]):
    """One table, from edge to edge."""

    def __init__(self, report: Path, wish: Path, jobs: int) -> None:
        super().__init__()
        self._report = report
        self._wish = wish
        self._jobs = jobs
        self._turn = 0

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for key, width in _COLUMNS.items():
            table.add_column(key.upper(), key=key, width=width)
        for number in range(self._jobs):
            table.add_row(
                "✓ Success", f"job-{number:03}", "trig", "-", "5 h ago", "■" * 10, "1 d 6 h", key=f"{number}"
            )
        self._watch = asyncio.create_task(watch_loop(self._report), name="watch")
        self.set_interval(1, self._change)

    def _change(self) -> None:
        table = self.query_one(DataTable)
        self._turn += 1
        odd = self._turn % 2
        for number in range(int(self._wish.read_text() or "0")):
            key = f"{number}"
            table.update_cell(key, "status", "⊘ Aborted" if odd else "✓ Success")
            table.update_cell(key, "last", "8 h ago" if odd else "5 h ago")
            table.update_cell(key, "results", "■▪" * 5 if odd else "▪■" * 5)
            table.update_cell(key, "next", "1 d 11 h" if odd else "1 d 6 h")


if __name__ == "__main__":
    StockTable(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])).run()
