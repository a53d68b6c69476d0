"""One execution of a job: run ids, statuses and exits of triggered runs, launches of continuous jobs."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

from wjtui.model.base import Value
from wjtui.model.identity import JobId, JobType, is_safe_component

RunId = NewType("RunId", str)
"""18 digits, ``yyyyMMddHHmmssffff`` of the UTC start instant; older data has 14. Sorts as text (spec 1.3)."""


def make_run_id(at: datetime, last: RunId | None) -> RunId:
    """The id of a run that starts at ``at``: later than ``last``, whatever the clock says (spec 1.3)."""
    at = at.astimezone(UTC)
    number = int(at.strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 100:04d}")
    if last is not None and last.isdecimal():
        number = max(number, int(last.ljust(18, "0")) + 1)
    return RunId(f"{number:018d}")


def is_run_id(text: str) -> bool:
    """Whether a folder or URL part names a run: 14 or 18 ASCII digits (spec 1.3)."""
    return len(text) in (14, 18) and text.isascii() and text.isdecimal()


def run_id_time(run: RunId) -> datetime:
    """The start instant that an id tells; the first one there is, where it tells none."""
    try:
        start = datetime.strptime(run[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return start.replace(microsecond=int(run[14:] or 0) * 100)


class RunRef(Value, frozen=True):
    """One run of one job."""

    job: JobId
    run: RunId

    def __str__(self) -> str:
        return f"{self.job}/{self.run}"


def parse_run_ref(text: str) -> RunRef | None:
    """The run that a text such as ``triggered/nightly/202611210200000000`` names; None: it names none."""
    kind, _, rest = text.partition("/")
    name, _, run = rest.rpartition("/")
    if kind != JobType.TRIGGERED.value or not is_safe_component(name) or not is_run_id(run):
        return None
    return RunRef(JobId(JobType.TRIGGERED, name), RunId(run))


class RunStatus(StrEnum):
    """Run states of spec 6.1."""

    INITIALIZING = "Initializing"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILED = "Failed"
    ABORTED = "Aborted"

    @property
    def ended(self) -> bool:
        """Whether this status is final."""
        return self not in (RunStatus.INITIALIZING, RunStatus.RUNNING)


class Exit(Value, frozen=True):
    """How a process ended: its exit code, or the signal that killed it."""

    code: int | None = None
    signal: int | None = None

    @property
    def number(self) -> int:
        """The exit code as a shell reports it: 128+n for a death by signal n (spec 5.2)."""
        return 128 + self.signal if self.signal is not None else self.code or 0

    @property
    def ok(self) -> bool:
        """Whether the process ended with exit code 0."""
        return self.number == 0

    def __str__(self) -> str:
        if self.signal is None:
            return f"exit {self.number}"
        try:
            return signal.Signals(self.signal).name
        except ValueError:
            return f"signal {self.signal}"


class Run(Value, frozen=True):
    """One execution of a triggered job, whole."""

    ref: RunRef
    status: RunStatus
    trigger: str
    started: datetime
    ended: datetime | None = None
    exit: Exit | None = None
    scheduled: datetime | None = None
    """The instant of the schedule that it was started for; None: something else started it."""
    arguments: str = ""
    pid: int | None = None
    reason: str = ""
    """Why it ended as it did, where the exit code does not tell: cancelled, idle, engine shut down."""
    cpu_seconds: float | None = None
    peak_memory: int | None = None
    """Bytes, highest sum over the run's processes that a sample saw."""
    output_size: int | None = None
    """Bytes of the run's log; None when there is no log."""
    errors: int | None = None
    """Lines of level ERR in its log, the engine's and its own; None: it goes on, or nobody counted them."""
    input: str = ""
    """The file it got as ``WEBJOBS_INPUT_FILE``; empty: none."""
    correlation: str = ""
    """``x-correlation-id`` of the call that started it."""
    key: str = ""
    """``Idempotency-Key`` of that call."""
    attempt: int = 0
    """Which retry it is; 0: the first try."""
    origin: RunRef | None = None
    """The run that it followed, as its retry or the next step of a chain."""
    sequel: bool = False
    """Whether what follows from its end (a retry, the next job of a chain) is still to be done."""
    progress: int | None = None
    """0 to 100, as the run itself has said in ``WEBJOBS_RESULT_FILE``."""
    message: str = ""
    """What it said there of what it is doing."""
    result: bool = False
    """Whether it has left a result that can be read."""


class Launch(Value, frozen=True):
    """One process of a continuous job, a line of ``launches.jsonl``."""

    started: datetime
    pid: int
    ended: datetime | None = None
    exit: Exit | None = None
    reason: str = ""
    """Why it was ended, when it did not end by itself: stop, restart, redeploy, shutdown, unhealthy."""


class Outcome(StrEnum):
    """One cell of a job's strip of results."""

    OK = "ok"
    FAILED = "failed"
    ABORTED = "aborted"
    RUNNING = "running"


def run_outcome(run: Run) -> Outcome:
    """The strip's cell for a run."""
    match run.status:
        case RunStatus.SUCCESS:
            return Outcome.OK
        case RunStatus.FAILED:
            return Outcome.FAILED
        case RunStatus.ABORTED:
            return Outcome.ABORTED
        case _:
            return Outcome.RUNNING


UNHEALTHY = "unhealthy"
"""Why a launch was ended whose probe had failed."""


def launch_outcome(launch: Launch) -> Outcome:
    """The strip's cell for a launch: a process that was asked to end did not fail, but for its health."""
    if launch.ended is None:
        return Outcome.RUNNING
    if launch.reason:
        return Outcome.FAILED if launch.reason == UNHEALTHY else Outcome.ABORTED
    return Outcome.OK if launch.exit is not None and launch.exit.ok else Outcome.FAILED
