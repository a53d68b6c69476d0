"""Logs over HTTP: byte ranges of one log, its last lines, how far it reaches, and what is added to it."""

from __future__ import annotations

import os
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.follow import follow_log
from wjtui.api.requests import log_ref, number, switch
from wjtui.logs.reader import FileLogSource
from wjtui.model.errors import InvalidRequest
from wjtui.model.events import LogExtent
from wjtui.service import JobService, LogSource
from wjtui.wire.stream import encode

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of a log in one answer, and how far back its last lines are looked for."""
_BLOCK = 64 * 1024


async def read_log(service: JobService, request: Request) -> Response:
    """Bytes of a log from ``offset``, up to ``limit``; none with limit 0. Headers say how far it reaches.

    ``tail`` begins with the last so many lines instead. With ``follow`` the answer goes on with what is
    added, until the run, the engine or the client ends. With ``files`` the headers also name the log's files,
    where a front end may read them itself.
    """
    ref = log_ref(request)
    source = await service.open_log(ref)
    extent = await source.extent()
    headers = {
        "X-Log-Start": str(extent.start),
        "X-Log-End": str(extent.end),
        "X-Log-Generation": quote(extent.generation),
    }
    start = await _start(request, source, extent)
    if switch(request, "follow") and request.method != "HEAD":
        return follow_log(service, request, ref, source, extent, start, headers)
    limit = number(request, "limit", MAX_BYTES, high=MAX_BYTES)
    if switch(request, "files") and (await service.snapshot()).engine.shares_files:
        headers |= _files(source)
    data = await source.read(start, limit) if limit else b""
    return Response(data, headers=headers, media_type="application/octet-stream")


async def tail_start(source: LogSource, extent: LogExtent, lines: int) -> int:
    """The position at which the last lines begin; a last one without its end counts.

    Not more than ``MAX_BYTES`` are looked at: where they hold fewer lines, the first comes without its head.
    """
    lowest = max(extent.start, extent.end - MAX_BYTES)
    begin, ends = extent.end, lines
    while begin > lowest and lines:
        length = min(_BLOCK, begin - lowest)
        block = await source.read(begin - length, length)
        if len(block) < length:
            break  # rolled away meanwhile
        at = len(block) - (begin == extent.end and block.endswith(b"\n"))
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            ends -= 1
            if not ends:
                return begin - len(block) + at + 1
        begin -= len(block)
    return begin


async def _start(request: Request, source: LogSource, extent: LogExtent) -> int:
    """Where to begin. Raises InvalidRequest."""
    if "tail" not in request.query_params:
        return number(request, "offset", 0)
    if "offset" in request.query_params:
        raise InvalidRequest(
            "offset and tail are both given: where to begin is said by one, for example tail=100."
        )
    return await tail_start(source, extent, number(request, "tail", 0))


def _files(source: LogSource) -> dict[str, str]:
    """Percent-encoded, since a header has no room for most characters that a path may have."""
    if not isinstance(source, FileLogSource):
        return {}
    older = [quote(os.fsencode(path)) for path in source.file.older]
    return {"X-Log-Path": quote(os.fsencode(source.file.path)), "X-Log-Older": encode(older).decode()}
