"""What a crash left behind: processes, half-written runs, working copies. The same on every start."""

from __future__ import annotations

import logging
import os
import shutil

import msgspec

from wjtui.engine.history.store import RunStore
from wjtui.engine.process.survivors import end_survivors
from wjtui.engine.rooms import Rooms
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunStatus
from wjtui.support.locks import is_locked

log = logging.getLogger(__name__)

REASON = "the engine ended while it ran"


async def end_earlier_processes(rooms: Rooms) -> int:
    """Kill what an earlier engine of this root and instance left running; returns how many."""
    return await end_survivors(rooms.site.mark, None, rooms.launches.living)


def empty_temp(site: Site) -> None:
    """Remove working copies and shutdown files; what cannot be removed is logged and stays."""
    for folder in (site.temp / "jobs", site.temp / "JobsShutdown"):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s was not emptied: %s", folder, error)


def close_open_runs(site: Site, store: RunStore) -> list[Run]:
    """Turn runs that nobody holds any more into ``Aborted``, ended when last written (spec 6.1).

    Returns them. Reads every status file, so it belongs in a thread.
    """
    closed: list[Run] = []
    folder = site.data / JobType.TRIGGERED.value
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return closed
    for name in names:
        job = JobId(JobType.TRIGGERED, name)
        if is_locked(folder / name / "triggeredJob.lock"):
            continue
        for run in store.open_runs(job):
            ended = store.last_written(run.ref) or run.started
            aborted = msgspec.structs.replace(
                run, status=RunStatus.ABORTED, ended=max(ended, run.started), reason=REASON
            )
            try:
                store.save(aborted)
            except OSError as error:
                log.warning("run %s stays open: %s", run.ref, error)
                continue
            closed.append(aborted)
    return closed
