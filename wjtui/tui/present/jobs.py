"""A job as a row: its cells, its place in the list, and whether a filter lets it through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from wjtui.model.events import Usage
from wjtui.model.jobs import Busy, Disabling, Job, PendingRestart, Running, Stopping
from wjtui.model.runs import Exit, Launch, Run
from wjtui.tui.present.holds import next_of_hold, progress_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import is_paused, next_cell, schedule_cell
from wjtui.tui.present.sgr import colourless
from wjtui.tui.present.status import SPINNER, Status, is_failing, status, strip_of_results
from wjtui.tui.present.times import age, clock, countdown, seconds_between, size, span

JobKey = tuple[str, str]
"""``JobId.key``: the same for two names that are one job."""

RESULTS = 10
_AGE = 9
"""Cells of how long ago something was."""
_WORD = 16
"""Cells of a word in the status column."""
_LEAST_WORDS = 8
"""Cells that an error line gets, or none."""


class Column(StrEnum):
    """The columns of the job table; the value is the heading."""

    STATUS = "STATUS"
    NAME = "NAME"
    TYPE = "TYPE"
    SCHEDULE = "SCHEDULE"
    LAST = "LAST RUN"
    RESULTS = "RESULTS"
    CPU = "CPU%"
    MEMORY = "MEM"
    NEXT = "NEXT IN"


class Chip(StrEnum):
    """A switch that filters the list."""

    ALL = "All"
    FAILING = "Failing"
    RUNNING = "Running"
    CONTINUOUS = "Continuous"
    TRIGGERED = "Triggered"
    PAUSED = "Paused"


class Sort(StrEnum):
    """What the list is ordered by; the value is what the screen calls it."""

    STATUS = "status"
    NAME = "name"
    TYPE = "type"
    AGE = "age"
    CPU = "cpu"
    MEMORY = "mem"


def shown_status(job: Job, now: datetime, pending: str | None, turn: int = 0) -> Status:
    """The status, or the command that is on its way with a spinner at ``turn``."""
    if pending is not None:
        # What is stopped first may take half a minute: its countdown goes on.
        asked = status(job, now).word
        left = asked.removeprefix("Stopping")
        return Status(SPINNER[turn % len(SPINNER)], f"{pending}{left if left != asked else '…'}", Ink.ACCENT)
    return status(job, now)


def cell(
    column: Column,
    job: Job,
    now: datetime,
    *,
    usage: Usage | None = None,
    pending: str | None = None,
    turn: int = 0,
) -> Line:
    """What stands in one column of a job's row."""
    match column:
        case Column.STATUS:
            shown = shown_status(job, now, pending, turn)
            word = shown.word if len(shown.word) <= _WORD else shown.word.replace(" in ", " ")
            line = Piece(shown.glyph, shown.ink), Piece(f" {word}", shown.ink)
            noted = job.unmet and len(word) + 2 <= _WORD
            return (*line, Piece(" !", Ink.WARNING)) if noted else line
        case Column.NAME:
            return (Piece(plain(job.id.name), Ink.STRONG),)
        case Column.TYPE:
            return (Piece("cont" if job.is_continuous else "trig", Ink.DIM),)
        case Column.SCHEDULE:
            return (schedule_cell(job),)
        case Column.LAST:
            return _progress(job) or _with_last_words(job, _last(job, now))
        case Column.RESULTS:
            return strip_of_results(job, RESULTS)
        case Column.CPU:
            return (Piece(f"{usage.cpu:.1f}") if usage and job.live else Piece("-", Ink.DIM),)
        case Column.MEMORY:
            return (Piece(size(usage.memory)) if usage and job.live else Piece("-", Ink.DIM),)
        case Column.NEXT:
            return (_next(job, now),)


def _last(job: Job, now: datetime) -> Piece:
    match job.phase:
        case Running(since=since):
            return Piece(f"up {span(seconds_between(since, now))}")
        case PendingRestart(exit=exit, restarts=restarts):
            return Piece(f"{ending(exit)}, restart {restarts + 1}")
        case Busy(since=since):
            return Piece(f"since {clock(since)}")
    if job.is_continuous:
        going_down = isinstance(job.phase, Disabling | Stopping)
        return _launch(job.latest_launch, now, going_down=going_down)
    return _run(job.latest_run, now)


def _progress(job: Job) -> Line:
    """How far the run that is going has come; nothing where it has not said."""
    run = job.latest_run
    return progress_line(run) if isinstance(job.phase, Busy) and run is not None else ()


def _with_last_words(job: Job, last: Piece) -> Line:
    """Behind what became of a failing job, its last error line; of one that is unhealthy, how so."""
    if isinstance(job.phase, Running) and job.unhealthy:
        return last, Piece(""), Piece("  "), Piece(plain(job.unhealthy), Ink.LOG_ERROR)
    if not job.tail or not is_failing(job):
        return (last,)
    # The first part is what stays where there is little room: "exit 1", or how long ago it was.
    brief = last.text.partition(", ")[0] if ", " in last.text else last.text[:_AGE].rstrip()
    rest = Piece(last.text[len(brief) :], last.ink)
    return last._replace(text=brief), rest, Piece("  "), Piece(colourless(job.tail[-1]), Ink.LOG_ERROR)


def squeezed(line: Line, width: int) -> Line:
    """What became of a failing job, in ``width`` cells: all of it, or briefly, and of its error line the
    beginning, or nothing where that would be a few letters. The words behind a bar of progress, too."""
    if len(line) == 5:
        bar = sum(len(piece.text) for piece in line[:-1])
        return line if bar + min(_LEAST_WORDS, len(line[-1].text)) <= width else line[:3]
    if len(line) != 4:
        return line
    brief, rest, gap, words = line
    if len(brief.text) + len(rest.text) + len(gap.text) + _LEAST_WORDS <= width:
        return line
    return (brief, gap, words) if len(brief.text) + len(gap.text) + _LEAST_WORDS <= width else (brief, rest)


def _launch(launch: Launch | None, now: datetime, *, going_down: bool) -> Piece:
    if launch is None:
        return Piece("-", Ink.DIM)
    if launch.ended is None and going_down:
        return Piece(f"up {span(seconds_between(launch.started, now))}")
    return Piece(f"ran {span(seconds_between(launch.started, launch.ended or now))}", Ink.DIM)


def _run(run: Run | None, now: datetime) -> Piece:
    if run is None:
        return Piece("-", Ink.DIM)
    if run.ended is None:
        return Piece(f"since {clock(run.started)}")
    return Piece(f"{age(run.ended, now):<{_AGE}} {span(seconds_between(run.started, run.ended))}")


def _next(job: Job, now: datetime) -> Piece:
    if isinstance(job.phase, PendingRestart):
        return Piece(countdown(job.phase.due, now), Ink.WAITING)
    if job.hold is not None:
        return next_of_hold(job.hold, now)
    return next_cell(job, now)


def ending(exit: Exit | None) -> str:
    """How a process ended, in two words."""
    return "not launched" if exit is None else str(exit)


def passes(job: Job, chip: Chip, text: str, now: datetime) -> bool:
    """Whether the list shows this job: the chip fits, and each word is in its name or its status."""
    match chip:
        case Chip.FAILING if not is_failing(job):
            return False
        case Chip.RUNNING if not job.live:
            return False
        case Chip.CONTINUOUS if not job.is_continuous:
            return False
        case Chip.TRIGGERED if job.is_continuous:
            return False
        case Chip.PAUSED if not is_paused(job):
            return False
    if not text:
        return True
    hay = f"{job.id.name} {status(job, now).word}".lower()
    return all(word in hay for word in text.lower().split())


def _rank(job: Job) -> tuple[int, str, str]:
    """Failing jobs first, those that cannot run last, else by name: rows move only when that changes."""
    place = 0 if is_failing(job) else 1 if job.runnable or job.live else 2
    return place, *_name(job)


def _name(job: Job) -> tuple[str, str]:
    return job.id.name.lower(), job.id.type.value


def in_order(
    jobs: Iterable[Job],
    sort: Sort = Sort.STATUS,
    usage: Mapping[JobKey, Usage] | None = None,
    *,
    reverse: bool = False,
) -> list[Job]:
    """The jobs as the list shows them: by age the newest first, by usage the greediest; ties by name."""
    used = usage or {}

    def of(job: Job, kind: Callable[[Usage], float]) -> float:
        sample = used.get(job.id.key) if job.live else None
        return -kind(sample) if sample is not None else 1.0

    keys: dict[Sort, Callable[[Job], tuple[object, ...]]] = {
        Sort.STATUS: _rank,
        Sort.NAME: _name,
        Sort.TYPE: lambda job: (job.id.type.value, *_name(job)),
        Sort.AGE: lambda job: (-_begun(job), *_name(job)),
        Sort.CPU: lambda job: (of(job, lambda sample: sample.cpu), *_name(job)),
        Sort.MEMORY: lambda job: (of(job, lambda sample: sample.memory), *_name(job)),
    }
    return sorted(jobs, key=keys[sort], reverse=reverse)


def _begun(job: Job) -> float:
    """When its latest run or launch began, as seconds since 1970; 0: never."""
    latest = job.latest_launch if job.is_continuous else job.latest_run
    return latest.started.timestamp() if latest is not None else 0.0


def count_chips(jobs: Mapping[JobKey, Job]) -> dict[Chip, int]:
    """How many jobs each chip lets through."""
    every = jobs.values()
    continuous = sum(job.is_continuous for job in every)
    return {
        Chip.ALL: len(jobs),
        Chip.FAILING: sum(is_failing(job) for job in every),
        Chip.RUNNING: sum(job.live for job in every),
        Chip.CONTINUOUS: continuous,
        Chip.TRIGGERED: len(jobs) - continuous,
        Chip.PAUSED: sum(is_paused(job) for job in every),
    }


def newest_failure(jobs: Iterable[Job]) -> Job | None:
    """The failing job whose failure is the newest."""
    found = [(when, job) for job in jobs if is_failing(job) and (when := failed_at(job)) is not None]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def failed_at(job: Job) -> datetime | None:
    """When the job's latest run or launch ended; of one that is up and unhealthy, since when it is up."""
    if isinstance(job.phase, Running):
        return job.phase.since
    latest = job.latest_launch if job.is_continuous else job.latest_run
    if latest is None:
        return None
    return latest.ended or latest.started
