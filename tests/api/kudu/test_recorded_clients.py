"""Requests as clients in the field send them, byte for byte; each client has jobs of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.kudu import Kudu, make_zip_bytes
from tests.support.patience import PATIENCE

BASIC = ("Authorization", "Basic JHNpdGU6cGE6c3M=")
JSON = ("Content-Type", "application/json; charset=utf-8")
SCRIPT = b"echo hello\n"
ZIP = make_zip_bytes({"run.sh": SCRIPT, "settings.job": '{"stopping_wait_time": 1}'})

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Client:
    """How one client speaks."""

    name: str
    triggered: str
    """The route of its triggered jobs."""
    continuous: str
    common: Headers
    """Sent with every request."""
    upload: Headers
    chunked: bool
    bare: Headers = ()
    """Sent with requests without a body."""
    post: Headers = (("Content-Length", "0"),)
    """Sent with a POST and a DELETE, which have none either."""
    query: str = ""
    wanted_run: int = 202
    body: bytes = ZIP


CLIENTS = [
    Client(
        "kudu-api",
        "/api/triggeredwebjobs",
        "/api/continuouswebjobs",
        (BASIC,),
        (("Content-Type", "application/zip"), ("Content-Disposition", "attachement; filename=job.zip")),
        chunked=True,
    ),
    Client(
        "kudu-api with a script",
        "/api/triggeredwebjobs",
        "/api/continuouswebjobs",
        (BASIC,),
        (
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", "attachement; filename=run.sh"),
        ),
        chunked=True,
        body=SCRIPT,
    ),
    Client(
        "azure-asm-website",
        "/api/jobs/triggered",
        "/api/jobs/continuous",
        (BASIC, ("User-Agent", "Azure-SDK-For-Node.js/0.10.6"), ("x-ms-version", "2014-04-01")),
        (
            ("Content-Type", "application/zip"),
            ("Content-Disposition", "attachment; attachment; filename=job.zip"),
        ),
        chunked=False,
        post=(),
    ),
    Client(
        "vscode-azurekudu",
        "/api/triggeredjobs",
        "/api/continuousjobs",
        (BASIC, ("User-Agent", "vscode-azurekudu/0.2.0 ms-rest-js/2.6.0")),
        (
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", 'attachment; filename="job.zip"'),
        ),
        chunked=True,
        bare=(JSON,),
        post=(JSON, ("Content-Length", "0")),
    ),
    Client(
        "Azure DevOps",
        "/api/triggeredwebjobs",
        "/api/continuouswebjobs",
        (BASIC, ("If-Match", "*")),
        (("Content-Type", "multipart/form-data"), ("Content-Disposition", "attachment; filename=job.zip")),
        chunked=True,
    ),
    Client(
        "GitHub action",
        "/jobs/triggered",
        "/jobs/continuous",
        (BASIC, ("User-Agent", "undefined")),
        (JSON, ("Content-Disposition", "attachment; filename=job.zip")),
        chunked=True,
        bare=(("Content-Length", "0"),),
    ),
    Client(
        "az-kudu",
        "/api/triggeredwebjobs",
        "/api/continuouswebjobs",
        (("Authorization", "Bearer x.y.z"), ("User-Agent", "az-kudu")),
        (("Content-Disposition", "attachment; filename=job.zip"),),
        chunked=True,
        query="?arguments=",
    ),
    Client(
        "azure-mgmt-web",
        "/api/triggeredwebjobs",
        "/api/continuouswebjobs",
        (
            ("User-Agent", "azsdk-python-mgmt-web/7.1.0"),
            ("x-ms-geo-location", "West Europe"),
            (
                "Referer",
                "https://management.azure.com/subscriptions/S/resourceGroups/G/providers/Microsoft.Web"
                "/sites/site/triggeredwebjobs/x?api-version=2022-03-01",
            ),
        ),
        (("Content-Type", "application/zip"), ("Content-Disposition", "attachment; filename=job.zip")),
        chunked=False,
        query="?api-version=2022-03-01",
        wanted_run=200,
    ),
]


class Wire:
    """One kept connection, on which requests are written as they are given."""

    def __init__(self, kudu: Kudu, client: Client) -> None:
        self._client = client
        self._socket = socket.create_connection(("127.0.0.1", kudu.port), PATIENCE)
        self._host = f"127.0.0.1:{kudu.port}"

    def ask(
        self, method: str, path: str, headers: Headers, body: bytes | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request; returns status, headers and body of its answer."""
        lines = [f"{method} {path}{self._client.query} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in (*self._client.common, *headers)]
        sent = b""
        if body is not None and self._client.chunked:
            lines.append("Transfer-Encoding: chunked")
            pieces = [body[:5], body[5:9], body[9:]]
            sent = b"".join(b"%X\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"
        elif body is not None:
            lines.append(f"Content-Length: {len(body)}")
            sent = body
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + sent)
        answer = http.client.HTTPResponse(self._socket, method=method)
        with answer:
            answer.begin()
            return answer.status, answer.msg, answer.read()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def unwrapped(client: Client, document: Any) -> Any:
    """What an envelope holds."""
    if client.wanted_run != 200:
        return document
    return (
        [each["properties"] for each in document["value"]] if "value" in document else document["properties"]
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_client_makes_runs_changes_and_deletes_a_triggered_job(kudu: Kudu, client: Client) -> None:
    name = "rec-" + client.name.lower().replace(" ", "-")
    job, wire = f"{client.triggered}/{name}", Wire(kudu, client)
    try:
        status, headers, body = wire.ask("PUT", job, client.upload, client.body)
        assert status == 200, body
        assert headers["content-type"].startswith("application/json")
        assert unwrapped(client, json.loads(body))["name"] == name
        listed = json.loads(wire.ask("GET", client.triggered + "/", client.bare)[2])
        assert name in [each["name"] for each in unwrapped(client, listed)]
        status, _, body = wire.ask("PUT", f"{job}/settings", (JSON,), b'{"is_singleton":true}')
        assert (status, body) == (200, b"")
        status, _, body = wire.ask("GET", f"{job}/settings", client.bare)
        assert (status, json.loads(body)) == (200, {"is_singleton": True})

        status, headers, body = wire.ask("POST", f"{job}/run", client.post)
        assert (status, body) == (client.wanted_run, b"")
        where = headers["location"]
        assert where.startswith(f"{kudu.base}/api/triggeredwebjobs/{name}/history/")
        ended = kudu.until(where, lambda run: run["status"] in ("Success", "Failed", "Aborted"))
        agent = dict(client.common).get("User-Agent", "")
        assert (ended["status"], ended["trigger"]) == ("Success", f"External - {agent}")
        history = json.loads(wire.ask("GET", f"{job}/history", client.bare)[2])
        runs = unwrapped(client, history) if client.wanted_run == 200 else history["runs"]
        assert [run["id"] for run in runs] == [ended["id"]]

        for _ in range(2):
            status, _, body = wire.ask("DELETE", job, client.post)
            assert (status, body) == (200, b"")
        assert wire.ask("GET", job, client.bare)[0] == 404
    finally:
        wire.close()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_client_stops_and_starts_a_continuous_job(kudu: Kudu, client: Client) -> None:
    name = "go-" + client.name.lower().replace(" ", "-")
    job, wire = f"{client.continuous}/{name}", Wire(kudu, client)
    # Ends at once when it is asked to.
    going = b'until [ -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.05; done\n'
    body = going if client.body == SCRIPT else make_zip_bytes({"run.sh": going})
    try:
        assert wire.ask("PUT", job, client.upload, body)[0] == 200
        assert wire.ask("PUT", f"{job}/settings", (JSON,), b'{"stopping_wait_time":0}')[0] == 200
        shown = f"/api/continuouswebjobs/{name}"
        kudu.until(shown, lambda job: job["status"] == "Running" and job["settings"])
        assert wire.ask("POST", f"{job}/stop", client.post)[::2] == (200, b"")
        kudu.until(shown, lambda job: job["status"] == "Stopped")
        assert wire.ask("POST", f"{job}/start", client.post)[::2] == (200, b"")
        kudu.until(shown, lambda job: job["status"] == "Running")
        assert wire.ask("DELETE", job, client.post)[0] == 200
    finally:
        wire.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_uploads_a_file_and_a_form_is_refused(kudu: Kudu, tmp_path: Path) -> None:
    package = tmp_path / "job.zip"
    package.write_bytes(make_zip_bytes({"run.sh": SCRIPT, "big": os.urandom(2 << 20)}))

    def curl(*arguments: str) -> str:
        command = ["curl", "-sS", "--noproxy", "*", "-m", "20", "-w", "%{http_code}", "-o", "/dev/null"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, check=True).stdout

    url = f"{kudu.base}/api/triggeredwebjobs/curled"
    head = ["-H", "Content-Disposition: attachment; filename=job.zip", "-H", "Content-Type: application/zip"]
    assert curl("-T", str(package), *head, url) == "200"
    assert curl("-T", str(package), *head, "-H", "Transfer-Encoding: chunked", url) == "200"
    assert curl("-X", "PUT", "--data-binary", f"@{package}", *head, url) == "200"
    assert curl("-X", "PUT", "-F", f"file=@{package}", *head[:2], url) == "400"
    assert curl("-X", "PUT", "--data-binary", f"@{package}", url) == "400"
    assert curl("-X", "POST", "-d", "", f"{url}/run") == "202"
    kudu.until("/api/triggeredwebjobs/curled", lambda job: job["latest_run"]["status"] == "Success")
    assert curl("-X", "DELETE", url) == "200"
    assert curl("-I", url) == "404"
