"""A file of one job's schedule that cannot be read: set aside, and told of (R14)."""

from __future__ import annotations

from pathlib import Path

from wjtui.engine.damage import Aside
from wjtui.engine.rooms import Rooms
from wjtui.model.events import Tone
from wjtui.model.identity import JobId


def set_aside(rooms: Rooms, path: Path, job: JobId) -> None:
    """Rename it, and say so; what cannot be renamed is logged."""
    aside = Aside(rooms.clock.now())
    aside.put(path, job)
    aside.tell(lambda text, of: rooms.state.raise_notice(text, Tone.WARNING, of, "damaged"))
