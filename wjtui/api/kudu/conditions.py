"""Conditions of requests for files: tags, ranges, and what a client has already (spec 8.7). Pure."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers

from wjtui.api.kudu.etags import matches
from wjtui.model.base import Value

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)
_DIGITS = 18


class Span(Value, frozen=True):
    """A part of a file: bytes from ``start`` up to, not with, ``end``."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The range has no byte of the file."""


def file_tag(info: os.stat_result) -> str:
    """The strong tag of a file as it is now; the size is in it since clocks of file systems are coarse."""
    return f'"{info.st_mtime_ns:x}-{info.st_size:x}"'


def http_date(info: os.stat_result) -> str:
    """``Last-Modified``; a time that no calendar has is 1970."""
    seconds = int(info.st_mtime)
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        at = datetime.fromtimestamp(0, UTC)
    return format_datetime(at, usegmt=True)


def has_already(headers: Headers, tag: str) -> bool:
    """Whether the client has what there is."""
    asked = ",".join(headers.getlist("if-none-match"))
    return bool(asked) and matches(asked, tag)


def may_change(headers: Headers, tag: str) -> bool:
    """Whether ``If-Match`` names what there is; without the header it does not (spec 8.7)."""
    asked = ",".join(headers.getlist("if-match"))
    return bool(asked) and matches(asked, tag)


def wanted_part(headers: Headers, size: int, tag: str, date: str) -> Span | None:
    """The part that is wanted, None: the whole. Raises Unsatisfiable.

    Several parts at once, and what cannot be read, mean the whole, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or not _is_same(headers, tag, date):
        return None
    first, last = found[1], found[2]
    if not (first or last) or max(len(first), len(last)) > _DIGITS:
        return None
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise Unsatisfiable
    return Span(start, end)


def _is_same(headers: Headers, tag: str, date: str) -> bool:
    """Whether ``If-Range``, where it is there, means the file as it is now."""
    asked = headers.get("if-range")
    if asked is None:
        return True
    asked = asked.strip()
    if asked.startswith(('"', "W/")):
        return asked == tag
    try:
        return parsedate_to_datetime(asked) == parsedate_to_datetime(date)
    except ValueError:
        return False
