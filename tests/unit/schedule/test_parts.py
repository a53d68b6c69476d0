"""An expression by its parts, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.schedule.strategies import Sample, expressions
from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.cron import parse
from wjtui.schedule.fields import FIELDS, read_field
from wjtui.schedule.parts import (
    At,
    EveryDay,
    Hours,
    Minutes,
    MonthDays,
    OwnDays,
    OwnTime,
    Parts,
    WeekDays,
    parts_of,
    write_parts,
)


def some(low: int, high: int) -> st.SearchStrategy[tuple[int, ...]]:
    """At least one and not all."""
    numbers = st.integers(low, high)
    return st.sets(numbers, min_size=1, max_size=high - low).map(lambda found: tuple(sorted(found)))


TIMES = st.one_of(
    st.builds(Minutes, st.integers(1, 59)),
    st.builds(Hours, st.integers(1, 23), st.integers(0, 59)),
    st.builds(At, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)),
)
DAYS = st.one_of(st.just(EveryDay()), st.builds(WeekDays, some(0, 6)), st.builds(MonthDays, some(1, 31)))


@given(st.builds(Parts, TIMES, DAYS, st.one_of(st.just(()), some(1, 12))))
def test_parts_come_back_from_what_they_write(parts: Parts) -> None:
    assert parts_of(parse(write_parts(parts))) == parts


@given(expressions())
def test_every_expression_has_parts_that_mean_the_same(sample: Sample) -> None:
    cron = parse(sample.text)
    assert parse(write_parts(parts_of(cron))).fields == cron.fields


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0 */15 * * * *", Parts(Minutes(15))),
        ("0 0-59 * * * *", Parts(Minutes(1))),
        ("0 0 * * * *", Parts(Hours(1))),
        ("0 30 */6 * * *", Parts(Hours(6, 30))),
        ("0 0 2 * * Mon-Fri", Parts(At(2), WeekDays((0, 1, 2, 3, 4)))),
        ("5 0 2 1,15 * *", Parts(At(2, 0, 5), MonthDays((1, 15)))),
        ("0 0 2 * Jan *", Parts(At(2), EveryDay(), (1,))),
        ("0 0 9 * * Sun", Parts(At(9), WeekDays((6,)))),
        ("0 5/15 * * * *", Parts(OwnTime("0 5/15 *"))),
        ("*/10 0 2 * * *", Parts(OwnTime("*/10 0 2"))),
        ("0 0  9 1-7 * Mon", Parts(At(9), OwnDays("1-7", "Mon"))),
    ],
)
def test_what_people_write(text: str, parts: Parts) -> None:
    assert parts_of(parse(text)) == parts


def test_a_field_by_itself() -> None:
    assert read_field(FIELDS[4], "Jan-Mar").values == (1, 2, 3)
    for text in ("", "  ", "1 2", "13", "Foo"):
        with pytest.raises(InvalidSchedule) as caught:
            read_field(FIELDS[4], text)
        assert caught.value.field == "month" and "The month field has" in caught.value.message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0 2 * * 1-5", "0 0 2 * * 1-5"),
        ("0 2 * * 7", "0 0 2 * * 0"),
        ("@daily", "0 0 0 * * *"),
        ("@every 15m", "0 */15 * * * *"),
        ("'0 0 2 * * *'", "0 0 2 * * *"),
        ("0\t0 2 * * *", "0 0 2 * * *"),
        ("0 0, 30 * * * *", "0 0,30 * * * *"),
        ("0 0 2 ? * * 2027", "0 0 2 * * *"),
        ("0 2 * * * /usr/bin/report", "0 0 2 * * *"),
        ("0 0 25 * * *", None),
        ("00:15:00", None),
        ("@reboot", None),
        ("", None),
        ("0 0 2 * * 1 2027", None),
    ],
)
def test_the_one_that_was_meant(text: str, meant: str | None) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        parse(text)
    assert caught.value.meant == meant
    assert meant is None or f"'{meant}'" in caught.value.message
