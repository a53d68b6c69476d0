from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wjtui.engine.scheduling.plan import Plan, make_plan
from wjtui.model.identity import JobType
from wjtui.model.jobs import Severity
from wjtui.model.schedules import ScheduleState
from wjtui.schedule.due import Misfire
from wjtui.settings.check import check_settings

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOURLY = "0 0 * * * *"


def plan(site_zone: str | None = None, *, off: bool = False, seen: Any = None, **settings: Any) -> Plan:
    """The plan of a triggered job with these settings, read at noon."""
    return make_plan(check_settings(settings, JobType.TRIGGERED)[0], site_zone, NOON, seen=seen, off=off)


def state(made: Plan) -> ScheduleState:
    assert made.schedule is not None
    return made.schedule.state


def codes(made: Plan) -> list[tuple[str, Severity]]:
    return [(problem.code, problem.severity) for problem in made.problems]


@pytest.mark.parametrize(
    "settings",
    [{}, {"schedule": ""}, {"schedule": None, "recurrence": None}, {"schedule": 5}, {"enabled": False}],
)
def test_no_schedule(settings: dict[str, Any]) -> None:
    assert plan(off=True, **settings) == Plan()


def test_expression() -> None:
    made = plan(schedule="0 */15 * * * mon")
    assert made.schedule is not None
    assert (made.schedule.text, made.schedule.expanded) == ("0 */15 * * * mon", "0 0,15,30,45 * * * 1")
    assert made.schedule.words == "Every 15 minutes, on Mondays"
    assert (made.trigger, made.name) == ("Schedule - 0 0,15,30,45 * * * 1", "0 0,15,30,45 * * * 1")
    assert made.timetable is not None
    assert made.timetable.next_after(NOON) == datetime(2027, 6, 7, tzinfo=UTC)
    assert (made.waits, made.once, made.misfire) == (True, False, Misfire.RUN_ONCE_WITHIN_10M)
    assert made.problems == ()


def test_misfire() -> None:
    assert plan(schedule=HOURLY, misfire="skip").misfire is Misfire.SKIP
    assert plan(schedule=HOURLY, misfire="later").misfire is Misfire.RUN_ONCE_WITHIN_10M


@pytest.mark.parametrize("text", ["* * * * *", "0 0 25 * * *", "@daily", " ", "0 0 0 ? * *"])
def test_invalid_expression_leaves_the_job_as_it_is(text: str) -> None:
    made = plan(schedule=text)
    assert state(made) is ScheduleState.INVALID
    assert (made.timetable, made.waits) == (None, False)
    assert codes(made) == [("schedule-invalid", Severity.ERROR)]
    assert made.failure
    assert made.problems[0].text.endswith(made.failure)
    assert made.schedule is not None
    assert made.schedule.text == text


def test_both_keys_are_an_error_and_the_expression_counts() -> None:
    made = plan(schedule=HOURLY, recurrence={"kind": "once"})
    assert made.trigger == "Schedule - 0 0 * * * *"
    assert codes(made) == [("schedule-both", Severity.ERROR)]


def test_date_that_never_comes() -> None:
    made = plan(schedule="0 0 0 30 2 *")
    assert (state(made), made.timetable) == (ScheduleState.NEVER, None)
    assert codes(made) == [("schedule-never", Severity.ERROR)]
    assert "February has no 30th" in made.problems[0].text


def test_odd_expressions_are_noted() -> None:
    made = plan(schedule="*/0 0 22-3 * * *")
    assert codes(made) == [("schedule-odd", Severity.NOTE), ("schedule-odd", Severity.NOTE)]
    assert made.waits


def test_zones() -> None:
    nine = "0 0 9 * * *"
    assert plan(schedule=nine).zone.key == "UTC"
    assert plan("Europe/Berlin", schedule=nine).zone.key == "Europe/Berlin"
    assert plan("Europe/Berlin", schedule=nine, time_zone="Pacific Standard Time").zone.key == (
        "America/Los_Angeles"
    )
    for made in (plan("Berlin", schedule=nine), plan(schedule=nine, time_zone="Berlin")):
        assert made.schedule is not None
        assert (made.schedule.zone, made.waits) == ("UTC", True)
        assert codes(made) == [("schedule-zone", Severity.ERROR)]
        assert "'Europe/Berlin'" in made.problems[0].text


def test_switches() -> None:
    assert state(plan(schedule=HOURLY, off=True)) is ScheduleState.OFF
    assert state(plan(schedule=HOURLY, enabled=False)) is ScheduleState.PAUSED
    assert state(plan(schedule=HOURLY, enabled=False, off=True)) is ScheduleState.PAUSED
    paused = plan(schedule=HOURLY, enabled=False)
    assert not paused.waits
    assert paused.timetable is not None
    # What can never wait says so, whatever is switched off beside.
    assert state(plan(schedule="x", enabled=False)) is ScheduleState.INVALID
    assert state(plan(schedule="0 0 0 30 2 *", off=True)) is ScheduleState.NEVER


def test_on_demand_switches_every_schedule_off() -> None:
    assert plan(schedule=HOURLY, run_mode="on_demand") == Plan()
    made = plan(recurrence={"kind": "once"}, run_mode="on_demand")
    assert made.schedule is None
    assert codes(made) == [("settings-run-mode", Severity.NOTE)]
    assert plan(schedule=HOURLY, run_mode="scheduled").waits


def test_recurrence_is_anchored_where_it_was_first_seen() -> None:
    raw = {"kind": "every", "unit": "minute", "n": 15}
    made = plan("Europe/Berlin", recurrence=raw)
    assert made.schedule is not None
    assert (made.schedule.anchor, made.schedule.recurrence, made.schedule.expanded) == (NOON, raw, "")
    assert made.schedule.text == '{"kind": "every", "unit": "minute", "n": 15}'
    assert made.schedule.words.startswith("Every 15 minutes, from 1 June 2027")
    assert made.trigger == f"Recurrence - {made.schedule.words}"
    assert made.name == made.schedule.words
    earlier = NOON - timedelta(hours=3, minutes=4)
    again = plan("Europe/Berlin", recurrence=dict(reversed(raw.items())), seen=(made.fingerprint, earlier))
    assert again.schedule is not None
    assert again.schedule.anchor == earlier
    assert again.timetable is not None
    assert again.timetable.next_after(NOON) == NOON + timedelta(minutes=11, seconds=1)
    other = plan(recurrence={**raw, "n": 10}, seen=(made.fingerprint, earlier))
    assert other.schedule is not None
    assert other.schedule.anchor == NOON


def test_recurrence_has_a_zone_of_its_own() -> None:
    raw = {"kind": "every", "unit": "day", "start": "2027-01-01T09:00:00", "time_zone": "Asia/Tokyo"}
    made = plan("Europe/Berlin", recurrence=raw, time_zone="America/New_York")
    assert made.zone.key == "Asia/Tokyo"
    assert made.timetable is not None
    assert made.timetable.next_after(NOON) == datetime(2027, 6, 2, tzinfo=UTC)


def test_once() -> None:
    made = plan(recurrence={"kind": "once", "start": "2027-06-01T18:00:00"})
    assert (made.once, made.waits) == (True, True)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"kind": "weekly"}, "'once' or 'every'"),
        ([], "a list"),
        ("x", "'x'"),
        (
            {"kind": "every", "unit": "day", "start": "2027-01-02T00:00:00", "end": "2027-01-01T00:00:00"},
            "end",
        ),
        # Only the zone tells which is earlier.
        (
            {
                "kind": "every",
                "unit": "day",
                "start": "2027-01-01T10:00:00",
                "end": "2027-01-01T09:30:00+00:00",
                "time_zone": "UTC",
            },
            "'end' lies before 'start'",
        ),
    ],
)
def test_invalid_recurrence(raw: Any, says: str) -> None:
    made = plan(recurrence=raw)
    assert (state(made), made.timetable) == (ScheduleState.INVALID, None)
    assert codes(made) == [("schedule-invalid", Severity.ERROR)]
    assert says in made.failure
    assert made.schedule is not None
    assert made.schedule.recurrence == (raw if isinstance(raw, dict) else {})


def test_recurrence_that_never_comes() -> None:
    raw = {"kind": "every", "unit": "month", "n": 12, "start": "2028-02-01T00:00:00", "month_days": [30]}
    assert state(plan(recurrence=raw)) is ScheduleState.NEVER
