"""A job's schedule as the engine understood it, starts that were put off, instants that were missed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wjtui.model.base import Value


class ScheduleState(StrEnum):
    """Whether a schedule waits for its next instant, and why not (spec 7.5, 7.7)."""

    PENDING = "pending"
    """It waits; ``Job.next_run`` says for when."""
    PAUSED = "paused"
    """``enabled`` is false in ``settings.job``."""
    OFF = "off"
    """``WEBJOBS_DISABLE_SCHEDULE``: no schedule of this engine waits."""
    INVALID = "invalid"
    """It cannot be read; the job's problems say why."""
    NEVER = "never"
    """It names a date that never comes."""
    DONE = "done"
    """A one-time start that was made."""
    ENDED = "ended"
    """A recurrence behind its end or its count."""


class Schedule(Value, frozen=True):
    """What ``settings.job`` says about when a triggered job runs."""

    text: str
    """As it is written: the expression, or the recurrence's object as JSON."""
    state: ScheduleState
    words: str = ""
    """The same in plain English; empty where it is invalid."""
    expanded: str = ""
    """The expression in the form of spec 7.2; empty for a recurrence."""
    recurrence: dict[str, Any] = msgspec.field(default_factory=dict)
    """The object of spec 7.7; empty for an expression."""
    anchor: datetime | None = None
    """When a recurrence was first seen: what its ``start`` ``now`` means."""
    zone: str = "UTC"
    """IANA name of the zone whose wall time counts."""


class LaterStart(Value, frozen=True):
    """One start at an instant, asked for by a person: kept over restarts until it was made or taken back."""

    at: datetime
    trigger: str
    arguments: str | None = None
    """None: those of the job's settings."""


class MissedReason(StrEnum):
    """Why a scheduled instant brought no run."""

    DOWN = "down"
    """No engine ran, the machine slept, or its clock was set forward by more than ten minutes (spec 7.5)."""
    RUNNING = "running"
    """The run before was still going."""
    STOPPED = "stopped"
    """``WEBJOBS_STOPPED``."""
    PAUSED = "paused"
    """``enabled`` is false."""
    OFF = "off"
    """``WEBJOBS_DISABLE_SCHEDULE``."""
    REFUSED = "refused"
    """The job could not run: no script, no interpreter, no room for its run folder."""


class Missed(Value, frozen=True):
    """An unbroken stretch of scheduled instants without a run, for one reason: a line of ``missed.jsonl``."""

    reason: MissedReason
    count: int
    first: datetime
    latest: datetime
