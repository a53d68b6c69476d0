"""Where in a log a moment is: found by halving, with few and small reads."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import TYPE_CHECKING

from wjtui.logs.line import parse
from wjtui.model.events import LogExtent

if TYPE_CHECKING:
    from wjtui.service import LogSource

_BLOCK = 64 * 1024
_HEAD = 1024
"""No prefix is longer."""
_DATED = re.compile(rb"^\[\d\d/\d\d/\d{4} [^\n]{0,%d}" % _HEAD, re.MULTILINE)


def moment_of(raw: bytes) -> datetime | None:
    """When a line was written, by its own prefix: UTC, cut to whole seconds. None for a continuation line."""
    return parse(raw[:_HEAD]).at


async def position_at(source: LogSource, extent: LogExtent, moment: datetime) -> int:
    """Position of the first line whose own time is at or after ``moment``; ``extent.end`` when none is.

    Times of lines are cut to whole seconds: the lines of 12:00:00 are found with 12:00:00 sharp, not with a
    fraction after it. ``moment`` must be aware. A log of 1 GB takes about 16 reads of 64 KiB; lines
    without a time are read past, block by block. Where the clock was set back there may be several answers:
    the line found has such a time, and the nearest one with a time before it has not.
    """
    low, high, answer = extent.start, extent.end, extent.end
    while low < high:
        last = high - low <= _BLOCK
        middle = low if last else (low + high) // 2
        found = await _first(source, extent, middle, high, moment if last else None)
        if found is not None and found[1] < moment:
            low = found[0] + 1
            continue
        if found is not None:
            answer = found[0]
        high = middle  # what begins between here and there has no time
    return answer


async def _first(
    source: LogSource, extent: LogExtent, begin: int, end: int, since: datetime | None
) -> tuple[int, datetime] | None:
    """The first line that begins between two positions and has a time, ``since`` or later; and that time."""
    while begin < end:
        lead = min(1, begin - extent.start)  # so that the pattern sees whether a line begins here
        wanted = min(_BLOCK, extent.end - begin + lead)
        data = await source.read(begin - lead, wanted)
        await asyncio.sleep(0)  # a file of this machine is read without a pause
        cut = len(data) == wanted and begin - lead + wanted < extent.end
        stop = min(len(data) - _HEAD if cut else len(data), lead + end - begin)
        for line in _DATED.finditer(data, lead):
            if line.start() >= stop:
                break
            at = moment_of(line[0])
            if at is not None and (since is None or at >= since):
                return begin - lead + line.start(), at
        # Bytes that rolled away meanwhile are passed over.
        begin += max(stop - lead, 0) or _BLOCK
    return None
