"""LogCopy: a log written to a file, piece by piece, beside the drawing loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from wjtui.model.events import LogExtent
from wjtui.service import LogSource
from wjtui.tui.present.log_text import without_codes

PIECE = 1024 * 1024


async def write_log(
    source: LogSource,
    extent: LogExtent,
    path: Path,
    *,
    codes: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> int:
    """Write the extent of a log to ``path``, in place of what is there; how many bytes that were.

    Another name holds it until it is whole, so a failure leaves what was there. ``codes``: with the job's
    colour codes. Raises OSError, and what the source raises.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    file = await asyncio.to_thread(part.open, "xb")
    try:
        try:
            written = await _copy(source, extent, file, codes=codes, progress=progress)
        finally:
            await asyncio.to_thread(file.close)
        await asyncio.to_thread(os.replace, part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return written


async def _copy(
    source: LogSource, extent: LogExtent, file: IO[bytes], *, codes: bool, progress: Callable[[float], None]
) -> int:
    at, rest, written = extent.start, b"", 0
    while at < extent.end:
        data = await source.read(at, min(PIECE, extent.end - at))
        if not data:
            break  # it was cut meanwhile
        at += len(data)
        if not codes:
            # A code that is cut through would be taken for text.
            data = rest + data
            whole = data.rfind(b"\n") + 1 if at < extent.end else len(data)
            if not whole and len(data) > PIECE:
                whole = len(data)
            data, rest = without_codes(data[:whole]), data[whole:]
        await asyncio.to_thread(file.write, data)
        written += len(data)
        progress((at - extent.start) / max(1, extent.end - extent.start))
    return written
