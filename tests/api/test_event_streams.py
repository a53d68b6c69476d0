from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

import pytest

from tests.support.fake_service import NOW, FakeJobService
from tests.support.patience import eventually
from wjtui.api.events import frames
from wjtui.api.server import ApiServer
from wjtui.client.connection import Connection
from wjtui.client.events import engine_events
from wjtui.client.service import HttpJobService
from wjtui.model.errors import EngineStopping, EngineUnreachable
from wjtui.model.events import Envelope, Notice, NoticeRaised, Snapshot
from wjtui.service import JobService
from wjtui.wire.stream import END, HEARTBEAT

Serve = Callable[[JobService], AbstractAsyncContextManager[ApiServer]]


class Counting(FakeJobService):
    """Numbers from 1 to ``last``; replays those after ``after``, like an engine with a window."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.asked: list[int | None] = []
        self.last = last

    async def events(self, after: int | None = None) -> AsyncIterator[Envelope | Snapshot]:
        self.asked.append(after)
        if after is None:
            yield Snapshot(0, NOW, self.info)
        for number in range((after or 0) + 1, self.last + 1):
            yield Envelope(number, NOW, NoticeRaised(Notice(NOW, f"notice {number}")))
        async for item in super().events():
            if isinstance(item, Envelope):
                yield item


async def take(items: AsyncIterator[Envelope | Snapshot], count: int) -> list[int]:
    async with asyncio.timeout(20):
        return [(await anext(items)).seq for _ in range(count)]


async def test_snapshot_then_changes_then_an_orderly_end(
    service: FakeJobService, serve: Serve, socket_path: Path
) -> None:
    client = HttpJobService(socket_path)
    async with serve(service):
        items = aiter(client.events())
        first = await anext(items)
        assert first == await service.snapshot()
        service.change("report", disabled=True)
        change = await anext(items)
        assert isinstance(change, Envelope)
        assert change.seq == 1
        service.end()
        assert [item async for item in items] == []
    await client.aclose()


async def test_after_reaches_the_service(serve: Serve, socket_path: Path) -> None:
    service, client = Counting(5), HttpJobService(socket_path)
    async with serve(service), aclosing(engine_events(Connection(socket_path), 3)) as items:
        assert await take(items, 2) == [4, 5]
        assert service.asked == [3]
    await client.aclose()


async def test_stream_ends_in_order_when_the_server_stops(
    service: FakeJobService, serve: Serve, socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = HttpJobService(socket_path)
    items = aiter(client.events())
    async with serve(service) as server:
        await anext(items)
        assert server.clients == 1
    assert [item async for item in items] == []
    assert caplog.records == []
    await client.aclose()


class Cutter:
    """A way to the server that can be cut, as when an engine is killed."""

    def __init__(self, front: Path, back: Path) -> None:
        self._front = front
        self._back = back
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Cutter:
        self._server = await asyncio.start_unix_server(self._join, self._front)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Break every connection off."""
        for writer in self._writers:
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_unix_connection(self._back)
        self._writers |= {writer, back_writer}
        await asyncio.gather(self._copy(reader, back_writer), self._copy(back_reader, writer))
        self._writers -= {writer, back_writer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except OSError:
            pass
        writer.close()


async def test_lost_connection_is_taken_up_where_it_broke(
    serve: Serve, socket_path: Path, tmp_path: Path
) -> None:
    service, front = Counting(3), tmp_path / "front.sock"
    events = engine_events(Connection(front), None, (0.0,) * 20)
    async with serve(service), Cutter(front, socket_path) as way, aclosing(events) as items:
        assert await take(items, 4) == [0, 1, 2, 3]
        way.cut()
        service.last = 5
        assert await take(items, 2) == [4, 5]
        assert service.asked == [None, 3]


async def test_numbers_of_another_engine_are_not_believed(
    serve: Serve, socket_path: Path, tmp_path: Path
) -> None:
    front = tmp_path / "front.sock"
    events = engine_events(Connection(front), None, (0.0,) * 20)
    async with Cutter(front, socket_path) as way, aclosing(events) as items:
        async with serve(Counting(3)):
            assert await take(items, 4) == [0, 1, 2, 3]
            way.cut()
        successor = Counting(9)
        async with serve(successor):
            assert await take(items, 2) == [0, 1]
            assert successor.asked == [None]


async def test_engine_that_does_not_come_back_is_unreachable(
    service: FakeJobService, serve: Serve, socket_path: Path, tmp_path: Path
) -> None:
    front = tmp_path / "front.sock"
    async with serve(service):
        async with Cutter(front, socket_path):
            items = engine_events(Connection(front), None, (0.0, 0.0))
            await anext(items)
        front.unlink(missing_ok=True)
        with pytest.raises(EngineUnreachable):
            await anext(items)


async def test_refusal_in_the_middle_is_raised(
    service: FakeJobService, serve: Serve, socket_path: Path
) -> None:
    client = HttpJobService(socket_path)
    async with serve(service):
        items = aiter(client.events())
        await anext(items)
        service.lose(EngineStopping("It stops."))
        with pytest.raises(EngineStopping, match=r"It stops\."):
            await anext(items)
    await client.aclose()


async def test_client_that_leaves_is_forgotten(
    service: FakeJobService, serve: Serve, socket_path: Path
) -> None:
    client = HttpJobService(socket_path)
    async with serve(service) as server:
        async with aclosing(engine_events(Connection(socket_path), None)) as items:
            await anext(items)
            assert server.clients == 1
        await eventually(lambda: server.clients == 0)
        await eventually(lambda: service._subscribers == [])
    await client.aclose()


async def test_silence_is_filled_with_heartbeats_and_loses_nothing() -> None:
    go = asyncio.Event()

    async def quiet() -> AsyncGenerator[Envelope | Snapshot]:
        await go.wait()
        yield Envelope(1, NOW, NoticeRaised(Notice(NOW, "n")))

    stream = frames(quiet(), asyncio.Event(), heartbeat=0.001)
    assert [await anext(stream) for _ in range(4)] == [HEARTBEAT] * 4
    go.set()
    rest = [frame async for frame in stream if frame != HEARTBEAT]
    assert rest[0].startswith(b"id: 1\n")
    assert rest[1:] == [END]
