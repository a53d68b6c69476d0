from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wjtui.schedule.date_words import span_words
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_words import describe_recurrence

BERLIN = ZoneInfo("Europe/Berlin")
SEEN = datetime(2026, 11, 21, 5, 12, 8, 500_000, tzinfo=UTC)
FROM = ", from 1 March 2027 09:00 Europe/Berlin"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"unit": "minute"}, "Every minute" + FROM),
        ({"unit": "minute", "n": 15}, "Every 15 minutes" + FROM),
        ({"unit": "hour", "n": 2, "count": 10}, "Every 2 hours" + FROM + ", 10 times in all"),
        ({"unit": "hour", "count": 1}, "Every hour" + FROM + ", 1 time in all"),
        ({"unit": "day"}, "Every day at 09:00" + FROM),
        ({"unit": "day", "n": 3, "hours": [9, 17]}, "Every 3 days at 09:00 and 17:00" + FROM),
        (
            {"unit": "day", "hours": [8, 9, 10, 11], "minutes": [0, 30]},
            "Every day, 8 times a day from 08:00 to 11:30" + FROM,
        ),
        ({"unit": "week"}, "Every week on Monday at 09:00" + FROM),
        (
            {"unit": "week", "n": 2, "weekdays": ["fri", "mon"]},
            "Every 2 weeks on Monday and Friday at 09:00" + FROM,
        ),
        (
            {"unit": "week", "weekdays": ["mon", "tue", "wed", "thu", "fri", "sun"]},
            "Every week on Monday to Friday and Sunday at 09:00" + FROM,
        ),
        ({"unit": "month"}, "On the 1st of every month at 09:00" + FROM),
        (
            {"unit": "month", "month_days": [31]},
            "On the 31st of every month at 09:00, where there is one" + FROM,
        ),
        (
            {"unit": "month", "month_days": [1, 15, -1]},
            "On the 1st, 15th and last day of every month at 09:00" + FROM,
        ),
        ({"unit": "month", "month_days": [-1]}, "On the last day of every month at 09:00" + FROM),
        (
            {"unit": "month", "n": 3, "month_days": [1, 2, 3]},
            "On the 1st to 3rd of every 3rd month at 09:00" + FROM,
        ),
        ({"unit": "month", "weekdays": ["fri"]}, "Every Friday at 09:00" + FROM),
        ({"unit": "month", "n": 2, "weekdays": ["fri"]}, "Every Friday of every 2nd month at 09:00" + FROM),
        (
            {
                "unit": "month",
                "n": 2,
                "month_weekdays": [
                    {"day": "mon", "occurrence": "last"},
                    {"day": "fri", "occurrence": "first"},
                ],
            },
            "On the first Friday and the last Monday of every 2nd month at 09:00" + FROM,
        ),
        (
            {"unit": "day", "end": "2027-12-31T23:59:59"},
            "Every day at 09:00" + FROM + ", until 31 December 2027 23:59:59",
        ),
        (
            {"unit": "day", "end": "2027-12-31T12:00Z"},
            "Every day at 09:00" + FROM + ", until 31 December 2027 13:00",
        ),
    ],
)
def test_in_words(raw: dict[str, Any], words: str) -> None:
    recurrence = parse_recurrence({"kind": "every", "start": "2027-03-01T09:00:00", **raw})
    assert describe_recurrence(recurrence, BERLIN) == words
    assert describe_recurrence(recurrence, BERLIN, SEEN) == words


@pytest.mark.parametrize(
    ("raw", "before", "seen"),
    [
        ({"kind": "once"}, "Once, as soon as it is seen", "Once, at 21 November 2026 06:12:09 Europe/Berlin"),
        (
            {"kind": "once", "start": "2014-10-12T09:00"},
            "Once, at 12 October 2014 09:00 Europe/Berlin",
            "Once, at 21 November 2026 06:12:09 Europe/Berlin",
        ),
        (
            {"kind": "once", "start": "2027-03-28T02:30"},
            "Once, at 28 March 2027 03:30 Europe/Berlin",
            "Once, at 28 March 2027 03:30 Europe/Berlin",
        ),
        (
            {"kind": "every", "unit": "minute", "n": 15},
            "Every 15 minutes, from now on",
            "Every 15 minutes, from 21 November 2026 06:12:09 Europe/Berlin",
        ),
        (
            {"kind": "every", "unit": "week", "hours": [9]},
            "Every week at 09:00, from now on",
            "Every week on Saturday at 09:00, from 21 November 2026 06:12:09 Europe/Berlin",
        ),
        (
            {"kind": "every", "unit": "month"},
            "On the same day of every month, from now on",
            "On the 21st of every month at 06:12:09, from 21 November 2026 06:12:09 Europe/Berlin",
        ),
        (
            {"kind": "every", "unit": "day", "minutes": [30]},
            "Every day, from now on",
            "Every day at 06:30, from 21 November 2026 06:12:09 Europe/Berlin",
        ),
    ],
)
def test_a_start_of_now_before_and_after_it_was_seen(raw: dict[str, Any], before: str, seen: str) -> None:
    recurrence = parse_recurrence(raw)
    assert describe_recurrence(recurrence, BERLIN) == before
    assert describe_recurrence(recurrence, BERLIN, SEEN) == seen


def test_spans() -> None:
    day = datetime(2027, 1, 2, tzinfo=UTC) - datetime(2027, 1, 1, tzinfo=UTC)
    assert span_words(day) == "1 day"
    assert span_words(-day / 48) == "30 minutes"
    assert span_words(day * 2 + day / 24) == "2 days and 1 hour"
    assert span_words(day - day) == "0 seconds"
