"""What benchmarks run: an engine as ``wjtui serve`` starts it, supervisor, and jobs made for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wjtui.api.tcp_socket import Listen
from wjtui.client.probe import find_engine
from wjtui.launch.background import engine_command
from wjtui.launch.place import Place, find_place

BIN = Path(sys.executable).parent
BASH = "/bin/bash"
PROMPT = {"stop_signal": "SIGKILL", "stopping_wait_time": 1}
"""Settings of a job that ends at once when it is told to."""
_PAUSE_SECONDS = 0.005


@dataclass(frozen=True)
class Host:
    """An engine that serves."""

    place: Place
    pid: int
    socket: str


def add_job(
    root: Path, kind: str, name: str, script: str, settings: Mapping[str, object] | None = None
) -> None:
    """Deploy a job whose ``run.sh`` is ``script``."""
    folder = root / "site" / "wwwroot" / "app_data" / "jobs" / kind / name
    folder.mkdir(parents=True)
    if settings is not None:
        (folder / "settings.job").write_text(json.dumps(settings))
    (folder / "run.sh").write_text(script)


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without anything that changes how wjtui runs, and ``more``."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith(("WJTUI_", "WEB"))}
    return {**kept, **more}


@contextmanager
def engine(root: Path, listen: Listen | None = None, **environment: str) -> Iterator[Host]:
    """An engine behind its guardian, in a process of its own; every job is ended with it.

    ``listen``: on TCP too.
    """
    known = clean_environment(**environment)
    place = find_place(str(root), None, environment=known)
    site, command = place.site, engine_command(place, listen=listen)
    with _ended(subprocess.Popen(command, env=known, cwd="/", start_new_session=True)):
        wait_until(lambda: find_engine(site.engine_lock, site.engine_file) is not None, "the engine serves")
        found = find_engine(site.engine_lock, site.engine_file)
        assert found is not None
        yield Host(place, found.pid, found.socket)


@contextmanager
def supervisor(folder: Path, program: str) -> Iterator[int | None]:
    """supervisord with one ``[program]`` section; its process id, None where it is not installed."""
    binary = BIN / "supervisord"
    if not binary.exists():
        yield None
        return
    config = folder / "supervisord.conf"
    config.write_text(
        f"[supervisord]\nnodaemon=true\nminfds=8192\nlogfile={folder}/supervisord.log\n"
        f"pidfile={folder}/supervisord.pid\nchildlogdir={folder}\n{program}"
    )
    command = [str(binary), "-n", "-c", str(config)]
    quiet = subprocess.DEVNULL
    with _ended(subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)) as process:
        yield process.pid


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    """Look until it is so. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(_PAUSE_SECONDS)


def size_of(path: Path) -> int:
    """Bytes of a file that need not be there yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Ends a supervisor with all its jobs: the second signal skips the waiting times of the engine."""
    try:
        yield process
    finally:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            process.terminate()
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                pass
        if process.poll() is None:
            process.kill()
            process.wait()
