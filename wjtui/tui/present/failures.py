"""A failure as a notice: told from how a job was and how it is."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.events import Notice, Tone
from wjtui.model.jobs import Job, PendingRestart
from wjtui.model.runs import RunStatus
from wjtui.tui.present.sgr import colourless
from wjtui.tui.present.times import seconds_between, span

FAILED = "job-failed"
"""The code of such a notice."""


def failure_of(before: Job, after: Job, at: datetime) -> Notice | None:
    """What to tell when a run failed, or the process of a continuous job did, between the two values."""
    if after.is_continuous:
        return _launch_failed(before, after, at)
    run = after.latest_run
    if run is None or run.status is not RunStatus.FAILED or run == before.latest_run:
        return None
    last = before.latest_run
    if last is not None and last.ref == run.ref and last.status.ended:
        return None
    ended = run.ended or at
    ways = [str(run.exit) if run.exit is not None else run.reason or "did not start"]
    ways.append(f"after {span(seconds_between(run.started, ended))}")
    return Notice(ended, f"failed: {' '.join(ways)}{last_words(after)}", Tone.ERROR, after.id, FAILED)


def _launch_failed(before: Job, after: Job, at: datetime) -> Notice | None:
    phase = after.phase
    if not isinstance(phase, PendingRestart):
        return None
    if isinstance(before.phase, PendingRestart) and before.phase.restarts == phase.restarts:
        return None
    if phase.exit is not None and phase.exit.ok:
        return None
    launch = after.latest_launch
    ran = f" after {span(seconds_between(launch.started, launch.ended or at))}" if launch else ""
    how = f"failed: {phase.exit}{ran}" if phase.exit is not None else "failed: not launched"
    return Notice(at, f"{how}{last_words(after)}", Tone.ERROR, after.id, FAILED)


def last_words(job: Job) -> str:
    """The last error line before the latest failure, in quotation marks; empty where there was none."""
    words = next((words for line in reversed(job.tail) if (words := colourless(line).strip())), "")
    return f'  "{words}"' if words else ""
