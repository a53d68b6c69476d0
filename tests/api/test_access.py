"""Who may ask over TCP, and what a refusal says."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.fake_clock import FakeClock
from tests.support.fake_service import NOW, FakeJobService
from tests.support.tcp import HASHED, PASSWORD, USER, Served, basic, serve_on_tcp
from wjtui.api import access
from wjtui.api.access import Gate, is_foreign, read_basic
from wjtui.api.credentials import Hashed, hash_credentials

HEALTH = "/api/wjtui/health"
STOP = "/api/wjtui/jobs/continuous/mailer/stop"


@pytest.fixture
async def served(service: FakeJobService, tmp_path: Path) -> AsyncIterator[Served]:
    async with serve_on_tcp(service, tmp_path) as found:
        yield found


@pytest.fixture
async def http(served: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=20) as client:
        yield client


WRONG = (
    None,
    "",
    "Basic",
    "Basic !!!not base64",
    "Basic " + base64.b64encode(b"no colon").decode(),
    "Bearer " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
    basic(USER, PASSWORD + "x"),
    basic(USER, PASSWORD[:-1]),
    basic(USER, ""),
    basic("somebody", PASSWORD),
    basic(USER.upper(), PASSWORD),
)


async def test_without_the_right_credentials_there_is_nothing_to_learn(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wjtui.api.throttle.FREE", 1000)
    for header in WRONG:
        for path in (HEALTH, "/api/triggeredwebjobs", "/nowhere", "/api/wjtui/events"):
            answer = await http.get(path, headers={} if header is None else {"Authorization": header})
            assert (answer.status_code, answer.content) == (401, b""), (header, path)
            assert answer.headers["www-authenticate"].startswith("Basic realm=")


async def test_a_user_with_a_dollar_and_a_password_with_a_colon(http: httpx2.AsyncClient) -> None:
    for word in ("Basic", "basic", "BASIC"):
        for path in (HEALTH, "/api/triggeredwebjobs"):
            answer = await http.get(path, headers={"Authorization": basic().replace("Basic", word)})
            assert answer.status_code == 200


ORIGINS = (
    (None, 200),
    ("{url}", 200),
    ("https://{host}", 200),
    ("http://evil.example", 403),
    ("http://127.0.0.1:1", 403),
    ("http://localhost:{port}", 403),
    ("null", 403),
    ("", 403),
    ("http://[", 403),
    ("{url}.evil.example", 403),
)


async def test_a_page_from_elsewhere_changes_nothing(
    http: httpx2.AsyncClient, served: Served, service: FakeJobService
) -> None:
    for origin, status in ORIGINS:
        service.commands.clear()
        headers = {"Authorization": basic()}
        if origin is not None:
            headers["Origin"] = origin.format(url=served.url, host=served.url[7:], port=served.port)
        answer = await http.post(STOP, headers=headers)
        assert (answer.status_code, len(service.commands)) == (status, int(status == 200)), origin
        assert (await http.get(HEALTH, headers=headers)).status_code == 200, "looking is no change"


async def test_secrets_are_told_to_who_logs_in_on_this_machine_and_workplaces_to_nobody(
    http: httpx2.AsyncClient,
) -> None:
    headers = {"Authorization": basic()}
    assert (await http.get("/api/wjtui/site", headers=headers)).status_code == 200
    answer = await http.get("/api/wjtui/jobs/continuous/mailer/workplace", headers=headers)
    assert answer.status_code == 403 and "Unix socket" in answer.json()["message"]


async def test_in_clear_over_a_network_secrets_are_not_told(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "is_loopback", lambda host: False)
    headers = {"Authorization": basic()}
    assert (await http.get("/api/wjtui/site", headers=headers)).status_code == 403
    assert (await http.get("/api/wjtui/hooks", headers=headers)).status_code == 403
    assert (await http.get(HEALTH, headers=headers)).status_code == 200


async def test_without_credentials_that_count_nobody_gets_in(service: FakeJobService, tmp_path: Path) -> None:
    async with (
        serve_on_tcp(service, tmp_path, credentials=None) as served,
        httpx2.AsyncClient(base_url=served.url, trust_env=False) as http,
    ):
        for header in (basic(), basic("", "")):
            assert (await http.get(HEALTH, headers={"Authorization": header})).status_code == 401


class Counted(Hashed, frozen=True):
    """Credentials that say how often somebody compared with them."""

    def matches(self, user: bytes, password: bytes) -> bool:
        guesses.append((user, password))
        return super().matches(user, password)


guesses: list[tuple[bytes, bytes]] = []


@pytest.fixture
def gate_clock() -> FakeClock:
    guesses.clear()
    return FakeClock(NOW)


def gate_of(clock: FakeClock) -> Gate:
    counted = Counted(HASHED.user, HASHED.salt, HASHED.hash, HASHED.cost, HASHED.block, HASHED.parallel)
    return Gate(lambda: counted, clock)


async def test_what_was_right_once_is_not_hashed_again(gate_clock: FakeClock) -> None:
    gate = gate_of(gate_clock)
    for _ in range(50):
        assert await gate.judge(basic(), "192.0.2.1") == 200
    assert guesses == [(USER.encode(), PASSWORD.encode())]


async def test_an_unknown_user_costs_a_hash_too(gate_clock: FakeClock) -> None:
    gate = gate_of(gate_clock)
    assert await gate.judge(basic("nobody", PASSWORD), "192.0.2.1") == 401
    assert len(guesses) == 1


async def test_new_credentials_count_at_once_and_old_ones_no_more() -> None:
    current = [HASHED]
    gate = Gate(lambda: current[0], FakeClock(NOW))
    assert await gate.judge(basic(), "192.0.2.1") == 200
    current[0] = hash_credentials("other", "new")
    assert await gate.judge(basic(), "192.0.2.1") == 401
    assert await gate.judge(basic("other", "new"), "192.0.2.1") == 200


async def test_a_guesser_waits_and_nobody_else_does(gate_clock: FakeClock) -> None:
    gate = gate_of(gate_clock)
    assert await gate.judge(basic(), "192.0.2.7") == 200
    for _ in range(6):
        assert await gate.judge(basic(USER, "wrong"), "192.0.2.7") == 401
    waiting = [
        asyncio.create_task(gate.judge(basic(USER, f"wrong {number}"), "192.0.2.7")) for number in range(20)
    ]
    await asyncio.sleep(0)
    before = len(guesses)
    # The right ones are known from there already; from elsewhere a wrong one is judged at once.
    assert await gate.judge(basic(), "192.0.2.7") == 200
    assert await gate.judge(basic(USER, "typo"), "198.51.100.1") == 401
    assert len(guesses) == before + 1
    refused = [task for task in waiting if task.done()]
    assert {task.result() for task in refused} == {429} and 5 < len(refused) < 15
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_hundred_clients_that_come_first_at_once_are_all_let_in(gate_clock: FakeClock) -> None:
    gate = gate_of(gate_clock)
    before = len(guesses)
    found = await asyncio.gather(*(gate.judge(basic(), "192.0.2.7") for _ in range(100)))
    assert set(found) == {200} and len(guesses) == before + 1
    found = await asyncio.gather(*(gate.judge(basic(USER, "x"), "192.0.2.8") for _ in range(3)))
    assert set(found) == {401} and len(guesses) == before + 4, "but each wrong one counts"


async def test_behind_a_proxy_of_this_machine_a_guesser_keeps_nobody_out(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wjtui.api.throttle.MOST_WAITING", 0)
    monkeypatch.setattr("wjtui.api.throttle.FIRST_SECONDS", 600.0)
    monkeypatch.setattr("wjtui.api.throttle.MOST_SECONDS", 600.0)
    wrong = {"Authorization": basic(USER, "wrong"), "X-Forwarded-For": "198.51.100.9, 192.0.2.1"}
    found = [(await http.get(HEALTH, headers=wrong)).status_code for _ in range(9)]
    assert found[:6] == [401] * 6 and found[-1] == 429
    right = {"Authorization": basic(), "X-Forwarded-For": "192.0.2.1, 192.0.2.2"}
    assert (await http.get(HEALTH, headers=right)).status_code == 200


def test_what_can_be_read_of_a_header() -> None:
    assert read_basic(basic("a", "b:c")) == (b"a", b"b:c")
    assert read_basic("Basic  " + base64.b64encode(b":").decode() + " ") == (b"", b"")
    assert read_basic("Digest x") is None and read_basic("Basic =") is None


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        ("https://jobs.example", "jobs.example", False),
        ("https://jobs.example:443", "jobs.example", False),
        ("https://jobs.example", "JOBS.example:443", False),
        ("http://[::1]:8080", "[::1]:8080", False),
        ("https://jobs.example", "jobs.example:8443", True),
        ("https://jobs.example:80", "jobs.example", True),
        ("https://jobs.example", "", True),
        ("file://", "", True),
    ],
)
def test_whose_page_it_is(origin: str, host: str, foreign: bool) -> None:
    assert is_foreign(origin, host) is foreign
