"""A recurrence written as its object, and read again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.schedule.recurrence import fingerprint
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_object import write_recurrence

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NTH = ["first", "second", "third", "fourth", "fifth", "last"]


def lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=1, max_size=4)


NTH_DAYS = lists(st.fixed_dictionaries({"day": st.sampled_from(WEEK), "occurrence": st.sampled_from(NTH)}))
MONTHLY = st.one_of(
    st.just({}),
    lists(st.sampled_from([1, 15, 31, -1])).map(lambda days: {"month_days": days}),
    lists(st.sampled_from(WEEK)).map(lambda days: {"weekdays": days}),
    NTH_DAYS.map(lambda days: {"month_weekdays": days}),
)
COMMON = st.fixed_dictionaries(
    {"kind": st.just("every"), "n": st.integers(1, 50)},
    optional={
        "start": st.sampled_from(["now", "2026-11-22T02:00:00", "2026-11-22T02:00:07+01:00"]),
        "end": st.just("2030-01-01T00:00:00"),
        "count": st.integers(1, 99),
        "time_zone": st.just("Europe/Berlin"),
    },
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = dict(draw(COMMON))
    made["unit"] = unit = draw(st.sampled_from(["minute", "hour", "day", "week", "month"]))
    if made.get("start", "now").endswith("+01:00") and "end" in made:
        made["end"] += "+01:00"
    if unit == "month":
        made |= draw(MONTHLY)
    if unit == "week":
        made |= draw(
            st.one_of(st.just({}), lists(st.sampled_from(WEEK)).map(lambda days: {"weekdays": days}))
        )
    if unit in ("day", "week", "month"):
        made |= draw(
            st.fixed_dictionaries(
                {}, optional={"hours": lists(st.integers(0, 23)), "minutes": lists(st.integers(0, 59))}
            )
        )
    return made


@given(objects())
def test_it_means_the_same(made: dict[str, Any]) -> None:
    recurrence = parse_recurrence(made)
    assert fingerprint(parse_recurrence(write_recurrence(recurrence))) == fingerprint(recurrence)


@pytest.mark.parametrize(
    "made",
    [
        {"kind": "once", "start": "now"},
        {"kind": "once", "start": "2014-10-12T09:00:00", "time_zone": "Europe/Paris"},
        {"kind": "every", "unit": "minute", "n": 15, "start": "now"},
        {"kind": "every", "unit": "day", "n": 1, "start": "now", "end": "2015-01-01T00:00:00"},
        {"kind": "every", "unit": "day", "n": 1, "start": "now", "count": 10},
        {"kind": "every", "unit": "month", "n": 1, "start": "now", "month_days": [1, 15, -1]},
        {
            "kind": "every",
            "unit": "month",
            "n": 1,
            "start": "now",
            "month_weekdays": [{"day": "fri", "occurrence": "first"}, {"day": "mon", "occurrence": "last"}],
        },
    ],
)
def test_the_objects_of_the_specification_are_written_as_they_are(made: dict[str, Any]) -> None:
    assert write_recurrence(parse_recurrence(made)) == made
