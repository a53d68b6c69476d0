"""Instants and spans of time in words; instants in the zone that the person reads times in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_DAY = 86_400
_shown_in: tzinfo = UTC


def show_times_in(zone: tzinfo) -> None:
    """From now on instants are shown in this zone: once a sitting, before anything is shown.

    Of the process and not of a call, as the language of a program is: nothing on one screen may be in
    another zone than the rest.
    """
    global _shown_in
    _shown_in = zone


def local(at: datetime) -> datetime:
    """The instant as it is shown."""
    return at.astimezone(_shown_in)


def zone_word(at: datetime) -> str:
    """What the zone is called at that instant: ``UTC``, ``CET``."""
    return local(at).tzname() or "UTC"


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from ``start`` to ``end``; never negative, clocks of two hosts may differ."""
    return max(0, int((end - start).total_seconds()))


def span(seconds: float) -> str:
    """A duration: ``00:04:31``, from a day on ``3d 04:12``."""
    whole = max(0, int(seconds))
    if whole >= _DAY:
        days, rest = divmod(whole, _DAY)
        return f"{days}d {rest // 3600:02}:{rest % 3600 // 60:02}"
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


def age(at: datetime, now: datetime) -> str:
    """How long ago: ``42s ago``, ``12m ago``, ``3h12m ago``, ``20d ago``."""
    whole = seconds_between(at, now)
    if whole < 60:
        return f"{whole}s ago"
    if whole < 3600:
        return f"{whole // 60}m ago"
    if whole < _DAY:
        hours, minutes = whole // 3600, whole % 3600 // 60
        return f"{hours}h{minutes:02}m ago" if hours < 10 else f"{hours}h ago"
    return f"{whole // _DAY}d ago"


def countdown(due: datetime, now: datetime) -> str:
    """Time left until ``due``, rounded up so that it ends at zero when the time has come."""
    left = (due - now) / timedelta(seconds=1)
    if left <= 0:
        return "now"
    if left >= 10 * _DAY:
        return f"{left // _DAY:.0f}d {left % _DAY // 3600:02.0f}h"
    return span(-(-left // 1))


def clock(at: datetime) -> str:
    """The time of day."""
    return local(at).strftime("%H:%M:%S")


def stamp(at: datetime, now: datetime) -> str:
    """The time of day, with the date when it was another day."""
    at, now = local(at), local(now)
    return clock(at) if at.date() == now.date() else at.strftime("%m-%d %H:%M")


def second(at: datetime, now: datetime) -> str:
    """The time of day, with the whole date when it was another day."""
    at, now = local(at), local(now)
    return clock(at) if at.date() == now.date() else at.strftime("%Y-%m-%d %H:%M:%S")


def moment(at: datetime) -> str:
    """Date and time of day."""
    return f"{local(at):%Y-%m-%d %H:%M:%S} {zone_word(at)}"


def size(count: int) -> str:
    """Bytes for people: ``48M``, at most four characters up to a terabyte."""
    return _in_units(count, ("B", "K", "M", "G", "T"), "")


def file_size(count: int) -> str:
    """The same where there is room: ``182 KB``."""
    return _in_units(count, ("B", "KB", "MB", "GB", "TB"), " ")


def _in_units(count: int, units: tuple[str, ...], gap: str) -> str:
    value = float(count)
    for unit in units[:-1]:
        if value < 999.5:
            number = f"{value:.0f}" if value >= 9.95 or unit == "B" else f"{value:.1f}"
            return f"{number}{gap}{unit}"
        value /= 1024
    return f"{value:.1f}{gap}{units[-1]}"


def instant(at: datetime) -> str:
    """With milliseconds: ``2026-11-21 02:00:00.012 UTC``."""
    return f"{local(at):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} {zone_word(at)}"
