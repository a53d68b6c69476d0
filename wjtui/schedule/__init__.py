"""When jobs run: expressions, zones, recurrences and what is due; no tasks, no input, no output.

``parse`` reads an NCrontab expression into a ``Cron``, ``describe`` says it in English, ``never_reason`` says
why it never fires, and ``next_occurrence`` is the short way from text and time to the next time.
"""

from __future__ import annotations

from datetime import datetime

from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.words import describe, never_reason

__all__ = ["Cron", "describe", "never_reason", "next_occurrence", "parse"]


def next_occurrence(expression: str, after: datetime) -> datetime | None:
    """The first time strictly after ``after`` at which ``expression`` fires; None: never (31 February).

    Both times are wall times without a zone; a fraction of a second in ``after`` does not count (spec 7.3).
    Raises InvalidSchedule where the expression is none, and ValueError where ``after`` has a zone.
    """
    return parse(expression).next_after(after)
