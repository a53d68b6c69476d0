"""Inquiry: asks the engine what happened to a job, once somebody looks at it closely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from wjtui.model.errors import WjtuiError
from wjtui.model.instances import Instance
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunId, RunStatus
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.status import pid_of
from wjtui.tui.store import Change, Link, Past, Store, Whereabouts

_LOOK_AGAIN = timedelta(seconds=5)
"""What another instance does with a job is no event of this engine."""
_RUNS = 100
"""So many runs say how long one usually takes."""
_TELLING = frozenset((RunStatus.SUCCESS, RunStatus.FAILED))
"""Runs that were not cut short."""


class Inquiry:
    """Asks for missed instants and for durations; the answer is in the store, and a change says so."""

    def __init__(
        self, service: JobService, store: Store, tasks: TaskSet, *, publish: Callable[[Change], None]
    ) -> None:
        self._service = service
        self._store = store
        self._tasks = tasks
        self._publish = publish
        self._asking: set[JobKey] = set()
        self._locating: set[JobKey] = set()
        self._located: dict[JobKey, datetime] = {}

    def ask(self, job: Job) -> None:
        """Ask about a triggered job, unless all is known up to its latest run."""
        key = job.id.key
        if job.is_continuous or key in self._asking or self._store.link is not Link.LIVE:
            return
        known, up_to = self._store.past.get(key), _latest_that_ended(job)
        if known is None or known.up_to != up_to:
            self._asking.add(key)
            self._tasks.start(f"past of {job.id}", self._ask(job, up_to))

    def locate(self, job: Job, now: datetime) -> None:
        """Ask where a job runs: when its process is another one, and every few seconds who else has it."""
        key, pid = job.id.key, pid_of(job)
        known = self._store.whereabouts.get(key)
        asked = self._located.get(key)
        fresh = asked is not None and now - asked < _LOOK_AGAIN and known is not None and known.pid == pid
        if fresh or key in self._locating or self._store.link is not Link.LIVE:
            return
        self._locating.add(key)
        self._located[key] = now
        self._tasks.start(f"whereabouts of {job.id}", self._locate(job, pid, known))

    async def _locate(self, job: Job, pid: int | None, known: Whereabouts | None) -> None:
        key = job.id.key
        try:
            instances = tuple(await self._service.instances(job.id))
            if known is not None and known.pid == pid and known.folder:
                found = known._replace(instances=instances)
            else:
                found = await self._look(job, pid, instances)
        except WjtuiError:
            return
        finally:
            self._locating.discard(key)
        self._publish(self._store.locate(key, found))

    async def _look(self, job: Job, pid: int | None, instances: tuple[Instance, ...]) -> Whereabouts:
        try:
            place = await self._service.workplace(job.id)
        except WjtuiError:
            # It cannot run, or the engine is on another machine: then only the instances are known.
            return Whereabouts(pid, instances)
        return Whereabouts(pid, instances, place.folder, place.command)

    async def _ask(self, job: Job, up_to: RunId | None) -> None:
        try:
            missed = await self._service.missed(job.id)
            runs = await self._service.runs(job.id, limit=_RUNS)
        except WjtuiError:
            # It stays unknown, which the view says; whoever looks on asks again.
            return
        finally:
            self._asking.discard(job.id.key)
        self._publish(self._store.learn(job.id.key, Past(up_to, tuple(missed), durations(runs))))


def _latest_that_ended(job: Job) -> RunId | None:
    run = job.latest_run
    return run.ref.run if run is not None and run.status.ended else None


def durations(runs: Sequence[Run]) -> tuple[timedelta, ...]:
    """How long the runs took that came to an end of their own."""
    return tuple(
        max(timedelta(0), run.ended - run.started)
        for run in runs
        if run.ended is not None and run.status in _TELLING
    )
