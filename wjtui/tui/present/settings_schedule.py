"""What the schedule of a ``settings.job`` that is being edited means: in words, and when it is due."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.errors import InvalidSchedule
from wjtui.model.settings import JobSettings
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.reading import Rule, read_in_zone
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.words import never_reason
from wjtui.schedule.zones import pick_zone
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import local_moment, waiting


def schedule_says(settings: JobSettings, site_zone: str | None, now: datetime) -> Line:
    """Words and next run; nothing where there is no schedule, or one that cannot be read."""
    rule, zone_name = _rule(settings)
    if rule is None:
        return ()
    zone = pick_zone(zone_name, site_zone).zone
    try:
        reading = read_in_zone(rule, zone, now, seen=False)
    except InvalidSchedule:
        return ()
    pieces = [Piece(plain(reading.words))]
    if settings.run_mode == "on_demand" or not settings.enabled:
        why = "run_mode is on_demand" if settings.run_mode == "on_demand" else "enabled is no"
        return (*pieces, Piece(f" · off: {why}", Ink.WARNING))
    at = reading.timetable.next_after(now)
    if at is None:
        reason = never_reason(rule) if isinstance(rule, Cron) else None
        return (*pieces, Piece(f" · {reason or 'No run is ahead.'}", Ink.WARNING))
    return (*pieces, Piece(f" · next {local_moment(at, zone)} ({waiting(at, now)})", Ink.ACCENT))


def _rule(settings: JobSettings) -> tuple[Rule | None, str | None]:
    """The schedule, or else the recurrence, and the zone that it names."""
    raw = settings.raw.get("recurrence")
    try:
        if settings.schedule:
            return parse(settings.schedule), settings.time_zone
        if isinstance(raw, dict):
            recurrence = parse_recurrence(raw)
            return recurrence, recurrence.time_zone or settings.time_zone
    except InvalidSchedule:
        pass
    return None, None
