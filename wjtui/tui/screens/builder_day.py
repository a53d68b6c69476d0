"""Surroundings: the 24 hours of a schedule among the other jobs', worked out again only where it must be."""

from __future__ import annotations

import asyncio
from datetime import datetime

from wjtui.model.schedules import Schedule
from wjtui.schedule.timetable import Timetable
from wjtui.tui.present.clash import Day, Other, day_of, first_hour, look_around
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.store import Change, Store


class Surroundings:
    """``day`` is what was found last; None: nothing yet."""

    def __init__(self, store: Store, apart: JobKey | None) -> None:
        """``apart``: the job whose schedule it is, which is none of the others."""
        self.day: Day | None = None
        self._store = store
        self._apart = apart
        self._schedules = {key: job.schedule for key, job in store.jobs.items()}
        self._round = 0
        self._others: tuple[Other, ...] = ()
        self._others_of: tuple[int, datetime] | None = None
        self._day_of: tuple[int, datetime, Schedule | None] | None = None

    def concerns(self, change: Change) -> bool:
        """Whether jobs changed such that the day may be another; then it is worked out anew."""
        jobs = self._store.jobs
        now = {key: jobs[key].schedule if key in jobs else None for key in change.jobs}
        if all(self._schedules.get(key) == schedule for key, schedule in now.items()):
            return False
        self._schedules |= now
        self._round += 1
        return True

    def is_over(self, now: datetime) -> bool:
        """Whether the first hour of the day is; then it is worked out anew."""
        if self.day is None or now < self.day.hours[1].start:
            return False
        self._round += 1
        return True

    async def look(self, schedule: Schedule | None, own: Timetable | None, now: datetime) -> bool:
        """Work the day out, on a thread: it takes longer with every job. False: it is still the same.

        ``schedule`` is what ``own`` is made of: two of those cannot be compared.
        """
        first = first_hour(own, now)
        round_, jobs = self._round, tuple(self._store.jobs.values())
        if self._day_of == (round_, first, schedule):
            return False
        if self._others_of != (round_, first):
            self._others = await asyncio.to_thread(look_around, jobs, self._apart, first)
            self._others_of = round_, first
        self.day = await asyncio.to_thread(day_of, own, self._others, first, now)
        self._day_of = round_, first, schedule
        return True
