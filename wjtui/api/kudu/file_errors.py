"""Refusals of the routes for files: a status, and JSON with one sentence (spec 8.1)."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import Handler
from wjtui.api.kudu.answers import trouble
from wjtui.model.errors import WjtuiError
from wjtui.service import JobService

_STATUSES = {
    errno.ENOENT: (404, "There is no such file or folder."),
    errno.ELOOP: (404, "There is no such file or folder."),
    errno.ENXIO: (404, "There is no such file or folder."),
    errno.ENOTDIR: (
        409,
        "A file is in the place of a folder of this path: remove it, or choose another path.",
    ),
    errno.EISDIR: (409, "A folder is in the place of this file: remove it, or choose another path."),
    errno.ENOTEMPTY: (409, "The folder is not empty: delete what is in it first, or add ?recursive=true."),
    errno.EACCES: (403, "The engine's user may not do that: see to the rights of the file and its folder."),
    errno.EPERM: (403, "The engine's user may not do that: see to the rights of the file and its folder."),
    errno.EROFS: (503, "The file system is read-only: nothing can be changed there."),
    errno.ENAMETOOLONG: (
        400,
        "A name is longer than 255 bytes, or the path than 4096: choose a shorter one.",
    ),
    errno.EINVAL: (400, "The file system takes no such name: choose another one."),
    errno.ENOSPC: (507, "There is no room on the disk: make room there, and try again."),
    errno.EDQUOT: (507, "The quota of the engine's user is used up: raise it, or remove files."),
    errno.EFBIG: (507, "The file system takes no file of that size: make it smaller."),
}


class Refused(Exception):
    """What is asked for is not possible: ``status`` of HTTP, one sentence, more headers."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = dict(headers or {})


def telling(handler: Handler) -> Handler:
    """A handler whose refusals, and those of the disk, are answered as clients of files expect them."""

    @wraps(handler)
    async def told(service: JobService, request: Request) -> Response:
        try:
            return await handler(service, request)
        except Refused as refusal:
            answer = trouble(refusal.text, refusal.status)
            answer.headers.update(refusal.headers)
            return answer
        except OSError as error:
            return trouble(*_told(error))
        except WjtuiError as error:
            return trouble(error.message, error.http_status)

    return told


def as_refusal(error: OSError) -> Refused:
    """What the disk says, as a refusal."""
    text, status = _told(error)
    return Refused(status, text)


def _told(error: OSError) -> tuple[str, int]:
    # The system's own text would name paths of this machine.
    status, text = _STATUSES.get(
        error.errno or 0, (500, f"The disk does not answer as it should ({error.strerror}): see to it.")
    )
    return text, status
