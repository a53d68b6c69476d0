"""Envelopes of a management proxy, which tells itself by ``x-ms-geo-location`` (spec 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request

HEADER = "x-ms-geo-location"
_PROVIDER = 6
"""Where ``Microsoft.Web`` stands in an id; pairs of a type and a name follow it."""


def is_proxied(request: Request) -> bool:
    """Whether a management proxy asks."""
    return HEADER in request.headers


def one(request: Request, shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """One object as it is answered to whoever asks."""
    return _envelope(request, shown, "") if is_proxied(request) else shown


def many(request: Request, shown: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]] | dict[str, Any]:
    """A list as it is answered to whoever asks."""
    if not is_proxied(request):
        return list(shown)
    return {
        "value": [
            _envelope(request, each, f"/{quote(each['name'], safe='', errors='surrogateescape')}")
            for each in shown
        ]
    }


def lasting(request: Request, items: list[Any]) -> list[Any]:
    """What an ETag is made from: the envelope is part of it."""
    return [*items, _id(request)] if is_proxied(request) else items


def _envelope(request: Request, shown: Mapping[str, Any], own: str) -> dict[str, Any]:
    id = _id(request) + own
    parts = id.split("/")
    told = len(parts) > _PROVIDER + 2
    return {
        "id": id,
        "name": "/".join(map(unquote, parts[_PROVIDER + 2 :: 2])) if told else shown["name"],
        "type": "/".join([parts[_PROVIDER], *parts[_PROVIDER + 1 :: 2]]) if told else None,
        "location": request.headers[HEADER],
        "properties": shown,
    }


def _id(request: Request) -> str:
    """The path of what the proxy was asked for; its own where it does not tell."""
    try:
        path = urlsplit(request.headers.get("referer", "")).path
    except ValueError:
        path = ""
    return (path or request.scope["path"]).rstrip("/")


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="surrogateescape")
