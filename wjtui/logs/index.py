"""LineIndex: where each line of a log begins and what kind it is; no input or output."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Collection
from io import BytesIO
from itertools import accumulate, compress
from operator import and_, gt

from wjtui.logs.line import LineKind, kind_of, kinds_of

_SLICE = 1024 * 1024
_HEAD = 1024
_CONTINUED = 8
"""Marks a line without prefix; the other bits are the kind it takes from the line before it."""
_FILTERS_KEPT = 4
_RUN = re.compile(rb"([^\0])(\0+)")


class LineIndex:
    """Nine bytes a line, positions as in ``LogExtent``.

    Lines are numbered from 0 at the position where the index begins, and keep their numbers when the log
    rolls. The last line may be unfinished; it counts as a line, and is looked at again as it grows.
    """

    def __init__(self, position: int = 0) -> None:
        self.end = position
        """Where the next ``extend`` has to go on."""
        self.unfinished = False
        """Whether the last line has no LF yet."""
        self._first = 0
        self._starts = array("Q")
        self._codes = bytearray()
        self._counts = [0] * (_CONTINUED * 2)
        self._head = b""
        self._filters: OrderedDict[frozenset[LineKind], _Filter] = OrderedDict()

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def lines(self) -> range:
        """The numbers of the lines there are."""
        return range(self._first, self._first + len(self._codes))

    def extend(self, data: bytes, position: int) -> None:
        """Take in the next bytes of the log. ValueError when they do not follow at ``end``."""
        if position != self.end:
            raise ValueError(f"the index ends at {self.end}, the bytes begin at {position}")
        for at in range(0, len(data), _SLICE):
            self._extend(data[at : at + _SLICE])

    def drop_before(self, position: int) -> None:
        """The log begins at ``position`` now: forget the lines before it."""
        if position >= self.end:
            count, self.end = len(self._codes), position
            self.unfinished, self._head = False, b""
        else:
            count = max(0, bisect_right(self._starts, position) - 1)
        self._count(self._codes[:count], -1)
        del self._starts[:count]
        del self._codes[:count]
        self._first += count
        if self._starts and self._starts[0] < position:
            self._starts[0] = position  # cut through: the rest of the line is still there

    def kind(self, line: int) -> LineKind:
        """What kind a line is itself."""
        code = self._codes[self._at(line)]
        return LineKind.CONTINUATION if code & _CONTINUED else LineKind(code)

    def owner_kind(self, line: int) -> LineKind:
        """The kind a line counts with in a filter: for a continuation, that of the line it belongs to."""
        return LineKind(self._codes[self._at(line)] & ~_CONTINUED)

    def count(self, kind: LineKind) -> int:
        """How many lines are of that kind themselves."""
        return sum(self._counts[_CONTINUED:]) if kind is LineKind.CONTINUATION else self._counts[kind]

    def span(self, line: int) -> tuple[int, int]:
        """Positions of a line's first byte and behind its last, the line end included.

        A line that is not there (any more) is empty, at the end of the log that is nearest to it: who looks
        between a cut and the frame that shows it still has the numbers of before.
        """
        starts, at = self._starts, line - self._first
        if not 0 <= at < len(starts):
            nearest = starts[0] if starts and at < 0 else self.end
            return nearest, nearest
        return starts[at], starts[at + 1] if at + 1 < len(starts) else self.end

    def line_at(self, position: int) -> int:
        """The number of the line that holds the byte at ``position``; the nearest one outside the index."""
        return self._first + max(0, bisect_right(self._starts, position) - 1)

    def lines_of(self, kinds: Collection[LineKind]) -> array[int]:
        """The numbers of all lines that count as one of ``kinds``, sorted.

        The array is kept and extended at the next call with the same kinds: look, do not touch. The four
        sets of kinds asked for last are kept, so that panes side by side do not build each other's anew.
        """
        wanted = frozenset(kinds)
        kept = self._filters.pop(wanted, None) or _Filter(wanted, self._first)
        self._filters[wanted] = kept
        if len(self._filters) > _FILTERS_KEPT:
            self._filters.popitem(last=False)
        return kept.update(self._codes, self._first, self.unfinished)

    def sift(
        self, begin: int, stop: int, kinds: Collection[LineKind], starts: Collection[int], *, drop: bool
    ) -> array[int]:
        """The numbers of those lines from ``begin`` to ``stop`` that count as one of ``kinds`` and of which
        the first byte's position is among ``starts``; with ``drop``, is not. About 0.1 µs a line."""
        first, last = max(0, begin - self._first), max(0, stop - self._first)
        wanted = bytes((code & ~_CONTINUED) in kinds for code in range(256))
        codes = self._codes[first:last].translate(wanted)
        known = map(frozenset(starts).__contains__, self._starts[first:last])
        chosen = map(gt if drop else and_, codes, known)
        return array("Q", compress(range(self._first + first, self._first + last), chosen))

    def next_of(self, kinds: Collection[LineKind], line: int, *, backwards: bool = False) -> int | None:
        """The nearest line after (before) ``line`` that is one of ``kinds`` itself; None when there is none.

        Continuations are passed over, so that a traceback is one stop.
        """
        if backwards:
            stop = min(max(line - self._first, 0), len(self._codes))
            found = max((self._codes.rfind(kind, 0, stop) for kind in kinds), default=-1)
        else:
            begin = max(line + 1 - self._first, 0)
            places = (self._codes.find(kind, begin) for kind in kinds)
            found = min((place for place in places if place >= 0), default=-1)
        return None if found < 0 else self._first + found

    def _extend(self, data: bytes) -> None:
        begin = 0
        if self.unfinished:
            begin = data.find(b"\n") + 1
            self._grow(data[:begin] or data)
            if not begin:
                return
        stop = data.rfind(b"\n") + 1
        if begin < stop:
            self._add(data[begin:stop])
        if stop < len(data):
            self._begin(data[stop:])

    def _add(self, lines: bytes) -> None:
        """Whole lines."""
        self._starts.extend(accumulate(map(len, BytesIO(lines)), initial=self.end))
        self.end = self._starts.pop()
        self._append(kinds_of(lines))

    def _begin(self, data: bytes) -> None:
        """The first bytes of a line without an end."""
        self._starts.append(self.end)
        self.end += len(data)
        self.unfinished, self._head = True, data[:_HEAD]
        self._append(bytes([kind_of(self._head)]))

    def _grow(self, data: bytes) -> None:
        """More bytes of the unfinished line, perhaps its end."""
        self.end += len(data)
        self._head += data[: _HEAD - len(self._head)]
        self._count(self._codes[-1:], -1)
        del self._codes[-1:]
        self._append(bytes([kind_of(self._head)]))
        self.unfinished = not data.endswith(b"\n")

    def _append(self, kinds: bytes) -> None:
        owner = self._codes[-1] & ~_CONTINUED if self._codes else LineKind.INFO
        codes = _with_owners(kinds, owner)
        self._count(codes, 1)
        self._codes += codes

    def _count(self, codes: bytes | bytearray, sign: int) -> None:
        for code in range(1, len(self._counts)):
            self._counts[code] += sign * codes.count(code)

    def _at(self, line: int) -> int:
        if line not in self.lines:
            raise IndexError(f"line {line} is not among {self.lines}")
        return line - self._first


class _Filter:
    """The sorted numbers of the lines that count as one of some kinds."""

    def __init__(self, kinds: frozenset[LineKind], begin: int) -> None:
        self._wanted = bytes((code & ~_CONTINUED) in kinds for code in range(256))
        self._numbers = array("Q")
        self._done = begin

    def update(self, codes: bytearray, first: int, unfinished: bool) -> array[int]:
        numbers = self._numbers
        if numbers and numbers[-1] >= self._done:
            numbers.pop()  # the line that was unfinished then; it may be of another kind now
        if numbers and numbers[0] < first:
            del numbers[: bisect_left(numbers, first)]
        begin, stop = max(self._done, first), first + len(codes)
        numbers.extend(compress(range(begin, stop), codes[begin - first :].translate(self._wanted)))
        self._done = stop - unfinished
        return numbers


def _with_owners(kinds: bytes, owner: int) -> bytes:
    """Codes of lines: each run of continuations takes the kind before it, the first run takes ``owner``."""
    if LineKind.CONTINUATION not in kinds:
        return kinds
    rest = kinds.lstrip(b"\0")
    codes = _RUN.sub(lambda run: run[1] + bytes([_CONTINUED | run[1][0]]) * len(run[2]), rest)
    return bytes([_CONTINUED | owner]) * (len(kinds) - len(rest)) + codes
