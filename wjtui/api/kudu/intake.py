"""Intake: a request's body on its way to a file, within its limit, and gone again whatever happens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request

from wjtui.api.surroundings import surroundings
from wjtui.model.base import Value
from wjtui.model.errors import TooLarge

_PIECE = 256 * 1024
"""Bytes that are gathered before they are written: chunks of clients are small."""


class Received(Value, frozen=True):
    """A body that is on the disk."""

    path: Path
    size: int
    head: bytes
    """Its first bytes."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Received]:
    """The whole body in a file, which is removed at the end.

    Raises TooLarge before anything is stored where the client tells the length, else as soon as it is known;
    OSError where the disk does not take it; ClientDisconnect.
    """
    around = surroundings(request)
    limit = around.max_upload()
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdecimal() and int(told[:20]) > limit:
        raise _too_large(limit)
    path = around.staging / secrets.token_hex(16)
    try:
        file = await asyncio.to_thread(_open, path)
        try:
            size, head = await _write(request, file, limit)
        finally:
            await asyncio.to_thread(file.close)
        yield Received(path, size, head)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _write(request: Request, file: BinaryIO, limit: int) -> tuple[int, bytes]:
    size, head, piece = 0, b"", bytearray()
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        piece += chunk
        if len(piece) >= _PIECE:
            head = head or bytes(piece[:16])
            await asyncio.to_thread(file.write, piece)
            piece = bytearray()
    await asyncio.to_thread(file.write, piece)
    return size, head or bytes(piece[:16])


def _open(path: Path) -> BinaryIO:
    # Jobs hold secrets, and a folder for temporary files may be everybody's.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.open("xb")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The upload is over {limit >> 20} MiB: make it smaller, or raise WJTUI_MAX_UPLOAD_MB.")
