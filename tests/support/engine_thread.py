"""EngineThread: a real engine on a thread of its own, for tests without a loop or with one a question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from tests.support.harness import Harness, open_service
from tests.support.site_builder import SiteBuilder
from wjtui.client.bridge import ThreadBridge
from wjtui.service import JobService


class EngineThread:
    """An engine, its site, and a service that any loop may ask."""

    def __init__(self, harness: Harness, loop: asyncio.AbstractEventLoop) -> None:
        self.site = harness.site
        self.service: JobService = ThreadBridge(harness.service, loop)


@contextmanager
def engine_on_a_thread(folder: Path, build: Callable[[SiteBuilder], None]) -> Iterator[EngineThread]:
    """Serve ``folder`` until the end of the block, begun after ``build`` has made its jobs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="engine")
    thread.start()
    opened = AsyncExitStack()
    try:
        start = opened.enter_async_context(open_service("local", folder, build))
        harness = asyncio.run_coroutine_threadsafe(start, loop).result()
        try:
            yield EngineThread(harness, loop)
        finally:
            asyncio.run_coroutine_threadsafe(opened.aclose(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
