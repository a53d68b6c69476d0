"""A disk without room (R7) and a process without descriptors (R8): the engine stays, and comes back."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.lateness import LATENESS
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.client.probe import EngineFile
from wjtui.client.service import HttpJobService
from wjtui.launch.background import engine_command, running_engine
from wjtui.launch.place import Place, find_place
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Snapshot
from wjtui.model.identity import JobId
from wjtui.model.jobs import Idle, PendingRestart, Running, Starting
from wjtui.model.runs import RunStatus

LINES = 100_000
FULL = 200 * 1024
BACK_SECONDS = 2.0
"""What R7 and R8 allow; waited for, not timed."""

BURST = f"""
seq -f 'line %06.0f of a burst that no small disk can hold' {LINES}
echo written > "$WEBJOBS_DATA_PATH/written"
exec sleep 600
"""
SETTINGS = {"stopping_wait_time": 0}


class Child:
    """An engine in a process of its own, whose limits can be changed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.jobs = SiteBuilder(place.root)
        self._guardian: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self.service: HttpJobService

    async def start(self) -> None:
        folder = str(self.place.socket.parent.parent)
        environment = {"PATH": os.environ["PATH"], "TMPDIR": folder} | LATENESS
        self._guardian = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
            engine_command(self.place), env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        await until(lambda: running_engine(self.place) is not None)
        card = running_engine(self.place)
        assert isinstance(card, EngineFile)
        self.pid, self.service = card.pid, HttpJobService(card.socket)

    def limit(self, what: int, amount: int) -> None:
        """Change the engine's own limit; the hard one stays, so it can be raised again."""
        resource.prlimit(self.pid, what, (amount, resource.prlimit(self.pid, what)[1]))

    def restore(self, what: int) -> None:
        self.limit(what, resource.prlimit(self.pid, what)[1])

    async def end(self) -> None:
        if self._guardian is not None:
            await self.service.aclose()
            for number in (signal.SIGTERM, signal.SIGTERM):
                self._guardian.send_signal(number)
                await asyncio.sleep(0.2)
            self._guardian.wait(PATIENCE)


async def until(state: Callable[[], object], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not state():  # noqa: ASYNC110 - a file or another process sets no event
            await asyncio.sleep(0.02)


async def seen(child: Child, state: Callable[[Snapshot], bool]) -> Snapshot:
    """A snapshot that is as wanted."""
    async with asyncio.timeout(PATIENCE):
        while not state(snapshot := await child.service.snapshot()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return snapshot


def running(job: JobId) -> Callable[[Snapshot], bool]:
    return lambda snapshot: any(
        known.id == job and isinstance(known.phase, Running) for known in snapshot.jobs
    )


async def kept_trying(action: Callable[[], Awaitable[object]]) -> list[str]:
    """Do it until it succeeds; the refusals before that."""
    refused = []
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await action()
            except WjtuiError as error:
                refused.append(str(error))
                await asyncio.sleep(0.1)
            else:
                return refused


@pytest.fixture
async def child(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Child]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("t")))
    made = Child(find_place(str(tmp_path / "root"), "one", environment={}))
    yield made
    await made.end()


async def test_a_disk_without_room_blocks_no_job_and_loses_no_count(child: Child) -> None:
    nightly = child.jobs.triggered("nightly", {"run.sh": "echo ran\n"})
    quiet = child.jobs.continuous("quiet", {"run.sh": "exec sleep 600\n"}, SETTINGS)
    await child.start()
    before = next(job.phase for job in (await seen(child, running(quiet))).jobs if job.id == quiet)
    child.limit(resource.RLIMIT_FSIZE, FULL)
    noisy = child.jobs.continuous("noisy", {"run.sh": f"ulimit -f unlimited\n{BURST}"}, SETTINGS)
    data = child.place.root / "data/jobs/continuous/noisy"
    await until((data / "written").exists)
    snapshot = await seen(child, lambda snapshot: any(n.code == "log-trouble" for n in snapshot.notices))
    assert any("cannot be written (File too large)" in n.text and n.job == noisy for n in snapshot.notices)
    assert before == next(job.phase for job in snapshot.jobs if job.id == quiet)
    run = await child.service.run(nightly)
    child.restore(resource.RLIMIT_FSIZE)
    log = child.place.root / "LogFiles/Application/webjob-continuous-noisy-one.log"
    await until(lambda: f"line {LINES:06} of" in log.read_text(), BACK_SECONDS + 5)
    kept = len(re.findall(r"line \d{6} of a burst that no small disk can hold$", log.read_text(), re.M))
    (lost,) = re.findall(r"([\d,]+) lines \([\d,]+ bytes\) were not written: File too large", log.read_text())
    # The line at the edge was half written: it is neither whole nor among those that were lost whole.
    assert LINES - kept - int(lost.replace(",", "")) in (0, 1)
    await seen(child, lambda snapshot: all(j.phase == Idle() for j in snapshot.jobs if j.id == nightly))
    assert [(one.ref.run, one.status) for one in await child.service.runs(nightly)] == [
        (run, RunStatus.SUCCESS)
    ]


async def test_without_descriptors_the_engine_stays_and_comes_back(child: Child) -> None:
    nightly = child.jobs.triggered("nightly", {"run.sh": "echo ran\n"})
    quiet = child.jobs.continuous("quiet", {"run.sh": "exec sleep 600\n"}, SETTINGS)
    alive = child.place.root / "alive"
    crash = f"echo x >> {alive}; exit 1\n"
    crashing = child.jobs.continuous("crashing", {"run.sh": crash}, SETTINGS | {"restart_time": 1})
    await child.start()
    await seen(child, running(quiet))
    await until(alive.exists)
    before = next(job.phase for job in (await child.service.snapshot()).jobs if job.id == quiet)
    used = len(os.listdir(f"/proc/{child.pid}/fd"))
    child.limit(resource.RLIMIT_NOFILE, used)
    spent = _cpu_seconds(child.pid)
    await asyncio.sleep(3)
    # 5 % of a core, of three seconds.
    assert _cpu_seconds(child.pid) - spent < 0.15
    assert os.path.exists(f"/proc/{child.pid}")
    launches = alive.stat().st_size
    child.restore(resource.RLIMIT_NOFILE)
    await seen(child, lambda snapshot: True)
    after = next(job.phase for job in (await child.service.snapshot()).jobs if job.id == quiet)
    assert after == before
    await kept_trying(lambda: child.service.run(nightly))
    await seen(
        child,
        lambda s: any(
            j.latest_run and j.latest_run.status is RunStatus.SUCCESS for j in s.jobs if j.id == nightly
        ),
    )
    # What could not be launched for want of descriptors does not wait for a minute now.
    await until(lambda: alive.stat().st_size > launches)
    (shown,) = (job for job in (await child.service.snapshot()).jobs if job.id == crashing)
    assert isinstance(shown.phase, PendingRestart | Running | Starting)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
