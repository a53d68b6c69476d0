"""Journal of a switch: written before the first rename, it tells an engine after a crash how to go on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from wjtui.model.base import Value
from wjtui.model.identity import JobId
from wjtui.model.versions import Cause
from wjtui.support.files import read_whole, sync_folder, write_atomic

JOURNAL = "journal.json"
LOCK = "journal.lock"
"""Held by the engine that works on it: another one of the root leaves it alone."""

RUN_LOCK = "triggeredJob.lock"
"""In a job's data folder, held by whichever instance runs it (spec 1.2)."""


class Stage(StrEnum):
    """How far a switch has come."""

    WAITING = "waiting"
    """It is settled, and waits for a run to end."""
    FORWARD = "forward"
    """It is being made, and is to be finished."""
    BACK = "back"
    """It failed, and is to be undone."""


class Place(Value, frozen=True):
    """One folder on its way into the place of a job's folder."""

    job: JobId
    new: str
    """The folder that comes."""
    target: str
    """The job's folder."""
    old: str = ""
    """Where the one before goes; empty: there is none, or it is not known yet."""
    inode: int = 0
    """Of the folder that comes: after two folders changed places, nothing else tells which is which."""
    number: int = 0
    """The version that it becomes."""
    kept: bool = True
    """Whether ``old`` is its place among the versions; else a copy of it lies there."""


class Origin(Value, frozen=True):
    """Where the versions come from that are put in place."""

    cause: Cause
    note: str
    by: str
    at: datetime


class Journal(Value, frozen=True):
    """All the jobs of one switch, and how far it has come."""

    stage: Stage
    origin: Origin
    places: tuple[Place, ...]


def write_journal(folder: Path, journal: Journal) -> None:
    """Write it durably into the folder of what is staged. Raises OSError."""
    write_atomic(folder / JOURNAL, msgspec.json.encode(journal), durable=True)
    sync_folder(folder.parent)


def read_journal(folder: Path) -> Journal | None:
    """What a folder's journal says; None: it has none. Raises OSError, ValueError for a damaged one."""
    try:
        data = read_whole(folder / JOURNAL)
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(data, type=Journal)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None


def erase_journal(folder: Path) -> None:
    """Nothing is to be finished or undone any more. Raises OSError."""
    (folder / JOURNAL).unlink(missing_ok=True)
    sync_folder(folder)
