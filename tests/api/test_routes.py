from __future__ import annotations

import base64
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.fake_service import FakeJobService, make_run
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.model.errors import AlreadyRunning, EngineStopping, NotAllowed
from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunRef, RunStatus
from wjtui.service import JobService

REPORT = JobId(JobType.TRIGGERED, "report")


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


async def test_health(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/health")).json() == {"status": "ok"}


async def test_snapshot_is_the_services(http: httpx2.AsyncClient) -> None:
    found = (await http.get("/snapshot")).json()
    assert [job["id"]["name"] for job in found["jobs"]] == ["report", "mailer"]


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/triggered/nobody/runs",
        "/jobs/weird/report/runs",
        "/jobs/triggered/.hidden/runs",
        "/jobs/triggered/a%00b/runs",
        "/jobs/triggered/report%2Fruns",
        "/jobs/triggered/%2e%2e/runs",
        "/jobs/triggered/%252e/runs",
    ],
)
async def test_names_that_name_no_job(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] in ("job-not-found", "not-found")


async def test_name_is_decoded_once(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.refuse = AlreadyRunning("It is already running.")
    await http.post("/jobs/triggered/my%20job%20%25/run")
    assert service.commands == [("run", "my job %")]


@pytest.mark.parametrize("run", ["x", "12", "٢٠١٦٠٥١٩٢١٤٩٣٨١٩٣٣", "201605192149381933"])
async def test_unknown_runs(http: httpx2.AsyncClient, run: str) -> None:
    answer = await http.get(f"/jobs/triggered/report/runs/{run}")
    assert (answer.status_code, answer.json()["code"]) == (404, "run-not-found")


@pytest.mark.parametrize(
    ("error", "status"), [(AlreadyRunning, 409), (NotAllowed, 403), (EngineStopping, 503)]
)
async def test_refusals_keep_code_sentence_and_status(
    http: httpx2.AsyncClient, service: FakeJobService, error: Any, status: int
) -> None:
    service.refuse = error("One sentence.")
    answer = await http.post("/jobs/triggered/report/run", json={})
    assert answer.status_code == status
    assert answer.json() == {"code": error.code, "message": "One sentence."}


async def test_bug_is_logged_and_answered_with_one_sentence(
    http: httpx2.AsyncClient, service: FakeJobService, caplog: pytest.LogCaptureFixture
) -> None:
    service.fail = ValueError("secret detail")
    answer = await http.post("/jobs/continuous/mailer/start")
    assert answer.status_code == 500
    assert answer.json()["code"] == "failed"
    assert "secret" not in answer.text
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(records) == 1
    assert records[0].exc_info


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/shutdown", 405), ("POST", "/snapshot", 405)],
)
async def test_unknown_routes_answer_in_json(
    http: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await http.request(method, path)
    assert answer.status_code == status
    assert path in answer.json()["message"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=many", "limit=99999999999999999999", "before=yesterday", "limit=٣"],
)
async def test_numbers_and_ids_are_checked(http: httpx2.AsyncClient, query: str) -> None:
    answer = await http.get(f"/jobs/triggered/report/runs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


async def test_switch_is_checked(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    assert (await http.post("/jobs/continuous/mailer/stop?now=maybe")).status_code == 400
    assert (await http.post("/jobs/continuous/mailer/stop?now=true")).status_code == 200
    assert service.commands == [("kill", "mailer")]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"arguments": 3}', b'"\xff"', b" " * 300_000])
async def test_bodies_are_checked(http: httpx2.AsyncClient, service: FakeJobService, body: bytes) -> None:
    answer = await http.post("/jobs/triggered/report/run", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
    assert service.commands == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"at": null}',
        b'{"at": "tomorrow"}',
        b'{"at": 1772355600}',
        b'{"at": "2027-03-01T09:00:00"}',
        b'{"at": "2027-03-01T09:00:00Z", "arguments": 3}',
    ],
)
async def test_bodies_of_put_off_starts_are_checked(
    http: httpx2.AsyncClient, service: FakeJobService, body: bytes
) -> None:
    answer = await http.put("/jobs/triggered/report/later", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
    assert service.commands == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "later"), ("DELETE", "later"), ("POST", "pause"), ("POST", "resume"), ("GET", "missed")],
)
async def test_schedules_of_unknown_jobs(http: httpx2.AsyncClient, method: str, path: str) -> None:
    body = b'{"at": "2027-03-01T09:00:00Z"}' if method == "PUT" else b""
    for name in ("nobody", "%2e%2e", "report%2Flater"):
        answer = await http.request(method, f"/jobs/triggered/{name}/{path}", content=body)
        assert (answer.status_code, answer.json()["code"]) in [(404, "job-not-found"), (404, "not-found")]


async def test_ranges_of_a_log(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    log = service.log(LogRef(REPORT, kind=LogKind.SCHEDULER), b"0123456789")
    log.roll(2)
    answer = await http.get("/logs/triggered/report?kind=scheduler&offset=4&limit=3")
    assert answer.content == b"456"
    assert answer.headers["X-Log-Start"] == "2"
    assert answer.headers["X-Log-End"] == "10"
    assert answer.headers["X-Log-Generation"] == "1"
    log.reads.clear()
    assert (await http.get("/logs/triggered/report?kind=scheduler&limit=0")).content == b""
    assert log.reads == []


async def test_one_answer_holds_at_most_4_mib(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.log(LogRef(REPORT, kind=LogKind.SCHEDULER), bytes(5 << 20))
    answer = await http.get("/logs/triggered/report?kind=scheduler&limit=999999999")
    assert len(answer.content) == 4 << 20


@pytest.mark.parametrize("query", ["kind=secret", "offset=-1", "limit=x", "files=x"])
async def test_log_queries_are_checked(http: httpx2.AsyncClient, query: str) -> None:
    assert (await http.get(f"/logs/triggered/report?{query}")).status_code == 400


async def test_history_goes_on_below_a_run(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    service.past += [make_run("report", RunStatus.FAILED, ago=timedelta(days=day)) for day in (1, 2)]
    runs = (await http.get("/history")).json()
    assert [run["status"] for run in runs] == ["Success", "Failed", "Failed"]
    older = (await http.get(f"/history/triggered/report/{runs[0]['ref']['run']}", params={"limit": 1})).json()
    assert older == [runs[1]]
    assert (await http.get("/history/triggered/report/soon")).status_code == 404
    assert (await http.get("/history", params={"limit": "many"})).status_code == 400


async def test_delete_and_restore_of_a_run(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    run = (await http.get("/history")).json()[0]["ref"]["run"]
    assert (await http.delete(f"/jobs/triggered/report/runs/{run}")).status_code == 200
    assert (await http.delete(f"/jobs/triggered/report/runs/{run}")).json()["code"] == "run-not-found"
    assert (await http.post(f"/jobs/triggered/report/runs/{run}/restore")).status_code == 200
    assert service.find("report").latest_run is not None


async def test_a_workplace_is_told_over_the_unix_socket_alone(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    answer = await http.get("/jobs/triggered/report/workplace")
    assert answer.json()["environment"]["DB_PASSWORD"] == "hunter2"
    assert answer.headers["Cache-Control"] == "no-store"

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = ApiServer()
    await server.start(make_app(service), [listening])
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as remote:
            for headers in ({}, {"X-Forwarded-For": "unix:"}, {"Host": "/run/engine.sock"}):
                refused = await remote.get("/api/wjtui/jobs/triggered/report/workplace", headers=headers)
                assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
                assert "hunter2" not in refused.text
            # Whatever the job is.
            refused = await remote.get("/api/wjtui/jobs/triggered/nobody/workplace")
            assert refused.status_code == 403
            assert (await remote.get("/api/wjtui/jobs/triggered/report/instances")).json() == []
    finally:
        await server.stop()


async def test_a_run_with_an_input_a_correlation_and_a_key(
    http: httpx2.AsyncClient, service: FakeJobService
) -> None:
    body = {"arguments": "-a", "body": base64.b64encode(b"\x00orders").decode()}
    headers = {"x-correlation-id": "4f1c", "idempotency-key": "k1"}
    first = await http.post("/jobs/triggered/report/run", json=body, headers=headers)
    again = await http.post("/jobs/triggered/report/run", json={"key": "k1", "correlation": "other"})
    assert first.json() == again.json() and first.headers["x-correlation-id"] == "4f1c"
    run = RunRef(REPORT, first.json()["run"])
    assert service.inputs == {run: b"\x00orders"}
    assert (await service.get_run(run)).correlation == "4f1c"


async def test_the_result_of_a_run(http: httpx2.AsyncClient, service: FakeJobService) -> None:
    run = service.find("report").latest_run
    assert run is not None
    path = f"/jobs/triggered/report/runs/{run.ref.run}/result"
    nothing = await http.get(path)
    assert (nothing.status_code, nothing.content) == (204, b"")
    service.results[run.ref] = b'{ "rows" : 5 }'
    found = await http.get(path)
    assert (found.status_code, found.content) == (200, b'{ "rows" : 5 }')
    assert found.headers["content-type"] == "application/json"
    missing = await http.get("/jobs/triggered/report/runs/201605192149381933/result")
    assert missing.status_code == 404
