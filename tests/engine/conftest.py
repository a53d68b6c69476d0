"""The rig as a fixture."""

from __future__ import annotations

import ctypes
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.rig import Rig
from wjtui.engine.process.subreaper import become_subreaper


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A root without jobs, in a process that adopts orphans."""
    become_subreaper()
    made = Rig(tmp_path)
    yield made
    await made.end()
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
