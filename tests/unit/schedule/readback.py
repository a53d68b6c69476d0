"""Reads the words of an expression back into numbers, knowing English but nothing of how they were made."""

from __future__ import annotations

import re

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Numbers = set[int]

ALL60, ALL24 = set(range(60)), set(range(24))
ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS = set(range(1, 32)), set(range(1, 13)), set(range(7))
MONTH = "(?:" + "|".join(MONTHS) + ")"
WEEKDAY = "(?:" + "|".join(WEEKDAYS[1:]) + ")"
NTH = r"\d+(?:st|nd|rd|th)"
CLOCK = r"\d\d:\d\d(?::\d\d)?"


def a_list_of(one: str) -> str:
    return f"{one}(?:(?:, | and | or | to ){one})*"


NUMBERS = a_list_of(r"\d+")


def read_back(words: str) -> tuple[Numbers, ...]:
    """Seconds, minutes, hours, days, months and weekdays; AssertionError where a word is left over."""
    seconds, minutes, hours, rest = _times(words)
    return seconds, minutes, hours, *_days(rest)


def _list(text: str, names: tuple[str, ...] = ()) -> Numbers:
    def number(item: str) -> int:
        if names:
            return names.index(item)
        return int(re.sub(r"\D", "", item))

    found: Numbers = set()
    for part in re.split(", | and | or ", text):
        first, _, last = part.partition(" to ")
        low, high = number(first), number(last or first)
        if high < low:
            assert last == "Sunday", f"runs backwards: {part}"
            high = len(names) - 1
        found |= set(range(low, high + 1))
    return found


def _clock(text: str) -> int:
    hour, minute, second = map(int, (text + ":00")[:8].split(":"))
    return (hour * 60 + minute) * 60 + second


def _split(clocks: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    seconds, minutes, hours = (
        {at % 60 for at in clocks}, {at // 60 % 60 for at in clocks}, {at // 3600 for at in clocks}
    )  # fmt: skip
    assert len(clocks) == len(seconds) * len(minutes) * len(hours), "these times are no single expression"
    return seconds, minutes, hours


def _times(words: str) -> tuple[Numbers, Numbers, Numbers, str]:
    size = {"second": 1, "minute": 60, "hour": 3600}
    if found := re.match(rf"Every (?:(\d+) )?(second|minute|hour)s? from ({CLOCK}) to ({CLOCK})", words):
        pace = int(found[1] or 1) * size[found[2]]
        return *_split(set(range(_clock(found[3]), _clock(found[4]) + 1, pace))), words[found.end() :]
    if found := re.match(rf"At ({CLOCK}(?:(?:, | and ){CLOCK})*)", words):
        return *_split(set(map(_clock, re.split(", | and ", found[1])))), words[found.end() :]
    if found := re.match(r"Every (?:(\d+) hours|hour)", words):
        return {0}, {0}, set(range(0, 24, int(found[1] or 1))), words[found.end() :]

    seconds, minutes, rest = _head(words)
    if found := re.match(r", at (\d+) seconds? past the minute", rest):
        seconds, rest = {int(found[1])}, rest[found.end() :]
    hours, past = ALL24, " past every hour" in words or " of every hour" in words
    if found := re.match(r", during every (\d+)\w\w minute from (\d+) to (\d+) of (?:every|the) hour", rest):
        minutes, rest = set(range(int(found[2]), int(found[3]) + 1, int(found[1]))), rest[found.end() :]
    elif found := re.match(rf", during minutes? ({NUMBERS}) of (?:every|the) hour", rest):
        minutes, rest = _list(found[1]), rest[found.end() :]
    window = r"between (\d\d):00 and (\d\d):59"
    if found := re.match(rf", {window}(?: and {window})?", rest):
        hours = set(range(int(found[1]), int(found[2]) + 1))
        hours |= set(range(int(found[3]), int(found[4]) + 1)) if found[3] else set()
        rest = rest[found.end() :]
    elif found := re.match(r", during every (\d+)\w\w hour from (\d+) to (\d+)", rest):
        hours, rest = set(range(int(found[2]), int(found[3]) + 1, int(found[1]))), rest[found.end() :]
    elif found := re.match(rf", during hours? ({NUMBERS})", rest):
        hours, rest = _list(found[1]), rest[found.end() :]
    assert not past or hours == ALL24, "every hour, but only some of them"
    return seconds, minutes, hours, rest


def _head(words: str) -> tuple[Numbers, Numbers, str]:
    """Seconds and minutes of what begins with no time of day."""
    if words.startswith("On the hour"):
        return {0}, {0}, words.removeprefix("On the hour")
    if found := re.match(
        r"At (?:(\d+) minutes? and )?(\d+) (second|minute)s? past (?:every|the) hour", words
    ):
        if found[3] == "second":
            return {int(found[2])}, {int(found[1] or 0)}, words[found.end() :]
        return {0}, {int(found[2])}, words[found.end() :]
    past = r"past (?:every|the) (?:minute|hour)"
    if found := re.match(rf"At ({NUMBERS}) (second|minute)s? {past}", words):
        values = _list(found[1])
    elif found := re.match(rf"Every (?:(\d+) )?(second|minute)s? from (\d+) to (\d+) \2s {past}", words):
        values = set(range(int(found[3]), int(found[4]) + 1, int(found[1] or 1)))
    elif found := re.match(rf"Every (\d+) (second|minute)s, starting at (\d+) \2s? {past}", words):
        values = set(range(int(found[3]), 60, int(found[1])))
        assert 60 % int(found[1]) == 0 and int(found[3]) < int(found[1]), "not every so many"
    else:
        found = re.match(r"Every (?:(\d+) )?(second|minute)s?", words)
        assert found, words
        values = set(range(0, 60, int(found[1] or 1)))
        assert 60 % int(found[1] or 1) == 0, "not every so many"
    rest = words[found.end() :]
    return (values, ALL60, rest) if found[2] == "second" else ({0}, values, rest)


def _days(rest: str) -> tuple[Numbers, Numbers, Numbers]:
    days, months, weekdays = ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS
    nths = rf"every (\d+)\w\w day from the ({NTH}) to the ({NTH})|the ({a_list_of(NTH)})"

    def dates(found: re.Match[str]) -> Numbers:
        if found[4]:
            return _list(found[4])
        return set(range(int(found[2][:-2]), int(found[3][:-2]) + 1, int(found[1])))

    if found := re.match(rf", on (\d+) ({MONTH})", rest):
        days, months = {int(found[1])}, {MONTHS.index(found[2]) + 1}
    elif found := re.match(rf", on (?:{nths}) of (?:every month( that has one)?|({a_list_of(MONTH)}))", rest):
        days = dates(found)
        months = {month + 1 for month in _list(found[6], MONTHS)} if found[6] else ALL_MONTHS
    elif found := re.match(
        rf", on days that are both (?:{nths}) and a (?:day from )?({a_list_of(WEEKDAY)})", rest
    ):
        days, weekdays = dates(found), _weekdays(found[5])
    elif (found := re.match(rf", on ({a_list_of(WEEKDAY + 's')})", rest)) or (
        found := re.match(rf", ({a_list_of(WEEKDAY)})", rest)
    ):
        weekdays = _weekdays(found[1])
    elif found := re.match(", every day", rest):
        pass
    rest = rest[found.end() :] if found else rest
    if found := re.match(rf",? (?:in|from) ({a_list_of(MONTH)})", rest):
        months, rest = {month + 1 for month in _list(found[1], MONTHS)}, rest[found.end() :]
    assert rest == "", f"left over: {rest!r}"
    return days, months, weekdays


def _weekdays(text: str) -> Numbers:
    singular = re.sub(f"({WEEKDAY})s", r"\1", text)
    return {day % 7 for day in _list(singular, WEEKDAYS)}
