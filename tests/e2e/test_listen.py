"""The installed program on TCP: credentials that are made once, refusals, and what is left of secrets."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.e2e.installed import Installed
from tests.support.tcp import make_certificate
from tests.support.terminal import PATIENCE

pytestmark = pytest.mark.e2e


def listening(program: Installed, *arguments: str) -> dict[str, str]:
    """Start the engine in the background; URL and, where they were made, credentials."""
    done = subprocess.run(
        program.argv("up", *arguments), env=program.environment, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=40, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {"url": re.search(r"https?://\S+\d", done.stdout)[0], "said": done.stderr}  # type: ignore[index]
    for name in ("user", "password"):
        if (match := re.search(rf"{name}\s+(\S+)\n", done.stderr)) is not None:
            found[name] = match[1]
    return found


def test_credentials_are_made_and_told_once_and_kept_from_everybody_else(program: Installed) -> None:
    program.site.triggered(
        "nosy", {"run.sh": "env\ncat /proc/$PPID/cmdline /proc/$PPID/environ | tr '\\0' '\\n'\n"}
    )
    first = listening(program, "--listen", "127.0.0.1:0")
    password = first["password"]
    with httpx2.Client(base_url=first["url"], trust_env=False, timeout=PATIENCE) as http:
        assert http.get("/api/webjobs").status_code == 401
        http.auth = httpx2.BasicAuth(first["user"], password)
        assert [job["name"] for job in http.get("/api/webjobs").json()] == ["nosy"]
        answer = http.post("/api/triggeredwebjobs/nosy/run")
        assert answer.status_code == 202 and answer.headers["location"].startswith(first["url"])
        # The same engine, asked again: nothing is made anew.
        assert "password" not in listening(program, "--listen", "127.0.0.1:0")
        assert "runs already" in program("up", "--listen", "127.0.0.1:1", status=5)
        made = program.facts("credentials", "--reset")
        assert http.get("/api/webjobs").status_code == 401, "the old one counts no more"
        http.auth = httpx2.BasicAuth(made["user"], made["password"])
        assert http.get("/api/webjobs").status_code == 200
    assert program.facts("credentials")["password"] is None
    assert program("run", "nosy", "--wait", status=0) is not None
    program("down")
    second = listening(program, "--listen", "localhost:0")
    assert "password" not in second
    for secret in (password, made["password"]):
        for path in filter(Path.is_file, program.root.rglob("*")):
            assert secret.encode() not in path.read_bytes(), path
    (file,) = (program.root / "data" / "wjtui").glob("credentials")
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_the_environment_says_counts_and_reaches_no_job(program: Installed) -> None:
    program.site.triggered("nosy", {"run.sh": "env\n"})
    program.environment |= {"WJTUI_USER": "$site", "WJTUI_PASSWORD": "pass:word in the environment"}
    found = listening(program, "--listen", "127.0.0.1:0")
    assert found["said"] == "" and not (program.root / "data" / "wjtui" / "credentials").exists()
    auth = httpx2.BasicAuth("$site", "pass:word in the environment")
    with httpx2.Client(base_url=found["url"], trust_env=False, auth=auth, timeout=PATIENCE) as http:
        assert http.get("/api/triggeredwebjobs").status_code == 200
    program("run", "nosy", "--wait")
    (log,) = program.root.rglob("output_log.txt")
    assert b"WEBJOBS_NAME=nosy" in log.read_bytes()
    for path in filter(Path.is_file, program.root.rglob("*")):
        assert b"in the environment" not in path.read_bytes(), path
    program.environment.pop("WJTUI_USER")
    program("down")
    assert "WJTUI_USER is not" in program("up", "--listen", "127.0.0.1:0", status=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--listen", "0.0.0.0:0"], "--tls-cert FILE"),
        (["--listen", "8080"], "HOST:PORT"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "a.pem"], "belong together"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "a.pem", "--tls-key", "b.pem"], "a.pem' of --tls-cert"),
        (["--insecure"], "no --listen"),
    ],
)
@pytest.mark.parametrize("command", ["up", "serve"])
def test_bad_input_starts_nothing(program: Installed, command: str, arguments: list[str], words: str) -> None:
    sentence = program(command, *arguments, status=2)
    assert words in sentence and sentence.count("\n") == 1
    assert program.engine_pid is None and not (program.root / "data" / "wjtui" / "credentials").exists()


def test_a_port_that_somebody_has_is_a_sentence(program: Installed) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert "cannot be listened on" in program("up", "--listen", address, status=1).splitlines()[-1]
    assert program.engine_pid is None


def test_serve_over_tls_with_curl(program: Installed, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not there: install it with 'apt-get install curl'")
    made = make_certificate(tmp_path)
    program.site.triggered("good", {"run.sh": "echo hi\n"})
    options = ["--listen", "127.0.0.1:0", "--tls-cert", str(made.certificate), "--tls-key", str(made.key)]
    with subprocess.Popen(
        program.argv("serve", *options), env=program.environment, stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as serve:  # fmt: skip
        try:
            assert serve.stderr is not None
            said = read_until(serve.stderr.fileno(), b"listening on https://127.0.0.1:")
            password = re.search(rb"password  (\S+)", said)
            url = re.search(rb"https://127.0.0.1:\d+", said)
            assert password is not None and url is not None
            curl = ["curl", "-sS", "-u", f"wjtui:{password[1].decode()}", f"{url[0].decode()}/api/webjobs"]
            assert subprocess.run(curl, capture_output=True, timeout=20).returncode == 60
            done = subprocess.run([*curl, "--cacert", made.certificate], capture_output=True, timeout=20)
            assert [job["name"] for job in json.loads(done.stdout)] == ["good"]
            (log,) = program.root.rglob("engine.log")
            assert password[1] not in log.read_bytes() and b"listening on https://" in log.read_bytes()
        finally:
            serve.send_signal(signal.SIGTERM)
            serve.wait(PATIENCE)
    assert serve.returncode == 0


def read_until(descriptor: int, words: bytes) -> bytes:
    """What is written until, with a line's end, these words are."""
    said, end = b"", time.monotonic() + PATIENCE
    while words not in said or not said.endswith(b"\n"):
        assert time.monotonic() < end, said
        if select.select([descriptor], [], [], 0.1)[0]:
            piece = os.read(descriptor, 65536)
            assert piece, said
            said += piece
    return said
