"""Chains: a run, its retries and the runs of other jobs that follow, as the branches of a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wjtui.model.runs import Run, RunRef

_DEEPEST = 4
"""Levels that are indented: a longer chain goes on in the last of them."""


def parents(places: Mapping[RunRef, str], runs: Mapping[str, Run]) -> dict[str, str]:
    """Under which row each run stands; absent: under none, since what it followed is not shown.

    ``places``: where each run that is shown stands, as a text that sorts by time; ``runs``: those that
    followed another one. Retries stand side by side under the first try, each of them being the origin of
    the next. What claims to follow a later run stands alone: so no chain bites its tail.
    """
    found: dict[str, str] = {}
    for place, run in runs.items():
        over = _place(places, run)
        while over is not None and _are_retries(run, runs.get(over)):
            higher = _place(places, runs[over])
            if higher is None or higher >= over:
                break
            over = higher
        if over is not None and over < place:
            found[place] = over
    return found


def draw(places: Iterable[str], over: Mapping[str, str]) -> dict[str, str]:
    """The rows in the order of the tree, each with the branch before it.

    ``places``: newest first, which is how those stand that follow from nothing; what follows stands under
    its run oldest first, as it happened.
    """
    below: dict[str, list[str]] = {}
    tops = []
    for place in places:
        if place in over:
            below.setdefault(over[place], []).append(place)
        else:
            tops.append(place)
    drawn: dict[str, str] = {}
    waiting = [(place, "", place == tops[-1], 0) for place in reversed(tops)]
    while waiting:
        place, before, is_last, depth = waiting.pop()
        drawn[place] = before + ("└ " if is_last else "├ ")
        inner = before + ("  " if is_last else "│ ") if depth < _DEEPEST else before
        # Newest first, so that the oldest one is taken next.
        waiting += [(each, inner, not at, depth + 1) for at, each in enumerate(below.get(place, ()))]
    return drawn


def _place(places: Mapping[RunRef, str], run: Run) -> str | None:
    """Where the run stands that this one followed."""
    return places.get(run.origin) if run.origin is not None else None


def _are_retries(run: Run, other: Run | None) -> bool:
    """Whether both are retries of the same start."""
    return other is not None and min(run.attempt, other.attempt) > 0 and run.ref.job.key == other.ref.job.key
