"""What a job is doing as a glyph, a word and an ink (spec 5.1, 6.1)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, assert_never

from wjtui.model.jobs import (
    Busy,
    Disabling,
    Idle,
    InactiveInstance,
    Initializing,
    Job,
    PendingRestart,
    Running,
    Starting,
    Stopped,
    Stopping,
    Success,
    status_word,
)
from wjtui.model.runs import Outcome, RunStatus
from wjtui.tui.present.holds import queued_word, retry_word
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.schedules import is_paused, later_word
from wjtui.tui.present.times import seconds_between, span

ASCII = {
    "●": "R", "◐": "~", "◓": "~", "◑": "~", "◒": "~", "◎": "i", "▲": "^", "○": ".", "✓": "+", "✗": "x",
    "■": "#", "◇": "?", "=": "=", "!": "!", "▌": ">", "▼": "v", "·": "-", "…": "~", "─": "-", "›": ">",
    "↑": "^", "↓": "v", "←": "<", "→": ">", "‹": "<", "├": "|", "│": "|", "└": "`", "•": "*",
    "◆": "U", "░": ".", "▁": "_", "▂": "_", "▃": ".", "▄": ".", "▅": "-", "▆": "=", "▇": "#", "█": "#",
}  # fmt: skip
"""Every glyph of ours and the character that stands for it where the terminal has no such glyph."""

SPINNER = "◐◓◑◒"
_QUEUED = 16
"""Cells of a word in the status column."""


_TO_ASCII = str.maketrans(ASCII)


def spelled(line: Line, *, ascii_only: bool) -> Line:
    """The line, with other characters for our glyphs where the terminal has none of them."""
    if not ascii_only:
        return line
    return tuple(piece._replace(text=in_ascii(piece.text)) for piece in line)


def in_ascii(text: str) -> str:
    """The text with other characters for our glyphs."""
    return text.translate(_TO_ASCII)


class Status(NamedTuple):
    """What the status column shows."""

    glyph: str
    word: str
    ink: Ink


RUN_STATUS = {
    RunStatus.INITIALIZING: Status("◐", "Initializing", Ink.WAITING),
    RunStatus.RUNNING: Status("●", "Running", Ink.RUNNING),
    RunStatus.SUCCESS: Status("✓", "Success", Ink.SUCCESS),
    RunStatus.FAILED: Status("✗", "Failed", Ink.FAILED),
    RunStatus.ABORTED: Status("■", "Aborted", Ink.ABORTED),
}
OUTCOMES = {
    Outcome.OK: Piece("✓", Ink.SUCCESS),
    Outcome.FAILED: Piece("✗", Ink.FAILED),
    Outcome.ABORTED: Piece("■", Ink.ABORTED),
    Outcome.RUNNING: Piece("●", Ink.RUNNING),
}
_NEVER = Status("◇", "Never run", Ink.NEVER)
_PAUSED = Status("=", "Paused", Ink.WAITING)
_UNHEALTHY = Status("◆", "Unhealthy", Ink.FAILED)


def status(job: Job, now: datetime) -> Status:
    """The status of a job. A triggered job that is idle shows how its latest run ended."""
    if not job.runnable and not job.live:
        return Status("!", "Cannot run" if job.script else "No run script", Ink.WARNING)
    phase = job.phase
    match phase:
        case Initializing() | Starting() | Disabling():
            return Status("◐", status_word(phase), Ink.WAITING)
        case Running():
            return _UNHEALTHY if job.unhealthy else Status("●", "Running", Ink.RUNNING)
        case Success():
            return Status("✓", "Success", Ink.SUCCESS)
        case PendingRestart():
            failed = phase.exit is None or not phase.exit.ok
            return Status("▲", "PendingRestart", Ink.FAILED if failed else Ink.WAITING)
        case InactiveInstance():
            return Status("◎", "InactiveInstance", Ink.STOPPED)
        case Stopping():
            return _stopping(seconds_between(phase.since, phase.deadline), phase.deadline, now)
        case Stopped():
            return Status("○", "Stopped", Ink.STOPPED)
        case Busy(deadline=None):
            return Status("●", f"Run {span(seconds_between(phase.since, now))}", Ink.RUNNING)
        case Busy(deadline=deadline):
            assert deadline is not None
            return _stopping(job.settings.grace_seconds(job.id.type), deadline, now)
        case Idle():
            return _idle(job, now)
        case _:
            assert_never(phase)


def _idle(job: Job, now: datetime) -> Status:
    """How the latest run ended, unless what is to come says more: a failure does not go under in that."""
    shown = _NEVER if job.latest_run is None else RUN_STATUS[job.latest_run.status]
    if job.hold is not None and job.hold.attempt:
        return Status("▲", retry_word(job.hold, now), Ink.FAILED if is_failing(job) else Ink.WAITING)
    if is_failing(job):
        return shown
    if job.hold is not None:
        return Status("◐", queued_word(job.hold.count, _QUEUED).capitalize(), Ink.WAITING)
    if is_paused(job):
        shown = _PAUSED
    return shown if job.later is None else shown._replace(word=later_word(job.later.at, now))


def _stopping(grace: int, deadline: datetime, now: datetime) -> Status:
    left = (deadline - now).total_seconds()
    if left <= 0:
        return Status("◐", "Stopping, kill", Ink.WAITING)
    return Status("◐", f"Stopping {max(0, int(grace - left))}/{grace} s", Ink.WAITING)


def strip_of_results(job: Job, cells: int) -> Line:
    """The last results, oldest first, one cell each."""
    return tuple(OUTCOMES[outcome] for outcome in job.recent[-cells:])


def pid_of(job: Job) -> int | None:
    """The process that is alive; None: none is."""
    match job.phase:
        case Running(pid=pid) | Stopping(pid=pid):
            return pid
        case Busy():
            return job.latest_run.pid if job.latest_run is not None else None
    return None


def is_failing(job: Job) -> bool:
    """Whether it is unhealthy, or what ended last in it ended badly and nothing has put it right since."""
    match job.phase:
        case Running():
            return bool(job.unhealthy)
        case PendingRestart(exit=exit):
            return exit is None or not exit.ok
        case Busy():
            ended = [outcome for outcome in job.recent if outcome is not Outcome.RUNNING]
            return bool(ended) and ended[-1] is Outcome.FAILED
        case Idle():
            return job.latest_run is not None and job.latest_run.status is RunStatus.FAILED
        case _:
            return False
