"""What happened to jobs, newest first, by day, then by week, then by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from wjtui.model.identity import JobId
from wjtui.model.runs import Launch, Outcome, Run, RunRef, launch_outcome, run_outcome
from wjtui.model.schedules import Missed
from wjtui.tui.present.chains import draw, parents
from wjtui.tui.present.times import local

DAYS = 7
"""So many days are shown one by one, today the first of them."""
DIGITS = 18
"""Of an instant as a place tells it: ``yyyyMMddHHmmssffff``, as in a run's id (spec 1.3)."""

Event = Run | Launch | Missed
Place = str
"""Where an event stands, and what tells it from all others: its instant in 18 digits, then its names.

As text, places sort as the engine sorts runs: by id, then by the job's key.
"""


def run_place(ref: RunRef) -> Place:
    """A run's place; one with an id of 14 digits stands where its second begins."""
    kind, name = ref.job.key
    return f"{ref.run:0<18} {kind} {name} {ref.run}"


def launch_place(launch: Launch) -> Place:
    """A launch's place."""
    return f"{_digits(launch.started)} {launch.pid}"


def missed_place(missed: Missed) -> Place:
    """Where a stretch of missed instants stands: at its last one; it moves when the stretch grows."""
    return f"{_digits(missed.latest)} ! {_digits(missed.first)}"


def place_of(event: Event) -> Place:
    """The place of any of them."""
    match event:
        case Run(ref=ref):
            return run_place(ref)
        case Launch():
            return launch_place(event)
        case Missed():
            return missed_place(event)


def outcome_of(event: Event) -> Outcome | None:
    """The cell in a strip of results; None for what was missed."""
    match event:
        case Run():
            return run_outcome(event)
        case Launch():
            return launch_outcome(event)
        case Missed():
            return None


def job_of(event: Event) -> JobId | None:
    """The job that a run names; the others are those of one job alone."""
    return event.ref.job if isinstance(event, Run) else None


def branches(events: Mapping[Place, Event]) -> dict[Place, str]:
    """The branch before each row of a group; ``events``: newest first. A chain stands where it began."""
    runs = {place: event for place, event in events.items() if isinstance(event, Run) and event.origin}
    places = {event.ref: place for place, event in events.items() if isinstance(event, Run)} if runs else {}
    return draw(events, parents(places, runs))


class Span(StrEnum):
    """How long a time a group stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class GroupName(NamedTuple):
    """One group: how long it is, and the first day it could have."""

    span: Span
    first: date

    @property
    def key(self) -> str:
        """What tells it from rows that are events: those begin with a digit."""
        return f"{self.span} {self.first.isoformat()}"


def group_name(day: date, today: date) -> GroupName:
    """Where a day belongs: the last seven are days, the rest of this month weeks, what is older months."""
    if (today - day).days < DAYS:
        return GroupName(Span.DAY, day)
    if (day.year, day.month) == (today.year, today.month):
        return GroupName(Span.WEEK, day - timedelta(days=day.weekday()))
    return GroupName(Span.MONTH, day.replace(day=1))


class Group:
    """The events of one day, week or month."""

    def __init__(self, name: GroupName) -> None:
        self.name = name
        self.places: list[Place] = []
        """Newest first."""
        self._tally: Counter[Outcome | None] | None = None
        self._branches: dict[Place, str] | None = None

    def touch(self) -> None:
        """What is in it has changed."""
        self._tally = None
        self._branches = None

    def branches(self, events: dict[Place, Event]) -> dict[Place, str]:
        """Its rows top to bottom, each with the branch before it: what follows from a run stands under it."""
        if self._branches is None:
            self._branches = branches({place: events[place] for place in self.places})
        return self._branches

    def tally(self, events: dict[Place, Event]) -> Counter[Outcome | None]:
        """How many ended how; under None, how many scheduled instants were missed."""
        if self._tally is None:
            self._tally = Counter()
            for place in self.places:
                event = events[place]
                self._tally[outcome_of(event)] += event.count if isinstance(event, Missed) else 1
        return self._tally


class Timeline:
    """Events in groups. It costs what is put in, not what is there, but for the groups that change.

    What follows from a run is in that run's group, so that a chain stays one tree past midnight.
    """

    def __init__(self, today: date, events: Iterable[Event] = ()) -> None:
        self.today = today
        self.events: dict[Place, Event] = {}
        self._groups: dict[GroupName, Group] = {}
        self._days: dict[str, Group] = {}
        self._order: list[Group] | None = None
        self._elsewhere: dict[Place, Group] = {}
        """The group of what follows from a run of another day."""
        self._followers: dict[Place, list[Place]] = {}
        """A run, there or not, and what follows from it."""
        self.put(events)

    def __len__(self) -> int:
        return len(self.events)

    @property
    def groups(self) -> list[Group]:
        """Newest first."""
        if self._order is None:
            self._order = sorted(self._groups.values(), key=lambda group: group.name.first, reverse=True)
        return self._order

    def group_at(self, place: Place) -> Group:
        """The group in which a place is, or would be."""
        return self._elsewhere.get(place) or self._group_of_day(place)

    def put(self, events: Iterable[Event]) -> None:
        """Add events, or replace those that are there."""
        unsorted = set()
        for event in events:
            place = place_of(event)
            is_new = place not in self.events
            self.events[place] = event
            if not is_new:
                self.group_at(place).touch()
                continue
            if (over := _place_over(event)) is not None:
                self._followers.setdefault(over, []).append(place)
            unsorted.add(self._settle(place))
            unsorted |= self._move_followers(place)
        for group in unsorted:
            # Pages and news are sorted already, and two sorted stretches are merged in one pass.
            group.places.sort(reverse=True)

    def drop(self, place: Place) -> None:
        """Take an event out, if it is there."""
        event = self.events.pop(place, None)
        if event is None:
            return
        if (over := _place_over(event)) is not None:
            self._followers[over].remove(place)
        self._leave(place)
        for group in self._move_followers(place):
            group.places.sort(reverse=True)

    def _settle(self, place: Place) -> Group:
        """Put an event into its group: that of the run it followed where that is there, else of its day."""
        day = group = self._group_of_day(place)
        over = _place_over(self.events[place])
        if over is not None and over in self.events:
            group = self.group_at(over)
        if group is not day:
            self._elsewhere[place] = group
            self._forget_if_empty(day)
        group.places.append(place)
        group.touch()
        return group

    def _leave(self, place: Place) -> None:
        group = self.group_at(place)
        self._elsewhere.pop(place, None)
        group.places.remove(place)
        group.touch()
        self._forget_if_empty(group)

    def _move_followers(self, place: Place) -> set[Group]:
        """A run came or went, and what follows from it goes with it; the groups that took something in."""
        taken: set[Group] = set()
        waiting = [place]
        while waiting:
            for each in self._followers.get(waiting.pop(), ()):
                self._leave(each)
                taken.add(self._settle(each))
                waiting.append(each)
        return taken

    def _group_of_day(self, place: Place) -> Group:
        digits = place[:8]
        group = self._days.get(digits)
        if group is None:
            name = group_name(_day(digits), self.today)
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = Group(name)
                self._order = None
            self._days[digits] = group
        return group

    def _forget_if_empty(self, group: Group) -> None:
        if not group.places and self._groups.get(group.name) is group:
            del self._groups[group.name]
            self._days = {day: other for day, other in self._days.items() if other is not group}
            self._order = None

    def newest_first(self) -> Iterator[Place]:
        """Every place, as the rows are: what follows from a run stands under it, all else newest first."""
        for group in self.groups:
            yield from group.branches(self.events)


def _place_over(event: Event) -> Place | None:
    """Where the run stands that this one followed, there or not; a later one it cannot have followed."""
    if not isinstance(event, Run) or event.origin is None:
        return None
    over = run_place(event.origin)
    return over if over < place_of(event) else None


def _digits(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:DIGITS]


def _day(digits: str) -> date:
    """The day of a place as it is shown. An id need not be a date; then it is the first day there is."""
    try:
        day = datetime(int(digits[:4]), int(digits[4:6]), int(digits[6:8]), tzinfo=UTC)
        at = day + timedelta(hours=int(digits[8:10] or 0), minutes=int(digits[10:12] or 0))
        return local(at).date()
    except (ValueError, OverflowError):
        return date.min
