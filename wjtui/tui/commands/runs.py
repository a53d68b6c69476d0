"""Commands of the run history, of one job or of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from wjtui.tui.commands.command import Command, Section, Where


class RunsDesk(Protocol):
    """What can be done with runs."""

    @property
    def opens(self) -> str:
        """What Enter does to the row under the cursor, in a word."""
        ...

    def open(self) -> None: ...
    def first_error(self) -> None: ...
    def delete(self) -> None: ...
    def copy_menu(self) -> None: ...
    def filter(self) -> None: ...
    def next_switch(self) -> None: ...
    def next_run(self, step: int) -> None: ...
    def next_job(self, step: int) -> None: ...
    def fold(self, *, open: bool) -> None: ...

    def why_no_row(self) -> str | None: ...
    def why_no_log(self) -> str | None: ...
    def why_no_delete(self) -> str | None: ...
    def why_no_other_job(self) -> str | None: ...


def _row(
    id: str, keys: tuple[str, ...], title: str, act: Callable[[RunsDesk], None], **more: Any
) -> Command[RunsDesk]:
    return Command(id, keys, title, act, Section.RUNS, Where.RUNS, **more)


COMMANDS: tuple[Command[RunsDesk], ...] = (
    _row("runs.open", ("enter",), "open the log; fold a group", lambda d: d.open(),
         why_not=lambda d: d.why_no_row(), footer="Log", says=lambda d: d.opens),
    _row("runs.first_error", ("E",), "the log at its first error", lambda d: d.first_error(),
         why_not=lambda d: d.why_no_log(), footer="First error"),
    _row("runs.filter", ("slash",), "filter runs", lambda d: d.filter(), footer="Filter"),
    _row("runs.switch", ("f",), "failed, manual, slow ones only", lambda d: d.next_switch()),
    _row("runs.copy", ("y",), "copy run id, path, command line", lambda d: d.copy_menu(),
         why_not=lambda d: d.why_no_row(), footer="Copy"),
    _row("runs.delete", ("D",), "delete a run, asks first", lambda d: d.delete(),
         why_not=lambda d: d.why_no_delete(), footer="Delete"),
    _row("runs.above", ("left_curly_bracket",), "the run above", lambda d: d.next_run(-1),
         why_not=lambda d: d.why_no_row()),
    _row("runs.below", ("right_curly_bracket",), "the run below", lambda d: d.next_run(1),
         why_not=lambda d: d.why_no_row()),
    _row("runs.previous_job", ("left_square_bracket",), "runs of the previous job", lambda d: d.next_job(-1),
         why_not=lambda d: d.why_no_other_job()),
    _row("runs.next_job", ("right_square_bracket",), "runs of the next job", lambda d: d.next_job(1),
         why_not=lambda d: d.why_no_other_job()),
    _row("runs.fold", ("left", "h"), "fold a group", lambda d: d.fold(open=False)),
    _row("runs.unfold", ("right", "l"), "unfold a group", lambda d: d.fold(open=True)),
)  # fmt: skip
"""In the order of footer and help."""
