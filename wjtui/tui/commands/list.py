"""Commands of the list of jobs."""

from __future__ import annotations

from typing import Protocol

from wjtui.tui.commands.command import Command, Section, Step, Where
from wjtui.tui.commands.jobs import JobDesk, first_of
from wjtui.tui.present.jobs import Sort
from wjtui.tui.refusals import needs_job, needs_jobs, new_job_why_not


class ListDesk(JobDesk, Protocol):
    """What can be done with the list."""

    def open_log(self) -> None: ...
    def filter(self) -> None: ...
    def choose_filter(self) -> None: ...
    def split(self) -> None: ...
    def mark(self) -> None: ...
    def mark_all(self) -> None: ...
    def unmark_all(self) -> None: ...
    def mark_range(self, step: Step) -> None: ...
    def sort(self, by: Sort) -> None: ...
    def menu(self) -> None: ...
    def copy_menu(self) -> None: ...
    def events(self) -> None: ...
    def dashboard(self) -> None: ...
    def new_job(self) -> None: ...


_a_job, _jobs = first_of(needs_job), first_of(needs_jobs)


def _sorts() -> tuple[Command[ListDesk], ...]:
    rows = (
        ("N", Sort.NAME, "sort by name; again: the other way round"),
        ("S", Sort.STATUS, "sort by status, failing ones first"),
        ("T", Sort.TYPE, "sort by type"),
        ("A", Sort.AGE, "sort by age of the last run"),
        ("C", Sort.CPU, "sort by cpu"),
        ("M", Sort.MEMORY, "sort by memory"),
    )

    def row(key: str, by: Sort, title: str) -> Command[ListDesk]:
        return Command(
            f"sort.{by.value}", (key,), title, lambda d: d.sort(by), Section.JOBS, Where.LIST, _jobs
        )

    return tuple(row(*given) for given in rows)


COMMANDS: tuple[Command[ListDesk], ...] = (
    Command("log.open", ("enter", "l"), "open the log, full height", lambda d: d.open_log(), Section.JOBS,
            Where.LIST, _a_job, "Log"),
    Command("job.new", ("n",), "new job: deploy a zip, folder, script or sample", lambda d: d.new_job(),
            Section.JOBS, Where.LIST, first_of(new_job_why_not), "New job"),
    Command("list.filter", ("slash",), "filter by name or status", lambda d: d.filter(), Section.JOBS,
            Where.LIST, _jobs, "Filter"),
    Command("list.choose_filter", ("f",), "show failing, running, paused ... only",
            lambda d: d.choose_filter(), Section.JOBS, Where.LIST, _jobs),
    Command("list.mark", ("space",), "mark this job, or not", lambda d: d.mark(), Section.JOBS, Where.LIST,
            _a_job, "Mark"),
    Command("list.mark_all", ("asterisk",), "mark all in the list", lambda d: d.mark_all(), Section.JOBS,
            Where.LIST, _jobs),
    Command("list.unmark_all", ("U",), "take all marks away", lambda d: d.unmark_all(), Section.JOBS,
            Where.LIST, _jobs),
    Command("list.mark_up", ("shift+up",), "mark upwards", lambda d: d.mark_range(Step.UP), Section.JOBS,
            Where.LIST, _a_job),
    Command("list.mark_down", ("shift+down",), "mark downwards", lambda d: d.mark_range(Step.DOWN),
            Section.JOBS, Where.LIST, _a_job),
    *_sorts(),
    Command("list.menu", ("full_stop",), "what can be done with this job", lambda d: d.menu(), Section.JOBS,
            Where.LIST, _a_job),
    Command("list.copy", ("y",), "copy name, path, URL, command line", lambda d: d.copy_menu(),
            Section.JOBS, Where.LIST, _a_job, "Copy"),
    Command("list.events", ("m",), "what happened, newest last", lambda d: d.events(), Section.JOBS,
            Where.LIST),
    Command("list.dashboard", ("H",), "every run of every job", lambda d: d.dashboard(), Section.JOBS,
            Where.LIST, _jobs),
    Command("list.split", ("vertical_line",), "output and errors apart, and back", lambda d: d.split(),
            Section.JOBS, Where.LIST, _jobs, "Split"),
)  # fmt: skip
"""In the order of footer and help."""
