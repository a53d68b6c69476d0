from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.reader import LogFile
from wjtui.logs.search import OVERLAP, Hit, Read, compile_pattern, find
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import LogExtent


def reading(data: bytes, start: int = 0) -> tuple[Read, LogExtent]:
    """A log that begins at position ``start``."""

    def read(position: int, length: int) -> bytes:
        return data[position - start : position - start + length] if position >= start else b""

    return read, LogExtent(start, start + len(data))


def found(
    data: bytes, pattern: re.Pattern[bytes], size: int, *, newest_first: bool = True, start: int = 0
) -> list[Hit]:
    read, extent = reading(data, start)
    slices = list(find(read, extent, pattern, newest_first=newest_first, slice_size=size))
    return [hit for hits in slices for hit in hits]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_line_is_one_hit(size: int, newest_first: bool) -> None:
    data = b"a cat\nno\ncat cat\nunfinished cat"
    hits = found(data, compile_pattern("cat"), size, newest_first=newest_first, start=100)
    assert len(hits) == 3
    assert [hit.line for hit in hits] == ([117, 109, 100] if newest_first else [100, 109, 117])
    assert all(data[hit.start - 100 : hit.end - 100] == b"cat" for hit in hits)


def test_each_slice_is_told_even_without_hits() -> None:
    read, extent = reading(b"line\n" * 100 + b"hit\n" + b"line\n" * 100)
    sizes = [len(hits) for hits in find(read, extent, compile_pattern("hit"), slice_size=100)]
    assert sum(sizes) == 1
    assert len(sizes) >= 10


def test_it_stops_when_it_is_cancelled() -> None:
    read, extent = reading(b"hit\n" * 100)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    assert len(list(find(read, extent, compile_pattern("hit"), slice_size=40, cancelled=cancelled))) == 2


def test_a_match_ends_with_its_line() -> None:
    data = b"end\nstart\nend start\n"
    hits = found(data, compile_pattern(r"end\s+start", regex=True), 1000)
    assert [hit.line for hit in hits] == [10]
    assert found(data, compile_pattern(r"d[^x]*s", regex=True), 1000)[0] == Hit(10, 12, 15)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [4, 1000])
def test_anchors_are_those_of_lines(size: int, newest_first: bool) -> None:
    data = b"abc abc\nabc\nxabc\n"
    beginning = found(data, compile_pattern("^abc", regex=True), size, newest_first=newest_first)
    assert sorted(hit.start for hit in beginning) == [0, 8]
    whole = found(data, compile_pattern("^abc$", regex=True), size, newest_first=newest_first)
    assert [hit.start for hit in whole] == [8]


def test_case_counts_only_when_it_is_written() -> None:
    assert compile_pattern("warning").search(b"WARNING")
    assert not compile_pattern("Warning").search(b"WARNING")
    assert compile_pattern(r"\Sarning", regex=True).search(b"WARNING")
    assert not compile_pattern(r"\SArning", regex=True).search(b"WARNING")


def test_letters_beyond_ascii_have_two_cases_too() -> None:
    assert compile_pattern("größe é").search("GRÖSSE É größe é".encode())
    assert compile_pattern("über").search("Über".encode())
    assert not compile_pattern("Über").search("über".encode())


def test_text_that_no_file_can_hold_is_not_found() -> None:
    assert not compile_pattern("a\ud800").search(b"a\xed")


def test_plain_text_is_no_regular_expression() -> None:
    assert compile_pattern("a.b*[").search(b"xA.B*[")
    assert not compile_pattern("a.b").search(b"axb")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a(b", "at character 2"),
        ("äöü[z-a]", "at character 5"),
        ("*", "at character 1"),
        ("a{99999999999}", "repetition"),
        (r"(?P<x>a)(?P=y)", "at character 13"),
        ("(?u)a", "at character 4"),
        ("(" * 5000 + ")" * 5000, "recursion"),
    ],
)
def test_a_bad_regular_expression_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as refused:
        compile_pattern(text, regex=True)
    assert "\n" not in refused.value.message


def test_a_doubtful_regular_expression_warns_nobody() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        compile_pattern("[[a]", regex=True)
    assert not said


def test_a_log_that_rolls_away_meanwhile_ends_the_search() -> None:
    data = b"hit\n" * 100

    def read(position: int, length: int) -> bytes:
        return data[position : position + length] if position >= 200 else b""

    extent = LogExtent(0, 400)
    for newest_first in (True, False):
        slices = find(read, extent, compile_pattern("hit"), newest_first=newest_first, slice_size=40)
        assert 40 <= sum(map(len, slices)) <= 50


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_line_longer_than_a_slice_is_one_hit_wherever_it_matches(newest_first: bool) -> None:
    long = b"x" * 99_998 + b"needle" + b"x" * 100_000 + b"needle"
    data = b"needle\n" + long + b"\nnothing\nneedle\n"
    hits = found(data, compile_pattern("needle"), 100_000, newest_first=newest_first)
    lines = [0, 7, len(long) + 16]
    assert [hit.line for hit in hits] == (lines[::-1] if newest_first else lines)
    assert all(data[hit.start : hit.end] == b"needle" for hit in hits)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("place", [99_999, 100_000, 100_001, 199_998, 200_003])
def test_a_match_across_the_border_inside_a_long_line(place: int, newest_first: bool) -> None:
    data = b"y" * place + b"needle" + b"y" * (300_000 - place) + b"\n"
    hits = found(data, compile_pattern("needle"), 100_000, newest_first=newest_first)
    assert hits == [Hit(0, place, place + 6)]


def test_the_overlap_is_shorter_than_a_slice() -> None:
    assert len(found(b"y" * 200_000 + b"z" * OVERLAP, compile_pattern("z+", regex=True), 100_000)) == 1


def test_over_the_files_of_a_rolled_log(tmp_path: Path) -> None:
    (tmp_path / "x.1").write_bytes(b"first hit\nsecond h")
    (tmp_path / "x").write_bytes(b"it\nthird\n")
    file = LogFile(tmp_path / "x", (tmp_path / "x.1",))
    slices = find(file.read, file.extent(), compile_pattern("hit"))
    assert [hit for hits in slices for hit in hits] == [Hit(10, 17, 20), Hit(0, 6, 9)]


patterns = st.sampled_from(["a", "ab+", "^b", "c$", r"a\s*b", r"\bc", "x*", "^$", "(?:a|b)c", r"[^a]b", "c?"])


@given(
    st.lists(st.sampled_from([b"a", b"b", b"c", b" ", b"\n", b"aab", b"\n\n"]), max_size=60).map(b"".join),
    patterns,
    st.integers(1, 30),
    st.booleans(),
)
def test_no_hit_is_lost_or_doubled(data: bytes, text: str, size: int, newest_first: bool) -> None:
    pattern = compile_pattern(text, regex=True)
    expected: list[int] = []
    at = 0
    for line in data.splitlines(keepends=True):
        if pattern.search(line.removesuffix(b"\n")):
            expected.append(at)
        at += len(line)
    hits = found(data, pattern, size, newest_first=newest_first)
    assert [hit.line for hit in hits] == (expected[::-1] if newest_first else expected)
