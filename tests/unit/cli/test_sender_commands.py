"""wjtui sender over values."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService, make_job
from wjtui.cli import ask as ask_module
from wjtui.cli.main import run as run_command
from wjtui.cli.options import Given
from wjtui.model.identity import JobType

Say = Callable[..., tuple[int, str, str]]
PATH = "/api/wjtui/in/token-1"


@pytest.fixture
def service() -> FakeJobService:
    return FakeJobService(make_job("orders"), make_job("mailer", kind=JobType.CONTINUOUS))


@pytest.fixture
def say(
    service: FakeJobService,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Say:
    """Runs a command; its exit status and what it printed."""

    @asynccontextmanager
    async def attached(_: object) -> AsyncIterator[tuple[FakeJobService, None]]:
        yield service, None

    monkeypatch.setattr(ask_module, "attached", attached)
    monkeypatch.setenv("WJTUI_ROOT", str(tmp_path))

    def command(*arguments: str) -> tuple[int, str, str]:
        status = run_command(Given(), list(arguments))
        return status, *capsys.readouterr()

    return command


def test_a_url_is_made_named_and_taken_away(say: Say, service: FakeJobService) -> None:
    status, out, err = say("sender", "orders")
    assert (status, out) == (4, "") and "no sender URL" in err
    status, out, err = say("sender", "ORDERS", "--new")
    assert (status, out) == (0, f"{PATH}\n")
    assert "'orders'" in err and "does not listen" in err
    status, out, _ = say("sender", "orders")
    assert status == 0 and "made" in out and "token-1" not in out
    assert say("sender", "orders", "--off")[:2] == (0, "The sender URL of 'orders' counts no more.\n")
    assert say("sender", "orders", "--off")[:2] == (0, "'orders' had no sender URL.\n")
    assert service.senders.tokens == {}


def test_the_engines_own_address_counts_first(say: Say, service: FakeJobService) -> None:
    service.senders.base = "https://jobs.example.org"
    status, out, err = say("sender", "orders", "--new")
    assert (status, out) == (0, f"https://jobs.example.org{PATH}\n")
    assert "does not listen" not in err


def test_as_json(say: Say) -> None:
    made = json.loads(say("sender", "orders", "--new", "--json")[1])
    assert (made["job"], made["url"]) == ("orders", PATH)
    assert json.loads(say("sender", "orders", "--json")[1]) == {"job": "orders", "made": made["made"]}
    assert json.loads(say("sender", "orders", "--off", "--json")[1]) == {"job": "orders", "removed": True}


def test_what_makes_no_sense_is_refused(say: Say) -> None:
    assert say("sender", "orders", "--new", "--off")[0] == 2
    assert say("sender", "mailer", "--new")[0] == 2
    assert say("sender", "nobody", "--new")[0] == 4
