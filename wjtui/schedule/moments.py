"""Instants and spans of time as people write them: on the command line, in a dialog; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from wjtui.model.errors import InvalidRequest
from wjtui.schedule.fields import shown
from wjtui.schedule.recurrence_file import FIRST_YEAR, LAST_YEAR
from wjtui.schedule.wall import instants_of, wall_time

_DAY = timedelta(days=1)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_AFTER = re.compile(r"(?:in\s+|\+\s*)(.*)", re.IGNORECASE | re.DOTALL)
_TIMES = "write in 30m, 02:00 or 2026-11-22 02:00"
_SPAN = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")


def read_moment(text: str, zone: tzinfo, now: datetime, option: str) -> datetime:
    """The instant in UTC that ``text`` means; without a zone of its own it is a wall time of ``zone``.

    A time of day alone is the next such time after ``now``. Raises InvalidRequest, which names ``option``.
    """
    written = text.strip()
    try:
        if found := _CLOCK.fullmatch(written):
            hour, minute, second = (int(number or 0) for number in found.groups())
            return _next(time(hour, minute, second), zone, now)
        at = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidRequest(
            f"{option} is '{shown(text)}', allowed is a date and time such as 2027-03-01T09:00, with or"
            " without a zone (Z, +01:00), or a time of day such as 09:00, which means the next one."
        ) from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InvalidRequest(
            f"{option} is '{shown(text)}', allowed are the years {FIRST_YEAR} to {LAST_YEAR}, for example"
            " 2027-03-01T09:00."
        )
    return at.astimezone(UTC) if at.tzinfo is not None else instants_of(at, zone, both_passes=False)[0]


def read_span(text: str, option: str) -> timedelta:
    """The span that ``text`` means: ``90s``, ``30m``, ``1h30m``, ``1d``.

    Raises InvalidRequest, which names ``option``.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups()) if found else (0, 0, 0, 0)
    try:
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        span = timedelta.max
    if not timedelta(0) < span <= (LAST_YEAR - FIRST_YEAR) * 365 * _DAY:
        raise InvalidRequest(
            f"{option} is '{shown(text)}', allowed are days, hours, minutes and seconds, in this order and as"
            " whole numbers, for example 90s, 30m, 1h30m or 1d."
        )
    return span


def parse_moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant in UTC that ``text`` means: ``in 30m``, ``02:00``, ``2026-11-22 02:00``.

    One that is over is as good as any other here. Raises InvalidRequest, with a sentence for a dialog.
    """
    written = text.strip()
    if found := _AFTER.fullmatch(written):
        return now + parse_delay(found[1])
    if _SPAN.fullmatch(written.lower()) and written:
        return now + parse_delay(written)
    try:
        return read_moment(written, zone, now, "The time")
    except InvalidRequest:
        raise InvalidRequest(f"{_quoted(written)} is no time: {_TIMES}.") from None


def parse_delay(text: str) -> timedelta:
    """The span that ``text`` means, as ``read_span`` knows it. Raises InvalidRequest."""
    try:
        return read_span(text, "The delay")
    except InvalidRequest:
        raise InvalidRequest(f"{_quoted(text)} is no delay: write 90s, 30m, 1h30m or 1d.") from None


def _quoted(text: str) -> str:
    return f"'{shown(text.strip())}'" if text.strip() else "Nothing"


def _next(clock: time, zone: tzinfo, now: datetime) -> datetime:
    today = wall_time(now, zone).date()
    # The third day is for a zone that leaves out a whole day.
    days = (datetime.combine(today + number * _DAY, clock) for number in range(3))
    instants = [instants_of(wall, zone, both_passes=False)[0] for wall in days]
    return next((at for at in instants if at > now), instants[-1])
