"""Commands of the list of jobs."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Where
from wjtui.tui.commands.jobs import JobDesk, first_of
from wjtui.tui.refusals import needs_job, needs_jobs


class ListDesk(JobDesk, Protocol):
    """What can be done with the list."""

    def open_log(self) -> None: ...
    def filter(self) -> None: ...
    def split(self) -> None: ...


_a_job, _jobs = first_of(needs_job), first_of(needs_jobs)

COMMANDS: tuple[Command[ListDesk], ...] = (
    Command("log.open", ("enter", "l"), "open the log, full height", lambda d: d.open_log(), Section.JOBS,
            Where.LIST, _a_job, "Log"),
    Command("list.filter", ("slash",), "filter by name or status", lambda d: d.filter(), Section.JOBS,
            Where.LIST, _jobs, "Filter"),
    Command("list.split", ("vertical_line",), "output and errors apart, and back", lambda d: d.split(),
            Section.JOBS, Where.LIST, _jobs, "Split"),
)  # fmt: skip
"""In the order of footer and help."""
