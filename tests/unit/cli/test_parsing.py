"""Options, bad input, and sentences for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from wjtui.cli.main import cli, run
from wjtui.cli.options import Given
from wjtui.engine.process.arguments import join, tokenise


@pytest.mark.parametrize(
    "arguments",
    [["--root", "{}", "list"], ["list", "--root", "{}"], ["--root", "/nowhere", "list", "--root", "{}"]],
)
def test_the_root_may_stand_before_or_after(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Given(), [each.format(tmp_path) for each in arguments]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"No engine runs on '{tmp_path}': start one with 'wjtui up --root {tmp_path}'.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "nonsense"),
        (["list", "--wrong"], "--wrong"),
        (["show"], "NAME"),
        (["logs", "job", "--level", "loud"], "loud"),
        (["logs", "job", "-n", "few"], "few"),
        (["history", "job", "-n", "0"], "0"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Given(), arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err


def test_debug_shows_where_it_comes_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Given(), ["--debug", "list", "--root", str(tmp_path)]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_help_has_every_command() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    for command in [
        "list",
        "show",
        "run",
        "start",
        "stop",
        "restart",
        "pause",
        "resume",
        "history",
        "logs",
        "schedule",
        "up",
        "down",
        "serve",
        "demo",
    ]:
        assert f"\n  {command} " in result.output
        assert CliRunner().invoke(cli, [command, "--help"]).exit_code == 0


def test_without_a_terminal_there_is_no_screen_and_no_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "wjtui", "--root", str(tmp_path)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.startswith("The screen needs a terminal") and result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_help_imports_nothing_heavy() -> None:
    program = "import sys, wjtui.cli.main; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-E", "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert {"textual", "httpx2", "msgspec", "asyncio", "platformdirs"}.isdisjoint(loaded.split())


@pytest.mark.parametrize("given", [[""], ["a b", 'c"d', "e\\"], ["--date", "2 May"], ["\\\\", '\\"', "'$x'"]])
def test_arguments_come_back_as_they_were_given(given: list[str]) -> None:
    assert tokenise(join(given)) == given
