"""Files of the site over Kudu's API (spec 8.7)."""

from __future__ import annotations

import asyncio
import stat
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import empty
from wjtui.api.kudu.file_errors import Refused, telling
from wjtui.api.kudu.intake import received
from wjtui.api.kudu.origin import base_url
from wjtui.api.kudu.vfs_paths import Ground, Place, asked_path, ground
from wjtui.api.kudu.vfs_read import GUARDED, answer_file, encoded, list_folder
from wjtui.api.kudu.vfs_write import (
    check_write,
    look,
    make_folder,
    put_file,
    remove_file,
    remove_folder,
)
from wjtui.api.surroundings import surroundings
from wjtui.service import JobService


@telling
async def read(service: JobService, request: Request) -> Response:
    """A file, or the list of a folder; the other URL where a slash is missing or too many."""
    return await asyncio.to_thread(_read, request)


@telling
async def write(service: JobService, request: Request) -> Response:
    """Put a file, or make a folder."""
    place = await asyncio.to_thread(_find, request)
    if place.slash:
        await asyncio.to_thread(make_folder, place)
        return empty(201)
    check_plain(request)
    await asyncio.to_thread(check_write, place, request.headers)
    async with received(request) as body:
        # Once more: folders may have changed while the body came.
        written = await asyncio.to_thread(lambda: put_file(body.path, _find(request), request.headers))
    answer = empty(201 if written.created else 204)
    answer.headers["ETag"] = written.tag
    return answer


@telling
async def delete(service: JobService, request: Request) -> Response:
    """Delete a file or a folder."""
    await asyncio.to_thread(_delete, request)
    return empty()


def check_plain(request: Request) -> None:
    """Raise Refused for a body that is not what is to be stored."""
    for name in ("content-range", "content-encoding"):
        value = request.headers.get(name, "identity")
        if value.lower() != "identity":
            raise Refused(400, f"{name.title()} is '{value}': send the file whole, and as it is.")


def slash_answer(request: Request, route: str, place: Place, *, folder: bool) -> Response:
    """Where to ask instead: with a slash, or without one; the query is kept."""
    query = quote(request.scope["query_string"], safe="!$&'()*+,/:;=?@%-._~")
    path = encoded(place.parts, folder=folder)
    location = f"{base_url(request)}{route}{path}{'?' if query else ''}{query}"
    return Response(b"", 307, headers={"Location": location})


def _find(request: Request) -> Place:
    return ground(request).find(asked_path(request))


def _read(request: Request) -> Response:
    area = ground(request)
    place = area.find(asked_path(request))
    body = request.method != "HEAD"
    info = look(place.real)
    if info is not None and stat.S_ISDIR(info.st_mode) != place.slash:
        return slash_answer(request, "/api/vfs", place, folder=not place.slash)
    if info is not None and place.slash:
        return _list(area, place, request, body)
    return answer_file(area, place, request.headers, body=body)


def _list(area: Ground, place: Place, request: Request, body: bool) -> Response:
    listed = list_folder(area, place, base_url(request))
    answer = Response(listed if body else b"", headers=GUARDED | {"Content-Length": str(len(listed))})
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    return answer


def _delete(request: Request) -> None:
    area = ground(request)
    place = area.find(asked_path(request))
    info = look(place.real)
    if info is not None and stat.S_ISDIR(info.st_mode):
        recursive = request.query_params.get("recursive", "").lower() in ("true", "1")
        remove_folder(area, place, surroundings(request).staging, recursive=recursive)
    else:
        remove_file(place, request.headers)
