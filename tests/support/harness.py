"""A real engine on a temporary root, behind each kind of JobService."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.api.unix_socket import open_unix_socket
from wjtui.client.bridge import ThreadBridge
from wjtui.client.service import HttpJobService
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.model.events import Snapshot
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.service import JobService

Kind = Literal["local", "http", "bridge"]
KINDS: tuple[Kind, ...] = ("local", "http", "bridge")


@dataclass(frozen=True)
class Harness:
    """A service, and the site whose jobs it shows."""

    service: JobService
    site: SiteBuilder

    async def until(self, state: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait, from event to event, until the whole state is as wanted."""
        last: Snapshot | None = None
        try:
            async with asyncio.timeout(PATIENCE), aclosing(self.service.events()) as items:  # type: ignore[type-var]
                async for _ in items:
                    last = await self.service.snapshot()
                    if state(last):
                        return last
        except TimeoutError:
            pass
        raise AssertionError(f"the state did not come; the last one was {last}")

    async def job(self, job: JobId, state: Callable[[Job], bool] = lambda job: True) -> Job:
        """A job, once it is there and as wanted."""

        def found(snapshot: Snapshot) -> list[Job]:
            return [known for known in snapshot.jobs if known.id.key == job.key and state(known)]

        return found(await self.until(lambda snapshot: bool(found(snapshot))))[0]


@asynccontextmanager
async def open_service(
    kind: Kind, folder: Path, build: Callable[[SiteBuilder], None] = lambda site: None
) -> AsyncIterator[Harness]:
    """An engine that serves ``folder``, begun after ``build`` has made its jobs."""
    site = SiteBuilder(folder / "root")
    site.jobs.mkdir(parents=True)
    build(site)
    options = EngineOptions(root=site.root, instance="contract", environment=_environment(folder))
    opened = {"local": _local, "http": _http, "bridge": _bridge}[kind]
    async with opened(options, folder) as service:
        yield Harness(service, site)


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "WEBJOBS_RESTART_TIME": "1"}


@asynccontextmanager
async def _local(options: EngineOptions, folder: Path) -> AsyncIterator[JobService]:
    engine = Engine(options)
    await engine.start()
    try:
        yield engine.service
    finally:
        await engine.stop(now=True)


@asynccontextmanager
async def _http(options: EngineOptions, folder: Path) -> AsyncIterator[JobService]:
    async with _local(options, folder) as service:
        socket_path = folder / "run" / "engine.sock"
        server = ApiServer()
        await server.start(make_app(service), [open_unix_socket(socket_path)])
        client = HttpJobService(socket_path)
        try:
            yield client
        finally:
            await client.aclose()
            await server.stop()


@asynccontextmanager
async def _bridge(options: EngineOptions, folder: Path) -> AsyncIterator[JobService]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="engine")
    thread.start()

    async def begin() -> Engine:
        engine = Engine(options)
        await engine.start()
        return engine

    try:
        engine = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(begin(), loop))
        try:
            yield ThreadBridge(engine.service, loop)
        finally:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(engine.stop(now=True), loop))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()
