"""RunResults: what runs have left as their results, of those that somebody looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from wjtui.model.errors import WjtuiError
from wjtui.model.runs import Run, RunRef, RunStatus
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet

RESULTS_KEPT = 20
"""Each has 64 KiB at most."""


class _Read(NamedTuple):
    """What was found, and how the run was when it was asked for."""

    data: bytes
    status: RunStatus


class RunResults:
    """Each is read by a task of the screen, and again when its run has ended since."""

    def __init__(self, service: JobService, tasks: TaskSet, *, changed: Callable[[], None]) -> None:
        self._service = service
        self._tasks = tasks
        self._changed = changed
        self._known: OrderedDict[RunRef, _Read] = OrderedDict()
        self._reading: set[RunRef] = set()

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return bool(self._reading)

    def of(self, run: Run) -> bytes | None:
        """Empty: it cannot be read. None: not read yet."""
        found = self._known.get(run.ref)
        return found.data if found is not None else None

    def wants(self, run: Run) -> bool:
        """Whether the run's result is to be read, for the first time or again."""
        if not run.result or run.ref in self._reading:
            return False
        found = self._known.get(run.ref)
        return found is None or found.status is not run.status

    def read(self, run: Run) -> None:
        """Ask for it."""
        self._reading.add(run.ref)
        self._tasks.start(f"result of {run.ref}", self._read(run))

    async def _read(self, run: Run) -> None:
        try:
            data = await self._service.result(run.ref) or b""
        except WjtuiError:
            data = b""
        finally:
            self._reading.discard(run.ref)
        self._known[run.ref] = _Read(data, run.status)
        self._known.move_to_end(run.ref)
        while len(self._known) > RESULTS_KEPT:
            self._known.popitem(last=False)
        self._changed()
