"""Reading files and folders of the site: what is on the disk as an answer (spec 8.7)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response

from wjtui.api.kudu.conditions import (
    Span,
    Unsatisfiable,
    file_tag,
    has_already,
    http_date,
    wanted_part,
)
from wjtui.api.kudu.file_errors import Refused
from wjtui.api.kudu.log_names import error_lines, logs_behind
from wjtui.api.kudu.mime import FOLDER, content_type, mime_of
from wjtui.api.kudu.stream_answer import PIECE, StreamAnswer
from wjtui.api.kudu.vfs_paths import Ground, Place, not_there
from wjtui.model.base import iso

GUARDED = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
"""Jobs write these files: opened in a browser, none may act as whoever has logged in there."""


def answer_file(ground: Ground, place: Place, headers: Headers, *, body: bool) -> Response:
    """One file, or the part of it that is wanted. Raises Refused and OSError."""
    try:
        file, errors = open_file(ground, place.real), False
    except (FileNotFoundError, NotADirectoryError):
        file, errors = _open_log(ground, place)
    try:
        if errors:
            return _error_answer(file, headers, body)
        return _file_answer(file, place.parts[-1], headers, body)
    except BaseException:
        file.close()
        raise


def open_file(ground: Ground, real: Path) -> BinaryIO:
    """A regular file; whoever writes to it goes on. Raises Refused and OSError."""
    # A plain open of a fifo would wait for a writer, for ever.
    fd = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # What was opened, not what was there when the path was looked at.
        ground.check(Path(os.readlink(f"/proc/self/fd/{fd}")))
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise not_there()
        return os.fdopen(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def read_blocks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Bytes of a file, a piece at a time. Raises OSError where the file has become shorter."""
    file.seek(start)
    left = end - start
    while left > 0:
        block = file.read(min(left, PIECE))
        if not block:
            raise OSError("the file has become shorter meanwhile")
        left -= len(block)
        yield block


def list_folder(ground: Ground, place: Place, base: str) -> bytes:
    """The list of a folder, as JSON. What is not for clients, no file, or leads nowhere is left out."""
    entries = []
    with os.scandir(place.real) as found:
        for entry in found:
            if ground.holds(Path(os.path.realpath(entry.path))):
                try:
                    info = entry.stat()
                except OSError:
                    continue
                if not (stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode)):
                    continue
                entries.append(_row(ground, place, entry.name, info, base))
    entries.sort(key=lambda row: (row["mime"] != FOLDER, row["name"]))
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def encoded(parts: Iterable[str], *, folder: bool) -> str:
    """A path below the root as it stands in URLs, a slash before it."""
    path = "".join(f"/{quote(part, safe='', errors='surrogateescape')}" for part in parts)
    return f"{path}/" if folder else path


def _open_log(ground: Ground, place: Place) -> tuple[BinaryIO, bool]:
    for log in logs_behind(place.parts):
        try:
            return open_file(ground, ground.find(log.path).real), log.errors
        except FileNotFoundError:
            pass
    raise not_there()


def _file_answer(file: BinaryIO, name: str, headers: Headers, body: bool) -> Response:
    info = os.fstat(file.fileno())
    size, tag, date = info.st_size, file_tag(info), http_date(info)
    told = GUARDED | {
        "Content-Type": content_type(name),
        "ETag": tag,
        "Last-Modified": date,
        "Accept-Ranges": "bytes",
    }
    if has_already(headers, tag):
        return _closed(file, 304, {"ETag": tag, "Last-Modified": date})
    try:
        part = wanted_part(headers, size, tag, date)
    except Unsatisfiable:
        raise Refused(
            416,
            f"The file has {size} bytes, and none of the range: ask for less.",
            {"Content-Range": f"bytes */{size}"},
        ) from None
    whole = part or Span(0, size)
    if part is not None:
        told["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    told["Content-Length"] = str(whole.end - whole.start)
    status = 200 if part is None else 206
    if not body:
        return _closed(file, status, told)
    return StreamAnswer(read_blocks(file, whole.start, whole.end), file.close, status, told)


def _error_answer(file: BinaryIO, headers: Headers, body: bool) -> Response:
    """The error lines of a log; how many bytes those are is known at the end."""
    info = os.fstat(file.fileno())
    tag = f'{file_tag(info)[:-1]}-errors"'
    told = GUARDED | {
        "Content-Type": content_type("error.log"),
        "ETag": tag,
        "Last-Modified": http_date(info),
    }
    if has_already(headers, tag):
        return _closed(file, 304, {"ETag": tag})
    if not body:
        return _closed(file, 200, told)
    return StreamAnswer(error_lines(read_blocks(file, 0, info.st_size)), file.close, 200, told)


def _closed(file: BinaryIO, status: int, headers: dict[str, str]) -> Response:
    file.close()
    return Response(None if status == 304 else b"", status, headers=headers)


def _row(ground: Ground, place: Place, name: str, info: os.stat_result, base: str) -> dict[str, Any]:
    folder = stat.S_ISDIR(info.st_mode)
    parts = (*place.parts, name)
    return {
        "name": name,
        "size": 0 if folder else info.st_size,
        "mtime": _instant(info.st_mtime),
        # File systems tell when a thing was made only to newer calls than Python has: the earliest known.
        "crtime": _instant(min(info.st_mtime, info.st_ctime)),
        "mime": FOLDER if folder else mime_of(name),
        "href": f"{base}/api/vfs{encoded(parts, folder=folder)}",
        "path": str(ground.root.joinpath(*parts)),
    }


def _instant(seconds: float) -> str:
    try:
        return iso(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return iso(datetime.fromtimestamp(0, UTC))
