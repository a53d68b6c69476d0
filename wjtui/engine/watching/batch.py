"""Batches: which changed files one start is for; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wjtui.engine.watching.sightings import Mark, Seen, is_quiet

LONGEST_WAIT = 60.0
"""Seconds that a quiet file waits for others: one that never rests must not keep the rest from being run."""

Known = Mapping[str, Mark]
"""What was there when a start was last decided, by name."""


def due_batch(seen: Seen, known: Known, quiet: float, now: float) -> frozenset[str]:
    """The files that a start is due for; none while some still change, so that a copy of many starts once."""
    changed = {name: each for name, each in seen.items() if known.get(name) != each.mark}
    rested = {name: each for name, each in changed.items() if is_quiet(each, quiet, now)}
    if not rested:
        return frozenset()
    longest = max(now - each.since for each in rested.values())
    return (
        frozenset(rested) if len(rested) == len(changed) or longest >= quiet + LONGEST_WAIT else frozenset()
    )


def newest(names: Collection[str], seen: Seen) -> str:
    """The one that was written last; of several at one instant the last by name."""
    return max(names, key=lambda name: (seen[name].mark.mtime_ns, name))


def after_start(seen: Seen, known: Known, names: Collection[str]) -> dict[str, Mark]:
    """What is known once a start was decided for ``names``: files that are gone are forgotten."""
    return {name: each.mark for name, each in seen.items() if name in names} | {
        name: mark for name, mark in known.items() if name in seen and name not in names
    }
