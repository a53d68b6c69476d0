"""The question of who leaves while something runs or is scheduled; pure."""

from __future__ import annotations

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import coming
from wjtui.tui.screens.question import CANCEL, Answer
from wjtui.tui.store import Store

_LISTED = 6
"""Jobs that the question names before it says how many more there are."""


def leave_question(store: Store, *, in_process: bool, again: str) -> tuple[list[Line], list[Answer]]:
    """What to say and to offer to somebody who leaves an engine that this screen brought."""
    running = sorted(plain(job.id.name) for job in store.jobs.values() if job.live)
    scheduled = sum(coming(job) is not None for job in store.jobs.values())
    pid = store.engine.pid if store.engine is not None else 0
    stays = "This process can go on unseen" if in_process else f"The engine (pid {pid}) can go on"
    work = f"{_number(len(running), 'job runs', 'jobs run')}, {_number(scheduled, 'is', 'are')} scheduled"
    lines: list[Line] = [(Piece(f"{stays}: {work}."),), *_names(running)]
    if store.ends:
        lines.append((Piece(store.ends, Ink.WARNING),))
    lines.append((Piece("Open the screen again with: ", Ink.DIM), Piece(again, Ink.KEY)))
    answers = [Answer("leave", "Leave it running", "l")]
    if not store.read_only:
        answers.append(Answer("stop", "Stop all jobs and the engine", "s", dangerous=True))
    return lines, [*answers, Answer(CANCEL, "Cancel", "c")]


def shut_down_question(store: Store) -> tuple[list[Line], list[Answer]]:
    """What to say to somebody who wants the engine to stop."""
    running = sorted(plain(job.id.name) for job in store.jobs.values() if job.live)
    scheduled = sum(coming(job) is not None for job in store.jobs.values())
    stops = f"{_number(len(running), 'job runs and is', 'jobs run and are')} asked to end"
    lines: list[Line] = [
        (Piece(f"{stops}; {_number(scheduled, 'schedule starts', 'schedules start')} nothing any more."),),
        *_names(running),
        (Piece("Whoever else looks at this engine loses it, too.", Ink.DIM),),
    ]
    return lines, [
        Answer(CANCEL, "Keep it running", "k"),
        Answer("stop", "Stop all jobs and the engine", "s", dangerous=True),
    ]


def _names(running: list[str]) -> list[Line]:
    """Which jobs run, as far as there is room for them."""
    if not running:
        return []
    more = f" and {len(running) - _LISTED} more" if len(running) > _LISTED else ""
    return [(Piece("Running: ", Ink.DIM), Piece(", ".join(running[:_LISTED]) + more))]


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
