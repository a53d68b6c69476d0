"""What all runs of a history say together; kept up to date run by run."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from datetime import timedelta
from heapq import nlargest
from math import ceil

from wjtui.model.runs import Outcome, Run
from wjtui.tui.present.history import Event, Place, outcome_of
from wjtui.tui.present.history_filter import OUTCOMES, Switch, lasted
from wjtui.tui.present.run_words import Source, source_of


class Totals:
    """Counts, and how long runs take that end of their own."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._manual = 0
        self._lengths: list[timedelta] = []
        self._length_at: dict[Place, timedelta] = {}

    def add(self, place: Place, event: Event) -> None:
        """One more."""
        self._count(event, 1)
        if (length := lasted(event)) is not None:
            insort(self._lengths, length)
            self._length_at[place] = length

    def take(self, place: Place, event: Event) -> None:
        """One less: the same value that was added."""
        self._count(event, -1)
        if (length := self._length_at.pop(place, None)) is not None:
            del self._lengths[bisect_left(self._lengths, length)]

    @property
    def count(self) -> int:
        """Runs or launches."""
        return self._outcomes.total()

    @property
    def ok_percent(self) -> int | None:
        """Of those that have ended, cut to whole percent: 100 is all of them. None: none has ended."""
        ended = self.count - self._outcomes[Outcome.RUNNING]
        return 100 * self._outcomes[Outcome.OK] // ended if ended else None

    def percentile(self, percent: int) -> timedelta | None:
        """The duration that ``percent`` of the runs do not exceed (nearest rank); None: there are none."""
        rank = max(0, ceil(len(self._lengths) * percent / 100) - 1)
        return self._lengths[rank] if self._lengths else None

    def counted(self, switch: Switch) -> int:
        """How many a switch lets through."""
        if (outcome := OUTCOMES.get(switch)) is not None:
            return self._outcomes[outcome]
        if switch is Switch.MANUAL:
            return self._manual
        if switch is Switch.SLOW:
            slow = self.percentile(95)
            return len(self._lengths) - bisect_right(self._lengths, slow) if slow is not None else 0
        return self.count

    def latest(self, count: int) -> list[timedelta]:
        """How long so many of the newest took, oldest first."""
        return [self._length_at[place] for place in reversed(nlargest(count, self._length_at))]

    def _count(self, event: Event, by: int) -> None:
        if (outcome := outcome_of(event)) is not None:
            self._outcomes[outcome] += by
        if isinstance(event, Run) and source_of(event.trigger) is Source.MANUAL:
            self._manual += by
