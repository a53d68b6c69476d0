"""Command: one row of the table, and where its keys count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

_PART_OF_NAME = frozenset(("sort", "move", "pane"))
"""Groups without whose name the rest of an id says nothing."""

D = TypeVar("D")
"""The desk that can do it."""


class Where(StrEnum):
    """In which part of the screens a command's keys count."""

    EVERYWHERE = "everywhere"
    JOB = "job"
    """Wherever one job is chosen: in the list, in its log, among its runs."""
    LIST = "list"
    LOG = "log"
    RUNS = "runs"
    SCHEDULE = "schedule"
    VERSIONS = "versions"
    TRASH = "trash"
    WAITING = "waiting"


TOGETHER = (
    *(
        frozenset({Where.EVERYWHERE, Where.JOB, part})
        for part in (Where.LIST, Where.LOG, Where.RUNS, Where.SCHEDULE)
    ),
    *(frozenset({Where.EVERYWHERE, part}) for part in (Where.VERSIONS, Where.TRASH, Where.WAITING)),
)
"""Places whose keys count at the same time: within one of these no key may be claimed twice."""


class Section(StrEnum):
    """Under which heading help shows a command."""

    JOBS = "Jobs"
    RUNS = "Runs"
    LOG = "Log"
    MOVE = "Move"
    LEAVE = "Leaving"


class Step(StrEnum):
    """A movement in whichever pane has the focus."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half-up"
    HALF_DOWN = "half-down"
    PAGE_UP = "page-up"
    PAGE_DOWN = "page-down"
    FIRST = "first"
    LAST = "last"
    LEFT = "left"
    RIGHT = "right"

    def rows(self, page: int, whole: int) -> int:
        """So many rows down, or with a minus up: ``page`` on a page, ``whole`` in all; sideways none."""
        return {
            Step.UP: -1, Step.DOWN: 1, Step.HALF_UP: -(page // 2), Step.HALF_DOWN: page // 2,
            Step.PAGE_UP: -page, Step.PAGE_DOWN: page, Step.FIRST: -whole, Step.LAST: whole,
        }.get(self, 0)  # fmt: skip


def always(desk: Any) -> str | None:
    """Nothing forbids it."""
    return None


@dataclass(frozen=True)
class Command(Generic[D]):
    """One row of the table."""

    id: str
    keys: tuple[str, ...]
    title: str
    act: Callable[[D], None]
    section: Section
    where: Where
    why_not: Callable[[D], str | None] = always
    """Why it cannot be given now, in one sentence; None: it can."""
    footer: str = ""
    """The word in the footer; empty: not there."""
    says: Callable[[D], str] | None = None
    """The word in the footer as things stand; empty: not there now."""

    @property
    def name(self) -> str:
        """What the palette calls it, typed after a colon: ``stop``, ``engine-log``, ``sort-name``."""
        group, _, name = self.id.partition(".")
        return (f"{group}-{name}" if group in _PART_OF_NAME else name).replace("_", "-")

    def word(self, desk: D) -> str:
        """The word in the footer now; empty: it is not there."""
        return self.says(desk) if self.says is not None else self.footer
