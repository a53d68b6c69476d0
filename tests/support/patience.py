"""Waiting for a state, with a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE = 20.0
"""Seconds until a state that does not come is a failure."""


async def eventually(state: Callable[[], Any]) -> None:
    """Wait until ``state()`` is true."""
    async with asyncio.timeout(PATIENCE):
        while not state():  # noqa: ASYNC110 (any state, not one that has an event)
            await asyncio.sleep(0.005)
