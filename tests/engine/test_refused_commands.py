"""What the command line must not let in: each archive of the zoo, bad names, files, numbers; real engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.deploying import make_zip
from tests.support.engine_thread import EngineThread, engine_on_a_thread
from tests.support.refused import NIGHTLY, NO_JOB, NO_NAMES, NO_VALUES, SETTINGS, build, state_of
from tests.support.zoo import HOSTILE, ODD
from wjtui.cli import ask as ask_module
from wjtui.cli.main import run as run_command
from wjtui.cli.options import Given
from wjtui.service import JobService

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineThread]:
    with engine_on_a_thread(tmp_path, build) as found:
        yield found


@pytest.fixture
def say(engine: EngineThread, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; its exit status and what it printed."""

    @asynccontextmanager
    async def attached(_: object) -> AsyncIterator[tuple[JobService, None]]:
        yield engine.service, None

    monkeypatch.setattr(ask_module, "attached", attached)

    def command(*arguments: str) -> tuple[int, str, str]:
        status = run_command(Given(), list(arguments))
        return status, *capsys.readouterr()

    return command


def refused(say: Say, *arguments: str) -> str:
    """The one line on standard error of a command that changes nothing."""
    status, out, err = say(*arguments)
    assert (status, out) == (2, ""), (arguments, out, err)
    assert err.count("\n") == 1 and err.removesuffix("\n").isprintable() and err.endswith((".\n", "?\n")), err
    return err


def test_every_archive_of_the_zoo(say: Say, engine: EngineThread, tmp_path: Path) -> None:
    before = state_of(engine.site)
    path = tmp_path / "bad.zip"
    for name, hostile in HOSTILE.items():
        path.write_bytes(hostile.make())
        said = refused(say, "deploy", str(path), "--name", "nightly")
        assert ":" in said, name  # what is wrong: what to do
        assert state_of(engine.site) == before, name
        status, out, _ = say("deploy", str(path), "--name", "nightly", "--json")
        told = json.loads(out)
        codes = {each["code"] for each in told["package"]["findings"] if each["weight"] == "refused"}
        assert status == 2 and hostile.code in codes and told["deployed"] is None, name
    assert state_of(engine.site) == before


def test_what_is_odd_but_good_comes_in(say: Say, engine: EngineThread, tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    path.write_bytes(ODD["backslashes"].make())
    status, out, err = say("deploy", str(path), "--name", "nightly")
    assert (status, err) == (0, "") and "version 2 is in place" in out
    assert (engine.site.folder(NIGHTLY) / "lib" / "sub" / "tool.py").read_bytes() == b"1"
    assert state_of(engine.site).staged == ()


def test_what_is_no_job(say: Say, engine: EngineThread, tmp_path: Path) -> None:
    before = state_of(engine.site)
    for number, source in enumerate(NO_JOB.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert source.says in refused(say, "deploy", str(source.make(folder)), "--name", "nightly")
        assert state_of(engine.site) == before


def test_names(say: Say, engine: EngineThread, tmp_path: Path) -> None:
    before = state_of(engine.site)
    good = str(make_zip(tmp_path / "good.zip", {"run.sh": "echo new\n"}))
    for name in NO_NAMES:
        said = refused(say, "deploy", good, "--name", name, "--type", "triggered")
        assert f"'{name}'" in said
        assert "spelt, 'nightly'" in said if name == "NIGHTLY" else "at most 63" in said
        assert state_of(engine.site) == before


def test_numbers_and_schedules_out_of_range(say: Say, engine: EngineThread, tmp_path: Path) -> None:
    before = state_of(engine.site)
    good = str(make_zip(tmp_path / "good.zip", {"run.sh": "echo new\n"}))
    for assignment, says in NO_VALUES.items():
        assert says in refused(say, "settings", "nightly", "--set", assignment)
        assert says in refused(say, "deploy", good, "--name", "nightly", "--set", assignment)
        if assignment.startswith("schedule="):
            schedule = assignment.partition("=")[2]
            assert says in refused(say, "deploy", good, "--name", "nightly", "--schedule", schedule)
        assert state_of(engine.site) == before


def test_settings_that_somebody_else_changes_meanwhile(
    say: Say, engine: EngineThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = SETTINGS.replace("60", "77")
    path = engine.site.folder(NIGHTLY) / "settings.job"
    read = engine.service.settings.read

    async def read_and_be_overtaken(job: object) -> object:
        found = await read(NIGHTLY)
        await asyncio.to_thread(path.write_text, theirs)
        return found

    monkeypatch.setattr(type(engine.service.settings), "read", lambda self, job: read_and_be_overtaken(job))
    status, out, err = say("settings", "nightly", "--set", "stopping_wait_time=9")
    assert (status, out) == (5, "") and err.count("\n") == 1 and "again" in err
    assert path.read_text() == theirs and state_of(engine.site).staged == ()
