"""Which runs of the history are wanted, and what a line of it says; pure but for asking for the next page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

from wjtui.cli.words import duration
from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest
from wjtui.model.runs import Run, RunRef, RunStatus, run_id_time
from wjtui.model.schedules import Missed
from wjtui.schedule.moments import read_moment, read_span
from wjtui.tui.present.times import clock

TITLES = ("TIME", "STATUS", "DURATION", "JOB", "ID", "TRIGGER")
PAGE = 500
"""Runs that are asked for, and held, at once."""
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9:]+")
_SPAN = re.compile(r"([0-9]+[dhms])+")
_WIDTHS = (8, 12, 9)
_ID_WIDTH = 18


class Wanted(Value, frozen=True):
    """What to show of the history; nothing given means everything."""

    statuses: tuple[RunStatus, ...] = ()
    trigger: str = ""
    """Part of the trigger, in any case."""
    since: datetime | None = None
    """Runs that started before it are not meant."""

    @property
    def everything(self) -> bool:
        """Whether each run is wanted."""
        return not self.statuses and not self.trigger and self.since is None

    @property
    def by_result(self) -> bool:
        """Whether it asks for something that only a run has."""
        return bool(self.statuses or self.trigger)

    def has(self, run: Run) -> bool:
        """Whether this run is meant."""
        return (
            (not self.statuses or run.status in self.statuses)
            and self.trigger.lower() in run.trigger.lower()
            and (self.since is None or run.started >= self.since)
        )

    def is_past(self, run: Run) -> bool:
        """Whether neither this run nor an older one is meant: no run starts after what its id tells."""
        return self.since is not None and run_id_time(run.ref.run) < self.since

    def misses(self, missed: Missed) -> bool:
        """Whether instants without a run are meant."""
        return not self.by_result and (self.since is None or missed.latest >= self.since)


async def pick(
    page: Callable[[RunRef | None, int], Awaitable[list[Run]]], wanted: Wanted, count: int | None
) -> AsyncIterator[Run]:
    """The newest ``count`` runs that are wanted, or all of them; ``page`` tells those older than one."""
    before, left = None, count
    while left is None or left > 0:
        limit = min(left, PAGE) if left is not None and wanted.everything else PAGE
        runs = await page(before, limit)
        fitting = (run for run in runs if wanted.has(run))
        for run in islice(fitting, left):
            yield run
            left = None if left is None else left - 1
        if len(runs) < limit or wanted.is_past(runs[-1]):
            return
        before = runs[-1].ref


def read_since(text: str, now: datetime) -> datetime:
    """The instant that ``--since`` means: a span back, a date and time in UTC, a time of the last day.

    Raises InvalidRequest.
    """
    written = text.strip()
    try:
        if _SPAN.fullmatch(written.lower()):
            return now - read_span(written, "--since")
        at = read_moment(written, UTC, now, "--since")
    except (InvalidRequest, OverflowError):
        raise InvalidRequest(
            f"--since is '{written}', allowed is a span such as 7d, 12h or 1h30m, a date such as 2027-03-01 "
            "or 2027-03-01T09:00, or a time of day such as 09:00; all are UTC."
        ) from None
    # A time of day alone was read as the next one.
    return at - timedelta(days=1) if _CLOCK.fullmatch(written) and at > now else at


def day_line(run: Run) -> str:
    """The day on which a run started, as the line above its runs."""
    return run.started.astimezone(UTC).strftime("%A %Y-%m-%d UTC")


def title_line(job_width: int) -> str:
    """What the columns of ``run_line`` are."""
    return _aligned(TITLES, job_width)


def run_line(run: Run, now: datetime, job_width: int, clean: Callable[[str], str]) -> str:
    """A run of any job, below its day."""
    cells = (
        clock(run.started),
        run.status.value,
        duration(run.started, run.ended, now),
        run.ref.job.name,
        run.ref.run,
        run.trigger.strip().removesuffix(" -"),
    )
    return _aligned(tuple(clean(cell) for cell in cells), job_width)


def _aligned(cells: tuple[str, ...], job_width: int) -> str:
    widths = (*_WIDTHS, job_width, _ID_WIDTH, 0)
    return "  ".join(map(str.ljust, cells, widths)).rstrip()
