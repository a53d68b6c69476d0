"""What is typed as the time of a put-off start: the instant it means, or why it means none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from wjtui.model.errors import InvalidRequest
from wjtui.schedule.moments import parse_moment
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.schedules import waiting, zone_name

EXAMPLES = "in 30m · 02:00 · 2026-11-22 02:00"
_LONGEST = timedelta(days=3650)
"""Further away than ten years nothing can be put off."""


class Reading(NamedTuple):
    """What stands under the field."""

    at: datetime | None
    """None: no start can be put off to that."""
    line: Line


def read_later(text: str, now: datetime, zone: tzinfo) -> Reading:
    """What ``text`` means; wall times are those of ``zone``."""
    if not text.strip():
        return Reading(None, (Piece("When? A delay, a time of day, or a date and time.", Ink.DIM),))
    try:
        at = parse_moment(text, now, zone)
    except InvalidRequest as error:
        return Reading(None, (Piece(error.message, Ink.FAILED),))
    if at <= now:
        return Reading(None, (Piece(f"{_day_and_time(at, zone, now)} is over.", Ink.FAILED),))
    if at - now > _LONGEST:
        return Reading(None, (Piece("That is more than ten years away.", Ink.FAILED),))
    pieces = [Piece(_day_and_time(at, zone, now), Ink.STRONG), Piece(f", {waiting(at, now)}", Ink.ACCENT)]
    if at.astimezone(zone).utcoffset() != UTC.utcoffset(None):
        pieces.append(Piece(f"  ({at:%H:%M:%S} UTC)", Ink.DIM))
    return Reading(at, tuple(pieces))


def _day_and_time(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``Sun 22 Nov 02:00:00 Europe/Berlin``, with the year where it is another one."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M:%S} {zone_name(zone)}"
