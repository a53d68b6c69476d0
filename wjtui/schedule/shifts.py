"""What changes of clocks do to a schedule, in sentences: those of its own zone and those of its reader's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import islice

from wjtui.schedule.date_words import clock_words, day_words, span_words
from wjtui.schedule.lists import joined
from wjtui.schedule.recurrence_times import RecurrenceTimetable, Steps
from wjtui.schedule.timetable import Timetable, WallTimetable
from wjtui.schedule.wall import SECOND, ClockChange, changes_between, naive, offset_at, wall_time

_YEAR = timedelta(days=366)
_A_YEAR_HAS = 2
_NAMED = 3
"""So many runs are named one by one."""


def words_of_changes(
    timetable: Timetable, now: datetime, zone: tzinfo, viewer: tzinfo | None = None
) -> Iterator[str]:
    """A sentence for each change within a year that moves runs of the schedule; none where no run follows.

    ``zone`` is the schedule's, ``viewer`` its reader's.
    """
    for change in islice(changes_between(now, now + _YEAR, zone), _A_YEAR_HAS):
        follower = _follower(timetable, change, zone)
        if follower is not None:
            yield f"{_moving(change, zone)}: {_effect(timetable, change, follower)}."
    if viewer is not None:
        yield from _for_viewer(timetable, now, zone, viewer)


def _follower(timetable: Timetable, change: ClockChange, zone: tzinfo) -> datetime | None:
    """The first run that the change moves; None: a schedule of summers or winters alone knows no change."""
    earlier = timetable.last_before(change.at, change.at - _YEAR)
    run = timetable.next_after(change.at - SECOND)
    if run is None or run > change.at + _YEAR or offset_at(run, zone) != change.after:
        return None
    return run if earlier is None or offset_at(earlier, zone) == change.before else None


def _moving(change: ClockChange, zone: tzinfo) -> str:
    way = "forward" if change.shift > timedelta(0) else "back"
    old, new = clock_words(change.old_wall), clock_words(change.new_wall)
    return f"On {day_words(change.old_wall)} the clocks of {zone} go {way} from {old} to {new}"


def _effect(timetable: Timetable, change: ClockChange, follower: datetime) -> str:
    inner = timetable.inner if isinstance(timetable, RecurrenceTimetable) else timetable
    if isinstance(inner, Steps) and change.shift % inner.step:
        way = "later" if change.shift > timedelta(0) else "earlier"
        return f"the runs keep their distance, so by the clock they come {span_words(change.shift)} {way}"
    if not isinstance(inner, WallTimetable):
        return "the runs go on at their pace"
    walls = list(islice(inner.walls_touched(change), _NAMED + 1))
    if not walls:
        wall = naive(follower, change.after)
        new, old = clock_words(naive(follower, timedelta(0))), clock_words(wall - change.before)
        return f"{clock_words(wall)} there is {new} UTC from then on, so far {old} UTC"
    if change.shift > timedelta(0):
        return _left_out(inner, change, walls)
    return _repeated(inner, change, walls)


def _left_out(timetable: WallTimetable, change: ClockChange, walls: list[datetime]) -> str:
    if timetable.both_passes:
        return "the runs go on at their pace"
    later = [wall + change.shift for wall in walls]
    if len(walls) > _NAMED:
        return f"the runs from {_stretch(change)} come {span_words(change.shift)} later that day"
    said, then = (joined([clock_words(wall) for wall in some]) for some in (walls, later))
    if all(timetable.pattern.matches(wall) for wall in later):
        return f"what is due at {said} falls together with the run at {then} that day"
    if len(walls) == 1:
        return f"the {said} run is at {then} that day"
    return f"the runs at {said} are at {then} that day"


def _repeated(timetable: WallTimetable, change: ClockChange, walls: list[datetime]) -> str:
    if timetable.both_passes:
        return f"the time from {_stretch(change)} comes twice, and runs come both times"
    if len(walls) > _NAMED:
        return f"the time from {_stretch(change)} comes twice, and runs come the second time only"
    said = joined([clock_words(wall) for wall in walls])
    then = joined([clock_words(wall - change.after) for wall in walls])
    if len(walls) == 1:
        return f"{said} comes twice, and the run is at the second one, {then} UTC"
    return f"{said} come twice, and the runs are at the second ones, {then} UTC"


def _stretch(change: ClockChange) -> str:
    start, end = sorted((change.old_wall, change.new_wall))
    return f"{clock_words(start)} to {clock_words(end)}"


def _for_viewer(timetable: Timetable, now: datetime, zone: tzinfo, viewer: tzinfo) -> Iterator[str]:
    """The reader's next change of clocks, unless the schedule's zone makes the same one."""
    for change in changes_between(now, now + _YEAR, viewer):
        if offset_at(change.at - SECOND, zone) - offset_at(change.at, zone) == -change.shift:
            continue
        run = _follower(timetable, change, viewer)
        if run is not None:
            there = clock_words(wall_time(run, zone))
            now_here, before = (clock_words(naive(run, offset)) for offset in (change.after, change.before))
            day = day_words(change.new_wall)
            yield f"From {day} on, {there} {zone} is {now_here} in {viewer}, so far {before}."
        return
