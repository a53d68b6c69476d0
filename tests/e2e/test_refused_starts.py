"""What keeps an engine or a screen from starting is one sentence, and a terminal that is itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.terminal import is_running, until

pytestmark = pytest.mark.e2e

LONG = "d" * 60


def assert_one_sentence(said: str) -> None:
    assert said.count("\n") == 1 and said.rstrip().endswith(".")
    assert "Traceback" not in said and "bug" not in said


def long_folder(folder: Path) -> Path:
    """A folder whose path alone is longer than a socket's may be."""
    long = folder / LONG / LONG
    long.mkdir(parents=True)
    return long


@pytest.fixture(params=["a folder without leave to write", "data is a file"])
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = tmp_path / "unusable"
    root.mkdir()
    if request.param == "data is a file":
        (root / "data").write_text("")
        return root
    root.chmod(0o500)
    # What is closed to everybody is open to root, but not in the kernel's own file system.
    return Path("/sys/kernel") if os.access(root, os.W_OK) else root


@pytest.mark.parametrize("command", ["up", "serve"])
def test_an_unusable_root(program: Installed, unusable: Path, command: str) -> None:
    said = program(command, "--root", str(unusable), status=1)
    assert_one_sentence(said)
    assert str(unusable) in said


@pytest.mark.parametrize("options", [[], ["--in-process"]], ids=["attached", "in-process"])
def test_a_screen_on_an_unusable_root(program: Installed, unusable: Path, options: list[str]) -> None:
    terminal = program.open("--root", str(unusable), *options, columns=300)
    assert terminal.wait_for_end() == 1
    said = terminal.last_words()
    assert_one_sentence(f"{said}\n")
    assert str(unusable) in said
    assert terminal.is_itself


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_socket_whose_path_would_be_too_long(program: Installed, tmp_path: Path, command: str) -> None:
    said = program(command, status=1, environment={"TMPDIR": str(long_folder(tmp_path))})
    assert_one_sentence(said)
    assert "TMPDIR" in said and "bytes" in said


def test_long_paths_that_do_not_matter(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    long = long_folder(tmp_path)
    program = Installed(long, tmp_path_factory.mktemp("t"))
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    try:
        program("up", environment={"XDG_RUNTIME_DIR": str(long)})
        # After a log-out that folder is gone: the engine is found without it.
        until(lambda: program.status("worker") == "Running")
    finally:
        program.close()


@pytest.fixture
def first(program: Installed) -> int:
    """The engine of another instance whose name begins with the same six characters."""
    program("up", "--instance", "abcdef-one")
    assert program.engine_pid is not None
    return program.engine_pid


def test_a_second_engine_with_the_same_mark(program: Installed, first: int) -> None:
    said = program("serve", "--instance", "abcdef-two", status=5)
    assert_one_sentence(said)
    assert "--instance" in said
    assert program.engine_pid == first and is_running(first)


@pytest.mark.parametrize(("command", "status"), [("up", 5), ("list", 3), ("down", 5)])
def test_another_instance_s_engine_is_not_mine(
    program: Installed, first: int, command: str, status: int
) -> None:
    said = program(command, "--instance", "abcdef-two", status=status)
    assert_one_sentence(said)
    assert is_running(first)


def test_in_process_beside_an_engine_attaches_to_it(program: Installed) -> None:
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    program("up")
    engine = program.engine_pid
    terminal = program.open("--in-process")
    terminal.wait_for("1 running")
    assert program.engine_pid == engine != terminal.pid
    terminal.send("q")
    assert terminal.wait_for_end() == 0
    assert engine is not None and is_running(engine)
    until(lambda: program.status("worker") == "Running")
    assert len(program.launches("worker")) == 1


def test_no_terminal_and_a_dumb_one(program: Installed) -> None:
    said = program(status=1)
    assert_one_sentence(said)
    assert "wjtui list" in said
    terminal = program.open_program(["env", "TERM=dumb", *program.argv()], columns=300)
    assert terminal.wait_for_end() == 1
    said = terminal.last_words()
    assert_one_sentence(f"{said}\n")
    assert "TERM=dumb" in said and terminal.is_itself
