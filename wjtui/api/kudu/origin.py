"""Origin of the URLs in answers: where the client has found us (spec 8.1: ``{base}``)."""

from __future__ import annotations

import re

from starlette.requests import Request

TRUSTED_PROXY = "wjtui.trusted_proxy"
"""In the scope, true: ``X-Forwarded-Proto`` was set by a proxy that is to be believed."""
_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


def base_url(request: Request) -> str:
    """``scheme://host[:port]`` by the Host header; by the server's own address where that is no host."""
    scheme = request.scope.get("scheme", "http")
    if request.scope.get(TRUSTED_PROXY) is True:
        told = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
        scheme = told if told in ("http", "https") else scheme
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) is None:
        host = _own(request)
    return f"{scheme}://{host}"


def _own(request: Request) -> str:
    name, port = request.scope.get("server") or ("localhost", None)
    if port is None:
        return "localhost"  # the Unix socket
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
