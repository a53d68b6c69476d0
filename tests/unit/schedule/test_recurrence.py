from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.recurrence import LAST, Kind, MonthWeekday, Recurrence, Unit, anchor_of, fingerprint
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import CalendarPattern, RecurrenceTimetable

BERLIN, ZULU = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=count) for count in (1, 60, 3600, 86_400))
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)
WALL = datetime.fromisoformat("2019-01-01")
FREQUENCY = {Unit.DAY: rrule.DAILY, Unit.WEEK: rrule.WEEKLY, Unit.MONTH: rrule.MONTHLY}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def timetable(
    raw: dict[str, Any], zone: ZoneInfo = ZULU, first_seen: datetime = LONG_AGO
) -> RecurrenceTimetable:
    return RecurrenceTimetable(parse_recurrence(raw), zone, first_seen)


def runs(table: RecurrenceTimetable, after: datetime, count: int) -> list[str]:
    found: list[str] = []
    at = table.next_after(after)
    while at is not None and len(found) < count:
        found.append(at.astimezone(table.zone).strftime("%Y-%m-%dT%H:%M"))
        at = table.next_after(at)
    return found


@st.composite
def calendar_recurrences(draw: st.DrawFn) -> Recurrence:
    unit = draw(st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]))
    days: dict[str, Any] = {}
    some_weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    if unit is Unit.WEEK and draw(st.booleans()):
        days["weekdays"] = draw(some_weekdays)
    if unit is Unit.MONTH:
        key = draw(st.sampled_from([None, "weekdays", "month_days", "month_weekdays"]))
        if key == "weekdays":
            days[key] = draw(some_weekdays)
        elif key == "month_days":
            numbers = st.sets(st.sampled_from([1, 2, 15, 28, 29, 30, 31, LAST]), min_size=1, max_size=4)
            days[key] = tuple(draw(numbers))
        elif key:
            one = st.builds(MonthWeekday, st.integers(0, 6), st.sampled_from([1, 2, 3, 4, 5, LAST]))
            days[key] = tuple(draw(st.lists(one, min_size=1, max_size=3)))
    for key, high in (("hours", 23), ("minutes", 59)):
        chosen = draw(st.sets(st.integers(0, high), max_size=3))
        days[key] = tuple(sorted(chosen))
    return Recurrence(
        kind=Kind.EVERY,
        unit=unit,
        n=draw(st.sampled_from([1, 1, 2, 3, 5, 12, 13])),
        count=draw(st.sampled_from([None, None, 1, 7, 40])),
        **days,
    )


def by_rrule(recurrence: Recurrence, start: datetime, until: datetime) -> list[datetime]:
    """What dateutil makes of it, walking from the start."""
    by: dict[str, Any] = {}
    if recurrence.hours or recurrence.minutes:
        by |= {"byhour": recurrence.hours or (start.hour,), "byminute": recurrence.minutes or (0,)}
        by["bysecond"] = 0
    if recurrence.weekdays:
        by["byweekday"] = recurrence.weekdays
    if recurrence.month_days:
        by["bymonthday"] = recurrence.month_days
    if recurrence.month_weekdays:
        days = {(one.weekday, one.occurrence) for one in recurrence.month_weekdays}
        by["byweekday"] = [rrule.weekday(weekday, occurrence) for weekday, occurrence in days]
    assert recurrence.unit is not None
    rule = rrule.rrule(
        FREQUENCY[recurrence.unit],
        dtstart=start,
        interval=recurrence.n,
        wkst=rrule.MO,
        count=recurrence.count,
        **({} if recurrence.count else {"until": until}),
        **by,
    )
    return list(rule)


@settings(max_examples=120)
@given(
    recurrence=calendar_recurrences(),
    start=st.integers(0, 3 * 365 * 86_400).map(lambda seconds: WALL + timedelta(seconds=seconds)),
    asked=st.lists(st.integers(-40 * 86_400, 700 * 86_400), min_size=2, max_size=6),
)
def test_calendar_steps_agree_with_dateutil(
    recurrence: Recurrence, start: datetime, asked: list[int]
) -> None:
    until = start + 800 * DAY
    expected = by_rrule(recurrence, start, until)
    pattern = CalendarPattern(recurrence, start)
    moments = sorted(start + timedelta(seconds=offset) for offset in asked)
    for at in [*moments, *expected[:3]]:
        low, high = bisect_left(expected, at), bisect_right(expected, at)
        if high < len(expected) or recurrence.count:
            assert pattern.next_after(at) == (expected[high] if high < len(expected) else None)
        assert pattern.last_before(at) == (expected[low - 1] if low else None)
        assert pattern.matches(at) == (at in expected)
    for after, before in pairwise(moments):
        count = max(0, bisect_left(expected, before) - bisect_right(expected, after))
        assert pattern.count_between(after, before) == count


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            {"unit": "day", "n": 2, "start": "2027-01-30T08:15"},
            ["2027-01-30T08:15", "2027-02-01T08:15", "2027-02-03T08:15"],
        ),
        # Weeks begin on Monday: the Monday of the start's own week lies before the start.
        (
            {"unit": "week", "n": 2, "weekdays": ["Mon", "sunday"], "start": "2027-03-03T09:00"},
            ["2027-03-07T09:00", "2027-03-15T09:00", "2027-03-21T09:00"],
        ),
        (
            {"unit": "month", "start": "2027-01-31T09:00"},
            ["2027-01-31T09:00", "2027-03-31T09:00", "2027-05-31T09:00"],
        ),
        (
            {"unit": "month", "month_days": [-1, 30], "start": "2027-01-30T09:00"},
            ["2027-01-30T09:00", "2027-01-31T09:00", "2027-02-28T09:00", "2027-03-30T09:00"],
        ),
        (
            {"unit": "month", "n": 2, "start": "2027-01-01T09:00",
             "month_weekdays": [{"day": "fri", "occurrence": "first"}, {"day": "Mon", "occurrence": "last"}]},
            ["2027-01-01T09:00", "2027-01-25T09:00", "2027-03-05T09:00", "2027-03-29T09:00"],
        ),
        (
            {"unit": "month", "start": "2027-01-01", "month_weekdays": [{"day": "thu", "occurrence": 5}]},
            ["2027-04-29T00:00", "2027-07-29T00:00"],
        ),
        (
            {"unit": "day", "hours": [9, 17], "minutes": [30, 0], "start": "2027-01-01T09:10:20"},
            ["2027-01-01T09:30", "2027-01-01T17:00", "2027-01-01T17:30", "2027-01-02T09:00"],
        ),
        ({"unit": "day", "hours": [9], "start": "2027-01-01T10:37:22"}, ["2027-01-02T09:00"]),
        ({"unit": "day", "minutes": [5], "start": "2027-01-01T10:37:22"}, ["2027-01-02T10:05"]),
    ],
)  # fmt: skip
def test_calendar_steps(raw: dict[str, Any], expected: list[str]) -> None:
    assert runs(timetable({"kind": "every", **raw}), utc("2026-12-01"), len(expected)) == expected


def test_days_go_by_the_clock_and_hours_by_time() -> None:
    daily = timetable({"kind": "every", "unit": "day", "start": "2027-03-26T02:30"}, BERLIN)
    assert runs(daily, utc("2027-03-26T12:00"), 3) == [
        "2027-03-27T02:30",
        "2027-03-28T03:30",
        "2027-03-29T02:30",
    ]
    autumn = timetable({"kind": "every", "unit": "day", "start": "2027-10-29T02:30"}, BERLIN)
    assert autumn.next_after(utc("2027-10-30T12:00")) == utc("2027-10-31T01:30")
    hours = timetable({"kind": "every", "unit": "hour", "n": 12, "start": "2027-03-27T02:30"}, BERLIN)
    assert runs(hours, utc("2027-03-27T12:00"), 2) == ["2027-03-27T14:30", "2027-03-28T03:30"]


def test_a_start_that_the_clocks_leave_out_means_that_time_on_all_other_days() -> None:
    table = timetable({"kind": "every", "unit": "day", "start": "2027-03-28T02:30"}, BERLIN)
    assert runs(table, utc("2027-03-01"), 2) == ["2027-03-28T03:30", "2027-03-29T02:30"]


def test_a_start_with_a_zone_of_its_own_is_that_instant() -> None:
    table = timetable({"kind": "every", "unit": "day", "start": "2027-01-01T09:00:00+05:30"}, BERLIN)
    assert table.anchor == utc("2027-01-01T03:30")
    assert runs(table, utc("2026-12-31"), 1) == ["2027-01-01T04:30"]


@pytest.mark.parametrize("seen", ["2027-01-01T10:00:00", "2027-01-01T10:00:00.999999"])
def test_now_is_the_second_after_it_was_seen_and_stays_it(seen: str) -> None:
    for raw in ({"kind": "once"}, {"kind": "every", "unit": "minute", "n": 15, "start": "NOW"}):
        table = timetable(raw, first_seen=utc(seen))
        assert table.anchor == utc("2027-01-01T10:00:01") == table.next_after(utc(seen))
        assert table.next_after(utc("2020-01-01")) == table.anchor


def test_once_is_one_instant() -> None:
    table = timetable({"kind": "once", "start": "2027-10-12T09:00:00", "time_zone": "Europe/Berlin"}, BERLIN)
    at = utc("2027-10-12T07:00")
    assert table.next_after(at - SECOND) == at
    assert table.next_after(at) is None
    assert table.last_before(at + SECOND, LONG_AGO) == at
    assert table.last_before(at, LONG_AGO) is None
    assert table.count_between(LONG_AGO, at + SECOND) == 1
    assert table.count_between(at, at + DAY) == 0


def test_a_once_of_the_past_is_due_as_soon_as_it_is_seen() -> None:
    table = timetable({"kind": "once", "start": "2014-10-12T09:00"}, first_seen=utc("2027-01-01T10:00:00.5"))
    assert table.next_after(utc("2014-01-01")) == utc("2027-01-01T10:00:01")
    assert table.next_after(utc("2027-01-01T10:00:01")) is None


def test_a_past_start_counts_but_nothing_is_due_before_it_was_seen() -> None:
    raw = {"kind": "every", "unit": "hour", "n": 5, "start": "2026-12-31T22:00"}
    table = timetable(raw, first_seen=utc("2027-01-01T10:00"))
    assert table.next_after(utc("2026-01-01")) == utc("2027-01-01T13:00")
    assert table.last_before(utc("2027-01-01T12:00"), LONG_AGO) is None
    assert table.count_between(LONG_AGO, utc("2027-01-01T13:00:01")) == 1


def test_the_end_is_the_last_instant_that_may_be_due() -> None:
    raw = {"kind": "every", "unit": "minute", "n": 30, "start": "2027-01-01T09:00", "end": "2027-01-01T10:00"}
    table = timetable(raw)
    assert runs(table, LONG_AGO, 9) == ["2027-01-01T09:00", "2027-01-01T09:30", "2027-01-01T10:00"]
    assert table.last_before(utc("2030-01-01"), LONG_AGO) == utc("2027-01-01T10:00")
    assert table.count_between(LONG_AGO, utc("2030-01-01")) == 3


@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month"])
def test_count_counts_from_the_start_even_what_nobody_saw(unit: str) -> None:
    raw = {"kind": "every", "unit": unit, "start": "2027-01-01T09:00", "count": 3}
    everything = timetable(raw)
    times = runs(everything, LONG_AGO, 9)
    assert len(times) == everything.count_between(LONG_AGO, utc("2030-01-01")) == 3
    late = timetable(raw, first_seen=everything.anchor)
    assert runs(late, LONG_AGO, 9) == times[1:]
    assert everything.last_before(utc("2030-01-01"), LONG_AGO) == utc(times[-1])


@pytest.mark.parametrize(
    ("raw", "a_day"),
    [
        ({"unit": "minute"}, 1440),
        ({"unit": "hour"}, 24),
        ({"unit": "day", "hours": list(range(24)), "minutes": list(range(60))}, 1440),
        ({"unit": "week", "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, 1),
        ({"unit": "month", "month_days": list(range(1, 32))}, 1),
    ],
)
def test_a_start_half_a_century_ago_is_no_walk(raw: dict[str, Any], a_day: int) -> None:
    table = timetable({"kind": "every", "start": "1970-01-01T00:00:00", **raw}, first_seen=utc("1970-01-01"))
    now = utc("2027-03-01T00:00:00")
    for _ in range(200):
        found = table.next_after(now)
        assert found is not None
        assert now < found <= now + DAY
        assert table.last_before(found + SECOND, now) == found
        now = found
    assert table.count_between(utc("2020-01-01") - SECOND, utc("2027-01-01")) == 2557 * a_day


@pytest.mark.parametrize(
    "raw",
    [
        {"unit": "month", "n": 12, "month_days": [30], "start": "2027-02-01"},
        {"unit": "month", "n": 24, "month_days": [29], "start": "2027-02-01"},
        {"unit": "month", "n": 1_000_000, "start": "2027-02-01", "month_days": [31]},
    ],
)
def test_a_day_that_never_comes(raw: dict[str, Any]) -> None:
    table = timetable({"kind": "every", **raw})
    assert table.next_after(utc("2027-01-01")) is None
    assert table.last_before(utc("2500-01-01"), LONG_AGO) is None
    assert table.count_between(LONG_AGO, utc("2500-01-01")) == 0


@pytest.mark.parametrize("unit", list(Unit))
def test_the_widest_steps_do_not_leave_the_calendar(unit: Unit) -> None:
    raw = {"kind": "every", "unit": unit.value, "n": 1_000_000, "count": 1_000_000, "start": "2900-01-01"}
    table = timetable(raw, BERLIN)
    first = table.next_after(utc("2027-01-01"))
    assert first == utc("2899-12-31T23:00")
    following = table.next_after(first)
    assert following is None or following > first


def test_the_29th_of_february_waits_for_leap_years() -> None:
    raw = {"kind": "every", "unit": "month", "n": 12, "month_days": [29], "start": "2027-02-01"}
    assert runs(timetable(raw), utc("2027-01-01"), 2) == ["2028-02-29T00:00", "2032-02-29T00:00"]


def test_the_same_meaning_has_the_same_fingerprint() -> None:
    one = {
        "kind": "Every",
        "unit": "WEEK",
        "n": 1,
        "weekdays": ["Wednesday", "mon"],
        "start": " now ",
        "end": None,
    }
    other = {"weekdays": ["mon", "wed", "MONDAY"], "unit": "week", "kind": "every"}
    text = fingerprint(parse_recurrence(one))
    assert text == fingerprint(parse_recurrence(other))
    assert text == '{"kind":"every","unit":"week","weekdays":[0,2]}'
    assert text != fingerprint(parse_recurrence({**other, "n": 2}))
    naive, aware = ({"kind": "once", "start": f"2027-01-01T09:00:00{zone}"} for zone in ("", "Z"))
    assert fingerprint(parse_recurrence(naive)) != fingerprint(parse_recurrence(aware))


def test_the_anchor_of_a_start_without_a_zone_is_in_the_zone_of_the_schedule() -> None:
    recurrence = parse_recurrence({"kind": "once", "start": "2027-07-01T09:00:00.75"})
    assert anchor_of(recurrence, BERLIN, LONG_AGO) == utc("2027-07-01T07:00")


EVERY_DAY, WEEKS, MONTHS = ({"kind": "every", "unit": unit} for unit in ("day", "week", "month"))
SIXTH = [{"day": "fri", "occurrence": "sixth"}]


@pytest.mark.parametrize(
    ("raw", "field", "text"),
    [
        ([], None, "'recurrence' is a list, not an object"),
        ({}, "kind", "'kind' is missing"),
        ({"kind": "onec"}, "kind", "did you mean 'once'?"),
        ({"kind": "every"}, "unit", "'unit' is missing"),
        ({"kind": "every", "unit": "minutes"}, "unit", "did you mean 'minute'?"),
        ({"kind": "every", "unit": "year"}, "unit", "'minute', 'hour', 'day', 'week' or 'month'"),
        ({**EVERY_DAY, "n": 0}, "n", "the number 0, not a whole number from 1"),
        ({**EVERY_DAY, "n": True}, "n", "'n' is true"),
        ({**EVERY_DAY, "n": 1.5}, "n", "the number 1.5"),
        ({**EVERY_DAY, "n": 10**9}, "n", "from 1 to 1,000,000"),
        ({**EVERY_DAY, "count": 0}, "count", "from 1"),
        ({**EVERY_DAY, "interval": 2}, "interval", "the key is 'n'"),
        ({**EVERY_DAY, "timeZone": "UTC"}, "timeZone", "the key is 'time_zone'"),
        ({**EVERY_DAY, "month_day": [1]}, "month_day", "the key is 'month_days'"),
        ({**EVERY_DAY, "x\x1b": 1}, "x\x1b", "knows no key 'x?': known are kind, unit"),
        ({**EVERY_DAY, "start": "soon"}, "start", "'now' or a date and time"),
        ({**EVERY_DAY, "start": 5}, "start", "the number 5"),
        ({**EVERY_DAY, "start": "1901-01-01"}, "start", "1970 to 2999"),
        ({**EVERY_DAY, "end": "now"}, "end", "a date and time such as"),
        ({**EVERY_DAY, "end": "2027-12-31"}, "end", "the time of day is missing"),
        ({**EVERY_DAY, "start": "2027-02-01", "end": "2027-01-31T23:00"}, "end", "lies before 'start'"),
        ({**EVERY_DAY, "start": "2027-02-01T00:00Z", "end": "2027-02-01T00:30+01:00"}, "end", "lies before"),
        ({**EVERY_DAY, "time_zone": ""}, "time_zone", "the name of a time zone"),
        ({**EVERY_DAY, "weekdays": ["mon"]}, "weekdays", "with the unit 'day', only with week or month"),
        ({**EVERY_DAY, "month_days": [1]}, "month_days", "does not go with"),
        ({"kind": "every", "unit": "hour", "minutes": [5]}, "minutes", "does not go with the unit 'hour'"),
        ({**EVERY_DAY, "hours": [24]}, "hours", "allowed is 0 to 23"),
        ({**EVERY_DAY, "hours": []}, "hours", "a list such as [9, 17]"),
        ({**EVERY_DAY, "hours": "9"}, "hours", "'9', not a list"),
        ({**EVERY_DAY, "minutes": [60]}, "minutes", "allowed is 0 to 59"),
        ({**EVERY_DAY, "minutes": [True]}, "minutes", "has true in it"),
        ({**WEEKS, "weekdays": ["mo"]}, "weekdays", "not a day of the week"),
        ({**WEEKS, "weekdays": [1]}, "weekdays", "the number 1"),
        ({**WEEKS, "weekdays": ["wendesday"]}, "weekdays", "did you mean 'wednesday'?"),
        ({**MONTHS, "month_days": [0]}, "month_days", "1 to 31, or -1"),
        ({**MONTHS, "month_days": [32]}, "month_days", "1 to 31, or -1"),
        ({**MONTHS, "month_days": [-2]}, "month_days", "1 to 31, or -1"),
        ({**MONTHS, "month_days": [1], "weekdays": ["fri"]}, "month_days", "both choose the days"),
        ({**MONTHS, "month_weekdays": ["fri"]}, "month_weekdays", "not an object"),
        ({**MONTHS, "month_weekdays": SIXTH}, "month_weekdays", "'first', 'second'"),
        ({**MONTHS, "month_weekdays": [{"day": "fri"}]}, "month_weekdays", "not an object"),
        ({"kind": "once", "unit": "day"}, "unit", "says nothing with the kind 'once'"),
        ({"kind": "once", "count": 1}, "count", "says nothing with the kind 'once'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(raw: object, field: str | None, text: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        parse_recurrence(raw)
    assert refused.value.field == field
    assert text in refused.value.message
    assert refused.value.message.endswith(".")
    assert refused.value.message.isprintable()


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70)
    | st.floats()
    | st.sampled_from(
        ["now", "once", "every", "day", "week", "month", "mon", "first", "2027-01-01T00:00", "x"]
    )
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["day", "occurrence"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from([*Recurrence.__struct_fields__, "Unit", "until"])


@settings(max_examples=150)
@given(st.dictionaries(KEYS, JSON_VALUES, max_size=6) | JSON_VALUES)
def test_anything_else_is_read_or_refused(raw: object) -> None:
    try:
        recurrence = parse_recurrence(raw)
    except InvalidSchedule:
        return
    table = RecurrenceTimetable(recurrence, BERLIN, utc("2027-01-01"))
    at = table.next_after(utc("2027-06-01"))
    assert at is None or at > utc("2027-06-01")
