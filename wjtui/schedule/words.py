"""An expression in plain English."""

from __future__ import annotations

from wjtui.schedule.cron import Cron
from wjtui.schedule.day_words import month_names, words_of_days
from wjtui.schedule.lists import listed, ordinal
from wjtui.schedule.time_words import words_of_times


def describe(cron: Cron) -> str:
    """What the expression means, without a full stop: ``At 09:00, Monday to Friday``.

    Says what the expression does rather than how it is written: a range that runs backwards reads the right
    way round.
    """
    seconds, minutes, hours, days, months, weekdays = cron.fields
    if cron.never:
        return f"Never: {_missing(cron)}"
    times = words_of_times(seconds, minutes, hours)
    on = words_of_days(days, months, weekdays)
    # A bare time of day leaves open on which days, "every 5 minutes" or "past every hour" does not.
    bare = times.startswith("At ") and " past " not in times
    if bare and len(days) == 31 and len(weekdays) == 7:
        on = f"every day {on}".rstrip()
    return f"{times}, {on}" if on else times


def never_reason(cron: Cron) -> str | None:
    """Why the expression never fires, as a sentence; None: it does fire."""
    return f"The schedule '{cron.text.strip()}' never comes: {_missing(cron)}." if cron.never else None


def _missing(cron: Cron) -> str:
    _, _, _, days, months, _ = cron.fields
    return f"{month_names(months)} {'has' if len(months) == 1 else 'have'} no {listed(days, ordinal, 'or')}"
