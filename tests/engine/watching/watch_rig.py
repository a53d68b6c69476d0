"""An engine whose watched folders are looked at often."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.engine.rig import Rig
from wjtui.engine.engine import Engine
from wjtui.engine.watching.watching import Watching
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunRef

PAUSE = 0.02


async def start_watching(
    rig: Rig, instance: str = "one", reread: Callable[[JobId], None] | None = None
) -> tuple[Engine, Watching]:
    """An engine and its watched folders; ``reread`` in the place of reading a job again."""
    engine = rig.make(instance)
    watching = engine._watching
    watching._pause = PAUSE
    if reread is not None:
        watching._reread = reread
    await engine.start()
    rig._started.append(engine)
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
