from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wjtui.logs.index import LineIndex
from wjtui.logs.line import Level, LineKind, kind_of, prefix

AT = datetime(2026, 1, 9, 4, 5, 6, tzinfo=UTC)
INFO = prefix("web", Level.INFO, AT)
ERR = prefix("web", Level.ERR, AT)
SYS = prefix("web", Level.WARN, AT, system=True)
LOG = (
    INFO + b"one\n" + ERR + b"Traceback\n" + b"  line 3\n" + b"  line 4\n" + SYS + b"exit\n" + INFO + b"two\n"
)


def index_of(data: bytes) -> LineIndex:
    index = LineIndex()
    index.extend(data, 0)
    return index


def test_lines_and_their_kinds() -> None:
    index = index_of(LOG)
    assert list(index.lines) == [0, 1, 2, 3, 4, 5]
    assert [index.kind(line) for line in index.lines] == [
        LineKind.INFO,
        LineKind.ERR,
        LineKind.CONTINUATION,
        LineKind.CONTINUATION,
        LineKind.SYS_WARN,
        LineKind.INFO,
    ]
    assert index.owner_kind(3) is LineKind.ERR
    assert index.count(LineKind.INFO) == 2
    assert index.count(LineKind.CONTINUATION) == 2
    assert index.count(LineKind.SYS_ERR) == 0
    start, end = index.span(1)
    assert LOG[start:end] == ERR + b"Traceback\n"
    assert index.end == len(LOG)


def test_a_continuation_is_shown_with_its_line() -> None:
    index = index_of(LOG)
    assert list(index.lines_of({LineKind.ERR})) == [1, 2, 3]
    assert list(index.lines_of({LineKind.INFO, LineKind.SYS_WARN})) == [0, 4, 5]
    assert list(index.lines_of([])) == []


def test_a_log_without_prefixes_counts_as_info() -> None:
    index = index_of(b"one\ntwo\n")
    assert list(index.lines_of({LineKind.INFO})) == [0, 1]
    assert index.count(LineKind.CONTINUATION) == 2


def test_a_filter_grows_with_the_log() -> None:
    index = index_of(LOG)
    assert list(index.lines_of({LineKind.ERR})) == [1, 2, 3]
    index.extend(ERR + b"again\n" + INFO + b"fine\n" + ERR + b"onc", index.end)
    assert list(index.lines_of({LineKind.ERR})) == [1, 2, 3, 6, 8]
    index.extend(b"e more\n  detail\n", index.end)
    assert list(index.lines_of({LineKind.ERR})) == [1, 2, 3, 6, 8, 9]


def test_the_next_of_a_kind_passes_over_continuations() -> None:
    index = index_of(LOG + ERR + b"second\n")
    errors = {LineKind.ERR, LineKind.SYS_ERR}
    assert index.next_of(errors, -1) == 1
    assert index.next_of(errors, 1) == 6
    assert index.next_of(errors, 6) is None
    assert index.next_of(errors, 6, backwards=True) == 1
    assert index.next_of(errors, 99, backwards=True) == 6
    assert index.next_of(errors, 1, backwards=True) is None
    assert index.next_of([], 0) is None


def test_the_unfinished_line_counts_and_is_looked_at_again() -> None:
    index = index_of(INFO + b"one\n" + ERR[:10])
    assert (len(index), index.unfinished) == (2, True)
    assert index.kind(1) is LineKind.CONTINUATION
    assert list(index.lines_of({LineKind.ERR})) == []
    index.extend(ERR[10:] + b"no", index.end)
    assert index.kind(1) is LineKind.ERR
    assert list(index.lines_of({LineKind.ERR})) == [1]
    assert list(index.lines_of({LineKind.INFO})) == [0]
    index.extend(b"\n", index.end)
    assert (len(index), index.unfinished) == (2, False)
    assert index.span(1) == (len(INFO) + 4, index.end)
    assert index.count(LineKind.ERR) == 1
    assert index.count(LineKind.CONTINUATION) == 0


def test_a_line_without_end_is_one_line() -> None:
    index = index_of(INFO)
    for _ in range(200):
        index.extend(b"x" * 65_536, index.end)
    assert len(index) == 1
    assert index.span(0) == (0, len(INFO) + 200 * 65_536)
    index.extend(b"\nnext", index.end)
    assert index.span(1) == (len(INFO) + 200 * 65_536 + 1, index.end)


def test_which_line_holds_a_position() -> None:
    index = index_of(b"abc\nde\n\nf")
    assert [index.line_at(position) for position in range(10)] == [0, 0, 0, 0, 1, 1, 1, 2, 3, 3]


def test_bytes_must_follow_each_other() -> None:
    index = LineIndex(100)
    with pytest.raises(ValueError, match="ends at 100"):
        index.extend(b"x", 99)


def test_a_line_that_is_not_there() -> None:
    index = index_of(b"one\n")
    for line in (-1, 1):
        with pytest.raises(IndexError):
            index.kind(line)


def test_a_line_that_is_gone_is_empty_where_the_log_begins_or_ends_now() -> None:
    index = index_of(LOG)
    assert index.span(6) == (index.end, index.end)
    begin = index.span(2)[0]
    index.drop_before(begin)
    assert index.span(0) == index.span(1) == (begin, begin)
    assert LineIndex(100).span(3) == (100, 100)


def test_rolling_keeps_the_numbers_of_lines() -> None:
    index = index_of(LOG)
    assert len(index.lines_of({LineKind.ERR})) == 3
    start, end = index.span(2)
    index.drop_before(start)
    assert list(index.lines) == [2, 3, 4, 5]
    assert index.span(2) == (start, end)
    assert index.owner_kind(2) is LineKind.ERR
    assert list(index.lines_of({LineKind.ERR})) == [2, 3]
    assert index.count(LineKind.ERR) == 0
    assert index.next_of({LineKind.INFO}, 0) == 5
    assert index.next_of({LineKind.INFO}, 5, backwards=True) is None
    index.extend(ERR + b"more\n", index.end)
    assert list(index.lines_of({LineKind.ERR})) == [2, 3, 6]


def test_rolling_inside_a_line_keeps_its_rest() -> None:
    index = index_of(b"one\ntwo\nthree\n")
    index.drop_before(6)
    assert index.span(1) == (6, 8)
    assert index.line_at(0) == 1


def test_rolling_past_the_end_empties_the_index_and_it_goes_on() -> None:
    index = index_of(b"one\ntwo\nunfin")
    index.drop_before(50)
    assert list(index.lines) == []
    assert not index.unfinished
    index.extend(ERR + b"new\n", 50)
    assert list(index.lines) == [3]
    assert index.span(3) == (50, index.end)
    assert list(index.lines_of({LineKind.ERR})) == [3]
    assert sum(index.count(kind) for kind in LineKind) == 1


pieces = st.lists(
    st.sampled_from([INFO, ERR, SYS, b"\n", b"\n", b"text", b"\r", b"\0", INFO[:7], INFO[7:], b"[", b"\xff"]),
    max_size=40,
)


@given(pieces, st.lists(st.integers(0, 400), max_size=8), st.sampled_from(list(LineKind)[1:]))
def test_the_index_is_the_same_however_the_bytes_come(
    parts: list[bytes], cuts: list[int], kind: LineKind
) -> None:
    data = b"".join(parts)
    index = LineIndex(1000)
    borders = sorted(min(cut, len(data)) for cut in cuts)
    for begin, end in zip([0, *borders], [*borders, len(data)], strict=True):
        index.extend(data[begin:end], 1000 + begin)
        index.lines_of({kind})
    lines = data.split(b"\n")
    expected = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    assert [data[start - 1000 : end - 1000] for start, end in map(index.span, index.lines)] == expected
    assert [index.kind(line) for line in index.lines] == [kind_of(line) for line in expected]
    owners: list[LineKind] = []
    for line in expected:
        own = kind_of(line)
        owners.append(own or (owners[-1] if owners else LineKind.INFO))
    assert [index.owner_kind(line) for line in index.lines] == owners
    assert list(index.lines_of({kind})) == [line for line, owner in enumerate(owners) if owner is kind]
    for each in LineKind:
        assert index.count(each) == sum(kind_of(line) is each for line in expected)
    assert index.unfinished == bool(lines[-1])


@given(pieces, st.integers(0, 400), st.sampled_from(list(LineKind)[1:]))
def test_dropping_keeps_all_other_lines(parts: list[bytes], position: int, kind: LineKind) -> None:
    data = b"".join(parts)
    index = index_of(data)
    whole = index_of(data)
    index.lines_of({kind})
    index.drop_before(position)
    rest = [line for line in whole.lines if whole.span(line)[1] > position]
    assert list(index.lines) == rest
    for line in rest:
        assert index.span(line) == (max(whole.span(line)[0], position), whole.span(line)[1])
        assert index.owner_kind(line) == whole.owner_kind(line)
    assert list(index.lines_of({kind})) == [line for line in whole.lines_of({kind}) if line in rest]
    assert sum(index.count(each) for each in LineKind) == len(rest)


def test_two_panes_keep_their_numbers_and_a_fifth_set_makes_room() -> None:
    index = index_of(b"[01/01/2020 00:00:00 > one: INFO] a\n[01/01/2020 00:00:00 > one: ERR ] b\n")
    info, err = {LineKind.INFO}, {LineKind.ERR}
    kept = index.lines_of(info), index.lines_of(err)
    index.extend(b"[01/01/2020 00:00:00 > one: ERR ] c\n", index.end)
    assert index.lines_of(info) is kept[0] and list(kept[0]) == [0]
    assert index.lines_of(err) is kept[1] and list(kept[1]) == [1, 2]
    for more in (LineKind.SYS_INFO, LineKind.SYS_WARN, LineKind.SYS_ERR):
        index.lines_of({more})
    assert index.lines_of(info) is not kept[0] and list(index.lines_of(info)) == [0]
