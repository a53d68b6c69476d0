"""Scheduled instants that brought no run, in words."""

from __future__ import annotations

from wjtui.model.schedules import Missed, MissedReason
from wjtui.schedule.lists import counted

REASONS = {
    MissedReason.DOWN: "no engine ran, or the machine slept",
    MissedReason.RUNNING: "the run before was still going",
    MissedReason.STOPPED: "WEBJOBS_STOPPED was set",
    MissedReason.PAUSED: "the schedule was paused",
    MissedReason.OFF: "WEBJOBS_DISABLE_SCHEDULE was set",
    MissedReason.REFUSED: "the job could not run",
}
"""Why; each goes on after ``but`` or a colon."""


def missed_words(missed: Missed, why: str | None = None) -> str:
    """How many instants brought no run, and why: by its reason, or as ``why`` says."""
    return f"{counted(missed.count, 'time')}: {why or REASONS[missed.reason]}"
