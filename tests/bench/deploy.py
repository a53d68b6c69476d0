"""D: a .zip of 100 MB and 5,000 files: time against unzip, memory of the engine, the screen beside it."""

from __future__ import annotations

import asyncio
import random
import secrets
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from statistics import median

from tests.bench.busy import screen
from tests.bench.hosting import clean_environment
from tests.bench.loop_watch import Gaps
from tests.bench.process import forget_peak, memory
from tests.bench.report import Figure, Limit
from wjtui.client.probe import find_engine
from wjtui.client.service import HttpJobService
from wjtui.launch.place import find_place
from wjtui.model.deploys import DeployPlan, PlannedJob
from wjtui.model.identity import JobId, JobType

FILES = 5_000
BYTES = 26_000
"""Of each file."""
ROUNDS = 5
_JOB = JobId(JobType.TRIGGERED, "heavy")


def measure(folder: Path) -> list[Figure]:
    """Each round: unzip, then stage and commit, on the same disk; the first deploy is of a new job."""
    root = folder / "root"
    (root / "site" / "wwwroot" / "app_data" / "jobs" / "triggered").mkdir(parents=True)
    package = _make_package(folder / "heavy.zip")
    environment = clean_environment(TERM="xterm-256color", WJTUI_ROOT=str(root))
    place = find_place(None, None, environment=environment)
    report = folder / "gaps"
    with screen(place, environment, report, in_process=False) as socket:
        engine = find_engine(place.site.engine_lock, place.site.engine_file)
        assert engine is not None
        before = forget_peak(engine.pid)
        began = time.monotonic()
        staged, committed, unzipped = asyncio.run(_rounds(socket, package, folder))
        gaps = Gaps(report, began, time.monotonic())
        grown = memory(engine.pid, "VmHWM") - before
    size = f"{package.stat().st_size / 1e6:.0f} MB, {FILES:,} files"
    return [
        Figure(
            "Deploy", f"unpack and check a zip of {size}", "s",
            median(staged), (Limit(2, "peer"),), peer=median(unzipped), peer_name="unzip -q, sync -f",
        ),
        Figure("Deploy", "switch to it, the old one kept", "s", median(committed), (Limit(1),)),
        Figure("Deploy", "memory of the engine, at most more than before", "MiB", grown, (Limit(32),)),
        Figure("Deploy", "longest gap of the screen meanwhile", "ms", gaps.longest, (Limit(150),)),
    ]  # fmt: skip


async def _rounds(socket: str, package: Path, folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Seconds of staging, of switching and of unzip."""
    staged, committed, unzipped = [], [], []
    service = HttpJobService(socket)
    plan = DeployPlan((PlannedJob(_JOB),))
    try:
        for _ in range(ROUNDS):
            unzipped.append(await asyncio.to_thread(_unzip, package, folder / "peer"))
            token = secrets.token_hex(16)
            began = time.monotonic()
            found = await service.deploys.stage(package, token)
            staged.append(time.monotonic() - began)
            assert found.ok, found.refusals
            began = time.monotonic()
            await service.deploys.commit(token, plan)
            committed.append(time.monotonic() - began)
    finally:
        await service.aclose()
    return staged, committed, unzipped


def _unzip(package: Path, target: Path) -> float:
    """Seconds until the peer has unpacked it and the disk has it, as a staged package is."""
    began = time.monotonic()
    subprocess.run(["unzip", "-q", str(package), "-d", str(target)], check=True)
    subprocess.run(["sync", "-f", str(target)], check=True)
    took = time.monotonic() - began
    shutil.rmtree(target)
    return took


def _make_package(path: Path) -> Path:
    """A quarter of each file can be packed, the rest cannot."""
    source = random.Random(5)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("run.sh", "echo heavy\n")
        for number in range(FILES - 1):
            data = source.randbytes(BYTES * 3 // 4) + b"the same line again\n" * (BYTES // 80)
            archive.writestr(f"part{number % 50}/file{number}.bin", data)
    return path
