"""deploy, versions, rollback, delete, trash, restore, settings and config over values."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from tests.support.fake_changes import make_package
from tests.support.fake_service import FakeJobService, make_job
from tests.support.said import Say
from wjtui.model.deploys import (
    FileChange,
    FileState,
    Finding,
    FoundJob,
    JobPreview,
    Weight,
    WhenRunning,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.site import ConnectionString, ConnectionType, SiteSettings
from wjtui.model.versions import Cause

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
NIGHTLY = JobId(TRIGGERED, "nightly")
SECRET = "hunter2"


@pytest.fixture
def service() -> FakeJobService:
    return FakeJobService(make_job("nightly"), make_job("mailer", kind=CONTINUOUS))


def test_a_deploy_says_what_it_found_what_changed_and_the_way_back(say: Say, service: FakeJobService) -> None:
    service.deploys.previews[NIGHTLY] = JobPreview(
        NIGHTLY,
        replaces=1,
        changes=(
            FileChange("run.py", FileState.CHANGED, 900, 41, 12),
            FileChange("logo.png", FileState.ADDED, 317_440),
        ),
        same=10,
    )
    status, out, err = say("deploy", "nightly.zip")
    assert (status, err) == (0, "")
    assert "nightly.zip: 14 files, 3.6 MB unpacked" in out
    assert "runs /usr/bin/python3 run.py (run.py is the only script.)" in out
    assert "triggered/nightly replaces version 1: 1 added, 1 changed, 10 the same" in out
    assert "  ~ run.py  +41 -12\n" in out and "  + logo.png  310 KB\n" in out
    assert "(version 1 is kept: wjtui rollback triggered/nightly)" in out
    assert ("deploy", "triggered/nightly") in service.commands and not service.deploys.staged


def test_a_dry_run_shows_the_same_and_puts_nothing_in_place(say: Say, service: FakeJobService) -> None:
    status, out, _ = say("deploy", "new.zip", "--type", "continuous", "--dry-run")
    assert status == 0 and out.endswith("Nothing was changed.\n") and "continuous/new is new" in out
    assert service.deploys.committed == [] and service.deploys.staged == {}


def test_every_refusal_is_said_at_once(say: Say, service: FakeJobService) -> None:
    bad = (
        Finding("inside", "'../up' leaves the job's folder.", Weight.REFUSED),
        Finding("no-script", "No runnable script: it holds a.txt.", Weight.REFUSED),
    )
    service.deploys.packages["bad.zip"] = make_package("bad.zip", findings=bad)
    status, out, err = say("deploy", "bad.zip", "--type", "triggered")
    assert (status, out) == (2, "") and err.count("\n") == 1
    assert "'../up' leaves the job's folder. No runnable script" in err
    status, out, err = say("deploy", "bad.zip", "--type", "triggered", "--json")
    assert status == 2 and json.loads(out)["ok"] is False and len(json.loads(out)["package"]["findings"]) == 2
    assert service.deploys.staged == {} and service.deploys.committed == []


def test_settings_and_schedule_go_into_the_plan(say: Say, service: FakeJobService) -> None:
    found = FoundJob(name="nightly", script=make_package().jobs[0].script, settings_text='{"x": 1}')
    service.deploys.packages["nightly.zip"] = make_package(jobs=(found,))
    status, _, err = say(
        "deploy", "nightly.zip", "--schedule", "0 0 3 * * *", "--set", "idle_timeout=9", "--when", "after"
    )
    assert (status, err) == (0, "")
    plan = service.deploys.committed[0]
    assert plan.running is WhenRunning.AFTER and plan.fix_line_ends
    assert json.loads(plan.jobs[0].settings_text or "") == {
        "x": 1,
        "idle_timeout": 9,
        "schedule": "0 0 3 * * *",
    }


def test_a_deploy_that_waits_for_a_run_says_so_and_starts_nothing(say: Say, service: FakeJobService) -> None:
    service.deploys.waiting = True
    _, out, _ = say("deploy", "nightly.zip", "--run")
    assert "is put in place when the run that is going has ended" in out
    assert not any(command[0] == "run" for command in service.commands)


def test_a_run_is_started_afterwards(say: Say, service: FakeJobService) -> None:
    status, out, _ = say("deploy", "nightly.zip", "--run")
    assert status == 0 and "of nightly has started." in out and service.commands[-1][0] == "run"


def test_a_package_on_standard_input(
    say: Say, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"PK\x03\x04 and the rest"))
    monkeypatch.setattr(sys, "stdin", stream)
    status, out, err = say("deploy", "-", "--name", "piped", "--type", "triggered")
    assert (status, err) == (0, "") and "triggered/piped: version 1 is in place." in out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    status, _, err = say("deploy", "-", "--name", "piped")
    assert status == 2 and "Standard input was empty" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nightly.zip", "--dry-run", "--run"), "--run"),
        (("nightly.zip", "--set", "nothing"), "KEY=VALUE"),
        (("other.zip",), "--type triggered"),
        (("nightly.zip", "--name", "a b", "--type", "triggered"), "cannot be a job's name"),
        (("nightly.zip", "--when", "never"), "never"),
    ],
)
def test_refused_deploys(say: Say, service: FakeJobService, arguments: tuple[str, ...], says: str) -> None:
    status, out, err = say("deploy", *arguments)
    assert (status, out) == (2, "") and says in err
    assert service.deploys.committed == [] and service.deploys.staged == {}


def test_versions_are_listed_compared_and_gone_back_to(say: Say, service: FakeJobService) -> None:
    for note in ("one.zip", "two.zip"):
        service.versions.add(NIGHTLY, Cause.DEPLOY, note, "CLI - ops")
    _, out, _ = say("versions", "nightly")
    assert out.splitlines()[1].split()[:3] == ["2", "(in", "place)"] and "one.zip" in out.splitlines()[2]
    service.versions.changes[1] = [FileChange("run.py", FileState.CHANGED, 5, 1, 2)]
    assert say("versions", "nightly", "--compare", "1")[1] == "  ~ run.py  +1 -2\n"
    service.versions.diffs[1, "run.py"] = "-old\n+new\x1b[31m\n"
    _, out, _ = say("versions", "nightly", "--compare", "1", "--diff", "run.py")
    assert out == "-old\n+new\N{REPLACEMENT CHARACTER}[31m\n"
    status, out, _ = say("rollback", "nightly")
    assert status == 0 and "version 3 is in place, as version 1 was" in out
    status, _, err = say("rollback", "nightly", "77")
    assert status == 4 and "77" in err
    assert say("versions", "nightly", "--diff", "run.py")[0] == 2


def test_nobody_is_asked_where_nobody_can_answer(say: Say, service: FakeJobService) -> None:
    status, _, err = say("delete", "nightly")
    assert status == 2 and "--yes" in err and NIGHTLY.key in service.jobs
    status, out, _ = say("delete", "nightly", "--yes")
    assert status == 0 and "wjtui restore triggered/nightly" in out and NIGHTLY.key not in service.jobs
    assert say("delete", "nightly", "--yes")[0] == 4


def test_the_trash_and_the_way_back_from_it(say: Say, service: FakeJobService) -> None:
    say("delete", "nightly", "--yes", "--keep-history")
    assert service.commands[-1] == ("delete", "nightly", "keep history")
    _, out, _ = say("trash")
    assert "triggered/nightly" in out and "left in place" in out
    status, out, _ = say("restore", "NIGHTLY")
    assert (status, out) == (0, "triggered/nightly is back.\n") and NIGHTLY.key in service.jobs
    assert say("restore", "nightly")[0] == 4
    assert json.loads(say("trash", "--json")[1]) == []


def test_settings_are_printed_as_they_are(say: Say, service: FakeJobService) -> None:
    text = '{\n  // ours\n  "idle_timeout": 5\n}'
    service.settings.texts[NIGHTLY.key] = text
    assert say("settings", "nightly")[1] == text + "\n"
    found = json.loads(say("settings", "nightly", "--json")[1])
    assert found["settings"] == {"idle_timeout": 5} and found["text"] == text


def test_settings_are_changed_key_by_key(say: Say, service: FakeJobService) -> None:
    service.settings.texts[NIGHTLY.key] = '{\n  // ours\n  "x-owner": "ops"\n}\n'
    status, out, err = say("settings", "nightly", "--set", "idle_timeout=600")
    assert (status, err) == (0, "") and "idle_timeout 120 -> 600" in out and "saved as version" in out
    text = service.settings.texts[NIGHTLY.key]
    assert "// ours" in text and '"idle_timeout": 600' in text


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("stopping_wait_time=-5", "stopping_wait_time"),
        ("schedule=0 25 * * *", "schedule"),
        ("time_zone=Nowhere/Land", "time_zone"),
        ("notify=loud", "notify"),
    ],
)
def test_a_value_that_would_not_count_is_refused(
    say: Say, service: FakeJobService, assignment: str, says: str
) -> None:
    service.settings.texts[NIGHTLY.key] = "{}"
    status, out, err = say("settings", "nightly", "--set", assignment)
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
    assert service.settings.texts[NIGHTLY.key] == "{}"


def test_what_was_wrong_before_does_not_hold_up_another_change(say: Say, service: FakeJobService) -> None:
    service.settings.texts[NIGHTLY.key] = '{"stopping_wait_time": -5}'
    assert say("settings", "nightly", "--set", "idle_timeout=9")[0] == 0


def test_site_settings_and_connection_strings(say: Say, service: FakeJobService) -> None:
    service.settings.site_settings = SiteSettings(
        {"DEBUG": "1", "API_TOKEN": SECRET},
        (ConnectionString("Orders", ConnectionType.CUSTOM, SECRET),),
        {"WEBJOBS_RESTART_TIME": "5"},
        "0",
    )
    _, out, _ = say("config")
    assert "DEBUG=1\n" in out and "API_TOKEN=********\n" in out and SECRET not in out
    assert "Orders (Custom connection string)=********" in out
    assert "WEBJOBS_RESTART_TIME=5 (environment of the engine)" in out
    assert SECRET not in say("config", "--json")[1]
    assert say("config", "--reveal")[1].count(SECRET) == 2
    status, out, _ = say("config", "--set", "A=b=c", "--unset", "DEBUG", "--disconnect", "Orders")
    assert status == 0 and "A=b=c" in out and "DEBUG" not in out and "Orders" not in out
    for wrong in (("--unset", "NOPE"), ("--set", "NOPE"), ("--connection", f"Orders={SECRET}")):
        status, _, err = say("config", *wrong)
        assert status == 2 and SECRET not in err


def test_a_refusal_of_the_engine_is_one_line(say: Say, service: FakeJobService) -> None:
    from wjtui.model.errors import Conflict

    service.refuse = Conflict("'nightly' is being deployed by somebody else:\ntry again.")
    for arguments in (("deploy", "nightly.zip"), ("rollback", "nightly"), ("delete", "nightly", "--yes")):
        status, out, err = say(*arguments)
        assert (status, out) == (5, "") and err.count("\n") == 1 and "try again." in err


def test_the_state_of_a_job_is_left_alone_when_staging_fails(say: Say, service: FakeJobService) -> None:
    from wjtui.model.errors import InvalidRequest

    before = msgspec.to_builtins(tuple(service.jobs.values()))
    service.deploys.refusal = InvalidRequest("There is no '/nowhere.zip'.")
    status, _, err = say("deploy", str(Path("/nowhere.zip")))
    assert status == 2 and "/nowhere.zip" in err
    assert msgspec.to_builtins(tuple(service.jobs.values())) == before
