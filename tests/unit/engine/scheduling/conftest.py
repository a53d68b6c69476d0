"""A desk: a scheduler whose time passes when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.schedule_desk import ScheduleDesk, open_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[ScheduleDesk]:
    """Noon, a Tuesday; the clock is looked at less often than usual, as nobody sets it."""
    async with open_desk(tmp_path, datetime(2027, 6, 1, 12, tzinfo=UTC), look_every=60) as opened:
        yield opened
