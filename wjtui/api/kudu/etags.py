"""ETags of lists, and the answer that nothing has changed (spec 8.2)."""

from __future__ import annotations

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import json_body

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def tag_of(lasting: object) -> str:
    """A strong tag, in quotes; the same for the same plain values, in whatever life of the engine."""
    text = repr(lasting).encode("utf-8", "backslashreplace")
    return f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def matches(header: str, tag: str) -> bool:
    """Whether ``If-None-Match`` names a tag: one of several, weak ones too, or ``*``."""
    return header.strip() == "*" or tag in _TAG.findall(header)


def tagged(request: Request, shown: object, lasting: object) -> Response:
    """JSON with the tag of what lasts of it, or 304 where the client has that already."""
    tag = tag_of(lasting)
    header = ",".join(request.headers.getlist("if-none-match"))
    answer = Response(status_code=304) if header and matches(header, tag) else json_body(shown)
    answer.headers["ETag"] = tag
    return answer
