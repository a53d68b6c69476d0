"""A service in front of the place's engine, for a command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wjtui.client.remote import Remote
from wjtui.client.service import HttpJobService
from wjtui.launch.background import running_engine, serving, start_engine
from wjtui.launch.place import Place
from wjtui.model.errors import EngineUnreachable


@asynccontextmanager
async def attached(place: Place, start: bool = False) -> AsyncIterator[tuple[HttpJobService, bool]]:
    """The service, and whether the engine was started for it.

    Raises EngineUnreachable when there is none and ``start`` is not asked for.
    """
    found = running_engine(place)
    brought = found is None
    if found is None:
        if not start:
            raise no_engine(place)
        found = await serving(place, start_engine(place, attended=True))
    service = HttpJobService(found.socket)
    try:
        yield service, brought
    finally:
        await service.aclose()


@asynccontextmanager
async def reached(remote: Remote) -> AsyncIterator[HttpJobService]:
    """The service of an engine over TCP. Raises InvalidRequest for certificates that are none."""
    service = HttpJobService(remote)
    try:
        yield service
    finally:
        await service.aclose()


def no_engine(place: Place) -> EngineUnreachable:
    """The refusal where an engine is needed."""
    return EngineUnreachable(f"No engine runs on '{place.root}': start one with 'wjtui up {place.hint}'.")
