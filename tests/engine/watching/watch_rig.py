"""An engine whose watched folders are looked at often, over the queue that it really has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.engine.rig import Rig
from wjtui.engine.engine import Engine
from wjtui.engine.watching.watching import Watching
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunRef
from wjtui.model.starts import Start, Waiting

PAUSE = 0.02


class QueueDoor:
    """The engine's queue as a ``Door``."""

    def __init__(self, engine: Engine) -> None:
        self._supervisor = engine._supervisor

    async def start(self, job: JobId, start: Start) -> Run | Waiting:
        return await self._supervisor.queue.start(job, start)

    def idle(self, job: JobId) -> bool:
        return self._supervisor.triggered(job).idle and not self._supervisor.queue.waiting(job)


async def start_watching(
    rig: Rig, instance: str = "one", reread: Callable[[JobId], None] = lambda job: None
) -> tuple[Engine, Watching]:
    """An engine and its watched folders; close them before the engine is stopped."""
    engine = rig.make(instance)
    watching = Watching(engine._rooms, QueueDoor(engine), reread=reread, pause=PAUSE)
    engine._supervisor.following.settle = watching.settle
    await engine.start()
    rig._started.append(engine)
    watching.begin()
    return engine, watching


def names(folder: Path) -> set[str]:
    """Of the files in a folder; none where it is not there."""
    return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()


async def runs_of(engine: Engine, job: JobId) -> list[Run]:
    """Every run that is kept, oldest first."""
    return list(reversed(await engine.service.runs(job)))


def printed(rig: Rig, ref: RunRef) -> str:
    """What a run's script printed, without the log's stamps."""
    try:
        lines = rig.output(ref).splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(line.partition("INFO] ")[2] for line in lines if ": INFO] " in line)
