from __future__ import annotations

import pytest

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.fields import FIELDS, read_fields, runs, split, write_field

PLAIN = ["*", "*", "*", "*", "*", "*"]
PLACES = {field.name: place for place, field in enumerate(FIELDS)}


def reading(name: str, text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """What one field says, the others being stars."""
    place = PLACES[name]
    words = split(" ".join([*PLAIN[:place], text, *PLAIN[place + 1 :]]))
    found = read_fields(words)[place]
    return found.values, found.warnings


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("second", "7", [7]),
        ("second", "007", [7]),
        ("second", "0" * 5000 + "7", [7]),
        ("minute", "0/20", [0, 20, 40]),
        ("minute", "*/15", [0, 15, 30, 45]),
        ("minute", "*/+15", [0, 15, 30, 45]),
        ("minute", "10-30/7,50", [10, 17, 24, 50]),
        ("minute", "50,10,50", [10, 50]),
        ("minute", "*/60", [0]),
        ("minute", "59/1", [59]),
        ("minute", f"*/{2**31 - 1}", [0]),
        ("hour", "9-17", list(range(9, 18))),
        ("hour", "5-5/3", [5]),
        ("day", "*/10", [1, 11, 21, 31]),
        ("day", "25/3", [25, 28, 31]),
        ("month", "j", [1]),
        ("month", "Ju", [6]),
        ("month", "SEPT", [9]),
        ("month", "Feb,Apr-Jun", [2, 4, 5, 6]),
        ("month", "JAN-DEC/3", [1, 4, 7, 10]),
        ("weekday", "S", [0]),
        ("weekday", "t", [2]),
        ("weekday", "Mond-5", [1, 2, 3, 4, 5]),
        ("weekday", "wednesday", [3]),
    ],
)
def test_reads(name: str, text: str, values: list[int]) -> None:
    assert reading(name, text) == (tuple(values), ())


@pytest.mark.parametrize(
    ("name", "text", "values", "says"),
    [
        ("hour", "22-3", list(range(3, 23)), ["'22-3'", "hour", "3 to 22", "22-23,0-3"]),
        ("weekday", "FRI-MON", [1, 2, 3, 4, 5], ["'FRI-MON'", "Monday to Friday", "5-6,0-1"]),
        ("minute", "50-10/20", [10, 30, 50], ["'50-10'", "10 to 50"]),
        ("minute", "*/0", list(range(60)), ["'*/0'", "counts as 1"]),
        ("minute", "5/-3", list(range(5, 60)), ["'5/-3'", "counts as 1"]),
    ],
)
def test_warns_of_what_is_hardly_meant(name: str, text: str, values: list[int], says: list[str]) -> None:
    found, warnings = reading(name, text)
    assert found == tuple(values)
    assert len(warnings) == 1 and all(piece in warnings[0] for piece in says), warnings


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("second", "60", "60"),
        ("minute", "1,99,3", "99"),
        ("minute", "5-70", "70"),
        ("minute", "70-5", "70"),
        ("minute", "60/5", "60"),
        ("minute", "9" * 5000, "9" * 5000),
        ("minute", "**", "**"),
        ("minute", "*-5", "*"),
        ("minute", "-5", "-5"),
        ("minute", "5-", "5-"),
        ("minute", "1-2-3", "2-3"),
        ("minute", "1e1", "1e1"),
        ("minute", "+5", "+5"),
        ("minute", "５", "５"),
        ("minute", "/5", "/5"),
        ("minute", "/", "/"),
        ("minute", "*/", "*/"),
        ("minute", "*/x", "x"),
        ("minute", "*/1.5", "1.5"),
        ("minute", "*/5/2", "5/2"),
        ("minute", f"*/{2**31}", f"{2**31}"),
        ("minute", "*/" + "9" * 5000, "9" * 5000),
        ("minute", ",30", ","),
        ("minute", "30,", ","),
        ("minute", "1,,2", ","),
        ("hour", "Mon", "Mon"),
        ("day", "0", "0"),
        ("day", "32", "32"),
        ("month", "0", "0"),
        ("month", "13", "13"),
        ("month", "Januaryx", "Januaryx"),
        ("month", "Jan-Mon", "Mon"),
        ("weekday", "Mondays", "Mondays"),
        ("weekday", "ſun", "ſun"),
        ("weekday", "8", "8"),
    ],
)
def test_refuses_and_points_at_it(name: str, text: str, wrong: str) -> None:
    field = FIELDS[PLACES[name]]
    text = "  ".join([*PLAIN[: PLACES[name]], text, *PLAIN[PLACES[name] + 1 :]])
    with pytest.raises(InvalidSchedule) as caught:
        read_fields(split(text))
    assert caught.value.field == name
    assert text[caught.value.start : caught.value.end] == wrong
    assert field.title in caught.value.message
    assert " for example " in caught.value.message
    assert caught.value.message.endswith(".") and len(caught.value.message) < 250


def test_points_at_the_second_comma_of_two() -> None:
    with pytest.raises(InvalidSchedule) as caught:
        read_fields(split("* 1,,2 * * * *"))
    assert (caught.value.start, caught.value.end) == (3, 4)


def test_shows_nothing_that_is_not_printable() -> None:
    with pytest.raises(InvalidSchedule) as caught:
        read_fields(split("* \x1b[31m * * * *"))
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("values", "text"),
    [([1, 3, 8], "1,3,8"), ([1, 2, 5], "1-2,5"), ([1, 2, 3, 4], "1-4"), ([6], "6"), (list(range(7)), "*")],
)
def test_writes(values: list[int], text: str) -> None:
    assert write_field(FIELDS[5], values) == text


def test_runs_of_nothing_are_none() -> None:
    assert list(runs([])) == []
