"""Logs over HTTP: byte ranges of one log, and how far it reaches."""

from __future__ import annotations

import os
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.requests import log_ref, number, switch
from wjtui.logs.reader import FileLogSource
from wjtui.service import JobService, LogSource
from wjtui.wire.stream import encode

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of a log in one answer."""


async def read_log(service: JobService, request: Request) -> Response:
    """Bytes from ``offset``, up to ``limit``; none with limit 0. The headers say how far the log reaches.

    With ``files`` they also name the log's files, where a front end may read them itself.
    """
    source = await service.open_log(log_ref(request))
    offset = number(request, "offset", 0)
    limit = number(request, "limit", MAX_BYTES, high=MAX_BYTES)
    extent = await source.extent()
    headers = {
        "X-Log-Start": str(extent.start),
        "X-Log-End": str(extent.end),
        "X-Log-Generation": quote(extent.generation),
    }
    if switch(request, "files") and (await service.snapshot()).engine.shares_files:
        headers |= _files(source)
    data = await source.read(offset, limit) if limit else b""
    return Response(data, headers=headers, media_type="application/octet-stream")


def _files(source: LogSource) -> dict[str, str]:
    """Percent-encoded, since a header has no room for most characters that a path may have."""
    if not isinstance(source, FileLogSource):
        return {}
    older = [quote(os.fsencode(path)) for path in source.file.older]
    return {"X-Log-Path": quote(os.fsencode(source.file.path)), "X-Log-Older": encode(older).decode()}
