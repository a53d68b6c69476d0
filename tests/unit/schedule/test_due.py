from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wjtui.schedule.cron import parse
from wjtui.schedule.due import Fire, Misfire, Missed, Never, Standing, Verdict, Wait, decide, standing
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import RecurrenceTimetable
from wjtui.schedule.timetable import CronTimetable, Timetable

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ZULU = ZoneInfo("UTC")
FACTS = Path(__file__).resolve().parents[2] / "data" / "schedule" / "wait_cases.tsv"
with FACTS.open(encoding="utf-8", newline="") as file:
    WAIT_CASES = list(csv.DictReader(file, delimiter="\t"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-06-01T{text}" if len(text) < 16 else text).replace(tzinfo=UTC)


def cron(expression: str, zone: str = "UTC") -> CronTimetable:
    return CronTimetable(parse(expression), ZoneInfo(zone))


def asked(table: Timetable | str, last: str | None, now: str, **more: Any) -> Verdict:
    """``decide`` for a job that was first seen at noon."""
    more = {"first_seen": utc("12:00:00"), **more}
    timetable = cron(table) if isinstance(table, str) else table
    return decide(None if last is None else utc(last), utc(now), timetable, **more)


def test_no_wait_case_is_missing() -> None:
    assert len(WAIT_CASES) == 15


@pytest.mark.parametrize("row", WAIT_CASES, ids=lambda row: f"{row['last_run']} {row['expression']}")
def test_waits_as_recorded(row: dict[str, str]) -> None:
    last, now = utc(row["last_run"]), utc(row["now"])
    ignore = row["ignore_missed"] == "1"
    table = cron(row["expression"], row["zone"])
    verdict = decide(last, now, table, first_seen=now, ignore_missed=ignore)
    if isinstance(verdict, Fire):
        seconds = 0.0
    else:
        assert isinstance(verdict, Wait | Missed)
        assert verdict.until is not None
        seconds = (verdict.until - now).total_seconds()
    assert seconds == float(row["wait_seconds"])


def test_a_job_that_never_ran_waits_from_when_it_was_seen() -> None:
    assert asked("0 */5 * * * *", None, "12:00:00") == Wait(utc("12:05:00"))
    assert asked("0 */5 * * * *", None, "12:05:00") == Fire(utc("12:05:00"), 1)
    assert asked("0 */5 * * * *", None, "12:05:00.003") == Fire(utc("12:05:00"), 1)


def test_a_schedule_given_to_a_job_that_ran_seven_minutes_ago_may_fire_at_once() -> None:
    verdict = asked("0 */5 * * * *", "11:53:00", "12:00:30", first_seen=utc("12:00:30"))
    assert verdict == Fire(utc("12:00:00"), 2)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        # Started 4 ms after its second: that second is done.
        ("12:00:00.004", "12:00:00.100", Wait(utc("12:00:10"))),
        ("12:00:00", "12:00:00", Wait(utc("12:00:10"))),
        # By hand, just before: it does not stand for the run that is due.
        ("11:59:59.900", "11:59:59.950", Wait(utc("12:00:00"))),
        ("11:59:59.900", "12:00:00", Fire(utc("12:00:00"), 1)),
        ("11:59:59.900", "12:00:00.000001", Fire(utc("12:00:00"), 1)),
        # By hand, in between.
        ("12:00:03", "12:00:09.999999", Wait(utc("12:00:10"))),
    ],
)
def test_fractions_of_a_second(last: str, now: str, expected: Verdict) -> None:
    assert asked("*/10 * * * * *", last, now) == expected


def test_what_a_late_start_has_passed_is_covered() -> None:
    # Due 12:00:00, started 1.2 s late: 12:00:01 is not made up for.
    assert asked("* * * * * *", "12:00:01.200", "12:00:01.300") == Wait(utc("12:00:02"))
    assert asked("* * * * * *", "12:00:00.010", "12:00:02.500") == Fire(utc("12:00:02"), 2)


def test_one_run_makes_up_for_ten_minutes_and_then_the_next_is_due_as_ever() -> None:
    table = "0 */2 * * * *"
    assert asked(table, "11:51:00", "12:01:59") == Fire(utc("12:00:00"), 5)
    assert asked(table, "12:01:59.010", "12:01:59.500") == Wait(utc("12:02:00"))
    # Exactly ten minutes old, and a little more.
    assert asked(table, "11:49:00", "12:00:00") == Fire(utc("12:00:00"), 6)
    late = asked(table, "11:49:00", "12:00:00.000001")
    assert late == Missed(6, utc("12:00:00"), utc("12:02:00"))


def test_what_is_older_is_counted_and_waited_past() -> None:
    table = "0 */2 * * * *"
    assert asked(table, "11:47:00", "12:00:00") == Missed(6, utc("11:58:00"), utc("12:02:00"))
    # Dealt with: the same misses are not told twice.
    since = utc("12:00:00")
    assert asked(table, "11:47:00", "12:00:30", since=since) == Wait(utc("12:02:00"))
    assert asked(table, "11:47:00", "12:02:00.004", since=since) == Fire(utc("12:02:00"), 1)


def test_years_of_an_each_second_schedule() -> None:
    verdict = asked("* * * * * *", "2017-06-01T12:00:00", "12:00:00")
    seconds = (utc("12:00:00") - utc("2017-06-01T12:00:00")) // SECOND
    assert verdict == Missed(seconds - 1, utc("11:59:59"), utc("12:00:01"))


def test_the_timer_that_fired_has_no_misses() -> None:
    assert asked("0 */2 * * * *", "11:47:00", "12:00:01", ignore_missed=True) == Fire(utc("12:00:00"), 7)
    # Another instance or a run by hand was first.
    assert asked("0 */2 * * * *", "12:00:00.2", "12:00:00.3", ignore_missed=True) == Wait(utc("12:02:00"))


def test_misfire_run_once() -> None:
    more = {"misfire": Misfire.RUN_ONCE}
    assert asked("0 0 * * * *", "02:30:00", "12:20:00", **more) == Fire(utc("12:00:00"), 10)


def test_misfire_skip() -> None:
    more = {"misfire": Misfire.SKIP}
    table = "0 */5 * * * *"
    assert asked(table, "11:55:00", "12:00:30", **more) == Fire(utc("12:00:00"), 1)
    assert asked(table, "11:55:00", "12:00:31", **more) == Missed(1, utc("12:00:00"), utc("12:05:00"))


def test_switched_on_again_counts_from_then() -> None:
    table = "0 */5 * * * *"
    assert asked(table, "11:40:00", "12:03:00", since=utc("12:03:00")) == Wait(utc("12:05:00"))
    assert asked(table, None, "12:03:00", first_seen=utc("09:00:00"), since=utc("12:03:00")) == Wait(
        utc("12:05:00")
    )
    # A run later than that counts for itself.
    assert asked(table, "12:05:01", "12:06:00", since=utc("12:03:00")) == Wait(utc("12:10:00"))


def test_a_clock_set_back_a_little_repeats_nothing() -> None:
    assert asked("* * * * * *", "12:00:05.01", "12:00:00") == Wait(utc("12:00:06"))
    assert asked("0 0 * * * *", "12:00:00.01", "11:59:55") == Wait(utc("13:00:00"))
    assert asked("0 */2 * * * *", "12:10:00", "12:00:00") == Wait(utc("12:12:00"))


def test_a_clock_set_back_far_stops_no_schedule_and_repeats_not_the_latest_run() -> None:
    # The clock was two hours ahead. At the step everything up to now is dealt with.
    step = utc("10:00:30")
    more: dict[str, Any] = {"first_seen": utc("06:00:00"), "since": step}
    assert asked("* * * * * *", "12:00:30.2", "10:00:30.5", **more) == Wait(utc("10:00:31"))
    assert asked("* * * * * *", "12:00:30.2", "10:00:31.001", **more) == Fire(utc("10:00:31"), 1)
    assert asked("0 0 11 * * *", "11:00:00.01", "10:00:30", **more) == Wait(utc("2027-06-02T11:00:00"))
    assert asked("0 0 11 * * *", "11:00:00.01", "11:00:00", **more) == Wait(utc("2027-06-02T11:00:00"))


def test_first_seen_or_since_in_the_far_future_stop_nothing() -> None:
    more: dict[str, Any] = {"first_seen": utc("14:00:00"), "since": utc("14:00:00")}
    assert asked("* * * * * *", None, "12:00:00", **more) == Wait(utc("12:00:01"))
    more["since"] = utc("12:00:00")
    assert asked("* * * * * *", None, "12:00:01", **more) == Fire(utc("12:00:01"), 1)


def test_never() -> None:
    assert asked("0 0 0 30 2 *", None, "12:00:00") == Never()
    assert asked("0 0 0 30 2 *", "2020-01-01T00:00:00", "12:00:00", ignore_missed=True) == Never()


def once(start: str, first_seen: str = "12:00:00") -> RecurrenceTimetable:
    return RecurrenceTimetable(parse_recurrence({"kind": "once", "start": start}), ZULU, utc(first_seen))


def test_once_now_runs_within_a_second_and_never_again() -> None:
    table = once("now", "12:00:00.250")
    more: dict[str, Any] = {"first_seen": utc("12:00:00.250"), "once": True}
    for last in (None, "11:00:00"):
        assert asked(table, last, "12:00:00.250", **more) == Wait(utc("12:00:01"))
        assert asked(table, last, "12:00:01.002", **more) == Fire(utc("12:00:01"), 1)
    done = asked(table, "12:00:01.003", "12:00:02", **more)
    assert done == Never()
    assert standing(done, once=True) is Standing.DONE


def test_once_is_never_too_old() -> None:
    table = once("2014-10-12T09:00:00")
    assert asked(table, "2020-01-01T00:00:00", "2027-06-09T12:00:00", once=True) == Fire(utc("12:00:01"), 1)
    skipped = asked(table, None, "2027-06-09T12:00:00", once=True, misfire=Misfire.SKIP)
    assert skipped == Missed(1, utc("12:00:01"), None)
    assert standing(skipped, once=True) is Standing.DONE


def test_a_run_by_hand_before_its_time_does_not_use_it_up() -> None:
    assert asked(once("2027-06-01T18:00:00"), "15:00:00", "15:00:01", once=True) == Wait(utc("18:00:00"))


def test_a_recurrence_that_has_ended() -> None:
    raw = {"kind": "every", "unit": "minute", "start": "2027-06-01T12:00:00", "count": 3}
    table = RecurrenceTimetable(parse_recurrence(raw), ZULU, utc("11:00:00"))
    pending = asked(table, "12:01:00.01", "12:01:01")
    assert pending == Wait(utc("12:02:00"))
    assert standing(pending, once=False) is Standing.PENDING
    ended = asked(table, "12:02:00.01", "12:02:01")
    assert ended == Never()
    assert standing(ended, once=False) is Standing.ENDED


def test_a_recurrence_of_the_past_makes_up_for_nothing_before_it_was_seen() -> None:
    raw = {"kind": "every", "unit": "minute", "n": 5, "start": "2027-06-01T08:02:00"}
    table = RecurrenceTimetable(parse_recurrence(raw), ZULU, utc("12:00:00"))
    for last in (None, "11:50:00", "2020-01-01T00:00:00"):
        assert asked(table, last, "12:00:00") == Wait(utc("12:02:00"))


@settings(max_examples=60)
@given(
    expression=st.sampled_from(
        ["* * * * * *", "*/7 * * * * *", "0 * * * * *", "0 */15 2 * * *", "0 30 * * * *"]
    ),
    start=st.sampled_from(["2027-03-28T00:40:00", "2027-10-31T00:40:00", "2027-06-01T12:00:00"]),
    naps=st.lists(st.floats(0.001, 900.0), min_size=1, max_size=40),
    late=st.floats(0.0, 1.5),
)
def test_a_scheduler_runs_each_instant_once_and_none_early(
    expression: str, start: str, naps: list[float], late: float
) -> None:
    """A loop that sleeps for any time and asks: the runs and misses together are the whole timetable."""
    table = cron(expression, "Europe/Berlin")
    first_seen = now = utc(start)
    last: datetime | None = None
    since: datetime | None = None
    accounted = 0
    for nap in naps:
        now += timedelta(seconds=nap)
        while True:
            verdict = decide(last, now, table, first_seen=first_seen, since=since)
            if isinstance(verdict, Fire):
                assert verdict.occurrence <= now
                assert last is None or verdict.occurrence > last
                accounted += verdict.covered
                begun = now + timedelta(seconds=late)
                accounted += table.count_between(now, begun + timedelta(microseconds=1))
                last = since = now = begun
                continue
            if isinstance(verdict, Missed):
                accounted += verdict.count + (table.last_before(now + SECOND, now - SECOND) == now)
                since = now
                continue
            assert isinstance(verdict, Wait)
            assert verdict.until > now
            break
    assert accounted == table.count_between(first_seen, now + timedelta(microseconds=1))
