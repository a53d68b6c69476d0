"""What a schedule that is being filled in means: in words, its next instants, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.cron import parse
from wjtui.schedule.fields import FIELDS, split
from wjtui.schedule.foreign import sunday_as_zero
from wjtui.schedule.reading import read_in_zone
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.words import never_reason
from wjtui.schedule.zones import UTC_ZONE, find_zone, zone_hint
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import waiting, zone_name
from wjtui.tui.present.wrap import wrap_all

_NEXT = 3


class Meaning(NamedTuple):
    """A schedule, read."""

    words: str = ""
    runs: tuple[datetime, ...] = ()
    """The next instants, UTC."""
    zone: str = "UTC"
    """In whose wall time it counts."""
    error: str = ""
    """What is wrong with the schedule; empty: nothing."""
    zone_error: str = ""
    """What is wrong with the zone."""
    warning: str = ""


def read_schedule(
    expression: str,
    recurrence: Mapping[str, Any] | None,
    time_zone: str,
    site_zone: str,
    now: datetime,
) -> Meaning:
    """What a recurrence, or where that is None an expression, means in its zone, from ``now`` on."""
    own = str(recurrence.get("time_zone") or time_zone) if recurrence else time_zone
    zone = find_zone(own) if own else find_zone(site_zone) or UTC_ZONE
    if zone is None:
        hint = zone_hint(own) or "write an IANA name, for example 'Europe/Berlin'."
        return Meaning(zone_error=f"'{plain(own[:60])}' is no time zone: {plain(hint)}")
    try:
        rule = parse_recurrence(dict(recurrence)) if recurrence else parse(expression)
        reading = read_in_zone(rule, zone, now, seen=False)
    except InvalidSchedule as error:
        return Meaning(zone=zone_name(zone), error=plain(error.message))
    runs: list[datetime] = []
    at = reading.timetable.next_after(now)
    while at is not None and len(runs) < _NEXT:
        runs.append(at)
        at = reading.timetable.next_after(at)
    warning = " ".join(reading.warnings)
    if not runs:
        never = never_reason(parse(expression)) if not recurrence else None
        warning = never or "No run is ahead."
    return Meaning(plain(reading.words), tuple(runs), zone_name(zone), warning=plain(warning))


def meaning_lines(meaning: Meaning, now: datetime, width: int) -> list[Line]:
    """The words, the next instants by the clocks of the zone, and how long until then."""
    lines: list[Line] = [
        (Piece("= ", Ink.DIM), Piece(meaning.words, Ink.STRONG), Piece(f"  {meaning.zone}", Ink.DIM))
    ]
    zone = find_zone(meaning.zone) or UTC_ZONE
    for number, at in enumerate(meaning.runs):
        head = "next  " if number == 0 else "      "
        shown = at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S")
        lines.append((Piece(head, Ink.DIM), Piece(shown), Piece(f"  {waiting(at, now)}", Ink.DIM)))
    if meaning.warning:
        lines.append((Piece(f"! {meaning.warning}", Ink.WARNING),))
    return wrap_all(lines, width, 2)


def six_of(expression: str) -> str | None:
    """The five fields of a crontab as the six of a schedule; None: they are no such fields."""
    words = [word.text for word in split(expression)]
    if len(words) != len(FIELDS) - 1:
        return None
    *others, weekday = words
    six = " ".join(("0", *others, sunday_as_zero(weekday) or weekday))
    try:
        parse(six)
    except InvalidSchedule:
        return None
    return six
