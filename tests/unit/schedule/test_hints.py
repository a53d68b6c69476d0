from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule import parse
from wjtui.schedule.foreign import sunday_as_zero
from wjtui.schedule.hints import every


def refusal(text: str) -> InvalidSchedule:
    with pytest.raises(InvalidSchedule) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("*/5 * * * *", "0 */5 * * * *"),
        ("0 9 * * 1-5", "0 0 9 * * 1-5"),
        (" 30  2 * * 7 ", "0 30 2 * * 0"),
        ("0 9 * * 5-7", "0 0 9 * * 5-6,0"),
        ("0 9 * * 1-7", "0 0 9 * * *"),
        ("0 9 * * 3,6-7", "0 0 9 * * 3,6,0"),
        ("0 9 1 * Mon", "0 0 9 1 * Mon"),
        ("@daily", "0 0 0 * * *"),
        ("@Hourly", "0 0 * * * *"),
        ("@weekly", "0 0 0 * * 0"),
        ("@monthly", "0 0 0 1 * *"),
        ("@yearly", "0 0 0 1 1 *"),
        ("@every 5m", "0 */5 * * * *"),
        ("@every 1h", "0 0 * * * *"),
        ("@every 1h30m", None),
        ("@every 90m", None),
        ("@reboot", None),
        ("@", None),
        ("00:05:00", "0 */5 * * * *"),
        ("02:00", "0 0 */2 * * *"),
        ("00:00:30", "*/30 * * * * *"),
        ("1.00:00:00", "0 0 0 * * *"),
        ("09:30:15", "15 30 9 * * *"),
        ("00:07:00", "0 7 0 * * *"),
        ("99:99:99", None),
        ("2.00:00:00", None),
        ("0\t0 9 * * *", "0 0 9 * * *"),
        ("0 0 9 * * 1-5\n", "0 0 9 * * 1-5"),
        ("0\u00a00 9 * * *", "0 0 9 * * *"),
        ("\ufeff0 0 9 * * *", "0 0 9 * * *"),
        ("0 0\t9 * *", None),
        ("0 0 9 ? * MON-FRI *", "0 0 9 * * MON-FRI"),
        ("0 0 9 * * * 2026", "0 0 9 * * *"),
        ("0 0 9 ? * 2-6 2026-2028", None),
        ("0 0, 30 * * * *", "0 0,30 * * * *"),
        ("0 0 9 * * 1 - 5", "0 0 9 * * 1-5"),
        ("0 */ 5 * * * *", "0 */5 * * * *"),
        ('"0 0 9 * * *"', "0 0 9 * * *"),
        ("‘0 0 9 * * *’", "0 0 9 * * *"),
        ("0 0 9 * * *'", "0 0 9 * * *"),
        ('"0 9 * * *"', None),
        ("*/10 * * * * job.js", "0 */10 * * * *"),
        ("*/10 * * * 7 /usr/bin/node job.js --now", "0 */10 * * * 0"),
        ("0 9 * * * MON-FRI 99", None),
        ("x * * * *", None),
        ("0 0", None),
        ("nightly", None),
        ("0 0 9 * * * # nightly", None),
    ],
)
def test_suggests_what_was_meant(text: str, meant: str | None) -> None:
    error = refusal(text)
    written = re.findall(r"write '([^']*)'", error.message)
    assert (written[0] if written else None) == meant, error.message
    assert error.message.endswith(".") and error.message.isprintable()
    for each in written:
        parse(each)


@pytest.mark.parametrize(
    ("text", "field", "wrong", "says"),
    [
        ("", None, "", "empty"),
        ("   ", None, "", "empty"),
        ("0 9 1 * Mon", None, "0 9 1 * Mon", "must both match"),
        ("  0  9 * * *", None, "0  9 * * *", "five fields"),
        ("0 0", None, "0 0", "two fields"),
        ("0 0 9 * * * x y", None, "x y", "eight fields"),
        (
            "0 0 9 ? * 2-6 2026",
            None,
            "2026",
            "leave '2026' out, and count the days of the week from Sunday as 0",
        ),
        ("0 0, 30 * * * *", None, ", ", "A blank beside ','"),
        ("0\t0 9 * * *", None, "\t", "a tab"),
        ("0 0 9 * * *\r\n", None, "\r", "a line break"),
        ("0\u00a00 9 * * *", None, "\u00a0", "a non-breaking blank"),
        ("0\u20030 9 * * *", None, "\u2003", "U+2003"),
        ("#{TestSchedule}#", None, "#{TestSchedule}#", "placeholder"),
        ("0 %MINUTES% * * * *", None, "%MINUTES%", "placeholder"),
        ("0 #{Minutes of it} * * * *", None, "#{Minutes of it}", "placeholder"),
        ("${CRON}", None, "${CRON}", "placeholder"),
        (' "0 0 9 * * *"', None, '"', "quotation mark"),
        ("@reboot", None, "@reboot", "not known to Azure: a schedule has six fields"),
        ("*/10 * * * * node job.js", None, "node job.js", "command"),
        ("0 0 9 * * Mondays", "weekday", "Mondays", "no number or name"),
        ("0 0 9 ? * *", "day", "?", "write * instead"),
        ("0 0 9 * * ?/2", "weekday", "?/2", "write * instead"),
        ("0 0 9 L * *", "day", "L", "28-31"),
        ("0 0 9 1,L-3 * *", "day", "L-3", "28-31"),
        ("0 0 9 15W * *", "day", "15W", "nearest working day"),
        ("0 0 9 LW * *", "day", "LW", "nearest working day"),
        ("0 0 9 * * 5L", "weekday", "5L", "same day next week"),
        ("0 0 9 * * MON#1", "weekday", "MON#1", "the first such day of a month write 1-7 as day"),
        ("0 0 9 * * 5#3", "weekday", "5#3", "the third such day of a month write 15-21 as day"),
        ("0 0 9 * * 5#5", "weekday", "5#5", "29-31"),
        ("0 0 9 * * 5#9", "weekday", "5#9", "1-7 as day and Mon"),
        ("0 0 9 * * 7", "weekday", "7", "write 0 instead"),
        ("0 0 9 * * 1,5-7", "weekday", "5-7", "write 5-6,0 instead"),
        ("0 0 9 * * 7-1", "weekday", "7", "0 (Sunday) to 6"),
        ("0 0 9 * * 1-5/7,8", "weekday", "8", "0 (Sunday) to 6"),
        ("0 0 24 * * *", "hour", "24", "midnight is 0"),
        ("0 H/15 * * * *", "minute", "H/15", "Jenkins"),
        ("0 0 9–17 * * *", "hour", "9–17", "no plain hyphen"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, field: str | None, wrong: str, says: str) -> None:
    error = refusal(text)
    assert (error.field, text[error.start : error.end]) == (field, wrong), error.message
    assert says in error.message


def test_a_text_without_end_is_refused_in_short_order() -> None:
    for text in ("#{" * 200_000, "-" + " " * 200_000, "0 " * 200_000, "0 0 9 * *" + " " * 200_000 + "x y"):
        assert len(refusal(text).message) < 300


def test_a_long_text_is_suggested_whole_or_not_at_all() -> None:
    minutes = ",".join(map(str, range(60)))
    assert "write '" not in refusal(f"{minutes} 9 * * *").message


@given(st.text(st.sampled_from("0123456789*/-,? \t#LWMONJANfri@:.%{}\"'\n"), max_size=30))
def test_every_text_is_taken_or_refused_with_a_place(text: str) -> None:
    try:
        cron = parse(text)
    except InvalidSchedule as error:
        assert 0 <= error.start <= error.end <= len(text)
        assert (error.start < error.end) == bool(text.strip(" "))
        assert error.message.endswith(".") and error.message.isprintable()
        for meant in re.findall(r"write '([^']*)'", error.message):
            parse(meant)
    else:
        assert len(cron.fields) == 6 and all(cron.fields)


@pytest.mark.parametrize(
    ("weekdays", "meant"),
    [
        ("7", "0"), ("1,7", "1,0"), ("0-7", "*"), ("6-7", "6,0"), ("7-7", "0"), ("*,7", "*"),
        ("1-5", None), ("*/7", None), ("7-1", None), ("1-7/2", None), ("-7", None), ("23-7", None),
    ],
)  # fmt: skip
def test_sunday_as_zero(weekdays: str, meant: str | None) -> None:
    assert sunday_as_zero(weekdays) == meant


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "* * * * * *"), (15, "*/15 * * * * *"), (60, "0 * * * * *"), (3600, "0 0 * * * *"),
        (12 * 3600, "0 0 */12 * * *"), (86400, "0 0 0 * * *"),
        (0, None), (7, None), (90, None), (7 * 60, None), (5 * 3600, None), (2 * 86400, None),
    ],
)  # fmt: skip
def test_every(seconds: int, text: str | None) -> None:
    assert every(seconds) == text
