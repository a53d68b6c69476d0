from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.kudu import SERVER, C, Kudu, make_zip_bytes, serve_kudu_here
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.api.kudu import passthrough

ECHO = f"{C}/echo/passthrough"


@pytest.fixture
def echo(kudu: Kudu) -> Kudu:
    """The engine, once its job listens."""
    return listening(kudu)


def listening(kudu: Kudu) -> Kudu:
    kudu.until(f"{C}/echo", lambda job: kudu.http.get(f"{ECHO}/up").status_code == 418)
    for name in ("got", "second", "let-go", "client-left"):
        data(kudu, name).unlink(missing_ok=True)
    return kudu


def data(kudu: Kudu, name: str) -> Path:
    return kudu.root / "data" / "jobs" / "continuous" / "echo" / name


def until_got(kudu: Kudu, size: int) -> None:
    got = data(kudu, "got")
    kudu.until(C, lambda _: got.exists() and int(got.read_text() or 0) >= size)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "PATCH"])
def test_a_request_goes_through_and_its_answer_back(echo: Kudu, method: str) -> None:
    headers = {
        "Authorization": "Basic c2VjcmV0",
        "Connection": "keep-alive, X-Mine",
        "X-Mine": "1",
        "TE": "trailers",
        "Keep-Alive": "timeout=1",
        "Upgrade": "h2c",
        "X-Kept": "yes",
        "Accept-Encoding": "gzip",
    }
    body = b"" if method == "GET" else b"body of it"
    answer = echo.http.request(
        method, "/jobs/Continuous/ECHO/passthrough/a%2Fb//c%20d/?q=1&q=%2F", content=body, headers=headers
    )
    assert answer.status_code == 418
    said = answer.json()
    assert (said["method"], said["path"]) == (method, "/a%2Fb//c%20d/?q=1&q=%2F")
    assert (said["size"], said["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    got = dict(said["headers"])
    assert got["x-kept"] == "yes" and got["accept-encoding"] == "gzip"
    assert got["host"].startswith("127.0.0.1:") and got["host"] != f"127.0.0.1:{echo.port}"
    assert not set(got) & {"authorization", "x-mine", "te", "keep-alive", "upgrade", "expect"}
    assert got["connection"] == "close"
    assert answer.headers.get_list("x-own") == ["1", "2"]
    assert not set(answer.headers) & {"x-hop", "keep-alive"}
    assert len(answer.headers.get_list("date")) == 1


def test_head_and_the_shortest_path(echo: Kudu) -> None:
    for path in (ECHO, f"{ECHO}/"):
        assert echo.http.get(path).json()["path"] == "/"
    answer = echo.http.head(f"{ECHO}/x")
    assert (answer.status_code, answer.content) == (418, b"")
    assert int(answer.headers["content-length"]) > 0


def test_bodies_stream_towards_the_job(echo: Kudu) -> None:
    pieces = [os.urandom(70_000) for _ in range(3)]

    def sending() -> Iterator[bytes]:
        for number, piece in enumerate(pieces):
            yield piece
            # The job has this piece before the next one is sent.
            until_got(echo, sum(map(len, pieces[: number + 1])))

    with httpx2.Client(base_url=echo.base, trust_env=False, timeout=PATIENCE) as http:
        said = http.post(f"{ECHO}/upload", content=sending()).json()
    assert (said["size"], said["sha256"]) == (210_000, hashlib.sha256(b"".join(pieces)).hexdigest())


def test_answers_stream_towards_the_client(echo: Kudu) -> None:
    with echo.http.stream("GET", f"{ECHO}/slowly") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        data(echo, "second").touch()
        assert b"".join(pieces) == b"second"


def test_a_client_that_leaves_ends_the_exchange(echo: Kudu) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), PATIENCE) as asking:
        asking.sendall(f"GET {ECHO}/endless HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert asking.recv(100).startswith(b"HTTP/1.1 200")
    echo.until(C, lambda jobs: data(echo, "client-left").exists())


def test_a_job_that_does_not_answer_in_time_is_504(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(site: SiteBuilder) -> None:
        site.continuous("echo", {"run.py": SERVER}, {"stopping_wait_time": 0})

    with serve_kudu_here(tmp_path, build) as here:
        listening(here)
        monkeypatch.setattr(passthrough, "ANSWER_SECONDS", 0.3)
        answer = here.http.post(f"{ECHO}/hang", content=b"x")
        assert (answer.status_code, "echo" in answer.json()["Message"]) == (504, True)


@pytest.mark.parametrize("path", ["garbage", "silent"])
def test_a_job_that_answers_as_no_server_does_is_502(echo: Kudu, path: str) -> None:
    answer = echo.http.get(f"{ECHO}/{path}")
    assert (answer.status_code, "echo" in answer.json()["Message"]) == (502, True)


def test_an_answer_that_breaks_off_breaks_off(echo: Kudu) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        echo.http.get(f"{ECHO}/breaks-off")
    assert echo.http.get(f"{ECHO}/after").status_code == 418


def test_jobs_that_cannot_be_asked(kudu: Kudu) -> None:
    answer = kudu.http.get(f"{C}/nobody/passthrough/x")
    assert (answer.status_code, "nobody" in answer.json()["Message"]) == (404, True)
    kudu.until(f"{C}/worker", lambda job: job["status"] == "Running")
    answer = kudu.http.get(f"{C}/worker/passthrough/x")
    assert (answer.status_code, "WEBJOBS_PORT" in answer.json()["Message"]) == (502, True)
    package = make_zip_bytes({"run.sh": "exec sleep 60\n", "disable.job": ""})
    headers = {"Content-Type": "application/zip", "Content-Disposition": "attachment; filename=job.zip"}
    assert kudu.http.put(f"{C}/silenced", content=package, headers=headers).status_code == 200
    kudu.until(f"{C}/silenced", lambda job: job["status"] == "Stopped")
    answer = kudu.http.post(f"{C}/silenced/passthrough/x", content=b"x")
    assert (answer.status_code, "start it" in answer.json()["Message"]) == (502, True)
