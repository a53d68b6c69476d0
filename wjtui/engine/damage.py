"""State that cannot be read: found at the engine's start, set aside, and told of. Other jobs never notice."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from wjtui.engine.history.launches import encode_launches, read_launches
from wjtui.engine.site import Site
from wjtui.engine.site_file import CONNECTIONS, VALUES
from wjtui.model.identity import JobId, JobType
from wjtui.support.files import read_whole, set_aside, write_atomic

log = logging.getLogger(__name__)

_TOLD = 10
_PLAIN = {
    JobType.CONTINUOUS: ("job_log.txt", "job_prev_log.txt", "singleton.job.lock", ".instance_{iid}.lock"),
    JobType.TRIGGERED: (
        "triggeredJob.lock",
        "job_scheduler.log",
        "job_prev_log.txt",
        "schedule_state.json",
        "missed.jsonl",
    ),
}
"""Files of a job's data folder of which any content will do, or that who writes them checks."""


class Aside:
    """Sets aside what is damaged, and remembers it."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.moved: list[tuple[Path, Path, JobId | None]] = []
        """Path, where it is now, and the job it belongs to."""

    def put(self, path: Path, job: JobId | None = None) -> bool:
        """Rename it; False, and a line in the log, when that fails."""
        try:
            self.moved.append((path, set_aside(path, self._at), job))
        except OSError as error:
            log.warning("%s is damaged and cannot be renamed: %s", path, error)
            return False
        return True

    def tell(self, say: Callable[[str, JobId | None], None]) -> None:
        """Say what was set aside: one by one, and of more than ten their number."""
        for path, moved, job in self.moved[:_TOLD]:
            say(f"'{path}' was damaged and is set aside as '{moved.name}'.", job)
        if (more := len(self.moved) - _TOLD) > 0:
            say(f"{more} more damaged files were set aside; 'engine.log' names them.", None)
        for path, moved, _ in self.moved:
            log.warning("%s was damaged and is set aside as %s", path, moved.name)


def set_damage_aside(site: Site, jobs: Iterable[JobId], aside: Aside) -> None:
    """Look at every state file of the site and of these jobs but the runs'; belongs in a thread.

    The files of a job's own folder are the user's: they are read as they are and never renamed.
    """
    for folder in (
        site.data,
        *(site.data / kind.value for kind in JobType),
        site.app_logs.parent,
        site.app_logs,
    ):
        _check_folder(folder, aside)
    _check_file(site.engine_log, aside)
    _check_json(site.site_settings, VALUES, aside)
    _check_json(site.connection_strings, CONNECTIONS, aside)
    for job in jobs:
        _check_job(site, job, aside)


def is_no_file(error: OSError) -> bool:
    """Whether a file could not be read because something else stands in its place, not for want of rights."""
    return error.errno in (errno.EISDIR, errno.ENOTDIR, errno.ENXIO)


def _check_job(site: Site, job: JobId, aside: Aside) -> None:
    data = site.job_data(job)
    _check_folder(data, aside, job)
    _check_file(site.application_log(job), aside, job)
    for name in _PLAIN[job.type]:
        _check_file(data / name.format(iid=site.iid), aside, job)
    if job.type is JobType.CONTINUOUS:
        _check_json(data / f"status_{site.iid}", dict[str, Any], aside, job)
        _check_launches(data / "launches.jsonl", aside, job)


def _check_folder(path: Path, aside: Aside, job: JobId | None = None) -> None:
    if os.path.lexists(path) and not os.path.isdir(path):
        aside.put(path, job)


def _check_file(path: Path, aside: Aside, job: JobId | None = None) -> bool:
    """Set aside what is there and no file; whether there is one now. A device may be meant: ``/dev/null``."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    # The open of a fifo would wait for ever.
    if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):
        aside.put(path, job)
        return False
    return True


def _check_json(path: Path, kind: Any, aside: Aside, job: JobId | None = None) -> None:
    if not _check_file(path, aside, job):
        return
    try:
        msgspec.json.decode(read_whole(path), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        aside.put(path, job)
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error)


def _check_launches(path: Path, aside: Aside, job: JobId) -> None:
    """Launches that can be read are kept."""
    if not _check_file(path, aside, job):
        return
    launches, _, damaged = read_launches(path)
    if damaged and aside.put(path, job) and launches:
        try:
            write_atomic(path, encode_launches(launches))
        except OSError as error:
            log.warning("the launches of %s were not written again: %s", job, error)
