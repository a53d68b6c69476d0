"""ShownLines: the numbers of the lines of a log that pass level and filter."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from wjtui.logs.index import LineIndex
from wjtui.logs.line import LineKind
from wjtui.logs.matches import Matches

AT_ONCE = 100_000
"""Lines that one ``update`` looks at, at each end: 10 ms."""

ERRORS = frozenset({LineKind.ERR, LineKind.SYS_ERR})


class Sieve(NamedTuple):
    """A filter: the lines that match, or those that do not."""

    matches: Matches
    drop: bool = False


class ShownLines:
    """Sorted. With a filter only what was searched is shown: the newest lines first, older ones as they come.

    ``update`` takes in what log and search have come to know, a bounded piece at a time.
    """

    def __init__(self, kinds: frozenset[LineKind], sieve: Sieve | None = None) -> None:
        self.kinds = kinds
        self.sieve = sieve
        self.numbers: Sequence[int] = range(0)
        """Look, do not touch."""
        self._index: LineIndex | None = None
        self._kept = array("Q")
        self._begin = self._end = 0

    @property
    def searched(self) -> bool:
        """Whether the whole log was searched for what the filter is about."""
        return self.sieve is None or self.sieve.matches.progress >= 1

    def update(self, index: LineIndex) -> bool:
        """Bring ``numbers`` up to what is known; True: there is more for the next call."""
        if self.sieve is None:
            every = self.kinds.issuperset(LineKind)
            self.numbers = index.lines if every else index.lines_of(self.kinds)
            return False
        more = self._sift(index, self.sieve)
        self.numbers = self._kept
        return more

    def _sift(self, index: LineIndex, sieve: Sieve) -> bool:
        first, stop = _searched(index, sieve.matches)
        if index is not self._index or self._end > index.lines.stop:
            self._index = index
            self._kept = array("Q")
            self._begin = self._end = stop
        self._drop_before(index.lines.start)
        if self._end > self._begin:
            # The last line may have been without its end, and match now, or match no more.
            self._end -= 1
            if self._kept and self._kept[-1] == self._end:
                self._kept.pop()
        upper = max(self._end, min(stop, self._end + AT_ONCE))
        self._kept.extend(_sifted(index, self._end, upper, self.kinds, sieve))
        self._end = upper
        lower = min(self._begin, max(first, self._begin - AT_ONCE))
        if lower < self._begin:
            self._kept = _sifted(index, lower, self._begin, self.kinds, sieve) + self._kept
            self._begin = lower
        return self._end < stop or self._begin > first

    def _drop_before(self, line: int) -> None:
        if self._begin < line:
            self._begin, self._end = line, max(line, self._end)
            del self._kept[: bisect_left(self._kept, line)]


def _searched(index: LineIndex, matches: Matches) -> tuple[int, int]:
    """The first line that was searched, and the one behind the last."""
    begin, end = matches.searched
    lines = index.lines
    if not lines or begin >= end:
        return lines.stop, lines.stop
    first = index.line_at(begin)
    if index.span(first)[0] < begin:
        first += 1
    stop = index.line_at(end - 1) + 1 if end > index.span(lines.start)[0] else lines.start
    return min(first, stop), stop


def _sifted(index: LineIndex, begin: int, stop: int, kinds: frozenset[LineKind], sieve: Sieve) -> array[int]:
    if begin >= stop:
        return array("Q")
    positions = sieve.matches.positions
    low = bisect_left(positions, index.span(begin)[0])
    high = bisect_left(positions, index.span(stop - 1)[1])
    return index.sift(begin, stop, kinds, positions[low:high], drop=sieve.drop)


def next_block(numbers: Sequence[int], line: int) -> int | None:
    """The first line after ``line`` that begins a block of ``numbers`` that follow one another.

    So that the lines of a traceback are one stop.
    """
    at = bisect_left(numbers, line)
    if at < len(numbers) and numbers[at] == line:
        at = _end_of_block(numbers, at)
    return numbers[at] if at < len(numbers) else None


def previous_block(numbers: Sequence[int], line: int) -> int | None:
    """The beginning of the nearest block that begins before ``line``."""
    at = bisect_left(numbers, line) - 1
    return numbers[_begin_of_block(numbers, at)] if at >= 0 else None


def next_shown(
    errors: Sequence[int], shown: Sequence[int], line: int, *, backwards: bool = False
) -> int | None:
    """The first shown line of the nearest block of errors of which something is shown, beyond ``line``."""
    step = previous_block if backwards else next_block
    begin = step(errors, line)
    while begin is not None:
        block = block_at(errors, begin)
        at = bisect_left(shown, block.start)
        if at < len(shown) and shown[at] < block.stop and (shown[at] < line) is backwards:
            return shown[at]
        begin = step(errors, begin)
    return None


def block_at(numbers: Sequence[int], line: int) -> range:
    """The block that holds ``line``; empty when none does."""
    at = bisect_left(numbers, line)
    if at == len(numbers) or numbers[at] != line:
        return range(line, line)
    return range(numbers[_begin_of_block(numbers, at)], numbers[_end_of_block(numbers, at) - 1] + 1)


def _end_of_block(numbers: Sequence[int], at: int) -> int:
    # Within a block number and place grow alike, so their difference tells it from the next.
    return bisect_left(range(len(numbers)), numbers[at] - at + 1, lo=at, key=lambda i: numbers[i] - i)


def _begin_of_block(numbers: Sequence[int], at: int) -> int:
    return bisect_left(range(len(numbers)), numbers[at] - at, hi=at, key=lambda i: numbers[i] - i)
