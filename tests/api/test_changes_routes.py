from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
import pytest

from tests.support.fake_changes import FakeDeploys, make_package
from tests.support.fake_service import FakeJobService
from tests.support.patience import PATIENCE, eventually
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.model.deploys import Package
from wjtui.model.errors import Conflict
from wjtui.model.identity import JobId, JobType
from wjtui.model.site import ConnectionString, ConnectionType, SiteSettings
from wjtui.model.versions import Cause
from wjtui.service import JobService

REPORT = JobId(JobType.TRIGGERED, "report")
TOKEN = "4f1c09aa53b2e7d8"
PLAN = {"jobs": [{"id": {"type": "triggered", "name": "report"}}]}
SECRET = "Server=db;Password=hunter2"


class SlowDeploys(FakeDeploys):
    """Stages until it is told to discard."""

    def __init__(self) -> None:
        super().__init__(self._nothing, lambda job, text: 1)
        self.staging = asyncio.Event()
        self.discarded = asyncio.Event()
        self.over = asyncio.Event()

    async def stage(self, source: Path, token: str, *, name: str = "") -> Package:
        self.staging.set()
        await self.discarded.wait()
        self.over.set()
        raise Conflict("It was discarded meanwhile.")

    async def discard(self, token: str) -> None:
        assert token == TOKEN
        self.discarded.set()

    async def _nothing(self, *words: str) -> None:
        pass


@pytest.fixture
async def http(
    service: FakeJobService,
    serve: Callable[[JobService], AbstractAsyncContextManager[ApiServer]],
    socket_path: Path,
) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.AsyncHTTPTransport(uds=str(socket_path), verify=False)
    async with (
        serve(service),
        httpx2.AsyncClient(transport=transport, base_url="http://wjtui/api/wjtui") as client,
    ):
        yield client


@asynccontextmanager
async def over_tcp(service: JobService) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the same service that did not come through the Unix socket."""
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}/api/wjtui"
    server = ApiServer()
    await server.start(make_app(service), [listening])
    try:
        async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
            yield client
    finally:
        await server.stop()


def code(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["code"]


async def test_a_package_on_its_way(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.deploys.packages["nightly.zip"] = make_package()
    package = (await http.post(f"/deploys/{TOKEN}", json={"source": "/tmp/nightly.zip"})).json()
    assert (package["token"], package["kind"], package["jobs"][0]["name"]) == (TOKEN, "zip", "nightly")
    preview = (await http.post(f"/deploys/{TOKEN}/preview", json=PLAN)).json()
    assert preview["jobs"][0]["id"] == {"type": "triggered", "name": "report"}
    service.deploys.diffs["run.py"] = "-old\n+new\n"
    body = {"job": PLAN["jobs"][0], "path": "run.py"}
    assert (await http.post(f"/deploys/{TOKEN}/diff", json=body)).json() == "-old\n+new\n"
    deployed = (await http.post(f"/deploys/{TOKEN}/commit", json={"plan": PLAN, "by": "API - me"})).json()
    assert deployed["jobs"][0]["version"] == (await service.versions.of(REPORT))[0].number
    assert code(await http.post(f"/deploys/{TOKEN}/preview", json=PLAN)) == (400, "invalid-request")
    assert (await http.delete(f"/deploys/{TOKEN}")).json() == {}


async def test_tokens_are_checked_before_anything_else(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    requests = [("POST", ""), ("POST", "/preview"), ("POST", "/diff"), ("POST", "/commit"), ("DELETE", "")]
    tokens = ["x", "123", "0123456789abcde", "0123456789abcdeg", "a" * 65, "٠" * 16, "a" * 16 + "%00"]
    for (method, path), token in itertools.product(requests, [*tokens, "%252e%252e"]):
        answer = await http.request(method, f"/deploys/{token}{path}", content=b"{")
        assert code(answer) == (400, "invalid-request")
        assert "token" in answer.json()["message"]
    assert service.commands == []


async def test_sources_are_absolute_paths(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    for source in ("", "nightly.zip", "../x", "./%2Ftmp"):
        answer = await http.post(f"/deploys/{TOKEN}", json={"source": source})
        assert code(answer) == (400, "invalid-request")
        assert "source" in answer.json()["message"]
    assert service.commands == []


async def test_bodies_are_checked(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    bodies = {
        f"POST /deploys/{TOKEN}": [b"{}", b'{"source": 3}'],
        f"POST /deploys/{TOKEN}/preview": [
            b"{}",
            b'{"jobs": [{"id": "x"}]}',
            b'{"jobs": [], "running": "no"}',
        ],
        f"POST /deploys/{TOKEN}/diff": [b"{}", b'{"path": "x"}'],
        f"POST /deploys/{TOKEN}/commit": [b"{}", b'{"plan": {}}'],
        "POST /jobs/triggered/report/rollback": [b'{"number": "3"}', b'{"running": "maybe"}'],
        "PUT /jobs/triggered/report/settings": [b"{}", b'{"text": null}'],
        "POST /site": [b'{"put": {"A": 1}}', b'{"connect": [{"name": "x", "type": "Oracle", "value": ""}]}'],
    }
    for request, wrong in bodies.items():
        method, path = request.split()
        for body in [b"", b"{", b"[]", b'"\xff"', *wrong]:
            assert code(await http.request(method, path, content=body)) == (400, "invalid-request")
    assert service.commands == []


async def test_one_mebibyte_of_the_worst_text_fits(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    blanks = (1 << 20) - 2
    body = b'{"text": "{}' + b"\\u0020" * blanks + b'"}'
    answer = await http.put("/jobs/triggered/report/settings", content=body)
    assert answer.json()["text"] == "{}" + " " * blanks
    answer = await http.put("/jobs/triggered/report/settings", content=b" " * (9 << 20))
    assert code(answer) == (400, "invalid-request")


async def test_client_that_leaves_while_staging(
    service: FakeJobService, socket_path: Path, serve: Any
) -> None:
    slow = SlowDeploys()
    service.deploys = slow
    async with serve(service):
        reader, writer = await asyncio.open_unix_connection(socket_path)
        body = b'{"source": "/tmp/nightly.zip"}'
        head = f"POST /api/wjtui/deploys/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        async with asyncio.timeout(PATIENCE):
            await slow.staging.wait()
            assert not slow.discarded.is_set()
            writer.close()
            await writer.wait_closed()
            await slow.over.wait()
        del reader


async def test_server_that_stops_while_staging(
    service: FakeJobService, socket_path: Path, serve: Any
) -> None:
    slow = SlowDeploys()
    service.deploys = slow
    transport = httpx2.AsyncHTTPTransport(uds=str(socket_path), verify=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://wjtui/api/wjtui") as client:
        async with serve(service):
            asking = asyncio.create_task(client.post(f"/deploys/{TOKEN}", json={"source": "/x.zip"}))
            await slow.staging.wait()
        assert slow.over.is_set()
        assert code(await asking) == (409, "conflict")


async def test_versions(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.versions.add(REPORT, Cause.DEPLOY, "one.zip")
    service.versions.add(REPORT, Cause.DEPLOY, "two.zip")
    service.versions.diffs[1, "a b/%.py"] = "-x\n"
    found = (await http.get("/jobs/triggered/report/versions")).json()
    assert [(each["number"], each["note"]) for each in found] == [(2, "two.zip"), (1, "one.zip")]
    assert (await http.get("/jobs/triggered/report/versions/1")).json() == []
    query = {"path": "a b/%.py"}
    assert (await http.get("/jobs/triggered/report/versions/1/diff", params=query)).json() == "-x\n"
    assert code(await http.get("/jobs/triggered/report/versions/1/diff")) == (400, "invalid-request")
    made = (await http.post("/jobs/triggered/report/rollback", json={"by": "API - me"})).json()
    assert (made["number"], made["cause"], made["note"]) == (3, "rollback", "version 1")


async def test_unknown_versions(http: httpx2.AsyncClient) -> None:
    numbers = ["7", "-1", "x", "٣", "9" * 40, "1.0"]
    for number, path in itertools.product(numbers, ("", "/diff?path=run.py")):
        answer = await http.get(f"/jobs/triggered/report/versions/{number}{path}")
        assert code(answer) == (404, "version-not-found")


async def test_trash(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    gone = (await http.delete("/jobs/triggered/report?keep_history=1")).json()
    assert gone["history"] is False
    assert code(await http.delete("/jobs/triggered/report")) == (404, "job-not-found")
    assert code(await http.delete("/jobs/continuous/mailer?keep_history=x")) == (400, "invalid-request")
    assert [each["job"]["name"] for each in (await http.get("/trash")).json()] == ["report"]
    for id in ("nothing", "%2e%2e", ".hidden", "a%00b"):
        assert code(await http.post(f"/trash/{id}/restore")) == (404, "trash-not-found")
    restored = await http.post(f"/trash/{quote(gone['id'], safe='')}/restore")
    assert restored.json() == {"type": "triggered", "name": "report"}
    assert REPORT.key in service.jobs


async def test_settings(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    path = "/jobs/triggered/report/settings"
    before = (await http.get(path)).json()
    assert before["text"] == ""
    saved = await http.put(path, json={"text": '{"schedule": "0 0 2 * * *"}', "etag": before["etag"]})
    assert saved.json()["settings"]["schedule"] == "0 0 2 * * *"
    stale = await http.put(path, json={"text": "{}", "etag": before["etag"]})
    assert code(stale) == (409, "settings-changed")
    assert (await http.put(path, json={"text": "{}"})).status_code == 200


async def test_secrets_of_the_site_stay_behind_the_unix_socket(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    connection = ConnectionString("Main", ConnectionType.SQL_AZURE, SECRET)
    service.settings.site_settings = SiteSettings({"TOKEN": SECRET}, (connection,), etag="0")
    answer = await http.get("/site")
    assert msgspec.json.decode(answer.content, type=SiteSettings) == service.settings.site_settings
    assert answer.headers["Cache-Control"] == "no-store"
    changed = await http.post("/site", json={"put": {"COLOUR": "red"}})
    assert changed.json()["values"]["COLOUR"] == "red"
    assert changed.headers["Cache-Control"] == "no-store"
    async with over_tcp(service) as remote:
        for refused in (
            await remote.get("/site", headers={"X-Forwarded-For": "unix:"}),
            await remote.post("/site", json={"put": {"COLOUR": "blue"}}),
            await remote.post(f"/deploys/{TOKEN}", json={"source": "/etc/passwd"}),
        ):
            assert code(refused) == (403, "not-allowed")
            assert SECRET not in refused.text
        assert (await remote.get("/trash")).json() == []
    assert service.settings.site_settings.values["COLOUR"] == "red"
    assert [command[0] for command in service.commands] == ["change_site"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "versions"),
        ("GET", "versions/1"),
        ("GET", "versions/1/diff?path=x"),
        ("POST", "rollback"),
        ("GET", "settings"),
        ("PUT", "settings"),
        ("DELETE", ""),
    ],
)
async def test_unknown_jobs(http: httpx2.AsyncClient, method: str, path: str) -> None:
    body = b'{"text": "{}"}' if method == "PUT" else b"{}"
    for name in ("nobody", "%2e%2e", "a%00b", "report%2Fsettings"):
        answer = await http.request(method, f"/jobs/triggered/{name}/{path}".rstrip("/"), content=body)
        assert answer.json()["code"] in ("job-not-found", "not-found", "method-not-allowed")


async def test_unused_answers_are_not_waited_for(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.hold = asyncio.Event()
    asking = asyncio.create_task(http.delete("/jobs/triggered/report"))
    await eventually(lambda: service.commands)
    asking.cancel()
    service.hold.set()
    await eventually(lambda: service.trash.lying)
    await asyncio.gather(asking, return_exceptions=True)
