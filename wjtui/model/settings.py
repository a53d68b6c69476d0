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
    raw: dict[str, Any] = msgspec.field(default_factory=dict)
    """The whole file as read: unknown keys, order and wrong types included."""

    def tells(self, way: str) -> bool:
        """Whether a failure of the job is told in this way: ``toast``, ``bell`` or ``command``."""
        return way in (DEFAULT_NOTIFY if self.notify is None else self.notify)

    def grace_seconds(self, kind: JobType) -> int:
        """Seconds a job gets between the shutdown file and the kill (spec 5.3, 6.6)."""
        wait = DEFAULT_GRACE[kind] if self.stopping_wait_time is None else max(0, self.stopping_wait_time)
        limit = self.shutdown_grace_limit or 0
        return min(wait, limit) if limit > 0 else wait
