"""Versions of a job that can be gone back to, and deleted jobs that can be brought back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from wjtui.model.base import Value
from wjtui.model.identity import JobId


class Cause(StrEnum):
    """How a version came to be."""

    DEPLOY = "deploy"
    SETTINGS = "settings"
    """Only ``settings.job`` was saved."""
    ROLLBACK = "rollback"
    RESTORE = "restore"
    """It came back from the trash."""
    UNKNOWN = "unknown"
    """It was there before anybody counted, or files were copied into place."""


class Version(Value, frozen=True):
    """One state of a job's folder; numbers only grow."""

    number: int
    at: datetime | None
    """When it was put in place; None: unknown."""
    cause: Cause
    note: str = ""
    """Where it came from, for example ``nightly.zip`` or ``version 5``."""
    by: str = ""
    """Who put it there, for example ``UI - root``."""
    current: bool = False
    """Whether it is the one in place."""
    files: int = 0
    size: int = 0
    """Bytes."""
    settings_only: bool = False
    """It differs from the version after it in ``settings.job`` alone, so that is all that is kept of it."""


class Trashed(Value, frozen=True):
    """A deleted job, as long as it can be brought back."""

    id: str
    """Names it in the trash."""
    job: JobId
    at: datetime
    """When it was deleted."""
    until: datetime
    """When it is gone for good."""
    files: int = 0
    size: int = 0
    """Bytes, its history included where that lies here too."""
    runs: int = 0
    """Runs that come back with it."""
    history: bool = True
    """Whether its history lies here; else it was left in place."""
