"""Where a job runs: the instances that know it, and what its process finds around itself."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.base import Value


class Instance(Value, frozen=True):
    """What one instance of a root says of a job, and whether it is to be believed."""

    name: str
    """``{iid}`` of spec 1: what the names of its files end in."""
    status: str
    """In words of spec 5.1, of spec 6.1 for a triggered job; empty: it holds the lock, and says no more."""
    since: datetime | None = None
    """When it said so."""
    mine: bool = False
    """Whether it is the engine that was asked."""
    holds_lock: bool = False
    """Whether it holds the singleton lock, or the run lock of a triggered job."""
    alive: bool | None = None
    """Whether its engine lives; None: it is none of wjtui's, which nobody can tell."""


class Workplace(Value, frozen=True):
    """What a job's process finds around itself: enough for a shell or a debugger beside it.

    It carries secrets, so it never goes into a log or an event, nor over anything but the Unix socket.
    """

    folder: str
    """The process's current folder: in the working copy of one that lives, else in the deployed folder."""
    command: tuple[str, ...]
    """The whole command line."""
    environment: dict[str, str]
    """All of it, but for the marks by which the engine finds and ends what a job has left behind."""
    secret: tuple[str, ...] = ()
    """Names in ``environment`` whose values are nobody's business, sorted."""
    pid: int | None = None
    """The process that lives; None: this is how one would be started."""

    def __repr__(self) -> str:
        """Without values: what is logged or fails an assertion must not tell them."""
        return f"Workplace({self.folder!r}, pid={self.pid}, {len(self.environment)} variables)"
