"""The installed program over TLS: commands and the screen of an engine that shares no files with them."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.tcp import make_certificate
from tests.support.terminal import is_running, until

pytestmark = pytest.mark.e2e


class Elsewhere:
    """An engine with TLS, and a program that knows its URL alone."""

    def __init__(self, there: Installed, here: Installed, certificate: Path, key: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.there, self.here = there, here
        self.url = f"https://localhost:{self.port}"
        # Only the first is needed to connect.
        self.options = ["--connect", self.url, "--ca", str(certificate)]
        self.listen = [
            "--listen",
            f"127.0.0.1:{self.port}",
            "--tls-cert",
            str(certificate),
            "--tls-key",
            str(key),
        ]
        there.environment |= {"WJTUI_USER": "someone", "WJTUI_PASSWORD": "geheim:wort"}
        here.environment |= {"WJTUI_USER": "someone", "WJTUI_PASSWORD": "geheim:wort"}

    def __call__(self, *arguments: str, status: int = 0) -> str:
        return self.here(*arguments, *self.options, status=status)


@pytest.fixture
def elsewhere(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    made = make_certificate(tmp_path)
    opened = []
    for name in ("there", "here"):
        folder = tmp_path / name
        folder.mkdir()
        opened.append(Installed(folder, tmp_path_factory.mktemp("t")))
    found = Elsewhere(opened[0], opened[1], made.certificate, made.key)
    found.there.site.triggered("good", {"run.sh": "echo all is well\n"})
    found.there.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    found.there("up", *found.listen)
    yield found
    for each in opened:
        each.close()


def test_commands(elsewhere: Elsewhere, tmp_path: Path) -> None:
    assert "good" in elsewhere("list") and elsewhere.here.engine_pid is None
    assert "all is well" in elsewhere("run", "good", "--follow")
    folder = tmp_path / "fresh"
    (folder / "lib").mkdir(parents=True)
    (folder / "run.sh").write_text("cat lib/words\n")
    (folder / "lib" / "words").write_text("from afar\n")
    assert "from afar" in elsewhere("deploy", str(folder), "--type", "triggered", "--follow")
    assert "from afar" in elsewhere("logs", "fresh")
    elsewhere("config", "--set", "COLOUR=red")
    assert "COLOUR" in elsewhere("config")
    assert "--ca FILE" in elsewhere.here("list", "--connect", elsewhere.url, status=1)
    wrong = {"WJTUI_PASSWORD": "wrong"}
    sentence = elsewhere.here("list", *elsewhere.options, status=1, environment=wrong)
    assert "'someone'" in sentence and "wrong" not in sentence.replace("wrong passwords", "")
    assert "run it there" in elsewhere("up", status=2)
    assert "https://" in elsewhere.here("list", "--connect", "http://jobs.example", status=2)
    assert "say" in elsewhere.here("list", "--ca", "x", status=2)
    elsewhere.there("down")
    assert "see whether it runs there" in elsewhere("list", status=3)


def test_the_screen_comes_back_when_the_engine_does(elsewhere: Elsewhere) -> None:
    terminal = elsewhere.here.open(*elsewhere.options)
    terminal.wait_for("worker")
    terminal.wait_for("Running")
    engine = elsewhere.there.engine_pid
    assert engine is not None
    os.kill(engine, signal.SIGKILL)
    until(lambda: not is_running(engine))
    terminal.wait_for(lambda screen: "not reachable" in screen or "trying again" in screen.lower())
    elsewhere.there.site.triggered("second", {"run.sh": "true\n"})
    elsewhere.there("up", *elsewhere.listen)
    terminal.wait_for("second", within=40)
    terminal.send("q")
    assert terminal.wait_for_end() == 0
    assert elsewhere.there.engine_pid is not None


def test_who_gives_no_credentials_is_asked_for_them(elsewhere: Elsewhere) -> None:
    for name in ("WJTUI_USER", "WJTUI_PASSWORD"):
        elsewhere.here.environment.pop(name)
    terminal = elsewhere.here.open("list", *elsewhere.options)
    terminal.wait_for(f"User at {elsewhere.url} [wjtui]:")
    terminal.type("someone\r")
    terminal.wait_for("Password of someone at")
    terminal.type("geheim:wort\r")
    assert terminal.wait_for_end() == 0
    screen = terminal.last_words()
    assert "worker" in screen and "geheim" not in screen
