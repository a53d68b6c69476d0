"""Rows of a log: moving over lines that take one row or several, and where lines are broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wjtui.tui.present.log_rows import Row, Rows, breaks

HEIGHTS = st.lists(st.integers(1, 6), min_size=1, max_size=30)


@given(HEIGHTS, st.integers(-100, 100), st.integers(0, 29), st.integers(0, 5))
def test_moving_is_counting_rows(heights: list[int], by: int, at: int, part: int) -> None:
    rows = Rows(len(heights), heights.__getitem__)
    every = [Row(line, number) for line, tall in enumerate(heights) for number in range(tall)]
    begin = rows.nearest(Row(at, part))
    assert begin in every
    wanted = every[min(max(every.index(begin) + by, 0), len(every) - 1)]
    assert rows.move(begin, by) == wanted


@given(HEIGHTS, st.integers(1, 40))
def test_the_last_page_ends_with_the_last_row(heights: list[int], page: int) -> None:
    rows = Rows(len(heights), heights.__getitem__)
    every = [Row(line, number) for line, tall in enumerate(heights) for number in range(tall)]
    assert rows.from_top(rows.last_top(page), page) == every[-page:]


@given(st.integers(1, 50), st.integers(-60, 60), st.integers(0, 60))
def test_lines_of_one_row_need_no_walk(count: int, by: int, at: int) -> None:
    walked = Rows(count, lambda line: 1)
    assert Rows(count).move(Row(at), by) == walked.move(Row(at), by)
    assert Rows(count).last_top(7) == walked.last_top(7)


def test_no_line_is_no_trouble() -> None:
    rows = Rows(0)
    assert rows.move(Row(5), -3) == rows.last_top(10) == rows.clamp(Row(3), 4) == Row(0)
    assert rows.from_top(Row(0), 10) == []


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "M", "Z")), max_size=200),
    st.integers(2, 40),
)
def test_no_row_is_wider_than_there_is_room(text: str, width: int) -> None:
    ends = [*breaks(text, width, width), len(text)]
    parts = [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert "".join(parts) == text
    assert all(cell_len(part) <= width for part in parts)


@pytest.mark.parametrize(
    ("text", "width", "rest", "parts"),
    [
        ("one two three", 20, 20, ["one two three"]),
        ("one two three", 8, 8, ["one two ", "three"]),
        ("abcdefghij", 4, 3, ["abcd", "efg", "hij"]),
        ("", 4, 4, [""]),
    ],
)
def test_lines_break_between_words(text: str, width: int, rest: int, parts: list[str]) -> None:
    ends = [*breaks(text, width, rest), len(text)]
    assert [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)] == parts
