from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request

from wjtui.api.kudu import etags
from wjtui.api.kudu.origin import TRUSTED_PROXY, base_url
from wjtui.api.kudu.passthrough import without
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance
from wjtui.model.jobs import InactiveInstance, Initializing, Job, Running
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.wire.kudu import client_job_json, job_json, run_json

AT = datetime(2026, 1, 1, tzinfo=UTC)
WORKER = Job(JobId(JobType.CONTINUOUS, "worker"), "/jobs", "/data", Running(AT, 7))


def asked(**scope: Any) -> Request:
    headers = scope.pop("headers", {})
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "scheme": "http", "path": "/", "headers": raw, **scope})


@pytest.mark.parametrize(
    ("others", "status"),
    [
        ([("a", "InactiveInstance"), ("b", "Running")], "Running"),
        ([("a", "Running"), ("b", "InactiveInstance")], "Running"),
        ([("a", "Running"), ("b", "PendingRestart")], "PendingRestart"),
        ([("a", "InactiveInstance"), ("b", "InactiveInstance")], "InactiveInstance"),
    ],
)
def test_the_status_of_several_instances(others: list[tuple[str, str]], status: str) -> None:
    instances = [Instance(name, word) for name, word in others]
    shown = job_json(WORKER, "", iid="a", instances=[*instances, Instance("dead", "Running", alive=False)])
    assert shown["status"] == status
    assert shown["detailed_status"] == "".join(f"{name} - {word}\r\n" for name, word in others)


def test_the_status_of_one_instance() -> None:
    gone = [Instance("a", "Running", mine=True), Instance("b", "Running", alive=False)]
    assert job_json(WORKER, "", iid="a", instances=gone)["detailed_status"] == "a - Running\r\n"
    new = Job(WORKER.id, "/jobs", "/data", Initializing())
    assert job_json(new, "", iid="a")["detailed_status"] == "a - Initializing"
    waiting = Job(WORKER.id, "/jobs", "/data", InactiveInstance())
    assert job_json(waiting, "", iid="a")["detailed_status"] == "a - InactiveInstance\r\n"


def test_both_spellings_of_the_command_and_an_error_log() -> None:
    shown = client_job_json(job_json(WORKER, ""))
    assert (shown["run_command"], shown["runCommand"]) == (None, None)
    job = JobId(JobType.TRIGGERED, "n")
    run = Run(RunRef(job, RunId("201605192149381933")), RunStatus.FAILED, "", AT, AT + timedelta(seconds=1))
    assert run_json(run, "http://x", error_log=True)["error_url"] == (
        "http://x/vfs/data/jobs/triggered/n/201605192149381933/error_log.txt"
    )
    odd = Run(RunRef(JobId(JobType.TRIGGERED, "n\udcff"), run.ref.run), RunStatus.FAILED, "", AT)
    assert "/n%FF/" in run_json(odd, "")["url"]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('"a"', True),
        ('W/"a"', True),
        (' "b" , "a"', True),
        ("*", True),
        (" * ", True),
        ('"b"', False),
        ("a", False),
        ('"*"', False),
        ('"A"', False),
        ("", False),
        ('"', False),
    ],
)
def test_if_none_match(header: str, found: bool) -> None:
    assert etags.matches(header, '"a"') is found


def test_the_scheme_is_a_proxys_word_only_where_the_proxy_is_trusted() -> None:
    headers = {"host": "scm.example", "x-forwarded-proto": "HTTPS, http"}
    assert base_url(asked(headers=headers)) == "http://scm.example"
    assert base_url(asked(headers=headers, **{TRUSTED_PROXY: True})) == "https://scm.example"
    assert base_url(asked(headers=headers, scheme="https")) == "https://scm.example"
    odd = {**headers, "x-forwarded-proto": "javascript"}
    assert base_url(asked(headers=odd, **{TRUSTED_PROXY: True})) == "http://scm.example"


def test_without_a_host_the_servers_own_address_counts() -> None:
    assert base_url(asked(server=("127.0.0.1", 80))) == "http://127.0.0.1:80"
    assert base_url(asked(server=("::1", 80))) == "http://[::1]:80"
    assert base_url(asked(server=("/run/engine.sock", None))) == "http://localhost"
    assert base_url(asked(headers={"host": "wjtui"}, server=("/run/engine.sock", None))) == "http://wjtui"


def test_headers_of_one_connection_are_not_handed_on() -> None:
    given = [(b"Connection", b"X-A, close"), (b"X-A", b"1"), (b"X-B", b"2"), (b"Host", b"h"), (b"TE", b"x")]
    assert without(given) == [(b"x-b", b"2"), (b"host", b"h")]
    assert without(given, {b"host"}) == [(b"x-b", b"2")]
