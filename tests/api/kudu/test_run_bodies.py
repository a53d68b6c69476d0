"""Input, result, correlation and key of a run over Kudu's API; and that its clients meet nothing new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.kudu import Kudu, T
from wjtui.model.starts import MAX_INPUT

COPY = (
    'if [ -n "$WEBJOBS_INPUT_FILE" ]; then cp "$WEBJOBS_INPUT_FILE" "$WEBJOBS_RESULT_FILE"; '
    "else echo no input; fi\n"
)
OLD = {
    "id", "name", "status", "start_time", "end_time", "duration", "output_url", "error_url", "url",
    "job_name", "trigger",
}  # fmt: skip


def post(kudu: Kudu, name: str, expect: int = 202, **request: Any) -> dict[str, Any]:
    """Run a job to its end."""
    answer = kudu.http.post(f"{T}/{name}/run", **request)
    assert answer.status_code == expect, answer.text
    path = answer.headers["location"].removeprefix(kudu.base)
    found: dict[str, Any] = kudu.until(path, lambda run: run["status"] not in ("Initializing", "Running"))
    return found


def history(kudu: Kudu, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kudu.http.get(f"{T}/{name}/history").json()["runs"]
    return found


def test_a_body_is_the_input_of_the_run(kudu: Kudu) -> None:
    kudu.put_script("triggered", "fed", COPY)
    told = {"progress": 60, "message": "so far", "rows": [1, {"a": None}]}
    run = post(kudu, "fed", json=told, params={"arguments": "a b"})
    assert run["result"] == told and (run["progress"], run["message"]) == (60, "so far")
    assert set(run) == OLD | {"progress", "message", "result"}
    [listed] = history(kudu, "fed")
    assert listed == {name: value for name, value in run.items() if name != "result"}
    folder = kudu.root / "data" / "jobs" / "triggered" / "fed" / run["id"]
    assert json.loads((folder / "input").read_bytes()) == told
    proxied = kudu.http.get(run["url"], headers={"x-ms-geo-location": "here"}).json()
    assert proxied["properties"]["result"] == told


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"headers": {"Content-Type": "application/json"}},
        {"headers": {"Content-Type": "application/json; charset=utf-8", "Content-Length": "0"}},
        {"content": b"", "headers": {"Content-Type": "application/octet-stream"}},
        {"data": {"arguments": "x"}},
        {"content": b"x" * 5000, "headers": {"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=x"}},
        {"files": {"file": b"x" * (2 << 20)}},
        {"content": iter([b""])},
    ],
    ids=["none", "json", "length 0", "empty", "form", "odd form", "large multipart", "chunked"],
)
def test_what_clients_send_along_without_meaning_it(kudu: Kudu, request_: dict[str, Any]) -> None:
    kudu.put_script("triggered", "unfed", COPY)
    run = post(kudu, "unfed", **request_)
    assert set(run) == OLD and run["status"] == "Success"
    folder = kudu.root / "data" / "jobs" / "triggered" / "unfed" / run["id"]
    assert {path.name for path in folder.iterdir()} == {"status", "output_log.txt"}
    assert "no input" in (folder / "output_log.txt").read_text()


def test_the_largest_input(kudu: Kudu) -> None:
    kudu.put_script("triggered", "filled", 'wc -c < "$WEBJOBS_INPUT_FILE"\n')

    def pieces(size: int) -> Iterator[bytes]:
        for _ in range(size >> 16):
            yield bytes(1 << 16)

    run = post(kudu, "filled", content=pieces(MAX_INPUT))
    assert f": INFO] {MAX_INPUT}" in kudu.http.get(run["output_url"]).text
    for content in (bytes(MAX_INPUT + 1), pieces(MAX_INPUT + (1 << 16))):
        answer = kudu.http.post(f"{T}/filled/run", content=content)
        assert answer.status_code == 413 and "1 MiB" in answer.text and answer.text.endswith(".")
    assert len(history(kudu, "filled")) == 1
    assert not list((kudu.root / "data" / "wjtui").glob("*/inputs/*"))


def test_a_correlation_goes_all_the_way(kudu: Kudu) -> None:
    kudu.put_script("triggered", "traced", 'echo "id:$WEBJOBS_CORRELATION_ID"\n')
    headers = {"x-correlation-id": "4f1c09aa-53b2"}
    answer = kudu.http.post(f"{T}/traced/run", headers=headers)
    assert answer.status_code == 202 and answer.headers["x-correlation-id"] == "4f1c09aa-53b2"
    path = answer.headers["location"].removeprefix(kudu.base)
    run = kudu.until(path, lambda run: run["status"] == "Success")
    assert run["correlation_id"] == "4f1c09aa-53b2"
    assert "id:4f1c09aa-53b2" in kudu.http.get(run["output_url"]).text
    for unfit in (b"x" * 129, b"tab\there", b"\xfc"):
        # The job may still be busy with the run before.
        kudu.until(f"{T}/traced", lambda job: job["latest_run"]["status"] == "Success")
        answer = kudu.http.post(f"{T}/traced/run", headers={b"x-correlation-id": unfit})
        assert answer.status_code == 202 and "x-correlation-id" not in answer.headers
        path = answer.headers["location"].removeprefix(kudu.base)
        assert set(kudu.until(path, lambda run: run["status"] == "Success")) == OLD


def test_a_key_is_answered_with_the_first_run(kudu: Kudu) -> None:
    kudu.put_script("triggered", "keyed", "echo once\n")
    headers = {"Idempotency-Key": "k 1"}
    first = kudu.http.post(f"{T}/keyed/run", headers=headers)
    again = kudu.http.post(f"{T}/keyed/run", headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    path = first.headers["location"].removeprefix(kudu.base)
    kudu.until(path, lambda run: run["status"] == "Success")
    assert kudu.http.post(f"{T}/keyed/run", headers=headers).headers["location"] == first.headers["location"]
    assert len(history(kudu, "keyed")) == 1
    refused = kudu.http.post(f"{T}/keyed/run", headers={"Idempotency-Key": "x" * 256})
    assert refused.status_code == 400 and "Idempotency-Key" in refused.text


def test_the_etag_of_a_history_follows_progress(kudu: Kudu) -> None:
    kudu.put_script(
        "triggered", "paced", COPY + 'until [ -e "$WEBJOBS_DATA_PATH/on" ]; do sleep 0.02; done\n'
    )
    place = kudu.http.post(f"{T}/paced/run", json={"progress": 1}).headers["location"].removeprefix(kudu.base)
    kudu.until(place, lambda run: run.get("progress") == 1)
    before = kudu.http.get(f"{T}/paced/history")
    run = before.json()["runs"][0]["id"]
    result = kudu.root / "data" / "jobs" / "triggered" / "paced" / run / "result.json"
    result.write_text('{"progress": 2}')
    kudu.until(place, lambda run: run["progress"] == 2)
    after = kudu.http.get(f"{T}/paced/history", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200 and after.json()["runs"][0]["progress"] == 2
    (kudu.root / "data" / "jobs" / "triggered" / "paced" / "on").touch()
    kudu.until(place, lambda run: run["status"] == "Success")
