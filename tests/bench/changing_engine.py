"""``python -m tests.bench.changing_engine ROOT WISH JOBS``: the real API and socket over made-up jobs.

Once a second as many jobs as the file WISH says have another last run, as if each had run meanwhile: four
cells of each row change. It ends with SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tests.support.fake_service import FakeJobService, make_engine, make_job
from wjtui import __version__
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.api.unix_socket import open_unix_socket
from wjtui.client.probe import EngineFile
from wjtui.launch.place import find_place
from wjtui.model.events import JobChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.model.runs import Exit, Outcome, Run, RunRef, RunStatus, make_run_id
from wjtui.support.files import write_atomic
from wjtui.support.locks import FileLock

_HOUR = timedelta(hours=1)


def changed_job(number: int, turn: int) -> Job:
    """One of the jobs, as it is at that turn. Nothing in its row depends on the second of the day."""
    now = datetime.now(UTC)
    name = f"job-{number:03}"
    # Half an hour between what the row says and the next word for it, so that time alone changes nothing.
    ended = now - _HOUR * (5 + turn % 2 * 3) - _HOUR / 2
    took = timedelta(minutes=3 + turn % 7, seconds=30)
    status = (RunStatus.SUCCESS, RunStatus.ABORTED)[turn % 2]
    ref = RunRef(JobId(JobType.TRIGGERED, name), make_run_id(ended - took, None))
    exit = Exit(code=0) if status is RunStatus.SUCCESS else Exit(signal=15)
    run = Run(ref, status, "External - ", ended - took, ended, exit, pid=4242)
    recent = tuple((Outcome.OK, Outcome.ABORTED)[(turn + place) % 2] for place in range(10))
    return make_job(
        name, latest_run=run, recent=recent, next_run=now + _HOUR * (30 + turn % 2 * 5) + _HOUR / 2
    )


async def serve(root: str, wish: Path, jobs: int) -> None:
    """Serve until SIGTERM."""
    place = find_place(root, None)
    place.site.engine_lock.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.site.engine_lock)
    if not lock.claim():
        raise OSError(f"another engine has {root}")
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    info = make_engine(root=root, started=datetime.now(UTC), pid=os.getpid())
    service = FakeJobService(*(changed_job(number, 0) for number in range(jobs)), engine=info)
    api = ApiServer()
    await api.start(make_app(service), [open_unix_socket(place.socket, replace=True)])
    card = EngineFile(os.getpid(), place.site.instance, __version__, str(place.socket))
    write_atomic(place.site.engine_file, msgspec.json.encode(card))
    turn = 0
    while not told.is_set():
        turn += 1
        # Not from the first row on: the cursor is there, and a new run of that job is another log to show.
        numbers = (number % jobs for number in range(1, int(wish.read_text() or "0") + 1))
        service.tell(*(JobChanged(changed_job(number, turn)) for number in numbers))
        try:
            await asyncio.wait_for(told.wait(), 1.0)
        except TimeoutError:
            pass
    await api.stop()
    place.site.engine_file.unlink(missing_ok=True)
    lock.release()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
