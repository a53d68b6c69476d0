"""What a front end may ask about the engine itself: its health, and what it has counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wjtui.model.health import Health
from wjtui.model.metrics import Family


class Vitals(Protocol):
    """Facts for watchdogs and monitoring systems; asking changes nothing."""

    async def health(self) -> Health:
        """Whether the engine takes work, and what does not work as it should."""

    def families(self) -> Sequence[Family]:
        """What was counted since the engine's start, and what is now. Nothing is looked up for it."""
