"""Everything known of one job, as lines of label and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from wjtui.model.events import Usage
from wjtui.model.jobs import Busy, Job, Running, Severity, Stopping
from wjtui.model.runs import Exit
from wjtui.model.schedules import Missed, ScheduleState
from wjtui.schedule.missed_words import missed_words
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import STANDINGS, schedule_text, stretch, waiting
from wjtui.tui.present.sgr import colourless
from wjtui.tui.present.status import status, strip_of_results
from wjtui.tui.present.times import age, moment, seconds_between, size, span

_LABEL = 12
_SHOWN_IF_SET = ("idle_timeout", "restart_time", "history_size", "stop_signal", "run_mode", "misfire")


def details(
    job: Job, usage: Usage | None, now: datetime, missed: Sequence[Missed] | None = None
) -> list[Line]:
    """The lines of the details pane; ``missed``: instants without a run, newest first, None: not known."""
    return [
        *_problems(job),
        *_state(job, usage, now),
        *_schedule(job, now, missed),
        *_latest(job, now),
        (),
        *_script(job),
        (),
        *_settings(job),
    ]


def _row(label: str, *value: Piece | str) -> Line:
    pieces = (part if isinstance(part, Piece) else Piece(part) for part in value)
    return (Piece(f"{label:<{_LABEL}} ", Ink.DIM), *pieces)


def _problems(job: Job) -> Iterator[Line]:
    for problem in job.problems:
        if problem.severity is Severity.NOTE:
            yield Piece("· ", Ink.DIM), Piece(plain(problem.text), Ink.DIM)
        else:
            ink = Ink.FAILED if problem.severity is Severity.BLOCKING else Ink.WARNING
            yield Piece("! ", ink), Piece(plain(problem.text), ink)
    if job.problems:
        yield ()


def _state(job: Job, usage: Usage | None, now: datetime) -> Iterator[Line]:
    shown = status(job, now)
    yield _row("Status", Piece(f"{shown.glyph} {shown.word}", shown.ink))
    kind = "continuous: kept running" if job.is_continuous else "triggered: one run at a time"
    yield _row("Type", kind, ", disabled (disable.job)" if job.disabled else "")
    pid = _pid(job)
    if pid is not None:
        yield _row("Process", f"pid {pid}")
    if usage is not None and job.live:
        noun = "process" if usage.processes == 1 else "processes"
        yield _row("Usage", f"cpu {usage.cpu:.1f}%   mem {size(usage.memory)}   {usage.processes} {noun}")
    if job.recent:
        yield _row("Results", *strip_of_results(job, 10), Piece("  oldest first", Ink.DIM))


def _pid(job: Job) -> int | None:
    match job.phase:
        case Running(pid=pid) | Stopping(pid=pid):
            return pid
        case Busy():
            return job.latest_run.pid if job.latest_run is not None else None
    return None


def _schedule(job: Job, now: datetime, missed: Sequence[Missed] | None) -> Iterator[Line]:
    """When it starts by itself, or once by somebody's wish."""
    if (schedule := job.schedule) is not None:
        yield _row("Schedule", schedule_text(schedule), f"  in {plain(schedule.zone[:60])}")
        if schedule.words and not schedule.recurrence:
            yield _row("Means", plain(schedule.words[:400]))
        if schedule.state is not ScheduleState.PENDING:
            standing = STANDINGS[schedule.state]
            yield _row("", Piece(f"{standing.glyph} {standing.sentence}", standing.ink))
    if job.next_run is not None:
        yield _row("Next run", f"{waiting(job.next_run, now)}  {moment(job.next_run)}")
    if (later := job.later) is not None:
        said = "" if later.arguments is None else f"  with {plain(later.arguments[:200])}"
        yield _row("Put off", f"{waiting(later.at, now)}  {moment(later.at)}{said}")
    if missed:
        yield _row("Last missed", f"{stretch(missed[0])}  {missed_words(missed[0])}")


def _script(job: Job) -> Iterator[Line]:
    if job.script is None:
        yield _row("Script", Piece("none that can run", Ink.WARNING))
    else:
        script = job.script
        with_ = f"  with {plain(' '.join(script.command))}" if script.command else ""
        yield _row("Script", Piece(plain(script.path), Ink.STRONG), with_)
        yield _row("Because", plain(script.reason))
    yield _row("Folder", plain(job.folder))
    yield _row("Data", plain(job.data))
    yield _row("Runs in", "its own folder" if job.in_place else "a working copy of its folder")


def _settings(job: Job) -> Iterator[Line]:
    settings = job.settings
    yield _row("To stop", f"{settings.grace_seconds(job.id.type)} s to end by itself, then it is killed")
    if settings.is_singleton:
        yield _row("Singleton", "one instance only")
    if settings.arguments:
        yield _row("Arguments", plain(settings.arguments))
    if settings.env:
        yield _row("Environment", ", ".join(plain(name) for name in sorted(settings.env)))
    for name in _SHOWN_IF_SET:
        if (value := getattr(settings, name)) is not None:
            yield _row(name.replace("_", " ").capitalize(), plain(str(value)))


def _latest(job: Job, now: datetime) -> Iterator[Line]:
    if (run := job.latest_run) is not None:
        yield _row(
            "Latest run", Piece(str(run.ref.run), Ink.STRONG), f"  {run.status.value}", *_exit(run.exit)
        )
        yield _row("Trigger", plain(run.trigger))
        yield _row("Started", moment(run.started), f"  {age(run.started, now)}")
        if run.ended is not None:
            yield _row("Took", span(seconds_between(run.started, run.ended)))
        if run.reason:
            yield _row("Reason", plain(run.reason))
        if run.arguments:
            yield _row("Arguments", plain(run.arguments))
        if run.cpu_seconds is not None:
            peak = f"   peak {size(run.peak_memory)}" if run.peak_memory is not None else ""
            yield _row("Used", f"cpu {span(run.cpu_seconds)}{peak}")
    if (launch := job.latest_launch) is not None:
        yield _row("Launched", moment(launch.started), f"  pid {launch.pid}")
        if launch.ended is not None:
            took = span(seconds_between(launch.started, launch.ended))
            yield _row(
                "Ended",
                f"{age(launch.ended, now)} after {took}",
                *_exit(launch.exit),
                f"  {plain(launch.reason)}",
            )
    for line in job.tail:
        yield _row("", Piece(colourless(line), Ink.LOG_ERROR))


def _exit(exit: Exit | None) -> tuple[Piece, ...]:
    if exit is None:
        return ()
    return (Piece(f"  {exit}", Ink.PLAIN if exit.ok else Ink.FAILED),)
