"""Trash: deleted runs, each with everything its folder held, for as long as they can be brought back."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wjtui.engine.history.store import STATUS
from wjtui.engine.site import Site
from wjtui.model.runs import RunId, RunRef, is_run_id

KEPT = timedelta(days=7)
_STAMP = "%Y%m%dT%H%M%S"


def entry_name(run: RunId, at: datetime) -> str:
    """What a run that was deleted at ``at`` is called: ``RUN.YYYYMMDDTHHMMSS``, in UTC.

    The instant is in the name, because a folder that is renamed keeps its own times.
    """
    return f"{run}.{at.astimezone(UTC).strftime(_STAMP)}"


def read_entry(name: str) -> tuple[RunId, datetime] | None:
    """The run and the instant that a name tells; None for what no engine put there."""
    run, _, stamp = name.partition(".")
    try:
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (RunId(run), at) if is_run_id(run) and entry_name(RunId(run), at) == name else None


class Trash:
    """The folder ``trash/runs`` of a root, which all its instances share: ``JOB/RUN.WHEN`` in it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._folder = site.shared / "trash" / "runs"

    def put(self, ref: RunRef, at: datetime) -> None:
        """Move a run's folder here. Raises OSError; it is then where it was."""
        folder = self._folder / ref.job.name
        folder.mkdir(parents=True, exist_ok=True)
        self._site.run_folder(ref).rename(folder / entry_name(ref.run, at))

    def find(self, ref: RunRef, now: datetime) -> Path | None:
        """Where a run lies that was deleted less than seven days ago; the last one of that id."""
        folder = self._folder / ref.job.name
        lying = [(at, name) for name, run, at in _entries(folder) if run == ref.run and now - at < KEPT]
        found = folder / max(lying)[1] if lying else None
        return found if found is not None and (found / STATUS).is_file() else None

    def take(self, found: Path, ref: RunRef) -> None:
        """Move what ``find`` has found back. Raises OSError, FileExistsError where the run is there again."""
        target = self._site.run_folder(ref)
        if os.path.lexists(target):
            raise FileExistsError(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        found.rename(target)

    def empty(self, now: datetime) -> int:
        """Delete what has lain here for seven days; returns how many runs. Belongs in a thread.

        It never deletes what ``find`` would find at ``now`` or before. What cannot be deleted is tried again.
        """
        count = 0
        for job in _names(self._folder):
            folder = self._folder / job
            for name, _, at in _entries(folder):
                if now - at >= KEPT:
                    shutil.rmtree(folder / name, ignore_errors=True)
                    count += not (folder / name).exists()
            try:
                folder.rmdir()
            except OSError:
                pass  # runs lie in it
        return count


def _entries(folder: Path) -> list[tuple[str, RunId, datetime]]:
    found = ((name, read_entry(name)) for name in _names(folder))
    return [(name, *entry) for name, entry in found if entry is not None]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
