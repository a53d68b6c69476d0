"""Paths of the Kudu API: aliases, any case, a trailing slash, and what is encoded in them (spec 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from wjtui.model.base import Value
from wjtui.model.identity import JobType

REST = "wjtui.rest"
"""In a request's scope: what ``{path}`` stands for, encoded as it came."""
ROUTE = "wjtui.route"
"""In a request's scope: the row of the table that it has met, for who counts requests."""

_KINDS = tuple(kind.value for kind in JobType)
_ALIASES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    # Those of one type first: '/jobs' is the beginning of '/jobs/triggered'.
    *((("api", "jobs", kind), ("api", f"{kind}webjobs")) for kind in _KINDS),
    *((("jobs", kind), ("api", f"{kind}webjobs")) for kind in _KINDS),
    *((("api", f"{kind}jobs"), ("api", f"{kind}webjobs")) for kind in _KINDS),
    (("api", "jobs"), ("api", "webjobs")),
    (("jobs",), ("api", "webjobs")),
    *(((name,), ("api", name)) for name in ("vfs", "zip", "settings", "hooks")),
)
_TYPES = {f"{kind}webjobs": kind for kind in _KINDS}


class Target(Value, frozen=True):
    """What a request path means."""

    route: str
    """In canonical spelling, as the table has it: ``/api/triggeredwebjobs/{name}/run``."""
    params: Mapping[str, str]
    """What stands in the braces, decoded; ``type`` too on the routes of one type of job."""
    rest: str = ""
    """What ``{path}`` stands for, encoded as it came."""


def read_path(raw: str, routes: Iterable[str]) -> Target | None:
    """Find the one of ``routes`` that a path means, None: none of them.

    ``raw`` is percent-encoded, so that an encoded slash ends no segment: ``{name}`` takes one segment and may
    come to hold a slash, which no job's name has. ``{path}``, at the end, takes everything that is left.
    """
    parts = _canonical(raw.removeprefix("/").split("/"))
    return next((found for route in routes if (found := _match(route, parts)) is not None), None)


def decoded(text: str) -> str:
    """A piece of a path as a file's name may be: bytes that are no UTF-8 stay what they are."""
    return unquote(text, errors="surrogateescape")


def _canonical(parts: list[str]) -> list[str]:
    head = tuple(decoded(part).lower() for part in parts[:3])
    for alias, canonical in _ALIASES:
        if head[: len(alias)] == alias:
            return [*canonical, *parts[len(alias) :]]
    return parts


def _match(route: str, parts: list[str]) -> Target | None:
    pattern = route.removeprefix("/").split("/")
    catches_all = pattern[-1] == "{path}"
    fixed = pattern[:-1] if catches_all else pattern
    own, left = parts[: len(fixed)], parts[len(fixed) :]
    if len(own) < len(fixed) or (any(left) and not catches_all):
        return None
    params: dict[str, str] = {}
    for wanted, part in zip(fixed, own, strict=True):
        text = decoded(part)
        if wanted.startswith("{"):
            if not text:
                return None
            params[wanted.strip("{}")] = text
        elif text.lower() != wanted:
            return None
        elif wanted in _TYPES:
            params["type"] = _TYPES[wanted]
    rest = "/".join(left)
    if catches_all:
        params["path"] = decoded(rest)
    return Target(route, params, rest if catches_all else "")
