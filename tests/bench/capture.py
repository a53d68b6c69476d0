"""P7 and P8: the output of a triggered run, captured with time and level on each line."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path
from statistics import median

from tests.bench.hosting import Host, add_job, engine
from tests.bench.process import forget_peak, memory
from tests.bench.report import Figure, Limit
from wjtui.client.service import HttpJobService
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunRef, RunStatus

LINES = 1_000_000
LINE_BYTES = 100
SINGLE_LINES = 200_000
ROUNDS = 5
_LOOK_SECONDS = 0.005
_PREFIX = re.compile(rb"\[[^\]\n]{10,120}: (SYS )?(?:INFO|WARN|ERR )\] ")


def measure(folder: Path) -> list[Figure]:
    """Floor, peer and engine take turns; the medians are compared."""
    burst = folder / "burst.txt"
    with burst.open("wb") as file:
        for number in range(LINES):
            file.write(b"%08d " % number + b"x" * (LINE_BYTES - 10) + b"\n")
    root = folder / "root"
    add_job(root, "triggered", "burst", f"exec cat {burst}\n")
    script = folder / "single.py"
    script.write_text(_line_by_line())
    child = [sys.executable, "-S", "-u", str(script)]
    add_job(root, "triggered", "single", f"exec {sys.executable} -S -u {script}\n")
    floors: list[float] = []
    peers: list[float] = []
    ours: list[float] = []
    single_floors: list[float] = []
    singles: list[float] = []
    growths: list[float] = []
    lost = 0
    with engine(root) as host:
        _run(host, "single")  # what a first run imports is no capture, and a first reading fills the cache
        _timed(["cat", str(burst)], ["cat"], folder / "floor.out")
        for _ in range(ROUNDS):
            floors.append(_timed(["cat", str(burst)], ["cat"], folder / "floor.out"))
            if (seconds := _s6_log(burst, folder / "s6")) is not None:
                peers.append(seconds)
            before = forget_peak(host.pid)
            seconds, log = _run(host, "burst")
            ours.append(seconds)
            growths.append(memory(host.pid, "VmHWM") - before)
            lost += _differences(burst, log)
            log.unlink()
            single_floors.append(_timed(child, ["cat"], folder / "floor.out"))
            singles.append(_run(host, "single")[0])
    return [
        Figure(
            "P7",
            f"capture {LINES:,} lines x {LINE_BYTES} B",
            "s",
            median(ours),
            (Limit(5, "floor"), Limit(1, "peer")),
            median(floors),
            median(peers) if peers else None,
            "s6-log t",
        ),
        Figure(
            "P7",
            f"capture {SINGLE_LINES:,} single lines",
            "s",
            median(singles),
            (Limit(2.5, "floor"),),
            median(single_floors),
        ),
        Figure("P8", "lines lost or changed", "lines", lost, (Limit(0),), note=f"of {ROUNDS * LINES:,}"),
        Figure("P8", "engine memory growth, peak", "MiB", max(growths), (Limit(16),)),
    ]


def _line_by_line() -> str:
    line = "x" * (LINE_BYTES - 1)
    return f"import os\nfor _ in range({SINGLE_LINES}):\n    os.write(1, b'{line}\\n')\n"


def _timed(child: list[str], reader: list[str], out: Path) -> float:
    """Seconds of ``child | reader > out``."""
    with out.open("wb") as file:
        began = time.monotonic()
        writing = subprocess.Popen(child, stdout=subprocess.PIPE)
        reading = subprocess.Popen(reader, stdin=writing.stdout, stdout=file)
        if writing.stdout is not None:
            writing.stdout.close()
        if writing.wait() or reading.wait():
            raise OSError(f"{child[0]} | {reader[0]} failed")
        return time.monotonic() - began


def _s6_log(burst: Path, folder: Path) -> float | None:
    """Seconds; None where s6 is not installed. One file of 256 MiB, so that it does not roll either."""
    if shutil.which("s6-log") is None:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    reader = ["s6-log", "n3", "s268435455", "t", str(folder)]
    return _timed(["cat", str(burst)], reader, folder.parent / "s6.out")


def _run(host: Host, name: str) -> tuple[float, Path]:
    """Seconds from the request to the end of the run, and the log."""

    async def ask() -> tuple[float, Path]:
        service = HttpJobService(host.socket)
        job = JobId(JobType.TRIGGERED, name)
        try:
            await service.snapshot()  # the connection is there before the clock runs
            began = time.monotonic()
            ref = RunRef(job, await service.run(job))
            run = await service.get_run(ref)
            while not run.status.ended:
                await asyncio.sleep(_LOOK_SECONDS)
                run = await service.get_run(ref)
            seconds = time.monotonic() - began
        finally:
            await service.aclose()
        if run.status is not RunStatus.SUCCESS:
            raise OSError(f"the run of {name} ended as {run.status}: {run.reason}")
        return seconds, host.place.site.log_path(LogRef(job, run.ref.run))

    return asyncio.run(ask())


def _differences(burst: Path, log: Path) -> int:
    """How many lines of the log, its prefixes and the engine's own lines taken off, are not the job's."""
    with burst.open("rb") as written, log.open("rb") as captured:
        own = (
            line[found.end() :]
            for line in captured
            if (found := _PREFIX.match(line)) is not None and found[1] is None
        )
        return sum(one != other for one, other in zip_longest(written, own))
