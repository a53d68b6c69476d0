"""P1: from the death of a continuous job's process to the first instruction of the next one."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests.bench.hosting import BASH, add_job, engine, supervisor, wait_until
from tests.bench.report import Figure, Limit, percentile_95

LAUNCHES = 50
"""Under the 60 starts a minute at which a job is slowed down."""
PEER_LAUNCHES = 8


def measure(folder: Path) -> list[Figure]:
    """Median and 95th percentile over 49 restarts."""
    floor = _gaps(_popen_loop(folder / "floor"))
    ours = _gaps(_engine(folder / "engine"))
    beside = _supervisor(folder / "supervisor")
    peer = median(_gaps(beside)) if beside else None
    return [
        Figure(
            "P1",
            "restart, median",
            "ms",
            median(ours),
            (Limit(3, "floor"), Limit(0.02, "peer")),
            median(floor),
            peer,
            "supervisor",
        ),
        Figure(
            "P1",
            "restart, p95",
            "ms",
            percentile_95(ours),
            (Limit(10),),
            percentile_95(floor),
            note=f"worst {max(ours):.1f}",
        ),
    ]


def _script(times: Path) -> str:
    """Its first instruction writes the time, and so does its last."""
    return f'echo "$EPOCHREALTIME" >> {times}\necho "$EPOCHREALTIME" >> {times}\n'


def _gaps(times: Path) -> list[float]:
    """Milliseconds from the last instruction of each process to the first of the next."""
    at = [float(line.replace(",", ".")) for line in times.read_text().split()]
    processes = list(zip(at[::2], at[1::2], strict=False))
    return [1000 * (first - last) for (_, last), (first, _) in pairwise(processes)]


def _wait_for(times: Path, launches: int) -> None:
    wait_until(
        lambda: times.exists() and times.read_bytes().count(b"\n") >= 2 * launches, f"{launches} launches"
    )


def _popen_loop(folder: Path) -> Path:
    folder.mkdir()
    times = folder / "times"
    (folder / "run.sh").write_text(_script(times))
    for _ in range(LAUNCHES):
        subprocess.Popen([BASH, "run.sh"], cwd=folder).wait()
    return times


def _engine(folder: Path) -> Path:
    times = folder / "times"
    add_job(folder, "continuous", "quick", _script(times))
    with engine(folder, WEBJOBS_RESTART_TIME="0"):
        _wait_for(times, LAUNCHES)
    return times


def _supervisor(folder: Path) -> Path | None:
    folder.mkdir()
    times = folder / "times"
    (folder / "run.sh").write_text(_script(times))
    program = f"[program:quick]\ncommand={BASH} run.sh\ndirectory={folder}\nautorestart=true\nstartsecs=0\n"
    with supervisor(folder, program) as pid:
        if pid is None:
            return None
        _wait_for(times, PEER_LAUNCHES)
    return times
