"""A loop on a thread of its own, as an engine in this program has one."""

from __future__ import annotations

import asyncio
import threading


class Elsewhere:
    """A loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def end(self) -> None:
        """Cancel what runs there, and end the loop."""
        if self.loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._cancel(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _cancel(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
