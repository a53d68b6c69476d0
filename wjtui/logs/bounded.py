"""Bounded: a pattern whose search ends in time, whatever somebody typed."""

from __future__ import annotations

import re
import time
from importlib import import_module
from typing import Protocol

from wjtui.logs.search import Found, Searcher
from wjtui.model.errors import InvalidRequest

SECONDS = 0.5
"""Of processor time for one slice of a log. A MiB of lines that all match takes 0.04; a bad one fills up to
400 MB a second."""
_LINE_SECONDS = 0.02
_SPANS = 200
_HEAVIEST = 50_000
"""Steps of an expression once its repeats are written out, at about 280 bytes each."""

_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_STEP = re.compile(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d*),?(\d*)\}|.", re.DOTALL)
# The library takes "{e}" and "{d<=1}" for inexact matching, where people mean the characters.
_BRACE = re.compile(rb"\\.|\{(?!\d+(?:,\d*)?\}|,\d+\})", re.DOTALL)


class TooSlow(Exception):
    """A search was not over in its time."""


class Bounded:
    """What ``compile_pattern`` made, safe to use on any log: no search takes much longer than its bound.

    Plain text cannot backtrack and stays with ``re``, five times as fast where there are many matches. The
    rest goes to the ``regex`` library: it counts processor time while it searches and does not hold the
    interpreter lock meanwhile, so that ``(a+)+b`` costs a thread half a second and the screen nothing. Safe
    to use from several threads.
    """

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        """InvalidRequest when its repeats make too much of it, or ``regex`` is not installed."""
        self.pattern = pattern
        bare = _ESCAPED.sub(b"", pattern.pattern)
        self._twin = None if not set(b"*+?{|(") & set(bare) else _twin(pattern)

    def __str__(self) -> str:
        return _shown(self.pattern)

    def within(self, seconds: float = SECONDS) -> Searcher:
        """What to search with, in this thread: raises TooSlow once it has taken so much of the processor."""
        return self.pattern if self._twin is None else _Attempt(self._twin, time.thread_time() + seconds)

    def spans(self, line: bytes) -> list[tuple[int, int]]:
        """Where it matches in one line that is to be shown: offsets, the first 200, none that is empty.

        For the thread that draws: after 20 ms it answers with what it has.
        """
        searcher, found, at = self.within(_LINE_SECONDS), list[tuple[int, int]](), 0
        try:
            while at <= len(line) and len(found) < _SPANS:
                match = searcher.search(line, at, len(line))
                if match is None:
                    break
                if match.end() > match.start():
                    found.append((match.start(), match.end()))
                at = max(match.end(), match.start() + 1)
        except TooSlow:
            pass
        return found


class _Twin(Protocol):
    """What is used of a pattern of the ``regex`` library."""

    def search(self, data: bytes, begin: int, end: int, /, *, timeout: float) -> Found | None: ...


class _Attempt:
    """A search with a deadline."""

    def __init__(self, twin: _Twin, deadline: float) -> None:
        self._twin = twin
        self._deadline = deadline

    def search(self, data: bytes, begin: int, end: int, /) -> Found | None:
        left = self._deadline - time.thread_time()
        if left <= 0:
            raise TooSlow
        try:
            return self._twin.search(data, begin, end, timeout=left)
        except (TimeoutError, MemoryError):
            raise TooSlow from None


def _twin(pattern: re.Pattern[bytes]) -> _Twin:
    if _weight(pattern.pattern) > _HEAVIEST:
        raise InvalidRequest(f"{_shown(pattern)} repeats too much: use smaller numbers in its braces.")
    try:
        # Here, because it takes 25 ms and most searches are for plain text.
        library = import_module("regex")
    except ModuleNotFoundError:
        raise InvalidRequest(
            f"{_shown(pattern)} cannot be looked for: the Python package regex is not installed;"
            " install it, or look for plain text."
        ) from None
    source = _BRACE.sub(lambda found: found[0] if found[0] != b"{" else rb"\{", pattern.pattern)
    flags = library.MULTILINE | (library.IGNORECASE if pattern.flags & re.IGNORECASE else 0)
    try:
        twin: _Twin = library.compile(source, flags | library.VERSION0)
    except (library.error, ValueError, RecursionError, MemoryError) as error:
        raise InvalidRequest(f"{_shown(pattern)} is no regular expression here: {error}.") from None
    return twin


def _weight(source: bytes) -> int:
    """About how many steps an expression has with its repeats written out."""
    totals, last = [0], 0
    for step in _STEP.finditer(source):
        times = max(int(step[1] or 0), int(step[2] or 0))
        if step[0] == b"(":
            totals.append(1)
        elif step[0] == b")" and len(totals) > 1:
            last = totals.pop()
            totals[-1] += last
        elif times:
            totals[-1] += last * (times - 1)
            last *= times
        else:
            last = 1
            totals[-1] += 1
    return sum(totals)


def _shown(pattern: re.Pattern[bytes]) -> str:
    text = pattern.pattern.decode("utf-8", "replace")
    return f'"{text if len(text) <= 60 else text[:59] + "…"}"'
