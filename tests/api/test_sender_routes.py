"""Sender URLs over HTTP: no login for them alone, and nothing to learn by trying."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.fake_clock import FakeClock
from tests.support.fake_service import NOW, FakeJobService
from tests.support.patience import eventually
from tests.support.tcp import Served, basic, serve_on_tcp
from wjtui.api import access
from wjtui.api.access import is_sending
from wjtui.api.app import PREFIX, ROUTES
from wjtui.api.senders import Wicket, receive
from wjtui.api.throttle import FREE, MOST_WAITING
from wjtui.model.errors import AlreadyRunning
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef
from wjtui.model.senders import SENDER_PATH

REPORT = JobId(JobType.TRIGGERED, "report")
SENDER = f"{PREFIX}/jobs/triggered/report/sender"


@pytest.fixture
async def served(service: FakeJobService, tmp_path: Path) -> AsyncIterator[Served]:
    async with serve_on_tcp(service, tmp_path) as found:
        yield found


@pytest.fixture
async def http(served: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=20) as client:
        yield client


def test_the_route_is_where_urls_lead() -> None:
    assert [PREFIX + path for _, path, handler in ROUTES if handler is receive] == [
        f"{SENDER_PATH}{{sender}}"
    ]


async def test_who_knows_the_url_starts_the_job_with_what_is_sent(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    made = await service.senders.make(REPORT)
    headers = {"x-correlation-id": "c-1", "User-Agent": "shop/2", "Idempotency-Key": "k"}
    answer = await http.post(made.url(), content=b"a=1&b=2", headers=headers | {"Content-Type": FORM})
    assert answer.status_code == 202 and answer.headers["x-correlation-id"] == "c-1"
    run = RunRef(REPORT, RunId(answer.json()["run"]))
    assert answer.json() == {"run": run.run}
    assert service.inputs[run] == b"a=1&b=2"
    latest = service.find("report").latest_run
    assert latest is not None and (latest.trigger, latest.correlation, latest.key) == (
        "Sender - shop/2",
        "c-1",
        "k",
    )
    again = await http.post(made.url(), headers=headers)
    assert (again.status_code, again.json()) == (202, {"run": run.run})
    service.refuse = AlreadyRunning("The job 'report' is already running; no new run was started.")
    assert (await http.post(made.url())).status_code == 409


FORM = "application/x-www-form-urlencoded"


async def test_a_body_that_is_too_large_starts_nothing(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    made = await service.senders.make(REPORT)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * (64 << 10)

    for content in (b"x" * ((1 << 20) + 1), pieces()):
        answer = await http.post(made.url(), content=content)
        assert answer.status_code == 413 and answer.json()["code"] == "too-large"
    assert service.commands == []
    assert (await http.post(made.url(), content=b"x" * (1 << 20))).status_code == 202


async def test_nothing_else_is_open(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    made = await service.senders.make(REPORT)
    for method, path in (
        ("GET", made.url()),
        ("PUT", made.url()),
        ("POST", SENDER_PATH),
        ("POST", f"{made.url()}/"),
        ("POST", f"{made.url()}/x"),
        ("POST", f"{SENDER_PATH}%2e%2e/shutdown"),
        ("POST", f"{SENDER_PATH}../shutdown"),
        ("POST", f"{SENDER_PATH}x%2f..%2f..%2fshutdown"),
        ("POST", f"{SENDER_PATH}a%0ab"),
        ("POST", SENDER),
        ("POST", f"{PREFIX}/senders"),
        ("DELETE", SENDER),
        ("POST", f"{PREFIX}/jobs/triggered/report/run"),
    ):
        answer = await http.request(method, path)
        assert (answer.status_code, answer.content) == (401, b""), (method, path)
    foreign = await http.post(made.url(), headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert service.commands == []


def test_no_other_path_has_the_shape() -> None:
    for path, sends in (
        (f"{SENDER_PATH}aZ09_-", True),
        (f"{SENDER_PATH}a\n", False),
        (f"{SENDER_PATH}ü", False),
        ("/API/wjtui/in/a", False),
        ("/api/wjtui/in", False),
    ):
        assert is_sending({"method": "POST", "path": path}) is sends, path
        assert not is_sending({"method": "GET", "path": path})


async def test_secrets_are_told_to_who_logs_in_where_nobody_listens(
    http: httpx2.AsyncClient, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Authorization": basic()}
    assert (await http.get(SENDER, headers=headers)).status_code == 404
    answer = await http.post(SENDER, headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["token"]
    assert (await http.get(SENDER, headers=headers)).json()["job"]["name"] == "report"
    looked = await http.post(f"{PREFIX}/senders", headers=headers, json={"token": token})
    assert looked.json() == {"type": "triggered", "name": "report"}
    monkeypatch.setattr(access, "is_loopback", lambda host: False)
    for method, path in (
        ("GET", SENDER),
        ("POST", SENDER),
        ("DELETE", SENDER),
        ("POST", f"{PREFIX}/senders"),
    ):
        refused = await http.request(method, path, headers=headers)
        assert refused.status_code == 403 and token not in refused.text
    assert service.senders.tokens == {REPORT.key: token}
    # To start the job no login is needed, in clear neither.
    assert (await http.post(f"{SENDER_PATH}{token}")).status_code == 202
    monkeypatch.undo()
    assert (await http.delete(SENDER, headers=headers)).json() is True
    assert (await http.delete(SENDER, headers=headers)).json() is False
    assert (await http.post(f"{SENDER_PATH}{token}")).status_code == 404


async def test_who_tries_tokens_waits_and_who_knows_one_does_not(
    http: httpx2.AsyncClient, service: FakeJobService, caplog: pytest.LogCaptureFixture
) -> None:
    made = await service.senders.make(REPORT)
    caplog.set_level(logging.WARNING, "wjtui")
    count = FREE + 4 * MOST_WAITING
    tries = [asyncio.create_task(http.post(f"{SENDER_PATH}guess-{number}")) for number in range(count)]

    def ended(status: int) -> int:
        return sum(task.done() and task.result().status_code == status for task in tries)

    await eventually(lambda: ended(404) >= FREE and ended(429) > 0)
    assert (await http.post(made.url())).status_code == 202
    assert ended(404) + ended(429) < count, "the others wait"
    for task in tries:
        task.cancel()
    await asyncio.gather(*tries, return_exceptions=True)
    assert "127.0.0.1" in caplog.text and "guess" not in caplog.text


async def test_addresses_wait_alone() -> None:
    clock = FakeClock(NOW)
    wicket = Wicket(clock)
    for _ in range(FREE):
        assert await wicket.hold_back("192.0.2.1")
    held = asyncio.create_task(wicket.hold_back("192.0.2.1"))
    assert await wicket.hold_back("192.0.2.2")
    # The sixth one from there waits for nobody yet, the seventh for it.
    assert await held
    seventh = asyncio.create_task(wicket.hold_back("192.0.2.1"))
    await asyncio.sleep(0)
    assert not seventh.done()
    await clock.advance(10)
    await eventually(seventh.done)
    assert seventh.result()


async def test_a_bug_is_logged_without_the_secret(
    http: httpx2.AsyncClient, service: FakeJobService, caplog: pytest.LogCaptureFixture
) -> None:
    made = await service.senders.make(REPORT)
    service.fail = RuntimeError("broken")
    answer = await http.post(made.url())
    assert answer.status_code == 500
    assert "/in/***" in caplog.text and made.token not in caplog.text
