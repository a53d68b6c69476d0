"""Web hooks over HTTP: who may see them, which bodies they take, and that no refusal repeats a secret."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx2
import pytest

from tests.support.fake_service import FakeJobService
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.model.hooks import Subscription
from wjtui.service import JobService

URL = "https://me:hunter2@example.org/hooks/42"


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


async def test_a_hook_comes_and_goes(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    body = {"url": URL, "event": "TriggeredJobFinished", "insecure_ssl": True}
    answer = await http.post("/hooks", json=body)
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["created"] is True
    assert made["subscription"]["url"] == URL
    id = made["subscription"]["id"]
    assert "created" not in (await http.post("/hooks", json=body)).json()
    for path, found in (("/hooks", [made["subscription"]]), (f"/hooks/{id}", made["subscription"])):
        answer = await http.get(path)
        assert answer.json() == found
        assert answer.headers["cache-control"] == "no-store"
    service.hooks.answer = ("NotFound", "no such page")
    assert (await http.post(f"/hooks/{id}/test")).json()["last_status"] == "NotFound"
    assert (await http.post("/hook-events/Ours", content=b'{"n": 1}')).json() == 0
    assert (await http.post("/hook-events/Ours")).status_code == 200
    assert service.hooks.published == [("Ours", '{"n": 1}'), ("Ours", "{}")]
    for _ in range(2):
        assert (await http.delete(f"/hooks/{id}")).status_code == 200
    assert service.hooks.known == []
    assert (await http.get(f"/hooks/{id}")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"url": 1, "event": "e"}', b'{"url": "hunter2"}', b"\xff", b'{"url": "hunter2"'],
)
async def test_a_body_that_cannot_be_read_is_not_repeated(http: httpx2.AsyncClient, body: bytes) -> None:
    answer = await http.post("/hooks", content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-request"
    assert "hunter2" not in answer.text


async def test_bodies_that_cannot_be_published(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    for body in (b"\xff", b"x" * (257 << 10)):
        assert (await http.post("/hook-events/Ours", content=body)).status_code == 400
    assert service.hooks.published == []


async def test_over_tcp_nobody_sees_or_changes_them(service: FakeJobService) -> None:
    service.hooks.known.append(Subscription("1", URL, "Ours"))
    listening = socket.create_server(("127.0.0.1", 0))
    server = ApiServer()
    await server.start(make_app(service), [listening])
    try:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}/api/wjtui"
        async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
            for method, path in (
                ("GET", "/hooks"),
                ("POST", "/hooks"),
                ("GET", "/hooks/1"),
                ("DELETE", "/hooks/1"),
                ("POST", "/hooks/1/test"),
                ("POST", "/hook-events/Ours"),
            ):
                answer = await client.request(method, path, content=b"{}" if method == "POST" else None)
                assert answer.status_code == 403, path
                assert "hunter2" not in answer.text
    finally:
        await server.stop()
    assert len(service.hooks.known) == 1 and service.hooks.published == []
