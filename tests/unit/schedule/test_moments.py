"""Instants and spans as people give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.model.errors import InvalidRequest
from wjtui.schedule.moments import parse_delay, parse_moment, read_moment, read_span

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)
"""13:00 in Berlin, the day before its clocks go forward."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-01T09:00", "2027-03-01T08:00:00Z"),
        ("2027-03-01 09:00:30", "2027-03-01T08:00:30Z"),
        ("2027-03-01", "2027-02-28T23:00:00Z"),
        ("2027-03-01T09:00Z", "2027-03-01T09:00:00Z"),
        ("2027-03-01T09:00:00+05:30", "2027-03-01T03:30:00Z"),
        (" 2027-07-01T09:00 ", "2027-07-01T07:00:00Z"),
        # Left out by the clocks, and shown twice by them.
        ("2027-03-28T02:30", "2027-03-28T01:30:00Z"),
        ("2027-10-31T02:30", "2027-10-31T01:30:00Z"),
        # The next such time.
        ("13:01", "2027-03-27T12:01:00Z"),
        ("13:00", "2027-03-28T11:00:00Z"),
        ("9:00", "2027-03-28T07:00:00Z"),
        ("00:00:05", "2027-03-27T23:00:05Z"),
        ("02:30", "2027-03-28T01:30:00Z"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    assert read_moment(text, BERLIN, NOW, "--at") == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24:00", "12:60", "9", "9:5", "2027-13-01", "2027-02-30T09:00", "٩:00", "1-1-1", "09:00Z"],
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^--from is .* such as 2027-03-01T09:00"):
        read_moment(text, UTC, NOW, "--from")


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00", "1969-12-31", "3000-01-01T00:00Z", "9999-12-31T23:59:59"]
)
def test_years_far_away_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="1970 to 2999"):
        read_moment(text, BERLIN, NOW, "--at")


@given(
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.integers(0, 100 * 365 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)
def test_time_of_day_is_the_next_one(clock: object, now: datetime) -> None:
    at = read_moment(str(clock), BERLIN, now, "--at")
    # A day that has 25 hours, and a time of it that comes twice, of which the second one counts.
    assert now < at <= now + timedelta(hours=26)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(minutes=90)),
        ("1d", timedelta(days=1)),
        (" 1D2H3M4S ", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_spans(text: str, expected: timedelta) -> None:
    assert read_span(text, "--in") == expected


@pytest.mark.parametrize(
    "text", ["", "0s", "30", "-5m", "1.5h", "m", "1h 30m", "30m1h", "٣m", "999999999d", "9" * 30 + "s", "1w"]
)
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^--in is .* for example 90s"):
        read_span(text, "--in")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 30m", NOW + timedelta(minutes=30)),
        ("IN 1H30M", NOW + timedelta(minutes=90)),
        ("+90s", NOW + timedelta(seconds=90)),
        ("1d", NOW + timedelta(days=1)),
        ("02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-04-01 02:00", datetime(2027, 4, 1, 0, 0, tzinfo=UTC)),
        ("2027-04-01T02:00Z", datetime(2027, 4, 1, 2, 0, tzinfo=UTC)),
        ("2027-03-01", datetime(2027, 2, 28, 23, 0, tzinfo=UTC)),
    ],
)
def test_times_as_a_dialog_takes_them(text: str, expected: datetime) -> None:
    assert parse_moment(text, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "in a while", "in ", "+", "\x1b[2J", "9" * 10_000, "١:00"]
)
def test_what_a_dialog_does_not_take_is_a_short_sentence(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_moment(text, NOW, BERLIN)
    said = caught.value.message
    assert said.endswith(".") and said.isprintable() and len(said) < 120
    assert "write " in said
    with pytest.raises(InvalidRequest, match="is no delay: write 90s"):
        parse_delay(text)
