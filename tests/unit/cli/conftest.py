"""Commands over values: a module has a ``service`` of its own, and says things to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.fake_service import FakeJobService
from tests.support.said import Say
from wjtui.cli import ask as ask_module
from wjtui.cli.main import run as run_command
from wjtui.cli.options import Given


@pytest.fixture
def say(service: FakeJobService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; its exit status and what it printed."""

    @asynccontextmanager
    async def attached(_: object) -> AsyncIterator[tuple[FakeJobService, None]]:
        yield service, None

    monkeypatch.setattr(ask_module, "attached", attached)

    def command(*arguments: str) -> tuple[int, str, str]:
        status = run_command(Given(), list(arguments))
        return status, *capsys.readouterr()

    return command
