"""Schedules on the command line of the installed program: what they mean, pauses, starts that are put off."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.installed import PROMPT, SLEEPER, Installed
from tests.support.terminal import until

NIGHTLY = {"schedule": "0 0 2 * * *", "time_zone": "Europe/Berlin", "our_own_key": 1}
ENDS_EARLY = '{"kind": "every", "unit": "day", "start": "2027-01-01T00:00:00", "end": "2026-01-01T00:00:00"}'


def refused(program: Installed, *arguments: str, status: int = 2) -> str:
    """The one line on standard error."""
    said = program(*arguments, status=status)
    assert said.count("\n") == 1 and said.endswith("\n")
    return said


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_schedule_says_what_an_expression_means_without_an_engine(program: Installed) -> None:
    arguments = ("schedule", "0 30 2 * * Mon-Sun", "--zone", "Europe/Berlin", "--from", "2027-03-27")
    out = program(*arguments, "--count", "2")
    assert "means: At 02:30, every day" not in out  # Mon-Sun runs backwards: Sunday to Monday
    assert "warning: 'Mon-Sun' in the day-of-week field runs backwards" in out
    out = program("schedule", "0 30 2 * * *", *arguments[2:], "--count", "2")
    assert "means: At 02:30, every day\n" in out
    assert "note: On 28 March 2027 the clocks of Europe/Berlin go forward from 02:00 to 03:00" in out
    assert [re.split("  +", line) for line in out.splitlines()[-3:]] == [
        ["NEXT RUNS (Europe/Berlin)", "UTC"],
        ["Sat 2027-03-27 02:30:00 +0100", "Sat 2027-03-27 01:30:00"],
        ["Sun 2027-03-28 03:30:00 +0200", "Sun 2027-03-28 01:30:00"],
    ]
    assert list(program.root.glob("data/**/*")) == []


def test_schedule_as_a_document(program: Installed) -> None:
    found = program.facts("schedule", "0 */15 * * * *", "--from", "2027-03-01T09:00:00Z")
    assert list(found) == [
        "expression", "expanded", "recurrence", "words", "zone", "next", "shortest_gap_seconds", "warnings",
        "notes",
    ]  # fmt: skip
    assert (found["expanded"], found["zone"]) == ("0 0,15,30,45 * * * *", "UTC")
    assert found["shortest_gap_seconds"] == 900
    assert [one["utc"] for one in found["next"][:2]] == [
        "2027-03-01T09:15:00.000000Z",
        "2027-03-01T09:30:00.000000Z",
    ]
    assert len(found["next"]) == 10
    weekly = '{"kind": "every", "unit": "week", "weekdays": ["mon"], "hours": [9]}'
    found = program.facts("schedule", weekly, "--from", "2027-03-01T10:00", "--zone", "Asia/Tokyo")
    assert found["recurrence"] == json.loads(weekly)
    assert found["next"][0] == {
        "utc": "2027-03-08T00:00:00.000000Z",
        "local": "2027-03-08T09:00:00+09:00",
    }


def test_date_that_never_comes_is_valid_and_said(program: Installed) -> None:
    found = program.facts("schedule", "0 0 0 31 2 *")
    assert (found["next"], found["shortest_gap_seconds"]) == ([], None)
    assert "February has no 31st" in found["warnings"][0]
    assert found["words"] == "Never: February has no 31st"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["*/5 * * * *"], "write '0 */5 * * * *'"),
        (["0 0 0 * * 7"], "The day-of-week field has '7', but Sunday is 0 here, not 7: write 0 instead"),
        (["0 0 0 ? * Mon"], "The day field has '?'"),
        (["@daily"], "write '0 0 0 * * *'"),
        (["#{token}#"], "placeholder"),
        (["0 0 99 * * *"], "it takes 0 to 23, for example 9-17"),
        ([ENDS_EARLY], "'end' lies before 'start'"),
        (["0 0 9 * * *", "--zone", "Europe/Berln"], "did you mean 'Europe/Berlin'?"),
        (["0 0 9 * * *", "--from", "soon"], "--from is 'soon'"),
        (["0", "0", "9", "*", "*", "*"], "in quotes"),
    ],
)
def test_bad_schedules_are_one_line_that_says_what_to_write(
    program: Installed, arguments: list[str], says: str
) -> None:
    assert says in refused(program, "schedule", *arguments)


def test_terminal_gets_a_mark_under_the_wrong_part(program: Installed) -> None:
    reader, writer = pty.openpty()
    done = subprocess.Popen(
        program.argv("schedule", "0 0 99 * * *"), env=program.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=writer,
    )  # fmt: skip
    out, _ = done.communicate(timeout=40)
    os.close(writer)
    said = os.read(reader, 65536).decode()
    os.close(reader)
    assert (done.returncode, out) == (2, b"")
    text, mark, sentence, rest = said.split("\r\n")
    assert (text, mark, rest) == ("0 0 99 * * *", "    ^^", "")
    assert sentence.startswith("The hour field has '99'")


@pytest.fixture
def site(program: Installed) -> Installed:
    """An engine on a root with a job of each sort."""
    program.site.triggered("nightly", {"run.sh": 'echo "<$*>"\n'}, NIGHTLY)
    program.site.triggered("plain", {"run.sh": 'echo "<$*>"\n'})
    program.site.triggered("broken", {"run.sh": "true\n"}, {"schedule": "0 0 9 * *"})
    program.site.continuous("worker", {"run.sh": SLEEPER}, PROMPT)
    program("up")
    until(lambda: _by_name(program)["nightly"]["next_run"] is not None)
    return program


@pytest.mark.timeout(120)
def test_schedules_in_lists(site: Installed) -> None:
    rows = {line.split()[0]: line for line in site("list").splitlines()[1:]}
    assert re.search(
        r"  0 0 2 \* \* \*  .* in \d\d:\d\d:\d\d, \d{4}-\d\d-\d\d 0[01]:00:00 UTC$", rows["nightly"]
    )
    assert rows["broken"].endswith(" invalid")
    jobs = _by_name(site)
    assert jobs["plain"]["schedule"] is None and jobs["worker"]["schedule"] is None
    assert jobs["nightly"]["settings"] == NIGHTLY
    schedule = jobs["nightly"]["schedule"]
    assert (schedule["words"], schedule["zone"], schedule["state"]) == (
        "At 02:00, every day",
        "Europe/Berlin",
        "pending",
    )
    assert jobs["broken"]["schedule"]["state"] == "invalid"
    assert "write '0 0 0 9 * *'" in jobs["broken"]["error"]
    shown = site.facts("show", "nightly")
    assert shown["next"][0]["utc"] == shown["next_run"]
    assert [at(one["local"]).hour for one in shown["next"]] == [2] * 5
    out = site("show", "nightly")
    assert "means: At 02:00, every day\n" in out and " 02:00:00 Europe/Berlin)" in out


@pytest.mark.timeout(120)
def test_pause_and_resume(site: Installed) -> None:
    due = _by_name(site)["nightly"]["next_run"]
    for _ in range(2):
        assert site("pause", "nightly") == "nightly: paused\n"
        assert _by_name(site)["nightly"]["next_run"] is None
    written = json.loads((site.site.jobs / "triggered" / "nightly" / "settings.job").read_text())
    assert written == {**NIGHTLY, "enabled": False}
    assert site("list").count(" paused\n") == 1
    site("down")
    site("up")
    until(lambda: _by_name(site)["nightly"]["schedule"]["state"] == "paused")
    for _ in range(2):
        assert site("resume", "nightly").startswith("nightly: next run in ")
        assert _by_name(site)["nightly"]["next_run"] == due
    for verb in ("pause", "resume"):
        refused(site, verb, "worker")
        refused(site, verb, "plain", status=5)
        refused(site, verb, "absent", status=4)


@pytest.mark.timeout(120)
def test_starts_that_are_put_off(site: Installed) -> None:
    said = site("run", "plain", "--in", "1s", "--", "a b")
    assert said.startswith("A run of plain will start ") and "wjtui run plain --cancel" in said
    until(lambda: [run["status"] for run in site.runs("plain")] == ["Success"])
    [run] = site.runs("plain")
    assert run["trigger"].startswith("CLI - ")
    assert (run["scheduled_time"], run["late_seconds"]) == (None, None)
    assert "<a b>" in site("logs", "plain", "--raw")
    assert _by_name(site)["plain"]["later"] is None

    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    said = site("run", "nightly", "--at", f"{tomorrow}T09:00")
    assert f"({tomorrow} 09:00:00 Europe/Berlin)" in said
    later = at(_by_name(site)["nightly"]["later"]["at"])
    assert later.date() == tomorrow and later.hour in (7, 8)
    assert re.search(r"nightly .*; once in .* UTC$", site("list"), re.MULTILINE)
    assert "not at" in site("run", "nightly", "--in", "1h30m")
    assert "is taken back" in site("run", "nightly", "--cancel")
    assert _by_name(site)["nightly"]["later"] is None
    refused(site, "run", "nightly", "--cancel", status=5)

    refused(site, "run", "nightly", "--at", "2020-01-01T00:00")
    refused(site, "run", "nightly", "--in", "5000d")
    refused(site, "run", "worker", "--in", "5m")
    refused(site, "run", "absent", "--in", "5m", status=4)
    assert "--wait" in refused(site, "run", "plain", "--in", "5m", "--wait")
    assert len(site.runs("plain")) == 1


@pytest.mark.timeout(120)
def test_history_has_scheduled_runs_and_what_was_missed(program: Installed) -> None:
    program.site.triggered("tick", {"run.sh": "sleep 3\n"}, {"schedule": "* * * * * *", **PROMPT})
    program("up")
    until(lambda: len(program.facts("history", "tick")["missed"]) > 0)
    program("pause", "tick")
    document = program.facts("history", "tick", "-n", "100")
    assert {one["reason"] for one in document["missed"]} == {"running"}
    run = document["runs"][-1]
    assert run["trigger"] == "Schedule - * * * * * *"
    assert 0 <= run["late_seconds"] < 60
    assert at(run["start_time"]) >= at(run["scheduled_time"])
    rows = program("history", "tick").splitlines()
    assert rows[0].split()[-3:] == ["SCHEDULED", "FOR", "LATE"]
    assert any(" Missed " in row and "the run before was still going" in row for row in rows)


def _by_name(program: Installed) -> dict[str, dict[str, Any]]:
    return {job["name"]: job for job in program.facts("list")}
