"""HistoryBook: the events that are known, and the rows of those that are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from wjtui.model.runs import Launch, Run
from wjtui.model.schedules import Missed
from wjtui.tui.present.history import Event, Group, Place, Timeline, place_of
from wjtui.tui.present.history_filter import Filter, Switch, Test, switched
from wjtui.tui.present.history_totals import Totals

AT_MOST = 20_000
"""Events kept, some 20 MB; of more the oldest are left out."""
_OPEN_AT_FIRST = 12
"""So many events are in sight at first, where each day is not to be open."""


class HistoryBook:
    """What is folded is remembered by group, so nothing opens or closes because something else has come."""

    def __init__(self, today: date, *, all_open: bool = False, at_most: int = AT_MOST) -> None:
        """``all_open``: each group is open until somebody folds it."""
        self.all_open = all_open
        self.at_most = at_most
        self.switch = Switch.ALL
        self.filter = Filter()
        self.known: dict[Place, Event] = {}
        self.shown = Timeline(today)
        self.totals = Totals()
        """Of all that are known, whatever is filtered."""
        self._open: dict[str, bool] = {}

    @property
    def is_filtered(self) -> bool:
        """Whether some events are left out."""
        return bool(self.filter.tests) or self.switch is not Switch.ALL

    @property
    def is_full(self) -> bool:
        """Whether no older event is taken in."""
        return len(self.known) >= self.at_most

    def put(self, events: Iterable[Event]) -> None:
        """Take in what was read or told. News may be older than what is known: what has ended stays so."""
        wanted = []
        tests = self._tests()
        for event in events:
            place = place_of(event)
            before = self.known.get(place)
            if before == event or (has_ended(before) and not has_ended(event)):
                continue
            if before is not None:
                self.totals.take(place, before)
            self.totals.add(place, event)
            self.known[place] = event
            if all(test(event) for test in tests):
                wanted.append(event)
            else:
                self.shown.drop(place)
        self.shown.put(wanted)
        if len(self.known) > self.at_most:
            for place in sorted(self.known)[: len(self.known) - self.at_most]:
                self.drop(place)

    def drop(self, place: Place) -> None:
        """Forget an event."""
        if (event := self.known.pop(place, None)) is not None:
            self.totals.take(place, event)
            self.shown.drop(place)

    def replace_missed(self, stretches: Sequence[Missed]) -> None:
        """These are the stretches of missed instants; one that has grown has another place."""
        wanted = {place_of(one): one for one in stretches}
        for place in [place for place, event in self.known.items() if isinstance(event, Missed)]:
            if place not in wanted:
                self.drop(place)
        self.put(wanted.values())

    def ask_for(self, switch: Switch, words: Filter) -> None:
        """Show what these let through; each group is open where they leave something out."""
        self.switch, self.filter = switch, words
        self._open = {}
        self.show_anew(self.shown.today)

    def show_anew(self, today: date) -> None:
        """Choose and group anew: another day has begun, or what is slow is something else now."""
        tests = self._tests()
        events = self.known.values()
        self.shown = Timeline(today, [e for e in events if all(test(e) for test in tests)])

    def rows(self) -> list[str]:
        """The keys of the rows, top to bottom: groups, and the places of what is in those that are open."""
        rows: list[str] = []
        room = _OPEN_AT_FIRST
        for number, group in enumerate(self.shown.groups):
            key = group.name.key
            if key not in self._open:
                self._open[key] = self.all_open or self.is_filtered or not number or len(group.places) <= room
            rows.append(key)
            if self._open[key]:
                rows += group.branches(self.shown.events)
                room -= len(group.places)
        return rows

    def group(self, key: str) -> Group | None:
        """The group that a row stands for; None: it stands for something else, or is gone."""
        return next((group for group in self.shown.groups if group.name.key == key), None)

    def is_open(self, key: str) -> bool:
        """Whether what is in a group is listed."""
        return self._open.get(key, False)

    def fold(self, key: str, *, open: bool) -> None:
        """Open or close a group."""
        self._open[key] = open

    def reveal(self, place: Place) -> bool:
        """Open the group that an event is in; False when it is not among those shown."""
        if place not in self.shown.events:
            return False
        self._open[self.shown.group_at(place).name.key] = True
        return True

    def places(self) -> list[Place]:
        """Every event that is shown, folded or not, as the rows are."""
        return [*self.shown.newest_first()]

    def run_before(self, place: Place) -> Run | None:
        """The newest run that is older, whatever is filtered."""
        runs = (other for other, event in self.known.items() if isinstance(event, Run))
        found = self.known.get(max((other for other in runs if other < place), default=""))
        return found if isinstance(found, Run) else None

    def _tests(self) -> tuple[Test, ...]:
        slow = self.totals.percentile(95) if self.switch is Switch.SLOW else None
        chosen = switched(self.switch, slow)
        return (*self.filter.tests, chosen) if chosen is not None else self.filter.tests


def has_ended(event: Event | None) -> bool:
    """Whether nothing more can happen to it."""
    match event:
        case Run():
            return event.status.ended
        case Launch():
            return event.ended is not None
        case _:
            return False
