"""The builder's controls for a recurrence: the object that they make, and how they show one (spec 7.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from wjtui.model.errors import InvalidRequest, InvalidSchedule
from wjtui.schedule.moments import parse_moment
from wjtui.schedule.recurrence import Kind, Recurrence, Unit
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_object import occurrence_name, weekday_name
from wjtui.schedule.wall import instants_of, wall_time
from wjtui.tui.present.builder_answers import EVERY, ONCE, Answers
from wjtui.tui.present.builder_cron import Wrong

_NUMBER = re.compile(r"-?[0-9]{1,9}")


def object_of(answers: Answers, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """What the controls say, whether or not that is a recurrence: ``parse_recurrence`` knows what is wrong.

    Raises Wrong for a time that cannot be read. A time that is told by what the clock shows (``in 30m``) is
    reckoned from ``now``.
    """
    made: dict[str, Any] = {"kind": answers.kind}
    if answers.kind == EVERY:
        made |= {"unit": answers.unit, "n": _number(answers.n)}
    made["start"] = "now" if answers.start == "now" else _instant("start", answers.start_at, zone, now)
    if answers.kind == ONCE:
        return made
    if answers.end == "at":
        made["end"] = _instant("end", answers.end_at, zone, now)
    if answers.end == "after":
        made["count"] = _number(answers.times)
    made |= _day_lists(answers)
    if answers.unit in ("day", "week", "month"):
        times = {"hours": answers.clock_hours, "minutes": answers.clock_minutes}
        made |= {key: _numbers(text) for key, text in times.items() if text.strip()}
    return made


def with_recurrence(answers: Answers, raw: object) -> Answers:
    """The same with the controls set to what the object says; as they were where it is no recurrence."""
    try:
        found = parse_recurrence(raw)
    except InvalidSchedule:
        return answers
    start = "" if found.start is None else _shown_moment(found.start)
    answers = answers._replace(kind=found.kind.value, start="at" if start else "now", start_at=start)
    if found.kind is Kind.ONCE:
        return answers
    return _show_days(_show_end(answers, found), found)._replace(
        n=str(found.n),
        unit=str(found.unit),
        clock_hours=_listed(found.hours),
        clock_minutes=_listed(found.minutes),
    )


def field_of(key: str | None, answers: Answers) -> str:
    """The field that a key of the object is filled in with."""
    if key == "weekdays":
        return "week" if answers.unit == "week" else "month_week"
    return _FIELD_OF.get(key or "", "kind")


def instant_meant(text: str, zone: tzinfo, now: datetime) -> datetime:
    """The instant that a text means. Raises InvalidRequest."""
    return parse_moment(text, now, zone)


_FIELD_OF = {
    "unit": "n", "n": "n", "start": "start", "end": "end", "count": "end", "month_days": "month_days",
    "month_weekdays": "nth", "hours": "clock", "minutes": "clock", "time_zone": "zone",
}  # fmt: skip


def _day_lists(answers: Answers) -> dict[str, Any]:
    if answers.unit == "week" and answers.week:
        return {"weekdays": _names(answers.week)}
    if answers.unit != "month":
        return {}
    match answers.month:
        case "days":
            return {"month_days": _numbers(answers.month_days)}
        case "weekdays":
            return {"weekdays": _names(answers.month_week)}
        case "nth":
            return {
                "month_weekdays": [
                    {"day": weekday_name(day), "occurrence": occurrence_name(occurrence)}
                    for occurrence, day in answers.nth
                ]
            }
        case _:
            return {}


def _show_end(answers: Answers, found: Recurrence) -> Answers:
    if found.end is not None:
        answers = answers._replace(end="at", end_at=_shown_moment(found.end))
    if found.count is not None:
        answers = answers._replace(end="after", times=str(found.count))
    return answers


def _show_days(answers: Answers, found: Recurrence) -> Answers:
    if found.unit is Unit.WEEK:
        return answers._replace(week=found.weekdays)
    if found.month_days:
        return answers._replace(month="days", month_days=_listed(found.month_days))
    if found.weekdays:
        return answers._replace(month="weekdays", month_week=found.weekdays)
    if found.month_weekdays:
        chosen = tuple((one.occurrence, one.weekday) for one in found.month_weekdays)
        return answers._replace(month="nth", nth=chosen)
    return answers


def _instant(field: str, text: str, zone: tzinfo, now: datetime) -> str:
    """As the object has it: a wall time of the zone, unless it was written with a zone of its own."""
    written = text.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        try:
            return _wall(parse_moment(written, now, zone), zone)
        except InvalidRequest as error:
            raise Wrong(field, error.message) from None
    # An end without a time of day is refused by who reads the object, and has to be seen there as it is.
    return written if field == "end" and _is_date(written) else moment.replace(microsecond=0).isoformat()


def _wall(at: datetime, zone: tzinfo) -> str:
    wall = wall_time(at, zone)
    # Of a time that the clocks show twice the second is meant: the first one needs its offset.
    if instants_of(wall, zone, both_passes=False)[0] != at:
        return at.astimezone(zone).replace(microsecond=0).isoformat()
    return wall.replace(microsecond=0).isoformat()


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> int | str:
    """A number, or what was typed instead, which is refused with a sentence of its own."""
    return int(text) if _NUMBER.fullmatch(text.strip()) else text.strip()


def _numbers(text: str) -> list[int | str]:
    return [_number(part) for part in text.replace(",", " ").split()]


def _names(days: Sequence[int]) -> list[str]:
    return [weekday_name(day) for day in days]


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


def _shown_moment(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")
