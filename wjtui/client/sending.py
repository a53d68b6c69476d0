"""Sending: a source of this machine to an engine on another one."""

from __future__ import annotations

import asyncio
import os
import stat
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import BinaryIO

from wjtui.client.connection import Connection, read_answer
from wjtui.client.packing import Stopped, pack_folder
from wjtui.model.deploys import Package, Progress
from wjtui.model.errors import Conflict, InvalidRequest
from wjtui.wire.changes import check_token, escaped

_PIECE = 256 << 10

Tell = Callable[[Progress], None]


async def send_source(wire: Connection, source: Path, token: str, name: str, tell: Tell) -> Package:
    """Send a .zip or a script as it is, a folder as a .zip, and have it staged. Raises as ``stage`` does.

    Leaving it in the middle ends the work, here and there.
    """
    check_token(token)
    try:
        mode, own_name = await asyncio.to_thread(_look, source)
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidRequest(f"There is no '{source}': give a .zip, a folder or a script.") from None
    except OSError as error:
        raise Conflict(f"'{source}' cannot be read ({error.strerror}).") from error
    if stat.S_ISREG(mode):
        return await _send(wire, source, token, name or source.name, tell)
    if not stat.S_ISDIR(mode):
        raise InvalidRequest(f"'{source}' is no file and no folder: give a .zip, a folder or a script.")
    called = f"{name or own_name or 'folder'}.zip"
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="wjtui-")
    try:
        packed = Path(folder.name, "package.zip")
        await _pack(source, packed, token, tell)
        return await _send(wire, packed, token, called, tell)
    finally:
        await asyncio.to_thread(folder.cleanup)


def _look(source: Path) -> tuple[int, str]:
    """Its mode, and what it is called where links are followed."""
    return source.stat().st_mode, os.path.basename(os.path.realpath(source))


async def _pack(source: Path, target: Path, token: str, tell: Tell) -> None:
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def meter(done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped
        loop.call_soon_threadsafe(tell, Progress(token, "Packing", done, total))

    work = asyncio.ensure_future(asyncio.to_thread(pack_folder, source, target, meter))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.gather(work, return_exceptions=True)
        raise
    except OSError as error:
        raise Conflict(
            f"'{source}' could not be packed into '{target.parent}' ({error.strerror}): make room there, or"
            " set TMPDIR to a folder with more of it."
        ) from error


async def _send(wire: Connection, path: Path, token: str, name: str, tell: Tell) -> Package:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise Conflict(f"'{path}' cannot be read ({error.strerror}).") from error
    with file:
        size = os.fstat(file.fileno()).st_size
        answer = await wire.send(
            "/uploads", {"token": token, "name": escaped(name)}, _pieces(file, size, token, tell), size
        )
    return read_answer(answer.content, Package)


async def _pieces(file: BinaryIO, size: int, token: str, tell: Tell) -> AsyncGenerator[bytes]:
    """Exactly ``size`` bytes, as was promised, of a file that somebody may be changing."""
    done = 0
    while done < size:
        piece = await asyncio.to_thread(file.read, min(_PIECE, size - done))
        if not piece:
            raise Conflict(f"'{file.name}' became shorter while it was sent: try again.")
        done += len(piece)
        yield piece
        tell(Progress(token, "Sending", done, size))
