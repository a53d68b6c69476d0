"""P4 to P6: 500 continuous jobs: how fast they are up, and what the engine costs while they run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.bench.hosting import BASH, add_job, engine, size_of, supervisor, wait_until
from tests.bench.process import cpu_seconds, pss
from tests.bench.report import Figure, Limit

JOBS = 500
IDLE_SECONDS = 20.0
_MIB = 1024.0
_OWN_PSS = "print(next(l.split()[1] for l in open('/proc/self/smaps_rollup') if l.startswith('Pss:')))"


def measure(folder: Path) -> list[Figure]:
    """Start time, memory and idle CPU."""
    floor = _popen_loop(folder / "floor")
    started, memory, idle = _engine(folder / "engine")
    peer_started, peer_memory = _supervisor(folder / "supervisor")
    return [
        Figure(
            "P4",
            f"{JOBS} jobs up",
            "s",
            started,
            (Limit(6, "floor"), Limit(0.5, "peer")),
            floor,
            peer_started,
            "supervisor",
        ),
        Figure(
            "P5",
            f"engine memory (PSS), {JOBS} jobs",
            "MiB",
            memory,
            (Limit(1.5, "peer", plus=_http_server(), plus_name="HTTP server"),),
            None,
            peer_memory,
            "supervisor",
        ),
        Figure("P6", f"idle CPU, {JOBS} jobs", "% of a core", idle, (Limit(0.5),)),
    ]


def _script(up: Path) -> str:
    return f"echo -n x >> {up}\nexec sleep 600\n"


def _wait_for(up: Path) -> None:
    wait_until(lambda: size_of(up) == JOBS, f"{JOBS} jobs are up")


def _popen_loop(folder: Path) -> float:
    folder.mkdir()
    up = folder / "up"
    (folder / "run.sh").write_text(_script(up))
    began = time.monotonic()
    processes = [subprocess.Popen([BASH, "run.sh"], cwd=folder) for _ in range(JOBS)]
    try:
        _wait_for(up)
        return time.monotonic() - began
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def _engine(folder: Path) -> tuple[float, float, float]:
    """Seconds, MiB, percent. Nobody attaches: what the engine says of its jobs is read from their files."""
    up = folder / "up"
    for number in range(JOBS):
        add_job(folder, "continuous", f"job-{number:03}", _script(up))
    data = folder / "data" / "jobs" / "continuous"
    began = time.monotonic()
    with engine(folder) as host:
        _wait_for(up)
        wait_until(lambda: _running(data, host.place.site.iid) == JOBS, "every job is said to run")
        started = time.monotonic() - began
        time.sleep(5)  # the first scans and the last writes of the start are no idling
        before = cpu_seconds(host.pid)
        time.sleep(IDLE_SECONDS)
        idle = 100 * (cpu_seconds(host.pid) - before) / IDLE_SECONDS
        return started, pss(host.pid), idle


def _supervisor(folder: Path) -> tuple[float | None, float | None]:
    folder.mkdir()
    up = folder / "up"
    (folder / "run.sh").write_text(_script(up))
    program = (
        f"[program:job]\ncommand={BASH} run.sh\ndirectory={folder}\nnumprocs={JOBS}\n"
        "process_name=%(program_name)s-%(process_num)03d\nstartsecs=0\nstopsignal=KILL\n"
    )
    began = time.monotonic()
    with supervisor(folder, program) as pid:
        if pid is None:
            return None, None
        _wait_for(up)
        started = time.monotonic() - began
        time.sleep(5)
        return started, pss(pid)


def _running(data: Path, iid: str) -> int:
    return sum(b'"Running"' in file.read_bytes() for file in data.glob(f"*/status_{iid}"))


def _http_server() -> float:
    """MiB that importing the HTTP server adds to an engine."""

    def memory(imports: str) -> float:
        command = [sys.executable, "-c", f"import {imports}\n{_OWN_PSS}"]
        return int(subprocess.run(command, check=True, capture_output=True).stdout) / _MIB

    alone = memory("wjtui.engine.engine")
    return memory("wjtui.engine.engine, wjtui.api.app, wjtui.api.server") - alone
