from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.support.kudu import Kudu
from tests.support.patience import PATIENCE

HOOKS = "/api/hooks"
NOBODY = "http://user:pass%3Aword@127.0.0.1:9/callback"


@contextmanager
def listening() -> Iterator[tuple[str, queue.Queue[dict[str, object]]]]:
    """A server that takes every hook, and what it was told."""
    told: queue.Queue[dict[str, object]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_subscription_comes_and_goes(kudu: Kudu) -> None:
    body = {"url": NOBODY, "event": "TriggeredJobFinished"}
    answer = kudu.http.post(HOOKS, json=body)
    assert answer.status_code == 201
    hook = answer.json()
    assert hook.pop("id")
    assert hook == body | {
        "insecure_ssl": False,
        "last_status": None,
        "last_reason": None,
        "last_datetime": None,
        "last_context": None,
    }
    assert answer.headers["cache-control"] == "no-store"
    id = answer.json()["id"]
    again = kudu.http.post("/hooks/", json=body)
    assert (again.status_code, again.json()["id"]) == (201, id)
    assert kudu.http.post(HOOKS, json=body | {"event": "Another"}).status_code == 409
    found = kudu.http.get(f"{HOOKS}/{id}")
    assert (found.status_code, found.json()) == (200, answer.json())
    assert [each["id"] for each in kudu.http.get(HOOKS).json()] == [id]
    assert kudu.http.delete(f"{HOOKS}/{id}").status_code == 200
    assert kudu.http.delete(f"{HOOKS}/{id}").status_code == 200
    gone = kudu.http.get(f"{HOOKS}/{id}")
    assert (gone.status_code, set(gone.json())) == (404, {"Message"})
    assert kudu.http.get(HOOKS).json() == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"url":"http://127.0.0.1:9/"}',
        '{"event":"X"}',
        '{"url":7,"event":"X"}',
        '{"url":"ftp://127.0.0.1/","event":"X"}',
        '{"url":"no url","event":"X"}',
        '{"url":"http://127.0.0.1:9/","event":""}',
        '{"url":"http://127.0.0.1:9/","event":"X","insecure_ssl":"yes"}',
    ],
)
def test_what_is_no_subscription(kudu: Kudu, body: str) -> None:
    answer = kudu.http.post(HOOKS, content=body.encode())
    assert answer.status_code == 400
    assert kudu.http.get(HOOKS).json() == []


def test_a_hook_is_told_of_what_is_published_and_of_runs(kudu: Kudu) -> None:
    kudu.put_script("triggered", "hooked", "echo hello\n")
    with listening() as (url, told):
        ids = [
            kudu.http.post(HOOKS, json={"url": f"{url}{n}", "event": event}).json()["id"]
            for n, event in enumerate(("Mine", "TriggeredJobFinished"))
        ]
        try:
            assert kudu.http.post(f"{HOOKS}/publish/Mine", json={"a": [1, None]}).status_code == 200
            assert told.get(timeout=PATIENCE) == {"a": [1, None]}
            assert kudu.http.post(f"{HOOKS}/publish/Mine").status_code == 200
            assert told.get(timeout=PATIENCE) == {}
            assert kudu.http.post(f"{HOOKS}/publish/Mine", content=b"no json").status_code == 400
            run = kudu.run("hooked")
            assert told.get(timeout=PATIENCE)["id"] == run["id"]
            kudu.until(f"{HOOKS}/{ids[0]}", lambda hook: hook["last_status"] == "OK")
        finally:
            for id in ids:
                kudu.http.delete(f"{HOOKS}/{id}")
