"""Finding text in a log: in slices of whole lines, newest first, so that it can stop between any two."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, Protocol

from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import LogExtent

Read = Callable[[int, int], bytes]
"""``LogFile.read``: start, length -> bytes."""

SLICE = 4 * 1024 * 1024
OVERLAP = 64 * 1024
"""A line longer than a slice is searched in parts; a match up to this long is found across their border."""
_BLOCK = 64 * 1024
_LF = 10


class Hit(Value, frozen=True, gc=False):
    """One line that matches; a line is one hit, however often it matches."""

    line: int
    """Position of the line's first byte."""
    start: int
    """Position of a match in it: the first one, but for a line longer than a slice."""
    end: int


class Found(Protocol):
    """What is used of a match."""

    def start(self) -> int:
        """Offset of its first byte."""

    def end(self) -> int:
        """Offset behind its last."""


class Searcher(Protocol):
    """What is used of a pattern; ``re.Pattern[bytes]`` is one."""

    def search(self, data: bytes, begin: int, end: int, /) -> Found | None:
        """The first match in ``data`` between two offsets."""


class Want(NamedTuple):
    """Bytes that are needed to go on."""

    start: int
    length: int


class Piece(NamedTuple):
    """A part of the log to search."""

    data: bytes
    position: int
    """Of ``data[0]``: the byte before the part, where there is one, so that ``^`` and ``\\b`` see it."""
    line: int
    """Position of the line in which the part begins."""
    begin: int
    """Offset of the part in ``data``."""
    end: int
    """Offset behind it: matches begin before."""
    limit: int
    """Offset that matches may reach: beyond ``end`` when that lies inside a line."""

    @property
    def first(self) -> int:
        """Position of the part's first byte."""
        return self.position + self.begin


Slices = Generator[Want | Piece, bytes, None]
"""Yields what to read, to be answered with ``send``, and pieces to search; knows no source and no pattern."""
_Reading = Generator[Want | Piece, bytes, int]


def compile_pattern(text: str, *, regex: bool = False) -> re.Pattern[bytes]:
    """What to look for, over raw lines: case counts only when ``text`` has an upper-case letter.

    A regular expression works on UTF-8 bytes: ``.`` is one byte, and only ASCII letters have two cases.
    Raises InvalidRequest with the character at which a regular expression is wrong.
    """
    letters = re.sub(r"\\.", "", text) if regex else text  # the S of \S is no upper-case letter
    fold = not any(letter.isupper() for letter in letters)
    try:
        source = _encode(text) if regex else b"".join(_literal(letter, fold) for letter in text)
        with warnings.catch_warnings(action="ignore"):
            return re.compile(source, re.MULTILINE | (re.IGNORECASE if fold else 0))
    except re.error as error:
        before = _encode(text)[: error.pos or 0].decode("utf-8", "ignore")
        raise InvalidRequest(_refusal(text, f"{error.msg} at character {len(before) + 1}")) from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise InvalidRequest(_refusal(text, str(error))) from None


def find(
    read: Read,
    extent: LogExtent,
    pattern: re.Pattern[bytes],
    *,
    newest_first: bool = True,
    slice_size: int = SLICE,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[list[Hit]]:
    """The hits of one slice after the other, also when there are none; made to be driven from a thread.

    A match never reaches over a line end. Bytes that roll away meanwhile are passed over.
    """
    told = -1
    slices = slices_back(extent, slice_size) if newest_first else slices_on(extent, slice_size)
    step = next(slices, None)
    while step is not None:
        if isinstance(step, Want):
            step = answer(slices, read(*step))
            continue
        if cancelled():
            return
        hits = [hit for hit in hits_in(step, pattern) if hit.line != told]
        if newest_first:
            hits.reverse()
        if hits:
            told = hits[-1].line
        yield hits
        step = next(slices, None)


def answer(slices: Slices, data: bytes) -> Want | Piece | None:
    """Give the slices the bytes they wanted last; what follows, None at the end."""
    try:
        return slices.send(data)
    except StopIteration:
        return None


def hits_in(piece: Piece, pattern: Searcher) -> Iterator[Hit]:
    """The first match in each line of the piece."""
    data, position, line, at, end, limit = piece
    while at < end:
        match = pattern.search(data, at, limit)
        if match is None or match.start() >= end:
            return
        line_end = data.find(b"\n", match.start(), limit)
        if line_end < 0:
            line_end = limit
        if match.end() > line_end:
            match = pattern.search(data, match.start(), line_end)  # \s and [^x] match a line end as well
        if match is not None:
            before = data.rfind(b"\n", piece.begin, match.start())
            start = line if before < 0 else position + before + 1
            yield Hit(start, position + match.start(), position + match.end())
        at = line_end + 1


def slices_back(extent: LogExtent, size: int = SLICE, *, end: int | None = None) -> Slices:
    """The extent, newest first, from ``end`` on, down to which an earlier search came."""
    end = line = extent.end if end is None else end
    cut = extent.start < end < extent.end and (yield Want(end - 1, 1)) != b"\n"
    while end > extent.start:
        begin = max(extent.start, end - size)
        lead = min(1, begin - extent.start)
        length = lead + end - begin
        data = yield Want(begin - lead, min(length + OVERLAP * cut, extent.end - begin + lead))
        if len(data) < length:
            return
        at, inside = lead, lead > 0 and data[0] != _LF
        if inside and (whole := data.find(b"\n", lead, length - 1) + 1) > 0:
            at, inside = whole, False
        end = begin - lead + at
        if not inside:
            line = end
        elif line > end:
            line = yield from _line_start(extent.start, end)
        yield _piece(data, begin - lead, line, at, length, cut)
        cut = inside


def slices_on(extent: LogExtent, size: int = SLICE, *, begin: int | None = None) -> Slices:
    """The extent, oldest first, from ``begin`` on, where an earlier search ended.

    A line in which it ended is looked at again, its last ``OVERLAP`` bytes at most: there may be a match now,
    or none any more.
    """
    begin = line = max(extent.start, extent.start if begin is None else begin)
    if extent.start < begin < extent.end and (yield Want(begin - 1, 1)) != b"\n":
        line = yield from _line_start(extent.start, begin)
        begin = max(line, begin - OVERLAP)
    while begin < extent.end:
        lead = min(1, begin - extent.start)
        end = min(begin + size, extent.end)
        data = yield Want(begin - lead, min(end + OVERLAP, extent.end) - begin + lead)
        length = min(lead + end - begin, len(data))
        inside = end < extent.end
        if inside and (whole := data.rfind(b"\n", lead, length) + 1) > 0:
            length, inside = whole, False
        if length > lead:
            yield _piece(data, begin - lead, line, lead, length, inside)
            end = begin - lead + length
        begin = end
        if not inside:
            line = begin


def _piece(data: bytes, position: int, line: int, begin: int, end: int, cut: bool) -> Piece:
    """``cut``: the end lies inside a line, so matches may go on to that line's end."""
    if cut:
        limit = data.find(b"\n", end)
        return Piece(data, position, line, begin, end, limit if limit >= 0 else len(data))
    if data[end - 1] != _LF:
        data = data[:end] + b"\n"  # the unfinished last line: from here on every line has an end
        end += 1
    return Piece(data, position, line, begin, end, end)


def _line_start(start: int, position: int) -> _Reading:
    """Where the line begins that goes on at ``position``."""
    while position > start:
        length = min(_BLOCK, position - start)
        block = yield Want(position - length, length)
        if (found := block.rfind(b"\n")) >= 0:
            return position - length + found + 1
        if len(block) < length:
            break
        position -= length
    return position


def _literal(letter: str, fold: bool) -> bytes:
    if letter.isascii() or not fold:
        return re.escape(_encode(letter))
    forms = {letter, letter.lower(), letter.upper()}  # over bytes, IGNORECASE knows ASCII alone
    return b"(?:" + b"|".join(sorted(_encode(form) for form in forms)) + b")"


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _refusal(text: str, reason: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:59]}…"
    return f'"{shown}" is no regular expression: {reason}; mend it, or look for it as plain text.'
