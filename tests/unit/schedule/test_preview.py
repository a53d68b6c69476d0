from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wjtui.schedule.cron import parse
from wjtui.schedule.preview import Preview, preview
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import RecurrenceTimetable
from wjtui.schedule.timetable import CronTimetable

NOW = datetime(2026, 11, 21, 5, 12, 9, tzinfo=UTC)
ZULU, BERLIN, NEW_YORK = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPRING = "On 28 March 2027 the clocks of Europe/Berlin go forward from 02:00 to 03:00: "
AUTUMN = "On 31 October 2027 the clocks of Europe/Berlin go back from 03:00 to 02:00: "


def of_cron(expression: str, zone: ZoneInfo = ZULU, **more: Any) -> Preview:
    return preview(CronTimetable(parse(expression), zone), NOW, zone, **more)


def of_recurrence(zone: ZoneInfo = ZULU, **raw: Any) -> Preview:
    return preview(RecurrenceTimetable(parse_recurrence(raw), zone, NOW), NOW, zone)


def test_the_next_runs_of_the_schedule_builder() -> None:
    seen = of_cron("0 0 2 * * 1-5", viewer=BERLIN)
    days = [23, 24, 25, 26, 27, 30]
    assert list(seen.runs[:6]) == [datetime(2026, 11, day, 2, tzinfo=UTC) for day in days]
    assert len(seen.runs) == 10
    assert (seen.shortest_gap, seen.per_day, seen.per_week, seen.per_year) == (DAY, 1, 5, 261)
    assert seen.change is None
    assert seen.sentences == (
        "5 runs a week, 261 a year.",
        "From 28 March 2027 on, 02:00 UTC is 04:00 in Europe/Berlin, so far 03:00.",
    )


@pytest.mark.parametrize(
    ("expression", "pace"),
    [
        ("* * * * * *", "86,400 runs a day, 604,800 a week."),
        ("0 */10 * * * *", "144 runs a day, 1,008 a week."),
        ("0 0 9 * * *", "1 run a day, 7 a week."),
        ("0 0 9,17 * * Mon-Fri", "About 1 run a day, 10 a week."),
        ("0 0 9 * * Mon", "1 run a week, 52 a year."),
        ("0 0 9 1,11,21 * *", "36 runs a year."),
        ("0 0 9 1 1 *", "1 run a year."),
        ("0 0 0 29 2 *", "Less than one run a year."),
        ("0 0 0 30 2 *", "No run is ahead."),
    ],
)
def test_how_often(expression: str, pace: str) -> None:
    assert of_cron(expression).sentences == (pace,)


def test_the_shortest_gap_may_lie_behind_the_runs_shown() -> None:
    assert of_cron("0 0 9 1,5 * *", count=1).shortest_gap == 4 * DAY
    assert of_cron("0 0,5 9 * * *").shortest_gap == timedelta(minutes=5)
    assert of_recurrence(kind="once", start="2027-01-01T00:00").shortest_gap is None


@pytest.mark.parametrize(
    ("expression", "spring", "autumn"),
    [
        (
            "0 30 2 * * *",
            "the 02:30 run is at 03:30 that day.",
            "02:30 comes twice, and the run is at the second one, 01:30 UTC.",
        ),
        (
            "0 0,20 2 * * *",
            "the runs at 02:00 and 02:20 are at 03:00 and 03:20 that day.",
            "02:00 and 02:20 come twice, and the runs are at the second ones, 01:00 and 01:20 UTC.",
        ),
        (
            "0 */5 2 * * *",
            "the runs from 02:00 to 03:00 come 1 hour later that day.",
            "the time from 02:00 to 03:00 comes twice, and runs come the second time only.",
        ),
        (
            "0 30 2,3 * * *",
            "what is due at 02:30 falls together with the run at 03:30 that day.",
            "02:30 comes twice, and the run is at the second one, 01:30 UTC.",
        ),
        (
            "0 15 * * * *",
            "the runs go on at their pace.",
            "the time from 02:00 to 03:00 comes twice, and runs come both times.",
        ),
        (
            "0 0 9 * * *",
            "09:00 there is 07:00 UTC from then on, so far 08:00 UTC.",
            "09:00 there is 08:00 UTC from then on, so far 07:00 UTC.",
        ),
    ],
)
def test_changes_of_the_clocks_of_the_schedule(expression: str, spring: str, autumn: str) -> None:
    seen = of_cron(expression, BERLIN)
    assert seen.sentences[1:] == (SPRING + spring, AUTUMN + autumn)
    assert seen.change is not None
    assert seen.change.shift == HOUR


def test_what_the_sentences_say_is_what_the_runs_do() -> None:
    table = CronTimetable(parse("0 30 2 * * *"), BERLIN)
    for day in (datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)):
        assert table.next_after(day) == day + timedelta(minutes=90)


def test_a_schedule_that_rests_over_summer_has_no_word_on_the_change() -> None:
    assert len(of_cron("0 0 9 1 12,1 *", BERLIN).sentences) == 1


def test_a_reader_whose_clocks_move_with_the_schedule() -> None:
    paris = ZoneInfo("Europe/Paris")
    seen = preview(CronTimetable(parse("0 0 9 * * *"), BERLIN), NOW, BERLIN, viewer=paris)
    assert not any("Europe/Paris" in sentence for sentence in seen.sentences)
    elsewhere = preview(CronTimetable(parse("0 0 9 * * *"), BERLIN), NOW, BERLIN, viewer=NEW_YORK)
    assert elsewhere.sentences[-1] == (
        "From 14 March 2027 on, 09:00 Europe/Berlin is 04:00 in America/New_York, so far 03:00."
    )


def test_recurrences() -> None:
    steps = of_recurrence(BERLIN, kind="every", unit="minute", n=15)
    assert steps.runs[0] == NOW + timedelta(seconds=1)
    assert steps.sentences == (
        "96 runs a day, 672 a week.",
        SPRING + "the runs go on at their pace.",
        AUTUMN + "the runs go on at their pace.",
    )
    hours = of_recurrence(BERLIN, kind="every", unit="hour", n=12)
    assert hours.sentences[1] == (
        SPRING + "the runs keep their distance, so by the clock they come 1 hour later."
    )
    daily = of_recurrence(BERLIN, kind="every", unit="day", start="2027-01-01T02:30")
    assert daily.sentences[1] == SPRING + "the 02:30 run is at 03:30 that day."


def test_what_ends_says_how_many_are_left() -> None:
    assert of_recurrence(kind="once").sentences == ("1 more run, then none.",)
    counted = of_recurrence(kind="every", unit="day", count=3)
    assert counted.sentences == ("3 more runs, then none.",)
    assert len(counted.runs) == 3
    until = of_recurrence(kind="every", unit="minute", start="2027-05-01T00:00", end="2027-05-02T00:00")
    assert until.sentences == ("1,441 more runs, then none.",)
    assert of_recurrence(kind="every", unit="day", end="2026-01-01T00:00").sentences == ("No run is ahead.",)
