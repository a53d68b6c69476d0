"""The first line over runs, in parts: where one is, each step of which leads back, and the time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from wjtui.model.events import EngineInfo
from wjtui.model.jobs import Job
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.jobs import shown_status
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.times import clock

_WIDE, _WITH_ENGINE = 100, 110


class Crumb(NamedTuple):
    """A part of the line, and where a click on it leads: ``list``, ``job``, or nowhere."""

    line: Line
    place: str = ""


def runs_header(
    job: Job, now: datetime, width: int, pending: str | None, engine: EngineInfo | None
) -> list[Crumb]:
    """``wjtui › nightly-report › Runs``, and what the job does."""
    right = _right(now, width, engine)
    shown = shown_status(job, now, pending)
    tail = f"  {shown.glyph} {shown.word}"
    root = " wjtui › " if width >= _WIDE else " "
    what = " › Launches" if job.is_continuous else " › Runs"
    room = width - cell_len(root) - cell_len(what) - cell_len(tail) - cell_len(right) - 1
    name = shorten(plain(job.id.name), max(8, room))
    return _spread(
        [
            Crumb((Piece(root, Ink.ACCENT),), "list"),
            Crumb((Piece(name, Ink.STRONG),), "job"),
            Crumb((Piece(what, Ink.ACCENT), Piece(tail, shown.ink))),
        ],
        right,
        width,
    )


def dashboard_header(now: datetime, width: int, engine: EngineInfo | None, brief: str) -> list[Crumb]:
    """``wjtui › All runs``."""
    left = [
        Crumb((Piece(" wjtui", Ink.ACCENT),), "list"),
        Crumb((Piece(" › ", Ink.ACCENT), Piece("All runs", Ink.STRONG), Piece(f"   {brief}", Ink.DIM))),
    ]
    return _spread(left, _right(now, width, engine), width)


def _right(now: datetime, width: int, engine: EngineInfo | None) -> str:
    pid = f" engine pid {engine.pid} " if engine is not None and width >= _WITH_ENGINE else ""
    return next(
        (text for text in (f"{clock(now)} UTC {pid}", f"{clock(now)} ") if 2 * len(text) <= width), ""
    )


def _spread(left: list[Crumb], right: str, width: int) -> list[Crumb]:
    used = sum(cell_len(plain_text(crumb.line)) for crumb in left)
    return [*left, Crumb((Piece(" " * max(1, width - used - len(right))), Piece(right, Ink.DIM)))]
