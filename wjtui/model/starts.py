"""What a run is to be started with, and a start that waits for its turn."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.runs import RunId, RunRef

EXTERNAL = "External - "
"""The trigger of a start by hand or by a call (spec 6.1)."""

MAX_INPUT = 1 << 20
"""Bytes that may be sent along with a start."""
LONGEST_CORRELATION = 128
"""Characters."""
LONGEST_KEY = 255
"""Characters."""


def is_plain(text: str) -> bool:
    """Whether a name that a caller has made up can be kept and told as it is: printable ASCII."""
    return text.isascii() and text.isprintable()


def correlation_of(text: str) -> str:
    """An ``x-correlation-id`` that is kept; empty for one that is too long or not printable."""
    return text if len(text) <= LONGEST_CORRELATION and is_plain(text) else ""


class Start(Value, frozen=True):
    """What is asked for; the run that comes of it keeps all of it."""

    trigger: str = EXTERNAL
    arguments: str | None = None
    """As given, not taken apart; None: what the job's settings say."""
    scheduled: datetime | None = None
    """The instant of the schedule that it is for."""
    input: str = ""
    """The absolute path of a file that the run gets as ``WEBJOBS_INPUT_FILE``."""
    correlation: str = ""
    """``x-correlation-id`` of the call that asked for it."""
    key: str = ""
    """``Idempotency-Key`` of that call: a second start with the same one is the first."""
    attempt: int = 0
    """Which retry it is; 0: the first try."""
    origin: RunRef | None = None
    """The run that it follows, as its retry or the next step of a chain."""


class Waiting(Value, frozen=True):
    """A start that waits. ``id`` is what its run will be called."""

    job: JobId
    id: RunId
    start: Start
    asked: datetime
    due: datetime | None = None
    """A retry's instant; None: as soon as there is room."""


class Hold(Value, frozen=True):
    """What waits of one job, in short: a part of the job that its row shows."""

    count: int
    """Starts that wait."""
    reason: str
    """Why the first of them does not begin, in one sentence's end: ``its run is going``."""
    due: datetime | None = None
    """When the first one begins at the earliest: a retry's countdown."""
    attempt: int = 0
    """Which retry that is; 0: none."""
    attempts: int = 0
    """Of how many."""
