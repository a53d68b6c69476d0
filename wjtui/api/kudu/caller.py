"""Caller: who asks, for what is written down about it."""

from __future__ import annotations

from starlette.requests import Request

_LONGEST = 512


def trigger(request: Request) -> str:
    """The ``trigger`` of a run that is started over the API (spec 6.3)."""
    return f"External - {agent(request)}"


def author(request: Request) -> str:
    """Who has made a version."""
    name = agent(request)
    return f"API - {name}" if name else "API"


def agent(request: Request) -> str:
    """What the client calls itself; empty: nothing."""
    return request.headers.get("user-agent", "").strip()[:_LONGEST]
