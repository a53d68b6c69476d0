from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService, make_job, make_run
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.api.unix_socket import open_unix_socket
from wjtui.model.identity import JobType
from wjtui.model.runs import RunStatus
from wjtui.service import JobService

Serve = Callable[[JobService], AbstractAsyncContextManager[ApiServer]]


@pytest.fixture
def service() -> FakeJobService:
    """Two jobs; ``report`` has run once."""
    run = make_run("report", RunStatus.SUCCESS)
    return FakeJobService(
        make_job("report", latest_run=run),
        make_job("mailer", kind=JobType.CONTINUOUS),
    )


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    """Where the engine's socket goes."""
    return tmp_path / "run" / "engine.sock"


@pytest.fixture
def serve(socket_path: Path) -> Serve:
    """Serves a service on ``socket_path``."""

    @asynccontextmanager
    async def opened(service: JobService) -> AsyncIterator[ApiServer]:
        socket_path.unlink(missing_ok=True)
        server = ApiServer()
        await server.start(make_app(service), [open_unix_socket(socket_path)])
        try:
            yield server
        finally:
            await server.stop()

    return opened
