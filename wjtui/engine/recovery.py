"""What a crash left behind: processes, half-written runs, working copies. The same on every start."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from typing import NamedTuple

import msgspec

from wjtui.engine.catalog.discover import JobKey
from wjtui.engine.damage import Aside, is_no_file
from wjtui.engine.history.store import STATUS, RunStore, decode_status
from wjtui.engine.process.survivors import end_survivors
from wjtui.engine.rooms import Rooms
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunId, RunRef, RunStatus, run_id_time
from wjtui.support.files import read_whole
from wjtui.support.locks import is_locked

log = logging.getLogger(__name__)

REASON = "the engine ended while it ran"
DAMAGED = "its status file was damaged"


async def end_earlier_processes(rooms: Rooms) -> int:
    """Kill what an earlier engine of this root and instance left running; returns how many."""
    ended = await end_survivors(rooms.site.mark, None, rooms.launches.living)
    await asyncio.to_thread(rooms.bounds.clear)
    return ended


def empty_temp(site: Site) -> None:
    """Remove working copies, shutdown files and half uploads; what cannot be removed is logged and stays."""
    for folder in (site.temp / "jobs", site.temp / "JobsShutdown", site.uploads):
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
            else:
                folder.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s was not emptied: %s", folder, error)


class Leftovers(NamedTuple):
    """Runs that an earlier engine was not done with."""

    aborted: list[Run]
    """Those that were open, as they are now."""
    unfollowed: list[Run]
    """Those that have ended, aborted ones among them, while what follows was not done (``Run.sequel``)."""
    followed: set[tuple[JobKey, RunId]]
    """Those that a run has followed, whoever made it."""


def close_open_runs(site: Site, store: RunStore, aside: Aside) -> Leftovers:
    """Turn runs that nobody holds any more into ``Aborted``, ended when last written (spec 6.1).

    So is a run whose status is damaged: it stays in the history with what its folder tells. Reads every
    status file, so it belongs in a thread.
    """
    left = Leftovers([], [], set())
    folder = site.data / JobType.TRIGGERED.value
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return left
    for name in names:
        job = JobId(JobType.TRIGGERED, name)
        is_held = is_locked(folder / name / "triggeredJob.lock")
        for run_id in store.ids(job):
            ref = RunRef(job, run_id)
            run = store.load(ref) if is_held else _read(site, ref, aside)
            if run is None:
                continue
            if run.origin is not None:
                left.followed.add((run.origin.job.key, run.origin.run))
            if is_held:
                continue
            if not run.status.ended:
                run = _close(store, run)
                if run is None or run.reason == DAMAGED:
                    continue
                left.aborted.append(run)
            if run.sequel:
                left.unfollowed.append(run)
    return left


def _close(store: RunStore, run: Run) -> Run | None:
    """Note that a run was aborted; None: it cannot be noted."""
    ended = store.last_written(run.ref) or run.started
    run = msgspec.structs.replace(
        run, status=RunStatus.ABORTED, ended=max(ended, run.started), reason=run.reason or REASON
    )
    try:
        store.save(run)
    except OSError as error:
        log.warning("run %s stays open: %s", run.ref, error)
        return None
    return run


def _read(site: Site, ref: RunRef, aside: Aside) -> Run | None:
    """A run as its status says, or as an open one as its folder says where the status was set aside."""
    folder = site.run_folder(ref)
    try:
        run = decode_status(ref, read_whole(folder / STATUS))
    except OSError as error:
        if not is_no_file(error):
            return None
        if not folder.is_dir():
            aside.put(folder, ref.job)
            return None
        run = None
    if run is None and aside.put(folder / STATUS, ref.job):
        run = Run(ref, RunStatus.RUNNING, "", run_id_time(ref.run), reason=DAMAGED)
    return run
