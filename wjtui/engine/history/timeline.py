"""Timeline: the runs of many jobs in one order, newest first, of which one page is read at a time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator

from wjtui.engine.history.store import RunStore
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunId, RunRef

Place = tuple[RunId, tuple[str, str]]


def place(ref: RunRef) -> Place:
    """Where a run stands: two jobs may have a run of one id, so the job's key decides then."""
    return ref.run, ref.job.key


def merge_runs(
    jobs: Iterable[JobId], ids: Callable[[JobId], Iterable[RunId]], before: RunRef | None
) -> Iterator[RunRef]:
    """The runs of these jobs older than ``before``, newest first.

    ``ids`` tells those of one job, newest first. It is asked for each job at once; what is merged of its
    answers is no more than what is taken.
    """
    bound = None if before is None else place(before)
    return heapq.merge(*(_older(job, ids(job), bound) for job in jobs), key=place, reverse=True)


def read_page(store: RunStore, jobs: Iterable[JobId], before: RunRef | None, limit: int) -> list[Run]:
    """Up to ``limit`` runs of these jobs; one that vanishes or cannot be read is passed over.

    It lists the folder of each job and reads the statuses of the page alone: 500 jobs with 50 runs each take
    some 30 ms, so it belongs in a thread.
    """
    found: list[Run] = []
    for ref in merge_runs(jobs, store.list_ids, before):
        if len(found) >= limit:
            break
        if (run := store.load(ref)) is not None:
            found.append(run)
    return found


def _older(job: JobId, ids: Iterable[RunId], bound: Place | None) -> Iterator[RunRef]:
    for run in ids:
        ref = RunRef(job, run)
        if bound is None or place(ref) < bound:
            yield ref
