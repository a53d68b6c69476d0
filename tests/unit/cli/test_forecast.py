"""What a schedule that was written down means: plans, zones, and the mark under what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.fake_service import make_schedule
from wjtui.cli.forecast import choose_zone, forecast, read_plan, upcoming
from wjtui.cli.marker import mark
from wjtui.model.errors import InvalidRequest, InvalidSchedule
from wjtui.model.schedules import ScheduleState

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
MONDAYS = '{"kind": "every", "unit": "week", "weekdays": ["mon"], "hours": [9]}'
PARIS = '{"kind": "once", "start": "2027-10-12T09:00:00", "time_zone": "Europe/Paris"}'


def test_expression_from_a_moment_on() -> None:
    found = forecast(read_plan("0 0 9 * * Mon-Fri"), ZoneInfo("Europe/Berlin"), NOW, 2, [])
    assert found.reading.words == "At 09:00, Monday to Friday"
    assert found.reading.expanded == "0 0 9 * * 1-5"
    assert found.ahead.runs == (NOW + timedelta(hours=20), NOW + timedelta(hours=44))
    assert found.ahead.shortest_gap == timedelta(hours=24)
    assert found.warnings == ()


def test_recurrence_from_a_moment_on() -> None:
    found = forecast(read_plan(MONDAYS), UTC_ZONE, NOW, 2, ["said before"])
    assert found.reading.words.startswith("Every week on Monday at 09:00")
    assert found.reading.expanded == ""
    assert found.plan.object == {"kind": "every", "unit": "week", "weekdays": ["mon"], "hours": [9]}
    assert [at.date().isoformat() for at in found.ahead.runs] == ["2027-03-08", "2027-03-15"]
    assert found.warnings == ("said before",)


def test_warnings_of_what_is_hardly_meant() -> None:
    [backwards] = forecast(read_plan("0 0 22-3 * * *"), UTC_ZONE, NOW, 1, []).warnings
    assert "22-3" in backwards and "backwards" in backwards
    never = forecast(read_plan("0 0 0 31 2 *"), UTC_ZONE, NOW, 1, [])
    assert never.ahead.runs == () and never.ahead.shortest_gap is None
    assert "February has no 31st" in never.warnings[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ('{"kind": }', "at character 10"),
        ('{"kind": "every", "n": ' + "9" * 5000 + "}", "no JSON"),
        ('{"a":' + "[" * 100_000, "no JSON"),
        ("{} {}", "no JSON"),
        ('{"kind": "evry"}', "'kind'"),
    ],
)
def test_recurrences_that_are_none(text: str, says: str) -> None:
    with pytest.raises(InvalidSchedule, match=says):
        read_plan(text)


def test_end_before_the_start_where_only_the_zone_tells() -> None:
    text = '{"kind": "every", "unit": "day", "start": "2027-05-01T09:00:00Z", "end": "2027-05-01T10:00:00"}'
    plan = read_plan(text)
    assert len(forecast(plan, UTC_ZONE, NOW, 3, []).ahead.runs) == 1
    with pytest.raises(InvalidSchedule, match="'end' lies before 'start'"):
        forecast(plan, ZoneInfo("Asia/Tokyo"), NOW, 3, [])


def test_anything_is_a_recurrence_when_that_is_said() -> None:
    assert "six fields" in _refusal("nonsense")
    with pytest.raises(InvalidSchedule, match="no JSON"):
        read_plan("0 0 9 * * *", recurrence=True)
    with pytest.raises(InvalidSchedule, match="not an object"):
        read_plan("[1]", recurrence=True)


def test_zones_go_before_each_other_as_for_a_job() -> None:
    cron, paris = read_plan("0 0 9 * * *"), read_plan(PARIS)
    assert choose_zone(cron, None, None) == (UTC_ZONE, [])
    assert choose_zone(cron, None, "Asia/Tokyo")[0].key == "Asia/Tokyo"
    assert choose_zone(cron, "Pacific Standard Time", "Asia/Tokyo")[0].key == "America/Los_Angeles"
    assert choose_zone(paris, None, "Asia/Tokyo") == (ZoneInfo("Europe/Paris"), [])
    zone, notes = choose_zone(paris, "Asia/Tokyo", None)
    assert zone.key == "Europe/Paris"
    assert notes == ["The recurrence's own 'time_zone' goes before --zone Asia/Tokyo."]
    assert choose_zone(paris, "Europe/Paris", None)[1] == []


def test_unknown_zones() -> None:
    cron = read_plan("0 0 9 * * *")
    with pytest.raises(InvalidRequest, match=r"--zone is 'Berlin', .* did you mean 'Europe/Berlin'"):
        choose_zone(cron, "Berlin", None)
    with pytest.raises(InvalidRequest, match=r"Etc/GMT-2.*other way round"):
        choose_zone(cron, "GMT+2", None)
    with pytest.raises(InvalidRequest, match="for example 'Europe/Berlin'"):
        choose_zone(cron, "", None)
    with pytest.raises(InvalidSchedule, match="'time_zone' is 'Mars'") as caught:
        choose_zone(read_plan('{"kind": "once", "time_zone": "Mars"}'), None, None)
    assert caught.value.field == "time_zone"
    # A mistyped setting of the site lets its schedules run in UTC: said, but not this expression's fault.
    zone, notes = choose_zone(cron, None, "Mars")
    assert zone == UTC_ZONE
    assert "WEBSITE_TIME_ZONE" in notes[0]


def test_upcoming_runs_of_a_job_begin_with_the_one_it_waits_for() -> None:
    due = NOW + timedelta(days=1)
    nightly = make_schedule("0 0 2 * * *", zone="Europe/Berlin")
    assert upcoming(nightly, due, 3) == [due, NOW + timedelta(hours=37), NOW + timedelta(hours=61)]
    assert upcoming(nightly, None, 3) == []
    assert upcoming(make_schedule(state=ScheduleState.PAUSED), due, 3) == []
    assert upcoming(make_schedule("a kind to come"), due, 3) == [due]
    every = {"kind": "every", "unit": "hour", "n": 5, "count": 3}
    text = '{"kind": "every", "unit": "hour", "n": 5, "count": 3}'
    recurring = make_schedule(text, expanded="", recurrence=every, anchor=NOW)
    start = NOW + timedelta(seconds=1)
    assert upcoming(recurring, start, 9) == [start + number * timedelta(hours=5) for number in range(3)]


@pytest.mark.parametrize(
    ("text", "under"),
    [
        ("0 0 9 * * 7", "          ^"),
        ("0 0 99 * * *", "    ^^"),
        ("0 1,,2 9 * * *", "   ^"),
        ("@daily", "^^^^^^"),
        ("0 0\t9 * * *", "   ^"),
        ("0 ０ 日 * * *", "  ^^"),
        ('{"kind": "evry"}', " ^^^^^^"),
        ('{"kind": }', "         ^"),
        ("{", " ^"),
    ],
)
def test_mark_under_the_wrong_part(text: str, under: str) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        read_plan(text)
    line, found = mark(text, caught.value)
    assert found == under
    assert line == text.replace("\t", "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize("text", ["", '{"unit": "day"}', "x" * 300 + " 0 0 0 0 0"])
def test_no_mark_where_there_is_no_place(text: str) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        read_plan(text)
    assert mark(text, caught.value) == []


def _refusal(text: str) -> str:
    with pytest.raises(InvalidSchedule) as caught:
        read_plan(text)
    return caught.value.message
