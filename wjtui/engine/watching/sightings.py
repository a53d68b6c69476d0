"""Sightings: which files were seen as they are, and since when. Times are monotonic seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Mark(NamedTuple):
    """What tells that a file is as it was."""

    mtime_ns: int
    size: int


class Sighting(NamedTuple):
    """A file as it has been since an instant."""

    mark: Mark
    since: float


Seen = Mapping[str, Sighting]
"""By name."""


def sight(found: Mapping[str, Mark], before: Seen, now: float) -> dict[str, Sighting]:
    """What a look has found, beside what the look before it had.

    How old a file is says nothing of whether it is still written: the clock of a file server may be another
    one, and a copy that keeps times sets them at its end. So it is quiet once two looks have seen the same.
    """
    return {
        name: known if (known := before.get(name)) is not None and known.mark == mark else Sighting(mark, now)
        for name, mark in found.items()
    }


def is_quiet(sighting: Sighting, quiet: float, now: float) -> bool:
    """Whether the file has not changed for ``quiet`` seconds."""
    return now - sighting.since >= quiet
