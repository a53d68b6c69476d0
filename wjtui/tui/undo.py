"""Undo: what was done last on this screen, and the way back from it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from wjtui.model.errors import (
    Conflict,
    JobNotFound,
    RunNotFound,
    TrashNotFound,
    VersionNotFound,
    WjtuiError,
)
from wjtui.model.identity import JobId
from wjtui.model.runs import RunRef

KEPT = 50


class Overtaken(Conflict):
    """A later change lies over the one that is to be taken back: numbers of versions only grow."""


class Undoable(NamedTuple):
    """One thing that was done, and can be taken back."""

    what: str
    """In words that end a sentence beginning with "Undo": ``the deletion of report``."""
    undo: Callable[[], Coroutine[Any, Any, str]]
    """Takes it back, and returns one sentence that says so. Raises WjtuiError."""
    jobs: tuple[JobId, ...] = ()
    """The jobs that it is about."""
    run: RunRef | None = None
    """The run that comes back."""
    entry: str = ""
    """What comes back from the trash, by its id there."""


class UndoStack:
    """The last things first, one at a time: what lies under a thing can rest on it."""

    def __init__(self) -> None:
        self._done: list[Undoable] = []
        self._going: Undoable | None = None
        self._missed: Undoable | None = None

    @property
    def next(self) -> Undoable | None:
        """What would be taken back."""
        return self._done[-1] if self._done else None

    @property
    def going(self) -> Undoable | None:
        """What is being taken back."""
        return self._going

    def put(self, done: Undoable) -> None:
        """Something was done."""
        self._done.append(done)
        del self._done[:-KEPT]

    def begin(self) -> Undoable | None:
        """What is to be taken back now; it stays here until it is. None: there is nothing."""
        self._going = self.next
        return self._going

    def end(self, done: Undoable, refusal: WjtuiError | None = None) -> bool:
        """It was taken back, or refused; False: it stays here, since it may succeed another time.

        A run, or a job, that is not there can still come back, so that is believed only the second time;
        a version or an entry of the trash cannot.
        """
        self._going = None
        before, self._missed = self._missed, None
        gone = refusal is None or isinstance(refusal, VersionNotFound | TrashNotFound | Overtaken)
        if isinstance(refusal, RunNotFound | JobNotFound):
            gone = before is done
            self._missed = None if gone else done
        if gone:
            self._done = [each for each in self._done if each is not done]
        return gone

    def forget(self, entry: str) -> None:
        """This entry of the trash has come back in another way."""
        self._done = [each for each in self._done if each.entry != entry]
