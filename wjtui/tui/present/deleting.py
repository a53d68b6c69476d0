"""What is said before jobs are deleted, and what has to be typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from wjtui.model.jobs import Busy, Job
from wjtui.schedule.lists import counted
from wjtui.tui.present.bulk import bulk_question
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.times import file_size

_TYPED_AT_MOST = 63
"""Characters of a name that a person may have to type; the rule for new names has the same (spec 9.1)."""
_WORDS = 60


class Holding(NamedTuple):
    """What goes with a job."""

    files: int
    size: int
    """Bytes of its files."""
    runs: int
    more: bool = False
    """Whether there are more runs than were counted."""
    logs: int = 0
    """Bytes of their logs, as far as is known."""


def wanted(jobs: Sequence[Job]) -> str:
    """What has to be typed: the name, or for several what is to be done, ``delete 3 jobs``.

    A name that a keyboard cannot give, or a very long one, is replaced by ``delete``.
    """
    if len(jobs) != 1:
        return f"delete {len(jobs)} jobs"
    name = jobs[0].id.name
    typeable = name == plain(name) == name.strip() and cell_len(name) <= _TYPED_AT_MOST
    return name if typeable else "delete"


def matches(typed: str, jobs: Sequence[Job]) -> bool:
    """Whether it was typed; capitals do not matter."""
    return " ".join(typed.casefold().split()) == " ".join(wanted(jobs).casefold().split())


def title(jobs: Sequence[Job]) -> str:
    """The question."""
    return f"Delete {plain(jobs[0].id.name)}?" if len(jobs) == 1 else f"Delete {len(jobs)} jobs?"


def question(
    jobs: Sequence[Job], left_out: int, holding: Holding | None, trouble: str, now: datetime, undo: str
) -> list[Line]:
    """What goes, what ends, and the way back. ``holding`` None: not counted yet, or ``trouble`` says why."""
    counts = (
        Piece(f"What they hold could not be counted: {plain(trouble)}", Ink.DIM)
        if trouble
        else Piece("Counting files and runs…", Ink.DIM)
        if holding is None
        else Piece(_counts(holding))
    )
    if len(jobs) == 1:
        lines: list[Line] = [(counts,), *_ends(jobs[0])]
        back = f"It goes to the trash for 7 days ({undo} undoes)."
    else:
        lines = [*bulk_question(jobs, left_out, now), (counts,)]
        back = f"They go to the trash for 7 days ({undo} brings them back, one after the other)."
    return [*lines, (Piece(back, Ink.DIM),)]


def _counts(holding: Holding) -> str:
    runs = f"{holding.runs} or more runs" if holding.more else counted(holding.runs, "run")
    logs = f", {file_size(holding.logs)} of logs" if holding.logs else ""
    return f"{counted(holding.files, 'file')}, {file_size(holding.size)}, {runs}{logs}."


def _ends(job: Job) -> list[Line]:
    lines: list[Line] = []
    if job.live:
        what = "A run is in progress" if isinstance(job.phase, Busy) else "It runs"
        grace = job.settings.grace_seconds(job.id.type)
        lines.append((Piece(f"{what}: it is asked to end, and killed after {grace} s.", Ink.WARNING),))
    if job.schedule is not None:
        words = shorten(plain(job.schedule.words or job.schedule.text), _WORDS)
        lines.append((Piece(f"Its schedule ends with it: {words}.", Ink.WARNING),))
    if job.later is not None:
        lines.append((Piece("The start that was put off does not take place.", Ink.WARNING),))
    return lines
