"""The typed view of ``settings.job`` (spec 3.2), which keeps every key of the file."""

from __future__ import annotations

from typing import Any

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobType

DEFAULT_GRACE = {JobType.CONTINUOUS: 5, JobType.TRIGGERED: 30}
"""Seconds a job gets to end by itself, where ``stopping_wait_time`` is absent (spec 3.2)."""
DEFAULT_NOTIFY = ("toast", "bell", "command")
"""What a failure does where ``notify`` is absent; ``command`` is nothing unless its user has named one."""


class Retry(Value, frozen=True):
    """How often and when a run that failed is started again, as a run of its own."""

    count: int
    """Tries after the first one."""
    delay: float = 30.0
    """Seconds before the first of them."""
    backoff: float = 1.0
    """Each further wait is so many times as long."""

    def wait(self, attempt: int) -> float:
        """Seconds before retry ``attempt``, counted from 1; a day at most."""
        try:
            return min(LONGEST_WAIT, self.delay * self.backoff ** (attempt - 1))
        except OverflowError:
            return LONGEST_WAIT


class Watch(Value, frozen=True):
    """Files that start a job when they appear or change."""

    path: str
    """A folder: absolute, or below the root of the site."""
    pattern: str = "*"
    """Of file names, as a shell matches them; folders and names that begin with a dot never count."""
    quiet: float = 2.0
    """Seconds for which a file must not have changed."""
    spool: bool = False
    """One file is one message: a run each, oldest first, moved to ``done/`` or ``dead/`` at the end."""


class Probe(Value, frozen=True):
    """How a continuous job is asked whether it is well; exactly one of the three ways."""

    http: str = ""
    """A path on ``WEBJOBS_PORT``; well is an answer below 400."""
    file: str = ""
    """A file that must be younger than ``max_age``: absolute, or below the job's data folder."""
    command: str = ""
    """A command line that must end with exit code 0; it has the job's environment and folder."""
    interval: float = 30.0
    """Seconds between two looks, and after a start before the first one."""
    timeout: float = 5.0
    """Seconds an answer may take."""
    max_age: float = 120.0
    """Seconds, of ``file``."""
    threshold: int = 3
    """So many looks in a row must fail before it counts as unhealthy."""
    restart: bool = False
    """Whether it is then restarted."""


LONGEST_WAIT = 86_400.0
"""Seconds between two tries."""
DEFAULT_QUEUE_LIMIT = 10
"""Starts that wait for one job, where ``queue_limit`` is absent."""


class JobSettings(Value, frozen=True):
    """What ``settings.job`` says. None: absent or of the wrong type, which is the same (spec 3.2)."""

    is_in_place: bool | None = None
    stopping_wait_time: int | None = None
    """Seconds."""
    is_singleton: bool | None = None
    schedule: str | None = None
    shutdown_grace_limit: int | None = None
    """Seconds, key ``shutdownGraceTimeLimit``; None and 0: no limit."""
    run_mode: str | None = None
    time_zone: str | None = None
    idle_timeout: int | None = None
    """Seconds; 0 or less: never (spec 11, D-33)."""
    restart_time: int | None = None
    """Seconds."""
    history_size: int | None = None
    """Runs."""
    stop_signal: str | None = None
    """A signal's name, for example ``SIGINT``."""
    enabled: bool = True
    misfire: str | None = None
    arguments: str = ""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    notify: tuple[str, ...] | None = None
    """``toast``, ``bell``, ``command``: what a failure does; empty: nothing at all."""
    retry: Retry | None = None
    on_failure: str = ""
    """A triggered job that is run when a run has failed for good."""
    on_success: str = ""
    """A triggered job that is run when a run has succeeded."""
    poison_after: int | None = None
    """Failed runs in a row after which the schedule is paused."""
    if_running: str | None = None
    """``refuse`` or ``queue``: what a start meets while the job runs."""
    queue_limit: int | None = None
    priority: int = 0
    """Of waiting starts the one with the highest begins first."""
    lock: str = ""
    """Of the jobs that name the same one, one runs at a time."""
    max_run_time: int | None = None
    """Seconds; None: as long as it takes."""
    nice: int | None = None
    io_class: str | None = None
    memory_limit: int | None = None
    """Bytes of all processes of a run or launch together."""
    run_as: str = ""
    """A user's name; counts where the engine is root."""
    watch: Watch | None = None
    probe: Probe | None = None
    raw: dict[str, Any] = msgspec.field(default_factory=dict)
    """The whole file as read: unknown keys, order and wrong types included."""

    @property
    def queues(self) -> bool:
        """Whether a start waits while the job runs."""
        return self.if_running == "queue"

    @property
    def queue_room(self) -> int:
        """How many starts may wait."""
        return DEFAULT_QUEUE_LIMIT if self.queue_limit is None else self.queue_limit

    @property
    def has_sequel(self) -> bool:
        """Whether something may follow from the end of a run."""
        spools = self.watch is not None and self.watch.spool
        return bool(self.retry or self.on_failure or self.on_success or self.poison_after or spools)

    def tells(self, way: str) -> bool:
        """Whether a failure of the job is told in this way: ``toast``, ``bell`` or ``command``."""
        return way in (DEFAULT_NOTIFY if self.notify is None else self.notify)

    def grace_seconds(self, kind: JobType) -> int:
        """Seconds a job gets between the shutdown file and the kill (spec 5.3, 6.6)."""
        wait = DEFAULT_GRACE[kind] if self.stopping_wait_time is None else max(0, self.stopping_wait_time)
        limit = self.shutdown_grace_limit or 0
        return min(wait, limit) if limit > 0 else wait
