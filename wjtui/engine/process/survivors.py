"""Survivors: processes of jobs that an earlier engine of this root, or an earlier launch, left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Container

from wjtui.engine.process.environment import ENGINE, JOB
from wjtui.engine.process.mark import engine_number, marked
from wjtui.engine.process.proc import ancestors, process_ids, read_environment, read_stat

log = logging.getLogger(__name__)

ENGINE_KEY = ENGINE.encode()
JOB_KEY = JOB.encode()
_PAUSE = 0.01


def find_survivors(engine: str, job: str | None = None, living: Container[int] = ()) -> list[int]:
    """Processes of this engine (``Site.mark``) that no living launch owns, whoever their parent is.

    Both markers in the environment must match (spec 5.3): ``job`` is ``type/name``, None stands for every
    job. A process that has wiped its environment is known by its mark, as long as its launch is not among
    ``living``; which job it was of cannot be told then. The scan grows with the machine: call it in a thread.
    """
    number = engine_number(engine)
    spared = {os.getpid(), *ancestors(os.getpid())}
    own_session = os.getsid(0)
    found: list[int] = []
    for pid in process_ids():
        try:
            if pid in spared or os.getsid(pid) in (0, own_session):
                continue
        except (ProcessLookupError, PermissionError):
            continue
        mark = marked(pid)
        ours = mark is not None and mark.engine == number
        if mark is not None and ours and mark.launch in living:
            continue
        environment = read_environment(pid)
        if ENGINE_KEY in environment:
            ours = environment[ENGINE_KEY] == engine.encode() and (
                job is None or environment.get(JOB_KEY) == job.encode("utf-8", "surrogateescape")
            )
        if ours and (stat := read_stat(pid)) is not None and stat.alive:
            found.append(pid)
    return found


async def end_survivors(
    engine: str, job: str | None = None, living: Container[int] = (), *, limit_seconds: float = 3.0
) -> int:
    """Kill survivors until a scan finds none; returns how many. What cannot be killed is left and logged."""
    killed: set[int] = set()
    spared: set[int] = set()
    until = time.monotonic() + limit_seconds
    while left := set(await asyncio.to_thread(find_survivors, engine, job, living)) - spared:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            except ProcessLookupError:
                continue
            except PermissionError:
                log.warning("process %d survived an earlier engine, but runs as another user", pid)
                spared.add(pid)
        if time.monotonic() > until:
            log.warning("processes of an earlier engine do not die: %s", sorted(left))
            break
        await asyncio.sleep(_PAUSE)
    return len(killed)
