"""Everything known of one job, as lines of label and value."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from wjtui.model.events import Usage
from wjtui.model.jobs import Job, Severity
from wjtui.model.runs import Exit
from wjtui.model.schedules import Missed, ScheduleState
from wjtui.schedule.missed_words import missed_words
from wjtui.tui.present.holds import hold_sentences, progress_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.rules import rules
from wjtui.tui.present.schedules import STANDINGS, schedule_text, stretch, waiting
from wjtui.tui.present.sgr import colourless
from wjtui.tui.present.spark import sparkline
from wjtui.tui.present.status import pid_of, status, strip_of_results
from wjtui.tui.present.times import age, moment, seconds_between, size, span, stamp
from wjtui.tui.store import Whereabouts

_LABEL = 12
_BARS = 30
_CALM_CPU = 10.0
"""Percent of a core that are shown as a full bar at least: noise around zero is no mountain range."""
_SHOWN_IF_SET = ("idle_timeout", "restart_time", "history_size", "stop_signal", "run_mode", "misfire")


class Closeup(NamedTuple):
    """What is known of a job beyond what an event tells."""

    usage: Usage | None = None
    samples: Sequence[Usage] = ()
    """What it used, oldest first."""
    missed: Sequence[Missed] = ()
    """Instants without a run, newest first."""
    where: Whereabouts | None = None


def details(job: Job, now: datetime, seen: Closeup | None = None) -> list[Line]:
    """The lines of the details pane."""
    seen = seen or Closeup()
    return [
        *_problems(job),
        *_state(job, seen, now),
        *_schedule(job, now, seen.missed),
        *_latest(job, now),
        (),
        *_script(job),
        *_whereabouts(job, seen.where),
        *_instances(seen.where, now),
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
    for limit in job.unmet:
        yield Piece("! ", Ink.WARNING), Piece(plain(limit), Ink.WARNING)
    if job.problems or job.unmet:
        yield ()


def _state(job: Job, seen: Closeup, now: datetime) -> Iterator[Line]:
    shown = status(job, now)
    yield _row("Status", Piece(f"{shown.glyph} {shown.word}", shown.ink))
    if job.unhealthy:
        yield _row("Its probe", Piece(plain(job.unhealthy), Ink.FAILED))
    kind = "continuous: kept running" if job.is_continuous else "triggered: one run at a time"
    yield _row("Type", kind, ", disabled (disable.job)" if job.disabled else "")
    if (pid := pid_of(job)) is not None:
        yield _row("Process", f"pid {pid}")
    usage = seen.usage
    if usage is not None and job.live:
        noun = "process" if usage.processes == 1 else "processes"
        bars = sparkline([sample.cpu for sample in seen.samples], _BARS, at_least=_CALM_CPU)
        yield _row("CPU", f"{usage.cpu:>6.1f}%  ", Piece(bars, Ink.RUNNING), f"  {usage.processes} {noun}")
        bars = sparkline([sample.memory for sample in seen.samples], _BARS)
        peak = max((sample.memory for sample in seen.samples), default=usage.memory)
        yield _row(
            "Memory",
            f"{size(usage.memory):>7}  ",
            Piece(bars, Ink.RUNNING),
            Piece(f"  up to {size(peak)}", Ink.DIM),
        )
    if job.recent:
        yield _row("Results", *strip_of_results(job, 10), Piece("  oldest first", Ink.DIM))


def _whereabouts(job: Job, where: Whereabouts | None) -> Iterator[Line]:
    """For attaching a debugger: what runs, and in which folder."""
    if where is None or not where.command:
        return
    yield _row("Command", plain(shlex.join(where.command)[:2000]))
    yield _row("Works in", plain(where.folder))


def _instances(where: Whereabouts | None, now: datetime) -> Iterator[Line]:
    """Every instance of this root that has something to say of the job."""
    if where is None or (len(where.instances) < 2 and not any(each.holds_lock for each in where.instances)):
        return
    label = "Instances"
    for each in where.instances:
        said = plain(each.status) or "says nothing"
        since = f" since {stamp(each.since, now)}" if each.since is not None else ""
        alive = {True: "", False: "  its engine is gone", None: ""}[each.alive]
        yield _row(
            label,
            Piece(plain(each.name), Ink.STRONG),
            f"  {said}{since}{alive}",
            Piece("  holds the lock" if each.holds_lock else "", Ink.KEY),
            Piece("  this engine" if each.mine else "", Ink.DIM),
        )
        label = ""


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
    if job.hold is not None:
        # The lock is told of among the settings.
        first, *more = hold_sentences(job.hold, "", now)
        yield _row("Waiting", Piece(first, Ink.WAITING))
        for sentence in more:
            yield _row("", Piece(sentence, Ink.WAITING))
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
    for label, value in rules(settings):
        yield _row(label, value)
    for name in _SHOWN_IF_SET:
        if (value := getattr(settings, name)) is not None:
            yield _row(name.replace("_", " ").capitalize(), plain(str(value)))


def _latest(job: Job, now: datetime) -> Iterator[Line]:
    if (run := job.latest_run) is not None:
        yield _row(
            "Latest run", Piece(str(run.ref.run), Ink.STRONG), f"  {run.status.value}", *_exit(run.exit)
        )
        yield _row("Trigger", plain(run.trigger))
        if progress := progress_line(run):
            yield _row("Progress", *progress)
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
