from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.support.fake_service import FakeJobService, FixedClock, make_engine
from tests.support.kudu import Kudu, serve_kudu
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import make_app
from wjtui.api.surroundings import Surroundings
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.engine.vitals import disk_trouble
from wjtui.model.health import Health
from wjtui.model.metrics import Family


class Told:
    """Vitals that say what a test wants."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def health(self) -> Health:
        return self._health

    def families(self) -> list[Family]:
        return []


@asynccontextmanager
async def asked(
    service: FakeJobService, vitals: Told | None, root: Path
) -> AsyncIterator[httpx2.AsyncClient]:
    around = Surroundings(root, "abc123", FixedClock(), root / "uploads", vitals=vitals)
    transport = httpx2.ASGITransport(make_app(service, around))
    async with httpx2.AsyncClient(transport=transport, base_url="http://wjtui/api/wjtui") as client:
        yield client


async def ready(health: Health | None, root: Path, service: FakeJobService | None = None) -> tuple[int, Any]:
    vitals = Told(health) if health is not None else None
    async with asked(service or FakeJobService(), vitals, root) as client:
        answer = await client.get("/ready")
        assert answer.headers["cache-control"] == "no-store"
        assert (answer.headers.get("retry-after") is not None) == (answer.status_code == 503)
        return answer.status_code, answer.json()


async def test_an_engine_that_takes_work_is_ready(tmp_path: Path) -> None:
    assert await ready(Health(), tmp_path) == (200, {"status": "ready", "degraded": []})


async def test_what_does_not_work_is_told_and_is_no_reason_to_be_taken_out(tmp_path: Path) -> None:
    status, body = await ready(Health(degraded=("The disk is full.",)), tmp_path)
    assert (status, body["degraded"]) == (200, ["The disk is full."])


async def test_why_an_engine_takes_no_work_is_one_sentence(tmp_path: Path) -> None:
    status, body = await ready(Health("The engine is being stopped."), tmp_path)
    assert (status, body) == (503, {"code": "not-ready", "message": "The engine is being stopped."})


async def test_without_vitals_the_snapshot_tells(tmp_path: Path) -> None:
    stopping = msgspec.structs.replace(make_engine(), stopping=True)
    assert (await ready(None, tmp_path))[0] == 200
    assert (await ready(None, tmp_path, FakeJobService(engine=stopping)))[0] == 503


@pytest.fixture(scope="module")
def kudu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    def build(site: SiteBuilder) -> None:
        stubborn = {"run.sh": "trap '' TERM\nwhile :; do sleep 0.05; done\n"}
        site.continuous("stubborn", stubborn, {"stopping_wait_time": 120})

    with serve_kudu(tmp_path_factory.mktemp("health"), build) as served:
        yield served


def test_a_real_engine_is_ready_until_it_is_stopped(kudu: Kudu) -> None:
    kudu.until("/api/continuouswebjobs/stubborn", lambda job: job["status"] == "Running")
    assert kudu.http.get("/api/wjtui/ready").json() == {"status": "ready", "degraded": []}
    assert kudu.http.post("/api/wjtui/shutdown").status_code == 200
    answer = kudu.http.get("/api/wjtui/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert "being stopped" in answer.json()["message"]
    assert kudu.http.get("/api/wjtui/health").json() == {"status": "ok"}
    metrics = kudu.http.get("/api/wjtui/metrics").text.splitlines()
    assert "wjtui_up 0" in metrics


async def test_before_its_jobs_are_read_an_engine_is_not_ready(tmp_path: Path) -> None:
    engine = Engine(EngineOptions(tmp_path, "one", {}))
    assert not (await engine.vitals.health()).ready
    await engine.start()
    try:
        assert await engine.vitals.health() == Health()
    finally:
        await engine.stop(now=True)
    assert "being stopped" in (await engine.vitals.health()).reason


async def test_file_events_that_are_not_to_be_had_are_told(tmp_path: Path) -> None:
    engine = Engine(EngineOptions(tmp_path, "one", {}))
    await engine.start()
    try:
        engine.vitals.begin(lambda: "no inotify instances left")
        health = await engine.vitals.health()
        assert health.ready
        [told] = health.degraded
        assert "no inotify instances left" in told
    finally:
        await engine.stop(now=True)


def test_a_disk_that_takes_data_is_no_trouble(tmp_path: Path) -> None:
    assert disk_trouble(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        told = disk_trouble(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(tmp_path) in told
    assert "File too large" in told
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert "No such file" in disk_trouble(tmp_path / "gone")
