"""Mark: numbers in a limit and in a text."""

from __future__ import annotations

import resource

from hypothesis import given
from hypothesis import strategies as st

from wjtui.engine.process.mark import Mark, carried, engine_number, marked

marks = st.builds(Mark, engine=st.integers(0, 2**30 - 1), launch=st.integers(0, 2**32 - 1))


@given(marks)
def test_a_mark_is_read_back_from_limit_and_text(mark: Mark) -> None:
    assert Mark.from_limit(mark.limit) == mark
    assert Mark.from_text(mark.text) == mark
    assert 2**62 <= mark.limit < 2**63


@given(marks, marks)
def test_different_marks_have_different_limits(one: Mark, other: Mark) -> None:
    assert (one.limit == other.limit) == (one == other)


def test_limits_of_others_are_no_marks() -> None:
    for soft in (resource.RLIM_INFINITY, 0, 1, 200_000, 2**62 - 1, 2**63, 2**64 - 1):
        assert Mark.from_limit(soft) is None


def test_texts_of_others_are_no_marks() -> None:
    for text in ("", "4", "0x40000000000000", "-400000000000001", "4_00000000000001", "400000000000000G"):
        assert Mark.from_text(text) is None


def test_an_engine_number_is_made_of_the_first_30_bits() -> None:
    assert engine_number("f" * 32) == 2**30 - 1
    assert engine_number("00000004" + "f" * 24) == 1


def test_this_process_carries_a_mark_only_while_it_starts_something() -> None:
    before = resource.getrlimit(resource.RLIMIT_RTTIME)
    mark = Mark(5, 7)
    with carried(mark) as set_:
        assert set_
        assert resource.getrlimit(resource.RLIMIT_RTTIME)[0] == mark.limit
    assert resource.getrlimit(resource.RLIMIT_RTTIME) == before


def test_a_process_that_is_gone_has_no_mark() -> None:
    assert marked(2**22 + 1) is None
