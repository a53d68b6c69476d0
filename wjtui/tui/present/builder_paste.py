"""What is pasted into the schedule builder as a whole: an expression, another scheduler's, or an object."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.cron import parse
from wjtui.schedule.fields import shown, split
from wjtui.settings.lenient import NotJson, read_lenient
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedule_draft import ScheduleDraft

_LEAST_WORDS = 5
"""A crontab's line has so many fields; fewer are pasted into the middle of what is there."""
_LONGEST = 4000
_LONGEST_LINE = 500


class Pasted(NamedTuple):
    """What it was taken for."""

    draft: ScheduleDraft | None
    """None: it is no schedule of any kind."""
    note: str = ""
    """One sentence on what was made of it; empty: it was taken as it is."""


def is_whole(text: str) -> bool:
    """Whether a pasted text takes the place of the whole schedule, wherever the cursor is."""
    line = first_line(text)
    return line.startswith(("{", "@")) or len(split(line)) >= _LEAST_WORDS


def first_line(text: str) -> str:
    """The first line that has something in it, fit for a field."""
    return next((plain(line).strip() for line in text[:_LONGEST].splitlines() if line.strip()), "")[
        :_LONGEST_LINE
    ]


def read_pasted(text: str) -> Pasted:
    """What a whole text means; what is meant by one of other schedulers is taken for it, with a note."""
    if text.lstrip().startswith("{"):
        return _read_object(text[:_LONGEST])
    line = first_line(text)
    try:
        parse(line)
    except InvalidSchedule as error:
        if error.meant is None:
            return Pasted(ScheduleDraft(line))
        return Pasted(ScheduleDraft(error.meant), _turned(line, error.meant))
    return Pasted(ScheduleDraft(line))


def _read_object(text: str) -> Pasted:
    try:
        found = read_lenient(text)
    except NotJson as error:
        return Pasted(None, f"What was pasted is no JSON: {plain(error.reason)}.")
    if not isinstance(found, dict):
        return Pasted(None, "What was pasted is no schedule.")
    if "kind" in found:
        return Pasted(ScheduleDraft(None, found), "The recurrence was taken from what was pasted.")
    schedule, recurrence, zone = (found.get(key) for key in ("schedule", "recurrence", "time_zone"))
    own_zone = zone if isinstance(zone, str) else None
    if isinstance(schedule, str):
        inner = read_pasted(schedule) if not schedule.lstrip().startswith("{") else Pasted(None)
        if inner.draft is not None:
            note = inner.note or "'schedule' was taken from what was pasted."
            return Pasted(inner.draft._replace(time_zone=own_zone), note)
    if isinstance(recurrence, dict):
        draft = ScheduleDraft(None, recurrence, own_zone)
        return Pasted(draft, "'recurrence' was taken from what was pasted.")
    return Pasted(None, "What was pasted has neither 'schedule' nor 'recurrence'.")


def _turned(line: str, meant: str) -> str:
    note = f"'{shown(line)}' was turned into '{meant}'."
    words = [word.text for word in split(line)]
    if len(words) == _LEAST_WORDS and "*" not in (words[2], words[4]):
        note += " Day and day-of-week must both match, as a crontab has it not."
    return note
