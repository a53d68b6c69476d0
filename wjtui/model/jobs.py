"""A job as the engine knows it: its script, its settings, its phase, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Exit, Launch, Outcome, Run, RunId
from wjtui.model.schedules import LaterStart, Schedule
from wjtui.model.settings import JobSettings
from wjtui.model.starts import Hold


class Severity(StrEnum):
    """How much a problem matters."""

    BLOCKING = "blocking"
    """The job cannot run."""
    ERROR = "error"
    """The job runs, but not as its files say: part of the API's ``error``."""
    NOTE = "note"
    """Worth knowing; never part of the API's ``error``."""


class Problem(Value, frozen=True):
    """What is wrong with a job's files: data on the job, not an exception."""

    code: str
    text: str
    severity: Severity = Severity.ERROR


class Script(Value, frozen=True):
    """Which file of a job runs, how, and why that one (spec 2.2)."""

    path: str
    """Relative to the job's folder, with ``/``: the API's ``run_command``."""
    host: str
    """The script host's name as logged, for example ``BashScriptHost``."""
    command: tuple[str, ...]
    """What stands before the script's file name, for example ``("/bin/bash",)``; empty: nothing does."""
    reason: str
    """One sentence: why this file and no other."""


class Phase(Value, frozen=True, tag=True):
    """What a job is doing. Each case carries exactly what it needs; names of spec 5.1."""


class Initializing(Phase, frozen=True):
    """No status yet."""


class Starting(Phase, frozen=True):
    """The start sequence was entered."""

    since: datetime


class Running(Phase, frozen=True):
    """The process is up."""

    since: datetime
    pid: int
    restarts: int = 0
    """Launches since the last start, less one."""


class Success(Phase, frozen=True):
    """The process ended with exit code 0; PendingRestart or Stopped follows."""

    since: datetime


class PendingRestart(Phase, frozen=True):
    """The process ended; it is started again at ``due``."""

    due: datetime
    restarts: int
    exit: Exit | None = None
    """None: it could not be launched."""


class InactiveInstance(Phase, frozen=True):
    """Another instance holds the singleton lock."""

    holder: str | None = None


class Disabling(Phase, frozen=True):
    """``disable.job`` is written, not yet acted upon."""

    since: datetime


class Stopping(Phase, frozen=True):
    """Asked to end; killed at ``deadline``."""

    since: datetime
    deadline: datetime
    pid: int | None = None


class Stopped(Phase, frozen=True):
    """Not running and not going to run."""

    since: datetime


class Idle(Phase, frozen=True):
    """A triggered job with no run going."""


class Busy(Phase, frozen=True):
    """A triggered job with a run going; ``deadline`` is set once it was asked to end."""

    run: RunId
    since: datetime
    deadline: datetime | None = None


AnyPhase = (
    Initializing
    | Starting
    | Running
    | Success
    | PendingRestart
    | InactiveInstance
    | Disabling
    | Stopping
    | Stopped
    | Idle
    | Busy
)


def is_runnable(script: Script | None, problems: Iterable[Problem]) -> bool:
    """Whether there is something to run and nothing that forbids it."""
    return script is not None and not any(problem.severity is Severity.BLOCKING for problem in problems)


class Job(Value, frozen=True):
    """One job, whole: an event carries all of it."""

    id: JobId
    folder: str
    """The deployed folder (spec 1: job binaries dir)."""
    data: str
    """The job data dir."""
    phase: AnyPhase
    script: Script | None = None
    settings: JobSettings = msgspec.field(default_factory=JobSettings)
    problems: tuple[Problem, ...] = ()
    disabled: bool = False
    """Whether ``disable.job`` lies beside the script."""
    in_place: bool = False
    """Whether the job runs in its folder and not in a working copy (spec 2.5)."""
    using_sdk: bool = False
    schedule: Schedule | None = None
    """None: it has none."""
    next_run: datetime | None = None
    """The instant its schedule waits for."""
    later: LaterStart | None = None
    """A start that a person put off."""
    hold: Hold | None = None
    """Starts that wait for their turn; None: there are none."""
    unhealthy: str = ""
    """What its probe found, in one sentence; empty: it is well, or not asked."""
    unmet: tuple[str, ...] = ()
    """Limits of its settings that this machine does not hold, each with its reason in one sentence."""
    latest_run: Run | None = None
    latest_launch: Launch | None = None
    recent: tuple[Outcome, ...] = ()
    """Results of the last ten runs or launches, oldest first."""
    tail: tuple[str, ...] = ()
    """The last error lines before the latest failure, oldest first."""
    app_log: str = ""
    """The application log of this job on this engine's instance (spec 5.6): what a continuous job prints."""

    @property
    def is_continuous(self) -> bool:
        """Whether this job is to be kept running."""
        return self.id.type is JobType.CONTINUOUS

    def output_path(self, run: RunId | None) -> str:
        """The file that holds what a run printed; without one, the application log (spec 1.5, 5.6)."""
        return f"{self.data}/{run}/output_log.txt" if run is not None else self.app_log

    @property
    def runnable(self) -> bool:
        """Whether there is something to run and nothing that forbids it."""
        return is_runnable(self.script, self.problems)

    @property
    def error(self) -> str | None:
        """The API's ``error``: every problem that is more than a note, in one text (spec 8.3)."""
        texts = [p.text for p in self.problems if p.severity is not Severity.NOTE]
        return " ".join(texts) or None

    @property
    def live(self) -> bool:
        """Whether a process of this job may be alive."""
        return isinstance(self.phase, Running | Stopping | Busy)


def status_word(phase: AnyPhase) -> str:
    """The phase's name as spec 5.1 writes it."""
    return type(phase).__name__
