"""The event stream as a client sees it: it comes back and goes on where it was after a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TypeVar

import msgspec

from wjtui.client.connection import Connection, foreign
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import EngineChanged, EngineInfo, Envelope, Snapshot
from wjtui.wire.stream import LIFE_HEADER, Refusal, read_frames, read_item

T = TypeVar("T", bound=Envelope | Snapshot)

BACK_OFF = (0.1, 0.4, 1.0)
"""Seconds before each try to come back; after the last one the engine is unreachable."""


async def engine_events(
    wire: Connection, after: int | None, back_off: Sequence[float] = BACK_OFF
) -> AsyncGenerator[Envelope | Snapshot]:
    """Every item once, in order, until the engine ends its stream.

    Raises EngineUnreachable at once when there is no engine at the beginning, and after ``back_off`` when it
    does not come back.
    """
    life: str | None = None
    tries = 0
    while True:
        query: dict[str, str | int] = {} if after is None else {"after": after}
        if life is not None:
            query["life"] = life
        try:
            async with wire.open_stream("/events", query) as (headers, chunks):
                life = headers.get(LIFE_HEADER, "")
                async for frame in read_frames(chunks):
                    if frame.event == "end":
                        return
                    if frame.event == "error":
                        raise msgspec.json.decode(frame.data, type=Refusal).error()
                    item = read_item(frame.data)
                    after, tries = item.seq, 0
                    yield from_afar(item) if wire.is_remote else item
            raise EngineUnreachable("The engine's event stream broke off: it may have been killed.")
        except msgspec.DecodeError as error:
            raise foreign(error) from error
        except EngineUnreachable:
            if life is None or tries == len(back_off):
                raise
            await asyncio.sleep(back_off[tries])
            tries += 1


def from_afar(item: T) -> T:
    """What an engine on another machine tells, for a front end here: its files are not ours to look for."""
    match item:
        case Snapshot(engine=engine):
            return msgspec.structs.replace(item, engine=_elsewhere(engine))
        case Envelope(event=EngineChanged(info)):
            return msgspec.structs.replace(item, event=EngineChanged(_elsewhere(info)))
        case _:
            return item


def _elsewhere(engine: EngineInfo) -> EngineInfo:
    return msgspec.structs.replace(engine, shares_files=False)
