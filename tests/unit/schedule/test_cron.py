from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, product

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.schedule.strategies import Sample, expressions
from wjtui.model.errors import InvalidSchedule
from wjtui.schedule import next_occurrence
from wjtui.schedule.cron import LONGEST_GAP_YEARS, Cron, parse

wall = datetime.fromisoformat
END = wall("9999-12-31T23:59:59.999999")
SECOND = timedelta(seconds=1)
moments = st.datetimes(wall("1999-01-01"), wall("2101-01-01"))


def on(sample: Sample, day: date) -> bool:
    _, _, _, days, months, weekdays = sample.fields
    return day.day in days and day.month in months and (day.weekday() + 1) % 7 in weekdays


def walk(sample: Sample, first: date, days: int) -> Iterator[datetime]:
    """Every match of ``days`` days from ``first``, by looking at each day and at each time of it."""
    seconds, minutes, hours, *_ = map(sorted, sample.fields)
    for number in range(days):
        day = first + timedelta(days=number)
        if on(sample, day):
            for hour, minute, second in product(hours, minutes, seconds):
                yield datetime.combine(day, time(hour, minute, second))


@given(expressions())
def test_reads_the_same_numbers(sample: Sample) -> None:
    cron = parse(sample.text)
    assert cron.fields == tuple(tuple(sorted(numbers)) for numbers in sample.fields)
    again = parse(cron.expanded)
    assert (again.fields, again.expanded, again.warnings) == (cron.fields, cron.expanded, ())


@given(expressions(), moments)
@example(
    Sample("0 0 0 29 2 1", tuple(map(frozenset, ([0], [0], [0], [29], [2], [1])))),
    wall("2072-02-29"),
)
def test_next_is_the_first_of_a_brute_walk(sample: Sample, at: datetime) -> None:
    found = parse(sample.text).next_after(at)
    days = 1 + ((found.date() - at.date()).days if found else 800)
    expected = next((hit for hit in walk(sample, at.date(), days) if hit > at.replace(microsecond=0)), None)
    assert found == expected


@given(expressions(), moments, st.integers(0, 86400))
def test_walk_and_count_and_last_agree_with_a_brute_walk(
    sample: Sample, after: datetime, seconds: int
) -> None:
    cron = parse(sample.text)
    before = after + timedelta(seconds=seconds)
    hits = [hit for hit in walk(sample, after.date(), 2) if after < hit < before]
    assert cron.count_between(after, before) == len(hits)
    some = list(islice(cron.walk(after), min(len(hits), 20)))
    assert some == hits[: len(some)] and all(map(cron.matches, some))
    last = cron.last_before(before)
    assert (last if last and last > after else None) == (hits[-1] if hits else None)
    seconds_of_day = {hit for hit in walk(sample, after.date(), 1) if hit.hour == after.hour}
    assert cron.matches(after) == (after.replace(microsecond=0) in seconds_of_day)


@given(expressions(), moments)
def test_last_is_followed_by_nothing_before(sample: Sample, at: datetime) -> None:
    cron = parse(sample.text)
    last = cron.last_before(at)
    if last is None:
        assert cron.never
        return
    assert last < at and cron.matches(last)
    following = cron.next_after(last)
    assert following is not None and following >= at


def test_longest_gap() -> None:
    """Over the 400 years after which the calendar repeats, to the day of the week."""
    gaps = []
    for weekday in range(7):
        years = [hit.year for hit in islice(parse(f"0 0 0 29 2 {weekday}").walk(wall("1999-01-01")), 20)]
        gaps += [later - earlier for earlier, later in pairwise(years)]
    assert max(gaps) == LONGEST_GAP_YEARS


@pytest.mark.parametrize(
    ("year", "following"), [(2026, 2044), (2044, 2072), (2072, 2112), (9000, 9008), (9996, None)]
)
def test_leap_day_on_a_monday(year: int, following: int | None) -> None:
    found = parse("0 0 0 29 2 1").next_after(wall(f"{year}-02-28") + timedelta(days=2))
    assert (found and found.year) == following


@pytest.mark.parametrize("text", ["0 0 0 30 2 *", "* * * 31 Feb Mon", "0 0 0 31 4,6,9,11 *"])
def test_a_day_that_never_comes(text: str) -> None:
    cron = parse(text)
    at = wall("2026-02-26")
    assert cron.never
    assert cron.next_after(at) is cron.last_before(at) is None
    assert list(cron.walk(at)) == [] and cron.count_between(at, wall("2036-01-01")) == 0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("* * * * * *", wall("9999-12-31T23:59:59.000005")),
        ("0 0 0 * * *", wall("9999-12-31")),
        ("0 0 0 1 1 *", wall("9999-01-01")),
        ("0 0 0 29 2 *", wall("9996-02-29")),
        ("0 0 0 * 1 1", wall("9999-02-01")),
    ],
)
def test_time_ends_with_the_year_9999(text: str, at: datetime) -> None:
    cron = parse(text)
    assert cron.next_after(at) is None
    assert cron.last_before(END) is not None
    assert cron.count_between(at, END) == 0


@pytest.mark.parametrize("text", ["0 0 0 * * 0", "0 0 12 31 12 *", "5 4 3 * * *"])
def test_time_begins_with_the_year_1(text: str) -> None:
    assert parse(text).last_before(wall("0001-01-01T02:00:00")) is None
    assert parse(text).next_after(wall("0001-01-01")) is not None


def test_a_fraction_of_a_second_is_dropped_from_the_start_only() -> None:
    cron = parse("*/10 * * * * *")
    half = wall("2026-01-01T00:00:10.500000")
    assert cron.next_after(half) == wall("2026-01-01T00:00:20")
    assert cron.last_before(half) == wall("2026-01-01T00:00:10")
    assert cron.last_before(half.replace(microsecond=0)) == wall("2026-01-01")
    assert cron.count_between(half, half + 10 * SECOND) == 1
    assert cron.count_between(half - SECOND, half) == 1
    assert cron.count_between(half, half) == cron.count_between(half, half - SECOND) == 0


@pytest.mark.parametrize(("text", "count"), [("* * * * * *", 366 * 86400 - 1), ("0 0 0 * * *", 365)])
def test_counts_a_year(text: str, count: int) -> None:
    assert parse(text).count_between(wall("2024-01-01"), wall("2025-01-01")) == count


def test_many_years_without_a_match_are_skipped() -> None:
    assert parse("0 0 0 29 2 1").last_before(wall("2112-02-29")) == wall("2072-02-29")


def test_a_time_with_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no zone"):
        next_occurrence("0 * * * * *", datetime.now(UTC))


def test_next_occurrence() -> None:
    assert next_occurrence("0 0 9 * * Mon-Fri", wall("2026-02-27T09:00:00")) == wall("2026-03-02T09:00:00")
    assert next_occurrence("0 0 9 31 Feb *", wall("2026-02-27T09:00:00")) is None
    with pytest.raises(InvalidSchedule):
        next_occurrence("0 0 9 * *", wall("2026-02-27T09:00:00"))


def test_is_a_value() -> None:
    cron = parse(" 0 */15 22-3 * * */0 ")
    assert cron.text == " 0 */15 22-3 * * */0 "
    assert cron.expanded == "0 0,15,30,45 3-22 * * *"
    assert len(cron.warnings) == 2
    assert {cron: 1}[parse(cron.text)] == 1
    assert msgspec.json.decode(msgspec.json.encode(cron), type=Cron) == cron


def test_croniter_is_imported_by_the_first_step_only() -> None:
    look = (
        "import sys, datetime; from wjtui.schedule import parse; cron = parse('0 0 9 * * *');"
        "print('croniter' in sys.modules); cron.next_after(datetime.datetime(2026, 1, 1));"
        "print('croniter' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout.split() == ["False", "True"]
