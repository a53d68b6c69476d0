"""Whose turn it is among starts that wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from wjtui.model.starts import Waiting


class Head(NamedTuple):
    """The first waiting start of a job, and what it depends on."""

    waiting: Waiting
    priority: int = 0
    lock: str = ""
    obstacle: str = ""
    """Why no run of the job can begin at all, or now; empty: nothing of the job is in the way."""


class Verdict(NamedTuple):
    """What becomes of a start now."""

    waiting: Waiting
    reason: str
    """Why it waits on; empty: it begins."""


def decide(
    heads: Iterable[Head], locks: Mapping[str, str], going: int, cap: int, now: datetime
) -> list[Verdict]:
    """Which starts begin now: by priority, then by age, as far as locks and ``cap`` allow.

    ``locks``: lock -> name of the job that holds it. ``going``: runs there are. ``cap``: the most there may
    be; 0: as many as there are jobs.
    """
    held = dict(locks)
    verdicts = []
    for head in sorted(heads, key=lambda head: (-head.priority, head.waiting.asked, head.waiting.id)):
        reason = head.obstacle or _too_early(head.waiting, now) or why_not(head.lock, held, going, cap)
        if not reason:
            going += 1
            if head.lock:
                held[head.lock] = head.waiting.job.name
        verdicts.append(Verdict(head.waiting, reason))
    return verdicts


def why_not(lock: str, locks: Mapping[str, str], going: int, cap: int) -> str:
    """Why no run may begin although its job is free; empty: it may."""
    if lock and lock in locks:
        return f"'{locks[lock]}' holds the lock '{lock}'"
    if cap and going >= cap:
        return "1 run is going, the most" if cap == 1 else f"{going} runs are going, the most"
    return ""


def _too_early(waiting: Waiting, now: datetime) -> str:
    if waiting.due is None or waiting.due <= now:
        return ""
    return "its retry is not due yet"
