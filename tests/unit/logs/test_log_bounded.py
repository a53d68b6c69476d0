from __future__ import annotations

import re
import sys

import pytest

from wjtui.logs.bounded import Bounded, TooSlow
from wjtui.logs.search import compile_pattern
from wjtui.model.errors import InvalidRequest


def spans(text: str, line: bytes, *, regex: bool = True) -> list[bytes]:
    return [line[start:end] for start, end in Bounded(compile_pattern(text, regex=regex)).spans(line)]


def test_plain_text_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "regex", None)
    assert spans("a.b*(", b"xA.B*( a.b*(", regex=False) == [b"A.B*(", b"a.b*("]
    with pytest.raises(InvalidRequest, match="not installed"):
        Bounded(compile_pattern("a+", regex=True))


def test_every_match_of_a_line_is_a_span() -> None:
    assert spans("o+", b"foo boo o") == [b"oo", b"oo", b"o"]
    assert spans("o*", b"foo b") == [b"oo"]
    assert spans("^f|o$", b"ffoo") == [b"f", b"o"]
    assert spans("x+", b"") == []
    assert len(spans("x?", b"x" * 1000)) == 200


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (r"\d{2}:\d{2,}", b"12:345 1:2"),
        (r"/api/{d}/x+", b"/api/{d}/xx /api/d/x"),
        (r"(foo){e<=1}", b"foo{e<=1} fo"),
        (r"a\{2,3}+", b"a{2,3}} aa"),
        (r"[[{]+", b"a[[{]"),
        (r"(?i)größe|é+", "GRÖSSE größe éé".encode()),
        (r"Foo|BAR+", b"foo Foo BARR bar"),
        (r"(?<=a)b+(?!c)", b"abb abbc"),
        (r"(\w)\1+", b"abbccd"),
        (r"\bx*y\b", b"xy zxy y"),
        (r"a{,2}b{1,}", b"aaab"),
        (r".{,3}?x", b"aaaax"),
    ],
)
def test_it_matches_what_the_pattern_itself_matches(text: str, line: bytes) -> None:
    pattern = compile_pattern(text, regex=True)
    assert spans(text, line) == [found[0] for found in pattern.finditer(line) if found[0]]


@pytest.mark.parametrize("text", ["(a+)+b", "(a|aa)+$b", "(?:a*)*(?:a*)*[bc]"])
def test_a_search_without_end_ends(text: str) -> None:
    bounded = Bounded(compile_pattern(text, regex=True))
    with pytest.raises(TooSlow):
        bounded.within(0.1).search(b"a" * 3000, 0, 3000)
    assert bounded.spans(b"a" * 3000) == []


def test_the_bound_is_one_for_all_searches_of_a_slice() -> None:
    searcher = Bounded(compile_pattern("a+", regex=True)).within(0.0)
    with pytest.raises(TooSlow):
        searcher.search(b"aaa", 0, 3)


@pytest.mark.parametrize(
    "text", ["(a{1000}){1000}", "(?:(?:a?){300}){300}", "a{4000000000}", "((a{9}){99}){99}"]
)
def test_repeats_that_multiply_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="repeats too much"):
        Bounded(re.compile(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"(?:\d{1,3}\.){3}\d{1,3}",
        r"(\w{1,100}\s){20}",
    ],
)
def test_usual_repeats_are_not(text: str) -> None:
    assert str(Bounded(compile_pattern(text, regex=True)))
