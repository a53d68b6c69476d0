"""Door: how the scheduler starts a job: at once, or in its turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from wjtui.engine.queueing.queue import RunQueue
from wjtui.engine.running.triggered import TriggeredRunner
from wjtui.model.runs import Run
from wjtui.model.starts import Start, Waiting


class Door:
    """One job's runs, behind the queue."""

    def __init__(self, queue: RunQueue, runner: TriggeredRunner) -> None:
        self._queue = queue
        self._runner = runner

    @property
    def idle(self) -> bool:
        """Whether no run is going or about to."""
        return self._runner.idle

    async def start(
        self,
        arguments: str | None,
        trigger: str,
        *,
        scheduled: datetime | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Run | Waiting:
        """Begin a run, or keep its start for later; refused as ``RunQueue.start`` says."""
        start = Start(trigger, arguments, scheduled)
        return await self._queue.start(self._runner.definition.id, start, wanted=wanted)
