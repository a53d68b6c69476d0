"""Whether a schedule is due now, how long to wait, or what was missed (spec 7.5). Pure: it knows no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from wjtui.model.base import Value
from wjtui.schedule.timetable import Timetable

CATCH_UP = timedelta(minutes=10)
"""The oldest missed occurrence may be so old for a run to make up for all of them."""
ON_TIME = timedelta(seconds=30)
"""So late, an occurrence is not yet a missed one even where nothing is made up for: a busy machine."""
BELIEVABLE = timedelta(minutes=10)
"""A last run further in the future than this was dated by a clock that was wrong, not merely corrected."""
_INSTANT = timedelta(microseconds=1)


class Misfire(StrEnum):
    """What to do about occurrences that nobody was there for (``misfire``)."""

    RUN_ONCE_WITHIN_10M = "run_once_within_10m"
    RUN_ONCE = "run_once"
    SKIP = "skip"


class Verdict(Value, frozen=True, tag=True):
    """What a schedule asks for at one moment."""


class Wait(Verdict, frozen=True):
    """Nothing is due before ``until``."""

    until: datetime


class Fire(Verdict, frozen=True):
    """A run is due."""

    occurrence: datetime
    """The latest instant that it is due for."""
    covered: int
    """How many occurrences it stands for; over 1: the others were missed and are made up for."""


class Missed(Verdict, frozen=True):
    """Occurrences have passed that are not made up for."""

    count: int
    latest: datetime
    until: datetime | None
    """The next one; None: there is none."""


class Never(Verdict, frozen=True):
    """Nothing is due any more, or ever."""


class Standing(StrEnum):
    """Where a recurrence stands (spec 7.7)."""

    PENDING = "pending"
    DONE = "done"
    ENDED = "ended"


def decide(
    last: datetime | None,
    now: datetime,
    timetable: Timetable,
    *,
    first_seen: datetime,
    since: datetime | None = None,
    misfire: Misfire = Misfire.RUN_ONCE_WITHIN_10M,
    once: bool = False,
    ignore_missed: bool = False,
) -> Verdict:
    """What the schedule asks for at ``now``; never a run before its time.

    ``last``: when the latest run of any trigger started; None: the job never ran.
    ``first_seen``: stands for ``last`` where there is none, so a new job never runs for the past.
    ``since``: everything up to it is dealt with. To be set to ``now`` when a ``Fire`` was acted upon (even if
    the run was refused, for example because another one is going), when a ``Missed`` was reported, when the
    schedule is switched on again, and when the clock is seen to go back.
    ``once``: the recurrence is a ``once``, which no age makes stale.
    ``ignore_missed``: the timer that a ``Wait`` set has fired, so what is due is due, whatever its age.
    """
    due = timetable.next_after(dealt_with_until(last, now, first_seen, since))
    if due is not None and last is not None and last > now and _belongs_to(last, due, timetable):
        due = timetable.next_after(due)
    if due is None:
        return Never()
    if due > now:
        return Wait(due)
    before_due = due - _INSTANT
    if not ignore_missed and now - due > _patience(misfire, once=once):
        latest = timetable.last_before(now, before_due) or due
        return Missed(timetable.count_between(before_due, now), latest, timetable.next_after(now))
    until = now + _INSTANT
    return Fire(timetable.last_before(until, before_due) or due, timetable.count_between(before_due, until))


def standing(verdict: Verdict, *, once: bool) -> Standing:
    """Where a recurrence stands, given what was decided about it."""
    if isinstance(verdict, Never) or (isinstance(verdict, Missed) and verdict.until is None):
        return Standing.DONE if once else Standing.ENDED
    return Standing.PENDING


def dealt_with_until(
    last: datetime | None, now: datetime, first_seen: datetime, since: datetime | None
) -> datetime:
    """The moment after which occurrences count.

    Far in the future nothing was dealt with: the clock was wrong then and has gone back since. To wait until
    it is there again would stop the schedule for as long.
    """
    moments = (first_seen if last is None else last, since)
    believed = [at for at in moments if at is not None and at <= now + BELIEVABLE]
    return max(believed, default=min(first_seen, now))


def _belongs_to(run: datetime, occurrence: datetime, timetable: Timetable) -> bool:
    """Whether the occurrence is the latest one when the run started, so that the run was the one for it."""
    return timetable.last_before(run + _INSTANT, occurrence - _INSTANT) == occurrence


def _patience(misfire: Misfire, *, once: bool) -> timedelta:
    """How old an occurrence may be to be made up for."""
    if misfire is Misfire.SKIP:
        return ON_TIME
    return timedelta.max if once or misfire is Misfire.RUN_ONCE else CATCH_UP
