"""Folders of the site as archives over Kudu's API (spec 8.8)."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import empty
from wjtui.api.kudu.file_errors import Refused, telling
from wjtui.api.kudu.intake import received
from wjtui.api.kudu.merge import carry_out, plan_merge, unpacked
from wjtui.api.kudu.stream_answer import StreamAnswer
from wjtui.api.kudu.vfs import slash_answer
from wjtui.api.kudu.vfs_paths import asked_path, ground, not_there
from wjtui.api.kudu.vfs_write import look
from wjtui.api.kudu.zip_stream import zip_pieces
from wjtui.api.surroundings import surroundings
from wjtui.service import JobService

T = TypeVar("T")


@telling
async def read(service: JobService, request: Request) -> Response:
    """What a folder holds, as a .zip."""
    return await asyncio.to_thread(_read, request)


@telling
async def write(service: JobService, request: Request) -> Response:
    """Unpack a .zip over a folder, which need not be there; whatever type the body is said to have."""
    await asyncio.to_thread(_check_target, request)
    async with received(request) as body:
        await in_thread(lambda stop: _merge(request, body.path, stop))
    return empty()


async def in_thread(work: Callable[[threading.Event], T]) -> T:
    """Work in a thread; a cancellation tells it to stop, and waits until it has cleared up after itself."""
    stop = threading.Event()
    working = asyncio.get_running_loop().run_in_executor(None, work, stop)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([working])
        working.exception()  # so that nobody reports it as never looked at
        raise


def attachment(name: str) -> str:
    """``Content-Disposition`` for a file of some name, whatever that holds."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/;%' else "_" for c in name)
    header = f'attachment; filename="{plain}"'
    if plain == name:
        return header
    return f"{header}; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"


def _read(request: Request) -> Response:
    area = ground(request)
    place = area.find(asked_path(request))
    info = look(place.real)
    if info is None or not stat.S_ISDIR(info.st_mode):
        raise not_there()
    if not place.slash:
        return slash_answer(request, "/api/zip", place, folder=True)
    own = f"{place.parts[-1] if place.parts else area.root.name or 'root'}.zip"
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": attachment(request.query_params.get("fileName") or own),
    }
    if request.method == "HEAD":
        return Response(b"", headers=headers)
    pieces = zip_pieces(area, place.real)
    return StreamAnswer(pieces, pieces.close, 200, headers)


def _check_target(request: Request) -> None:
    place = ground(request).find(asked_path(request))
    info = look(place.real)
    if info is None and not place.slash:
        raise Refused(404, "There is no such folder: a slash at the end makes it.")
    if info is not None and not stat.S_ISDIR(info.st_mode):
        raise Refused(404, "It is a file: give the folder into which to unpack.")


def _merge(request: Request, archive: Path, stop: threading.Event) -> None:
    area, around = ground(request), surroundings(request)
    target = area.find(asked_path(request)).real
    with unpacked(archive, around.staging, around.limits(), stop) as found:
        contents = found.contents
        plan = plan_merge(area, target, contents.files, contents.folders)
        carry_out(plan, found.folder, contents.folders)
