"""Which lines are shown: level and filter, taken in piece by piece, and blocks of errors."""

from __future__ import annotations

import random
from bisect import bisect_left

import pytest

from tests.support.fake_service import MemoryLog, engine_line, output
from wjtui.logs.index import LineIndex
from wjtui.logs.line import Level, LineKind
from wjtui.logs.matches import Matches
from wjtui.logs.search import compile_pattern
from wjtui.tui.present import log_lines
from wjtui.tui.present.log_lines import (
    ERRORS,
    ShownLines,
    Sieve,
    block_at,
    next_block,
    next_shown,
    previous_block,
)

ALL = frozenset(LineKind)


def some_lines(count: int, seed: int) -> list[bytes]:
    chosen = random.Random(seed)
    kinds = (
        lambda text: output(text),
        lambda text: output(text, level=Level.ERR),
        lambda text: engine_line(text),
        lambda text: f"  {text}\n".encode(),
    )
    return [chosen.choice(kinds)(chosen.choice(("red", "green", "blue"))) for _ in range(count)]


def wanted(lines: list[bytes], kinds: frozenset[LineKind], word: bytes, drop: bool) -> list[int]:
    index = LineIndex()
    index.extend(b"".join(lines), 0)
    return [
        number
        for number, line in enumerate(lines)
        if index.owner_kind(number) in kinds and (word in line) is not drop
    ]


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("kinds", [ALL, ERRORS])
async def test_a_filter_follows_the_log_and_the_search(
    drop: bool, kinds: frozenset[LineKind], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_lines, "AT_ONCE", 7)
    lines = some_lines(120, 1)
    source, index = MemoryLog(b"".join(lines[:60])), LineIndex()
    index.extend(bytes(source.data), 0)
    matches = Matches(source, source.reach, compile_pattern("green"), piece=300)
    shown = ShownLines(kinds, Sieve(matches, drop))
    for line in [*lines[60:], b""]:
        source.append(line)
        index.extend(line, index.end)
        matches.grew(source.reach)
        await matches.advance()
        shown.update(index)
        assert list(shown.numbers) == sorted(set(shown.numbers))
    while await matches.advance() or shown.update(index):
        shown.update(index)
    assert list(shown.numbers) == wanted(lines, kinds, b"green", drop)


async def test_a_line_that_still_grows_may_match_later_or_no_more() -> None:
    source, index = MemoryLog(output("first") + b"pass"), LineIndex()
    index.extend(bytes(source.data), 0)
    matches = Matches(source, source.reach, compile_pattern("word"))
    shown = ShownLines(ALL, Sieve(matches))
    await matches.fill()
    shown.update(index)
    assert list(shown.numbers) == []
    source.append(b"word")
    index.extend(b"word", index.end)
    matches.grew(source.reach)
    await matches.fill()
    shown.update(index)
    assert list(shown.numbers) == [1]


async def test_what_rolled_away_is_shown_no_more() -> None:
    lines = some_lines(40, 2)
    source, index = MemoryLog(b"".join(lines)), LineIndex()
    index.extend(bytes(source.data), 0)
    matches = Matches(source, source.reach, compile_pattern("red"))
    shown = ShownLines(ALL, Sieve(matches))
    await matches.fill()
    shown.update(index)
    source.roll(sum(map(len, lines[:25])))
    index.drop_before(source.start)
    matches.grew(source.reach)
    shown.update(index)
    assert list(shown.numbers) == [number for number in wanted(lines, ALL, b"red", False) if number >= 25]


async def test_another_index_of_the_same_log_is_taken_in_anew() -> None:
    lines = some_lines(30, 3)
    source = MemoryLog(b"".join(lines))
    tail, whole = LineIndex(sum(map(len, lines[:20]))), LineIndex()
    tail.extend(b"".join(lines[20:]), tail.end)
    whole.extend(bytes(source.data), 0)
    matches = Matches(source, source.reach, compile_pattern("blue"))
    shown = ShownLines(ALL, Sieve(matches))
    await matches.fill()
    shown.update(tail)
    assert [number + 20 for number in shown.numbers] == [
        number for number in wanted(lines, ALL, b"blue", False) if number >= 20
    ]
    while shown.update(whole):
        pass
    assert list(shown.numbers) == wanted(lines, ALL, b"blue", False)


def test_blocks_of_which_the_beginning_is_hidden() -> None:
    errors, shown = [10, 11, 12, 20, 21, 30], [1, 11, 12, 15, 21, 40]
    assert [next_shown(errors, shown, line) for line in (0, 11, 12, 21)] == [11, 21, 21, None]
    back = [next_shown(errors, shown, line, backwards=True) for line in (41, 21, 12, 11)]
    assert back == [21, 11, 11, None]


@pytest.mark.parametrize("seed", range(5))
def test_blocks_of_errors(seed: int) -> None:
    chosen = random.Random(seed)
    numbers = sorted(chosen.sample(range(60), 25))
    begins = [number for number in numbers if number - 1 not in numbers]
    for line in range(-1, 61):
        after = [begin for begin in begins if begin > line]
        before = [begin for begin in begins if begin < line]
        assert next_block(numbers, line) == (after[0] if after else None), line
        assert previous_block(numbers, line) == (before[-1] if before else None), line
        block = block_at(numbers, line)
        assert (line in block) == (line in numbers)
        if block:
            assert block.start in begins and block.stop not in numbers and set(block) <= set(numbers)
            assert begins[bisect_left(begins, line + 1) - 1] == block.start
