"""Work on the files of jobs, which goes on to its end whatever becomes of who asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from wjtui.engine.state import State
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.support.tasks import TaskSet

T = TypeVar("T")


class Work:
    """Pieces of work that are never cut short: half a switch would have to be mended at the next start."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tasks = TaskSet(self._failed)

    async def through(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        """Do it, and wait for it. It goes on where the waiting is cancelled: a client may have gone."""

        async def attempt() -> T | WjtuiError:
            try:
                return await work
            except WjtuiError as refusal:
                return refusal  # an answer, not a failure of the task

        outcome: T | WjtuiError = await asyncio.shield(self._tasks.start(name, attempt()))
        if isinstance(outcome, WjtuiError):
            raise outcome
        return outcome

    async def join(self) -> None:
        """Wait until all of it is done."""
        await self._tasks.join()

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._state.raise_notice(text, Tone.ERROR, code="internal")
