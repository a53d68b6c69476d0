"""``schedule_state.json``: what a job's schedule must know after a restart (spec 7.7).

Nothing of it is needed for a plain expression, whose last start is in the run history: most jobs have none.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from wjtui.model.base import Value
from wjtui.model.schedules import LaterStart, MissedReason
from wjtui.support.files import read_whole, write_atomic

FILE = "schedule_state.json"


class SwitchedOff(Value, frozen=True):
    """A schedule that does not wait, though it could."""

    since: datetime
    reason: MissedReason
    """``PAUSED`` or ``OFF``."""


class Memory(Value, frozen=True):
    """The content of the file."""

    fingerprint: str = ""
    """Of the schedule that the values below are about."""
    first_seen: datetime | None = None
    """When a recurrence was first seen."""
    since: datetime | None = None
    """When it was switched on again: instants before it are not made up for."""
    done: bool = False
    """A ``once`` that was started, or skipped at its time: it never comes again, whatever the clock says."""
    off: SwitchedOff | None = None
    later: LaterStart | None = None
    """A start that was put off, until it is made."""


class DamagedMemory(ValueError):
    """The file holds something else."""


def load_memory(folder: Path) -> Memory:
    """What the file in a job's data folder says; nothing where there is none.

    Raises DamagedMemory, and OSError when the file is there but cannot be read.
    """
    try:
        data = read_whole(folder / FILE)
    except (FileNotFoundError, NotADirectoryError):
        return Memory()
    try:
        memory = msgspec.json.decode(data, type=Memory)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedMemory(str(error)) from None
    instants = [memory.first_seen, memory.since]
    instants += [one.since for one in (memory.off,) if one] + [one.at for one in (memory.later,) if one]
    if any(at is not None and at.tzinfo is None for at in instants):
        raise DamagedMemory("an instant without a zone")
    return memory


def save_memory(folder: Path, memory: Memory, before: Memory) -> None:
    """Write what changed since ``before`` durably; without anything to remember the file is removed.

    What another instance has written meanwhile stays. Raises OSError.
    """
    path = folder / FILE
    memory = _merged(folder, memory, before)
    if memory == Memory():
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(path, msgspec.json.encode(memory), durable=True)


def _merged(folder: Path, memory: Memory, before: Memory) -> Memory:
    try:
        there = load_memory(folder)
    except (DamagedMemory, OSError):
        return memory
    if memory.fingerprint != before.fingerprint:
        # Another schedule: of the file, only the start that was put off has nothing to do with it.
        return memory if memory.later != before.later else msgspec.structs.replace(memory, later=there.later)
    names = memory.__struct_fields__
    changes = {
        name: getattr(memory, name) for name in names if getattr(memory, name) != getattr(before, name)
    }
    return msgspec.structs.replace(there, **changes)
