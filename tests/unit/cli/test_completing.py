"""What is offered for the next word, over an engine that only answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from wjtui.cli import completing
from wjtui.cli.main import cli
from wjtui.cli.options import Given

SNAPSHOT = {
    "jobs": [
        {"id": {"type": kind, "name": name}}
        for kind, name in [
            ("triggered", "nightly"), ("continuous", "worker"), ("triggered", "both"), ("continuous", "Both"),
            ("triggered", "$(rm -rf)"), ("triggered", "-rf"), ("triggered", "two words"),
        ]
    ]
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "/snapshot": SNAPSHOT,
    "/jobs/triggered/nightly/runs?limit=50": [
        {"ref": {"run": "202703010900000000"}, "status": "Success", "started": "2027-03-01T09:00:00Z"}
    ],
    "/jobs/triggered/nightly/versions": [
        {"number": 3, "cause": "deploy", "current": True},
        {"number": 2, "cause": "deploy", "note": "night\nly.zip"},
    ],
    "/jobs/triggered/worker/versions": {"code": "job-not-found", "message": "There is none."},
    "/jobs/continuous/worker/versions": [{"number": 1, "cause": "unknown"}],
    "/trash": [{"job": {"type": "triggered", "name": "gone"}, "at": "2027-03-01T09:00:00Z"}],
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "_ask", lambda context, path: ANSWERS[path])


def complete(*words: str) -> list[str]:
    found = ShellComplete(cli, {"obj": Given()}, "wjtui", "_WJTUI_COMPLETE")
    return [item.value for item in found.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["run", ""], ["nightly", "worker", "triggered/both", "continuous/Both"]),
        (["show", "N"], ["nightly"]),
        (["show", "continuous/"], ["continuous/Both"]),
        (["logs", "nightly", "--run", ""], ["202703010900000000"]),
        (["logs", "triggered/nightly", "--run", "2027"], ["202703010900000000"]),
        (["rollback", "nightly", ""], ["2"]),
        (["versions", "nightly", "--compare", ""], ["2"]),
        (["rollback", "worker", ""], ["1"]),
        (["restore", ""], ["gone"]),
        (["logs", "absent", "--run", ""], []),
        (["--theme", "fj"], ["fjord"]),
        (["demo", "--theme", "fj"], ["fjord"]),
    ],
)
def test_what_is_offered(words: list[str], offered: list[str]) -> None:
    assert complete(*words) == offered


@pytest.mark.usefixtures("answers")
def test_what_is_said_about_a_word_is_one_line() -> None:
    found = ShellComplete(cli, {"obj": Given()}, "wjtui", "_WJTUI_COMPLETE")
    [item] = found.get_completions(["rollback", "nightly"], "")
    assert item.help == "deploy night\N{REPLACEMENT CHARACTER}ly.zip"


@pytest.mark.parametrize("answer", [None, [], {"jobs": 1}, {"jobs": [{}]}, {"jobs": ["x"]}, 7])
def test_any_other_answer_is_none(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    monkeypatch.setattr(completing, "_ask", lambda context, path: answer)
    assert complete("run", "") == []


def test_no_engine_no_root_no_words(tmp_path: Path) -> None:
    assert complete("--root", str(tmp_path), "run", "") == []
    assert complete("--connect", "http://127.0.0.1:1", "run", "") == []


@pytest.fixture
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine that sends a byte now and then and never ends."""
    path = str(tmp_path_factory.mktemp("s") / "s")
    over = threading.Event()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()

        def drip() -> None:
            taken, _ = listening.accept()
            with taken:
                while not over.wait(0.02):
                    try:
                        taken.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield path
        over.set()
        thread.join()


def test_an_engine_that_does_not_come_to_an_end_is_not_waited_for(endless: str) -> None:
    with pytest.raises(OSError):
        completing._get(endless, "/api/wjtui/snapshot")


def test_commands_still_read_their_words_as_before() -> None:
    rollback = cli.commands["rollback"]
    [version] = [each for each in rollback.params if each.name == "version"]
    context = click.Context(rollback)
    assert version.type_cast_value(context, "7") == 7
    with pytest.raises(click.BadParameter):
        version.type_cast_value(context, "seven")


def test_every_command_takes_json() -> None:
    for name, command in cli.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, name
