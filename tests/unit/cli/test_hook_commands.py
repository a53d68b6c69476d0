"""wjtui hooks over values."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime

import pytest

from tests.support.fake_service import FakeJobService
from tests.support.said import Say
from wjtui.model.hooks import EVENTS, Subscription

SECRET = "hunter2"
URL = f"https://me:{SECRET}@ci.example.org/hooks/42?key={SECRET}"
SHOWN = "https://***@ci.example.org/hooks/42?***"


@pytest.fixture
def service() -> FakeJobService:
    return FakeJobService()


def test_a_hook_is_added_once_and_its_password_is_not_printed(say: Say, service: FakeJobService) -> None:
    status, out, err = say("hooks", "add", URL, "TriggeredJobFailed", "--insecure")
    [hook] = service.hooks.known
    assert (status, out, err) == (0, f"{SHOWN} is told of TriggeredJobFailed: web hook {hook.id}.\n", "")
    assert (hook.url, hook.insecure_ssl) == (URL, True)
    status, out, _ = say("hooks", "add", URL, "TriggeredJobFailed")
    assert status == 0 and "already" in out and SECRET not in out and len(service.hooks.known) == 1


def test_a_url_is_read_from_standard_input(
    say: Say, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(URL + "\n"))
    status, out, _ = say("hooks", "add", "-", "TriggeredJobFinished", "--json")
    assert status == 0 and service.hooks.known[0].url == URL
    found = json.loads(out)
    assert (found["url"], found["created"], found["last_status"]) == (SHOWN, True, None)


def test_an_event_that_no_engine_tells_of_is_said(say: Say, service: FakeJobService) -> None:
    status, _, err = say("hooks", "add", URL, "TriggeredJobFinnished")
    assert status == 0 and "TriggeredJobFinnished" in err and all(name in err for name in EVENTS)
    assert len(service.hooks.known) == 1


def test_a_refusal_is_one_sentence(say: Say) -> None:
    status, out, err = say("hooks", "add", "nowhere", "Ours")
    assert (status, out, err.count("\n")) == (2, "", 1)
    say("hooks", "add", URL, "Ours")
    status, _, err = say("hooks", "add", URL, "Others")
    assert status == 5 and SECRET not in err
    for command in ("remove", "test"):
        status, _, err = say("hooks", command, "7")
        assert status == 4 and "'7'" in err


@pytest.mark.parametrize("command", [("hooks",), ("hooks", "list")])
def test_the_list_masks_what_may_be_secret(say: Say, service: FakeJobService, command: tuple[str]) -> None:
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    service.hooks.known = [
        Subscription("1", URL, "Ours"),
        Subscription("2", "http://h/\x1b[31m", "Ours", False, "NotFound", "Not Found", at, "{}"),
        Subscription("3", "http://i/", "Ours", False, "Failure", "Connection refused", at, "{}"),
    ]
    status, out, _ = say(*command)
    assert status == 0
    assert SHOWN in out and SECRET not in out and "\x1b" not in out
    assert "NotFound " in out and "NotFound: " not in out and "Failure: Connection refused" in out
    status, out, _ = say(*command, "--json")
    first, second, _ = json.loads(out)
    assert SECRET not in out and first["url"] == SHOWN
    assert (second["last_status"], second["last_datetime"]) == ("NotFound", "2027-03-01T09:00:00.000000Z")


def test_the_list_is_printed_as_it_is_when_that_is_wanted(say: Say, service: FakeJobService) -> None:
    service.hooks.known = [Subscription("1", URL, "Ours")]
    assert URL in say("hooks", "list", "--reveal")[1]
    assert json.loads(say("hooks", "list", "--reveal", "--json")[1])[0]["url"] == URL


def test_a_test_says_what_was_answered_and_fails_where_it_was_not_taken(
    say: Say, service: FakeJobService
) -> None:
    service.hooks.known = [Subscription("1", URL, "Ours")]
    assert say("hooks", "test", "1") == (0, f"{SHOWN}: OK\n", "")
    service.hooks.answer = ("Failure", "no answer within 10 s")
    assert say("hooks", "test", "1") == (1, f"{SHOWN}: Failure: no answer within 10 s\n", "")
    status, out, _ = say("hooks", "test", "1", "--json")
    assert status == 1 and json.loads(out)["last_status"] == "Failure"


def test_a_hook_is_removed(say: Say, service: FakeJobService) -> None:
    service.hooks.known = [Subscription("1", URL, "Ours")]
    assert say("hooks", "remove", "1") == (0, f"{SHOWN} is told of Ours no more.\n", "")
    assert service.hooks.known == []
