"""Who runs a job: what each instance of a root has written down, and who holds the locks (spec 5.5)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wjtui.engine.running.job_lock import Holder, lock_holder
from wjtui.model.instances import Instance
from wjtui.model.runs import Run, RunStatus
from wjtui.support.files import read_whole
from wjtui.support.locks import is_locked

_STATUS = "status_"
SINGLETON = "singleton.job.lock"
RUN = "triggeredJob.lock"


class _Status(msgspec.Struct):
    Status: str


def read_instances(folder: Path, mine: Instance, *, singleton: bool) -> list[Instance]:
    """What each instance says of the continuous job with this data folder, by name; belongs in a thread.

    ``mine`` is the instance of this engine, which knows better than its files; ``singleton``: whether it
    holds the lock.
    """
    holder = None if singleton else lock_holder(folder / SINGLETON)
    since = mine.since or _written(folder / f"{_STATUS}{mine.name}")
    found = {mine.name: msgspec.structs.replace(mine, since=since, holds_lock=singleton)}
    for name in _names(folder):
        if name not in found and (one := _read(folder, name)) is not None:
            found[name] = one
    if holder is not None:
        known = found.get(holder.instance) or Instance(holder.instance, "", holder.since)
        found[holder.instance] = msgspec.structs.replace(known, holds_lock=True, alive=True)
    return [found[name] for name in sorted(found)]


def read_run_holder(folder: Path, iid: str, run: Run | None) -> list[Instance]:
    """The instance that runs the triggered job with this data folder, if one does; belongs in a thread.

    ``run`` is the run that this engine, ``iid``, is busy with.
    """
    if run is not None:
        return [Instance(iid, run.status.value, run.started, mine=True, holds_lock=True, alive=True)]
    holder: Holder | None = lock_holder(folder / RUN)
    if holder is None:
        return []
    word, mine = RunStatus.RUNNING.value, holder.instance == iid
    return [Instance(holder.instance, word, holder.since, mine=mine, holds_lock=True, alive=True)]


def _names(folder: Path) -> list[str]:
    """The instances that have a status file; a damaged one that was set aside is none."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [
        name.removeprefix(_STATUS) for name in names if name.startswith(_STATUS) and ".damaged-" not in name
    ]


def _read(folder: Path, name: str) -> Instance | None:
    path, lock = folder / f"{_STATUS}{name}", folder / f".instance_{name}.lock"
    try:
        status = msgspec.json.decode(read_whole(path), type=_Status).Status
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return Instance(name, status, _written(path), alive=is_locked(lock) if lock.exists() else None)


def _written(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):  # a file's time may lie beyond the year 9999
        return None
