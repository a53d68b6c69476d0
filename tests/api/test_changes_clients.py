"""The four services that change the files of jobs, through each way to an engine, over a fake of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.elsewhere import Elsewhere
from tests.support.fake_changes import FakeDeploys, make_package
from tests.support.fake_service import FakeJobService
from tests.support.patience import eventually
from wjtui.client.bridge import ThreadBridge
from wjtui.client.service import HttpJobService
from wjtui.model.deploys import DeployPlan, FileChange, FileState, Package, PlannedJob, WhenRunning
from wjtui.model.errors import (
    Conflict,
    DeployRejected,
    InvalidRequest,
    JobNotFound,
    SettingsChanged,
    TrashNotFound,
    VersionNotFound,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.site import ConnectionString, ConnectionType, SiteChange
from wjtui.model.versions import Cause
from wjtui.service import JobService

REPORT = JobId(JobType.TRIGGERED, "report")
NOBODY = JobId(JobType.TRIGGERED, "nobody")
TOKEN = "4f1c09aa53b2e7d8"
API = "/api/wjtui"
PLAN = DeployPlan((PlannedJob(REPORT),), WhenRunning.STOP, fix_line_ends=True)


class StagingDeploys(FakeDeploys):
    """Says what it is to stage; with ``slow`` it goes on until it is told to discard."""

    slow = False

    def __init__(self) -> None:
        super().__init__(_nothing, lambda job, text: 1)
        self.sources: list[tuple[Path, str]] = []
        self.discarded: list[str] = []
        self.ended = False

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        self.sources.append((source, name))
        while self.slow and token not in self.discarded:  # noqa: ASYNC110 (told from another thread)
            await asyncio.sleep(0.001)
        self.ended = True
        if self.slow:
            raise Conflict("It was discarded meanwhile.")
        return make_package(name)

    async def discard(self, token: str) -> None:
        self.discarded.append(token)


async def _nothing(*words: str) -> None:
    pass


@pytest.fixture(params=["http", "bridge"])
async def remote(
    request: pytest.FixtureRequest, service: FakeJobService, serve: Any, socket_path: Path
) -> AsyncIterator[JobService]:
    """The fake service, seen from elsewhere."""
    if request.param == "http":
        client = HttpJobService(socket_path)
        async with serve(service):
            yield client
            await client.aclose()
    else:
        elsewhere = Elsewhere()
        yield ThreadBridge(service, elsewhere.loop)
        elsewhere.end()


async def test_packages_and_plans_arrive_as_they_were(remote: JobService, service: FakeJobService) -> None:
    service.deploys.diffs["ü b.py"] = "-old\n+new\n"
    package = await remote.deploys.stage(Path("/tmp/nightly.zip"), TOKEN)
    assert package == service.deploys.staged[TOKEN]
    assert await remote.deploys.preview(TOKEN, PLAN) == await service.deploys.preview(TOKEN, PLAN)
    assert await remote.deploys.diff(TOKEN, PLAN.jobs[0], "ü b.py") == "-old\n+new\n"
    deployed = await remote.deploys.commit(TOKEN, PLAN, by="UI - me")
    number = (await service.versions.of(REPORT))[0].number
    assert [(job.id, job.version) for job in deployed.jobs] == [(REPORT, number)]
    assert service.deploys.committed == [PLAN]
    with pytest.raises(InvalidRequest):
        await remote.deploys.commit(TOKEN, PLAN)
    await remote.deploys.discard(TOKEN)


async def test_a_refusal_carries_every_reason(remote: JobService, service: FakeJobService) -> None:
    service.deploys.refusal = DeployRejected("It leaves its folder. It is too large.")
    with pytest.raises(DeployRejected, match=r"leaves its folder\. It is too large"):
        await remote.deploys.stage(Path("/tmp/nightly.zip"), TOKEN)


@pytest.mark.parametrize(
    "source", [b"/tmp/na\xefve \xff.zip", "/tmp/ü 100%41+&?#.zip".encode(), b"/tmp/line\nbreak"]
)
async def test_sources_of_any_bytes_survive(
    remote: JobService, service: FakeJobService, source: bytes
) -> None:
    deploys = service.deploys = StagingDeploys()
    name = os.fsdecode(source[5:])
    await remote.deploys.stage(Path(os.fsdecode(source)), TOKEN, name=name)
    assert [(os.fsencode(path), given) for path, given in deploys.sources] == [(source, name)]


async def test_a_source_is_meant_from_here(
    remote: JobService, service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploys = service.deploys = StagingDeploys()
    monkeypatch.chdir(tmp_path)
    await remote.deploys.stage(Path("nightly.zip"), TOKEN)
    assert [path.absolute() for path, _ in deploys.sources] == [tmp_path / "nightly.zip"]


async def test_who_leaves_while_staging_leaves_nothing(remote: JobService, service: FakeJobService) -> None:
    deploys = service.deploys = StagingDeploys()
    deploys.slow = True
    task = asyncio.create_task(remote.deploys.stage(Path("/tmp/nightly.zip"), TOKEN))
    await eventually(lambda: deploys.sources)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: deploys.ended)
    assert deploys.discarded == [TOKEN]


async def test_who_leaves_a_commit_does_not_end_it(remote: JobService, service: FakeJobService) -> None:
    await remote.deploys.stage(Path("/tmp/nightly.zip"), TOKEN)
    service.hold = asyncio.Event()
    task = asyncio.create_task(remote.deploys.commit(TOKEN, PLAN))
    await eventually(lambda: ("deploy", "triggered/report") in service.commands)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    loop = remote._loop if isinstance(remote, ThreadBridge) else asyncio.get_running_loop()
    loop.call_soon_threadsafe(service.hold.set)
    await eventually(lambda: service.deploys.committed)


async def test_versions_cross(remote: JobService, service: FakeJobService) -> None:
    service.versions.add(REPORT, Cause.DEPLOY, "one.zip", "UI - me")
    service.versions.add(REPORT, Cause.DEPLOY, "two.zip")
    service.versions.changes[1] = [FileChange("a/b c.py", FileState.CHANGED, 10, 1, 2)]
    service.versions.diffs[1, "a/b c&d=ü%.py"] = "-x\n"
    assert await remote.versions.of(REPORT) == await service.versions.of(REPORT)
    assert await remote.versions.compare(REPORT, 1) == service.versions.changes[1]
    assert await remote.versions.diff(REPORT, 1, "a/b c&d=ü%.py") == "-x\n"
    assert await remote.versions.diff(REPORT, 1, "\udcff") == ""
    made = await remote.versions.roll_back(REPORT, by="UI - me")
    assert (made.number, made.note, made.by) == (3, "version 1", "UI - me")
    assert (await remote.versions.roll_back(REPORT, 2, running=WhenRunning.AFTER)).note == "version 2"
    for call in (remote.versions.compare(REPORT, 9), remote.versions.roll_back(REPORT, 9)):
        with pytest.raises(VersionNotFound):
            await call
    with pytest.raises(JobNotFound):
        await remote.versions.of(NOBODY)


async def test_trash_crosses(remote: JobService, service: FakeJobService) -> None:
    entry = await remote.trash.delete(REPORT, keep_history=True)
    assert await remote.trash.contents() == service.trash.lying == [entry]
    for id in ("nothing", "..", "a/b", ""):
        with pytest.raises(TrashNotFound):
            await remote.trash.restore(id)
    assert await remote.trash.restore(entry.id) == REPORT
    with pytest.raises(JobNotFound):
        await remote.trash.delete(NOBODY)


async def test_settings_cross(remote: JobService, service: FakeJobService) -> None:
    text = '// ü\r\n{"schedule": "0 0 2 * * *"}'
    before = await remote.settings.read(REPORT)
    after = await remote.settings.save(REPORT, text, etag=before.etag, by="UI - me")
    assert after == await service.settings.read(REPORT)
    assert after.text == text
    with pytest.raises(SettingsChanged):
        await remote.settings.save(REPORT, "{}", etag=before.etag)
    assert (await remote.settings.save(REPORT, "")).text == ""


async def test_site_settings_cross(remote: JobService, service: FakeJobService) -> None:
    connection = ConnectionString("Main", ConnectionType.POSTGRESQL, "Password=hunter2")
    change = SiteChange({"COLOUR": "red", "EMPTY": ""}, connect=(connection,))
    after = await remote.settings.change_site(change)
    assert after == await remote.settings.site() == service.settings.site_settings
    assert (after.values, after.connections) == ({"COLOUR": "red", "EMPTY": ""}, (connection,))
    with pytest.raises(SettingsChanged):
        await remote.settings.change_site(SiteChange(remove=("COLOUR",), etag="stale"))


async def test_what_cannot_be_sent_is_refused_without_being_told(tmp_path: Path) -> None:
    client = HttpJobService(tmp_path / "nobody.sock")
    for call in (
        client.settings.save(REPORT, "secret\udcff"),
        client.settings.change_site(SiteChange({"A": "secret\udcff"})),
        client.deploys.preview(TOKEN, DeployPlan((PlannedJob(JobId(JobType.TRIGGERED, "secret\udcff")),))),
    ):
        with pytest.raises(InvalidRequest, match="UTF-8") as caught:
            await call
        assert "secret" not in caught.value.message
    for token in ("", "..", "../../shutdown", "x" * 16):
        with pytest.raises(InvalidRequest, match="token"):
            await client.deploys.discard(token)
    await client.aclose()


async def test_what_may_take_minutes_is_waited_for(tmp_path: Path) -> None:
    """Ten minutes for work that grows with files and jobs, half a minute for what only asks."""
    waits: dict[str, float] = {}

    def refuse(request: httpx2.Request) -> httpx2.Response:
        waits[f"{request.method} {request.url.path}"] = request.extensions["timeout"]["read"]
        return httpx2.Response(409, json={"code": "conflict", "message": "Not now."})

    client = HttpJobService(tmp_path / "nobody.sock")
    await client.aclose()
    client._wire._client = httpx2.AsyncClient(
        transport=httpx2.MockTransport(refuse), base_url="http://wjtui", timeout=30.0
    )
    long = {
        f"POST {API}/deploys/{TOKEN}": client.deploys.stage(Path("/x.zip"), TOKEN),
        f"POST {API}/deploys/{TOKEN}/commit": client.deploys.commit(TOKEN, PLAN),
        f"DELETE {API}/deploys/{TOKEN}": client.deploys.discard(TOKEN),
        f"POST {API}/jobs/triggered/report/rollback": client.versions.roll_back(REPORT),
        f"DELETE {API}/jobs/triggered/report": client.trash.delete(REPORT),
        f"POST {API}/trash/x/restore": client.trash.restore("x"),
        f"PUT {API}/jobs/triggered/report/settings": client.settings.save(REPORT, "{}"),
    }
    short = {
        f"GET {API}/snapshot": client.snapshot(),
        f"GET {API}/trash": client.trash.contents(),
        f"GET {API}/jobs/triggered/report/settings": client.settings.read(REPORT),
    }
    for call in (*long.values(), *short.values()):
        with pytest.raises(Conflict):
            await call
    assert waits == dict.fromkeys(long, 600.0) | dict.fromkeys(short, 30.0)
    await client.aclose()
