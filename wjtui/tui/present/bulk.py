"""What a question about several jobs says: each by name, and what it does now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wjtui.model.jobs import Job
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain
from wjtui.tui.present.status import status

_NAMED = 10
_NAME = 24


def bulk_question(jobs: Sequence[Job], left_out: int, now: datetime) -> list[Line]:
    """A line a job, and how many of the marked ones are left out because it cannot be done to them."""
    lines: list[Line] = []
    for job in jobs[:_NAMED]:
        shown = status(job, now)
        grace = f", {job.settings.grace_seconds(job.id.type)} s to end by itself" if job.live else ""
        lines.append(
            (
                Piece(f"{fit(plain(job.id.name), _NAME)} ", Ink.STRONG),
                Piece(f"{shown.glyph} {shown.word}", shown.ink),
                Piece(grace, Ink.DIM),
            )
        )
    if len(jobs) > _NAMED:
        lines.append((Piece(f"and {len(jobs) - _NAMED} more", Ink.DIM),))
    if left_out:
        lines.append(
            (Piece(f"{left_out} of the marked ones are left out: it does not apply to them.", Ink.DIM),)
        )
    return lines
