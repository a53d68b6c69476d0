from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.schedule.readback import read_back
from tests.unit.schedule.strategies import Sample, expressions, fields
from wjtui.schedule import describe, never_reason, parse

WORDS = {
    # One pace
    "* * * * * *": "Every second",
    "0 * * * * *": "Every minute",
    "0 0 * * * *": "Every hour",
    "*/5 * * * * *": "Every 5 seconds",
    "*/30 * * * * *": "Every 30 seconds",
    "0 */15 * * * *": "Every 15 minutes",
    "0 0,30 * * * *": "Every 30 minutes",
    "0 0/1 * * * *": "Every minute",
    "0 0-58/2 * * * *": "Every 2 minutes",
    "0 0 */2 * * *": "Every 2 hours",
    "0 0 */8 * * *": "Every 8 hours",
    # A pace that does not divide its turn, or starts later
    "*/7 * * * * *": "Every 7 seconds from 0 to 56 seconds past every minute",
    "0 */7 * * * *": "Every 7 minutes from 0 to 56 minutes past every hour",
    "0 5/15 * * * *": "Every 15 minutes, starting at 5 minutes past every hour",
    "0 3/7 * * * *": "Every 7 minutes from 3 to 59 minutes past every hour",
    "0 0-15/5 * * * *": "Every 5 minutes from 0 to 15 minutes past every hour",
    "0 */59 * * * *": "At 0 and 59 minutes past every hour",
    "0 0 */5 * * *": "Every 5 hours from 00:00 to 20:00",
    "0 0 1/5 * * *": "Every 5 hours from 01:00 to 21:00",
    "0 0 1/2 * * *": "Every 2 hours from 01:00 to 23:00",
    "0 30 */6 * * *": "Every 6 hours from 00:30 to 18:30",
    # Past the minute and the hour
    "30 * * * * *": "At 30 seconds past every minute",
    "1 * * * * *": "At 1 second past every minute",
    "5,8,10 * * * * *": "At 5, 8 and 10 seconds past every minute",
    "5-7 * * * * *": "Every second from 5 to 7 seconds past every minute",
    "0 5 * * * *": "At 5 minutes past every hour",
    "30 0 * * * *": "At 30 seconds past every hour",
    "30 10 * * * *": "At 10 minutes and 30 seconds past every hour",
    "0 15,45 * * * *": "At 15 and 45 minutes past every hour",
    "0 5,10-20,50 * * * *": "At 5, 10 to 20 and 50 minutes past every hour",
    "30 */2 * * * *": "Every 2 minutes, at 30 seconds past the minute",
    "* 55 * * * *": "Every second, during minute 55 of every hour",
    "*/10 */15 * * * *": "Every 10 seconds, during minutes 0, 15, 30 and 45 of every hour",
    "*/10 */2 * * * *": "Every 10 seconds, during every 2nd minute from 0 to 58 of every hour",
    "* 10-50 * * * *": "Every second, during minutes 10 to 50 of every hour",
    # Times of day
    "0 0 9 * * *": "At 09:00, every day",
    "15 30 9 * * *": "At 09:30:15, every day",
    "0,30 30 9 * * *": "At 09:30:00 and 09:30:30, every day",
    "0 30 7,8 * * *": "At 07:30 and 08:30, every day",
    "0 15,45 15-16 * * *": "At 15:15, 15:45, 16:15 and 16:45, every day",
    "0 0 1,2,5,9,14,23 * * *": "At 01:00, 02:00, 05:00, 09:00, 14:00 and 23:00, every day",
    # Parts of the day
    "0 0 9-17 * * *": "Every hour from 09:00 to 17:00",
    "0 0 22-2 * * *": "Every hour from 02:00 to 22:00",
    "15 30 9-17 * * *": "Every hour from 09:30:15 to 17:30:15",
    "0 * 5 * * *": "Every minute from 05:00 to 05:59",
    "0 5/15 9 * * *": "Every 15 minutes from 09:05 to 09:50",
    "* * 10 * * *": "Every second from 10:00:00 to 10:59:59",
    "* 0-1 10 * * *": "Every second from 10:00:00 to 10:01:59",
    "*/20 55 9 * * *": "Every 20 seconds from 09:55:00 to 09:55:40",
    "*/7 0-1 9 * * *": (
        "Every 7 seconds from 0 to 56 seconds past the minute, during minutes 0 and 1 of the hour, "
        "between 09:00 and 09:59"
    ),
    "0 */5 8-21 * * *": "Every 5 minutes, between 08:00 and 21:59",
    "30 * 8-21 * * *": "At 30 seconds past every minute, between 08:00 and 21:59",
    "0 15,45 9-17 * * *": "At 15 and 45 minutes past the hour, between 09:00 and 17:59",
    "0 */5 8-10,14 * * *": "Every 5 minutes, between 08:00 and 10:59 and between 14:00 and 14:59",
    "0 * 3/4 * * *": "Every minute, during every 4th hour from 3 to 23",
    "0 * 2,4-8,15 * * *": "Every minute, during hours 2, 4 to 8 and 15",
    "0 0 1-3,7-9,12,15 * * *": "On the hour, during hours 1 to 3, 7 to 9, 12 and 15",
    "0 5 1-3,7-9,12,15 * * *": "At 5 minutes past the hour, during hours 1 to 3, 7 to 9, 12 and 15",
    # Days of the week
    "0 0 9 * * Mon-Fri": "At 09:00, Monday to Friday",
    "0 0 9 * * 5-1": "At 09:00, Monday to Friday",
    "0 0 9 * * MON": "At 09:00, on Mondays",
    "0 0 9 * * Tue,Thursday": "At 09:00, on Tuesdays and Thursdays",
    "0 0 9 * * 0,6": "At 09:00, on Saturdays and Sundays",
    "0 0 9 * * 5,6,0": "At 09:00, Friday to Sunday",
    "0 0 9 * * 0-2": "At 09:00, Sunday to Tuesday",
    "0 0 9 * * SUN,3": "At 09:00, on Wednesdays and Sundays",
    "0 0 9 * * Mon-Thu,Sat": "At 09:00, Monday to Thursday and Saturday",
    "0 0 9 * * SAT-SUN": "At 09:00, every day",
    "0 * * * * Sun": "Every minute, on Sundays",
    # Days of the month, and months
    "0 0 9 1 * *": "At 09:00, on the 1st of every month",
    "0 0 9 31 * *": "At 09:00, on the 31st of every month that has one",
    "0 0 9 1,15 * *": "At 09:00, on the 1st and 15th of every month",
    "0 0 9 1-7 * *": "At 09:00, on the 1st to 7th of every month",
    "0 0 9 */2 * *": "At 09:00, on every 2nd day from the 1st to the 31st of every month",
    "0 0 9 11,12,13,21,22,23 * *": "At 09:00, on the 11th to 13th and 21st to 23rd of every month",
    "0 0 9 25 12 *": "At 09:00, on 25 December",
    "0 0 9 29 2 *": "At 09:00, on 29 February",
    "0 0 9 1 */3 *": "At 09:00, on the 1st of January, April, July and October",
    "0 0 9 1,15 May *": "At 09:00, on the 1st and 15th of May",
    "0 0 9 * May *": "At 09:00, every day in May",
    "0 0 9 * Aug-Jun *": "At 09:00, every day from June to August",
    "0 10 * * Feb,Apr-Jun *": "At 10 minutes past every hour, in February and April to June",
    "0 0 9 * Jan Mon": "At 09:00, on Mondays in January",
    "0 0 9 * Jun-Aug Mon-Fri": "At 09:00, Monday to Friday from June to August",
    # Both kinds of day: both must match
    "0 0 0 13 * 5": "At 00:00, on days that are both the 13th and a Friday",
    "0 0 9 1-7 * MON": "At 09:00, on days that are both the 1st to 7th and a Monday",
    "0 0 9 1,15 * 3": "At 09:00, on days that are both the 1st or 15th and a Wednesday",
    "0 0 9 1 * 0,6": "At 09:00, on days that are both the 1st and a Saturday or Sunday",
    "0 0 9 1 * 1-5": "At 09:00, on days that are both the 1st and a day from Monday to Friday",
    "0 0 9 1 * 1-3,5": "At 09:00, on days that are both the 1st and a Monday, Tuesday, Wednesday or Friday",
    "0 0 9 */3 * 1": "At 09:00, on days that are both every 3rd day from the 1st to the 31st and a Monday",
    "0 0 0 29 2 1": "At 00:00, on days that are both the 29th and a Monday in February",
    "*/5 * 8-17 1-7 * Mon": (
        "Every 5 seconds, between 08:00 and 17:59, on days that are both the 1st to 7th and a Monday"
    ),
    # Never
    "0 0 0 30 2 *": "Never: February has no 30th",
    "0 0 0 30,31 2 1": "Never: February has no 30th or 31st",
    "0 0 0 31 4,6,9,11 *": "Never: April, June, September and November have no 31st",
}


@pytest.mark.parametrize("text", WORDS)
def test_words(text: str) -> None:
    assert describe(parse(text)) == WORDS[text]


def test_why_never() -> None:
    assert (
        never_reason(parse(" 0 0 0 30 2 * "))
        == "The schedule '0 0 0 30 2 *' never comes: February has no 30th."
    )
    assert never_reason(parse("0 0 0 29 2 *")) is None


@given(expressions())
def test_the_way_of_writing_does_not_matter(sample: Sample) -> None:
    cron = parse(sample.text)
    assert describe(cron) == describe(parse(cron.expanded))


@given(expressions())
def test_the_words_read_back_are_the_schedule(sample: Sample) -> None:
    cron = parse(sample.text)
    if not cron.never:
        assert read_back(describe(cron)) == sample.fields, describe(cron)


@pytest.mark.parametrize("text", [text for text, words in WORDS.items() if not words.startswith("Never")])
def test_the_words_of_the_table_read_back_are_the_schedule(text: str) -> None:
    assert read_back(WORDS[text]) == tuple(map(set, parse(text).fields))


@given(expressions(), st.integers(0, 5), st.data())
def test_no_two_schedules_have_the_same_words(sample: Sample, place: int, data: st.DataObject) -> None:
    """Words from which a number is lost or misread would say of two schedules that they are one."""
    words = sample.text.split()
    other_field, _ = data.draw(fields(place))
    one, other = parse(sample.text), parse(" ".join([*words[:place], other_field, *words[place + 1 :]]))
    if not one.never and not other.never:
        assert (describe(one) == describe(other)) == (one.fields == other.fields)
