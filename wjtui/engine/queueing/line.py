"""Line: the starts of one job that wait, the first one first."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from wjtui.model.runs import RunId
from wjtui.model.settings import Retry
from wjtui.model.starts import Hold, Start, Waiting


class Line:
    """What waits of one job."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self._dues: dict[RunId, datetime] = {}
        self.beginning: Start | None = None
        """What is being started now."""
        self.unwritten: set[RunId] = set()
        """Starts whose files are being written."""
        self.again: datetime | None = None
        """When the first one is tried again, after something was in its way."""
        self.trouble = ""
        """What that was."""

    def __contains__(self, run: object) -> bool:
        """Whether the start that will be called so waits."""
        return any(waiting.id == run for waiting in self.waiting)

    def head(self, now: datetime) -> Waiting:
        """Whose turn it is: the first one, but that a retry which is not due holds up nobody."""
        for waiting in self.waiting:
            if waiting.id not in self._dues or self._dues[waiting.id] <= now:
                return waiting
        return min(self.waiting, key=lambda waiting: self._dues[waiting.id])

    def wakes_at(self, now: datetime) -> datetime | None:
        """When something may begin by time alone; None: nothing does."""
        times = [*self._dues.values(), *([self.again] if self.again is not None and self.waiting else [])]
        return min((at for at in times if at > now), default=None)

    def ahead_of(self, start: Start) -> list[Waiting]:
        """What begins before a start that comes now: a retry does not hold up a new run."""
        return [waiting for waiting in self.waiting if start.attempt or not waiting.start.attempt]

    def overtaken_by(self, start: Start) -> list[Waiting]:
        """The retries in whose place a start comes; none where it is a retry itself."""
        return [waiting for waiting in self.waiting if waiting.start.attempt and not start.attempt]

    def last_id(self, due: datetime | None) -> list[RunId]:
        """The id behind which that of one more start has to be, if there is one.

        Ids tell the time of a start: one that can begin now does not stand behind a retry of tomorrow.
        """
        if due is not None:
            return [max(waiting.id for waiting in self.waiting)] if self.waiting else []
        at_once = (waiting.id for waiting in reversed(self.waiting) if waiting.id not in self._dues)
        return [*islice(at_once, 1)]

    def add(self, waiting: Waiting) -> None:
        """One more, at the end."""
        self.waiting.append(waiting)
        if waiting.due is not None:
            self._dues[waiting.id] = waiting.due

    def remove(self, run: RunId) -> bool:
        """Take one out; whether it was there."""
        for at, waiting in enumerate(self.waiting):
            if waiting.id == run:
                del self.waiting[at]
                self._dues.pop(run, None)
                return True
        return False

    def put_off(self, trouble: str, until: datetime) -> None:
        """The first one could not begin."""
        self.trouble, self.again = trouble, until

    def hold(self, now: datetime, reason: str, retry: Retry | None) -> Hold | None:
        """What its job's row shows; None: nothing."""
        if not self.waiting:
            return None
        head = self.head(now)
        attempt = head.start.attempt
        count = max(attempt, retry.count) if attempt and retry is not None else attempt
        return Hold(len(self.waiting), reason, head.due, attempt, count)
