"""What the wizard decides and says: names, settings, plans, changes, findings, differences."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from tests.support.fake_changes import SCRIPT, make_package
from tests.support.fake_service import NOW, make_job
from tests.tui.test_hostile import ACTS, HOSTILE
from wjtui.model.deploys import (
    FileChange,
    FileState,
    Finding,
    FoundJob,
    JobPreview,
    Progress,
    Weight,
    WhenRunning,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Problem, Severity
from wjtui.settings.lenient import read_lenient
from wjtui.settings.parse import parse_settings
from wjtui.tui.present.deploy import (
    How,
    Step,
    Wish,
    another_name,
    following,
    judge_name,
    plan_one,
    plan_several,
    step_line,
    wish_of,
    write_settings,
)
from wjtui.tui.present.deploy_review import change_line, counts_line, running_choices, settings_difference
from wjtui.tui.present.deploy_schedule import meaning_lines, read_schedule, six_of
from wjtui.tui.present.diff import counts, diff_lines, longest_line
from wjtui.tui.present.findings import package_lines, package_title, progress_line
from wjtui.tui.present.ink import Line, plain_text

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS


def found_with(text: str, name: str = "report") -> FoundJob:
    parsed = parse_settings(text, TRIGGERED) if text else None
    settings = {"settings": parsed.settings} if parsed is not None else {}
    return msgspec.structs.replace(FoundJob(name=name, script=SCRIPT, settings_text=text), **settings)


def text_of(lines: list[Line]) -> str:
    return "\n".join(map(plain_text, lines))


# Steps


def test_the_line_of_steps_says_where_one_is() -> None:
    assert "1 Source ✓ ── ‹2 Name and type› ── 3 Settings" in plain_text(
        step_line(Step.NAME, frozenset(), 100)
    )
    assert len(plain_text(step_line(Step.REVIEW, frozenset(), 60))) <= 60


def test_a_step_can_be_left_out() -> None:
    skipped = frozenset((Step.SETTINGS,))
    assert "3 Review" in plain_text(step_line(Step.NAME, skipped, 100))
    assert following(Step.NAME, skipped, 1) is Step.REVIEW
    assert following(Step.REVIEW, skipped, -1) is Step.NAME
    assert following(Step.SOURCE, skipped, -1) is None


# Names


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "x" * 64, *HOSTILE])
def test_names_that_are_refused(name: str) -> None:
    says = judge_name(name, TRIGGERED, {})
    assert says.error != ""
    assert not ACTS.search(says.error)


def test_a_name_that_is_there_is_replaced_in_whatever_case() -> None:
    job = make_job("Report")
    says = judge_name("report", TRIGGERED, {job.id.key: job}, 6)
    assert says.there is job
    assert "this is Report" in plain_text(says.line)
    assert "version 6" in plain_text(says.line)
    assert judge_name("report", CONTINUOUS, {job.id.key: job}).there is None


def test_a_job_that_is_there_under_a_name_nobody_may_create_can_be_replaced() -> None:
    job = make_job("Acme.Worker")
    assert judge_name("Acme.Worker", TRIGGERED, {job.id.key: job}).error == ""


def test_another_name_is_free_and_valid() -> None:
    jobs = {job.id.key: job for job in (make_job("report"), make_job("report-2"), make_job("x" * 63))}
    assert another_name("report", TRIGGERED, jobs) == "report-3"
    assert judge_name(another_name("x" * 63, TRIGGERED, jobs), TRIGGERED, jobs).error == ""


# Settings


PACKED = '{\n  // who owns it\n  "x-owner": "ops",\n  "schedule": "0 0 1 * * *",\n}\n'


def test_the_package_fills_the_fields_in() -> None:
    found = found_with('{"schedule": "0 0 1 * * *", "time_zone": "Europe/Berlin", "arguments": "--fast"}')
    assert wish_of(found) == Wish("report", How.SCHEDULE, "0 0 1 * * *", None, "Europe/Berlin", "--fast")
    assert wish_of(found_with("")).how is How.DEMAND
    assert wish_of(found_with(""), CONTINUOUS).how is How.CONTINUOUS
    assert wish_of(found_with('{"recurrence": {"start": "now"}}')).recurrence == {"start": "now"}


def test_what_nobody_changed_stays_as_it_came() -> None:
    for text in ("", PACKED, '{"is_singleton": false}', '{"recurrence": {"start": "now"}, "arguments": "x"}'):
        found = found_with(text)
        assert write_settings(found, wish_of(found)).text is None


def test_comments_and_unknown_keys_stay() -> None:
    found = found_with(PACKED)
    text = write_settings(found, wish_of(found)._replace(schedule="0 0 2 * * *", arguments="--all")).text
    assert text is not None
    assert "// who owns it" in text
    assert read_lenient(text) == {"x-owner": "ops", "schedule": "0 0 2 * * *", "arguments": "--all"}


@pytest.mark.parametrize(
    ("before", "wish", "after"),
    [
        ('{"schedule": "0 0 1 * * *"}', Wish("a", How.DEMAND), {}),
        ('{"schedule": "0 0 1 * * *"}', Wish("a", How.SCHEDULE, recurrence={"start": "now"}),
         {"recurrence": {"start": "now"}}),
        ('{"recurrence": {"start": "now"}}', Wish("a", How.SCHEDULE, "0 0 1 * * *"),
         {"schedule": "0 0 1 * * *"}),
        ("", Wish("a", How.SCHEDULE, "0 0 1 * * *", time_zone="Europe/Berlin"),
         {"schedule": "0 0 1 * * *", "time_zone": "Europe/Berlin"}),
        ("", Wish("a", How.CONTINUOUS, singleton=True), {"is_singleton": True}),
        ('{"is_singleton": true}', Wish("a", How.CONTINUOUS), {"is_singleton": False}),
        ('{"run_mode": "continuous"}', Wish("a", How.DEMAND), {"run_mode": "on_demand"}),
        ('{"arguments": "x"}', Wish("a", How.DEMAND), {}),
    ],
)  # fmt: skip
def test_settings_follow_the_wish(before: str, wish: Wish, after: dict[str, Any]) -> None:
    text = write_settings(found_with(before), wish).text
    assert text is not None
    assert read_lenient(text) == after


def test_settings_that_cannot_be_edited_are_left_out_and_named() -> None:
    found = FoundJob(name="a", settings_text="{broken")
    written = write_settings(found, Wish("a", How.SCHEDULE, "0 0 1 * * *"))
    assert json.loads(written.text or "") == {"schedule": "0 0 1 * * *"}
    assert "left out" in written.warning


def test_plans() -> None:
    found, there = found_with(""), make_job("Report")
    plan = plan_one(found, Wish("report", How.DEMAND), there, WhenRunning.AFTER, fix_line_ends=True)
    assert plan.jobs[0].id == there.id
    assert (plan.running, plan.fix_line_ends) == (WhenRunning.AFTER, True)
    one, two = JobId(TRIGGERED, "one"), JobId(CONTINUOUS, "two")
    several = plan_several(
        (FoundJob("jobs/one", one), FoundJob("jobs/two", two)), WhenRunning.NOW, fix_line_ends=False
    )
    assert [(job.id, job.at) for job in several.jobs] == [(one, "jobs/one"), (two, "jobs/two")]


# Schedules


def test_a_schedule_in_words_with_the_next_times() -> None:
    meaning = read_schedule("0 0 2 * * *", None, "Europe/Berlin", "UTC", NOW)
    assert meaning.words == "At 02:00, every day"
    assert [at.hour for at in meaning.runs] == [1, 1, 1]
    assert "next  Sun 2026-11-22 02:00:00" in text_of(meaning_lines(meaning, NOW, 80))


def test_the_zone_of_the_site_counts_where_there_is_no_other() -> None:
    assert read_schedule("0 0 2 * * *", None, "", "Europe/Berlin", NOW).zone == "Europe/Berlin"


@pytest.mark.parametrize("text", ["", "0 0 25 * * *", "* * * * *", *HOSTILE])
def test_expressions_that_are_none(text: str) -> None:
    meaning = read_schedule(text, None, "", "UTC", NOW)
    assert meaning.error != ""
    assert not ACTS.search(meaning.error)


def test_zones_that_are_none() -> None:
    meaning = read_schedule("0 0 2 * * *", None, "Berlin", "UTC", NOW)
    assert "did you mean 'Europe/Berlin'" in meaning.zone_error


def test_a_date_that_never_comes_is_told() -> None:
    meaning = read_schedule("0 0 0 31 2 *", None, "", "UTC", NOW)
    assert "never comes" in meaning.warning


def test_recurrences_are_read_too() -> None:
    once = {"kind": "once", "start": "2026-11-24T08:00:00"}
    assert len(read_schedule("", once, "", "UTC", NOW).runs) == 1
    assert read_schedule("", {"frequency": "fortnight"}, "", "UTC", NOW).error != ""


@pytest.mark.parametrize(
    ("five", "six"),
    [("0 2 * * 1-5", "0 0 2 * * 1-5"), ("*/5 * * * *", "0 */5 * * * *"), ("0 0 * * 7", "0 0 0 * * 0"),
     ("0 0 2 * * *", None), ("a b c d e", None), ("", None)],
)  # fmt: skip
def test_five_fields_become_six(five: str, six: str | None) -> None:
    assert six_of(five) == six


# Findings


def test_everything_found_is_said() -> None:
    problem = Problem("settings-type", "'schedule' is the number 5, not a text.", Severity.NOTE)
    found = msgspec.structs.replace(found_with(PACKED), also=("report.js",), problems=(problem,))
    findings = (
        Finding("inside", "No file leaves the folder.", Weight.PASSED),
        Finding("secrets", ".env holds 3 keys.", Weight.WARNING),
        Finding("escape", "../x leaves the folder.", Weight.REFUSED),
        Finding("bomb", "It unpacks to 3 GB.", Weight.REFUSED),
    )
    package = make_package(jobs=(found,), findings=findings)
    text = text_of(package_lines(package, 100, "UTC", NOW))
    for said in ("14 files", "run.py  with /usr/bin/python3", "only script", "report.js", "0 0 1 * * *",
                 "At 01:00, every day", "number 5", "✓ No file", "! .env", "✗ ../x",
                 "✗ It unpacks"):  # fmt: skip
        assert said in text
    assert "2 reasons against it" in plain_text(package_title(package))
    assert "no job" in plain_text(package_title(make_package(jobs=())))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [20, 52, 110])
def test_hostile_packages_do_nothing_and_fit(text: str, width: int) -> None:
    script = msgspec.structs.replace(SCRIPT, path=text, command=(text,), reason=text)
    problems = (Problem("a", text, Severity.NOTE), Problem("b", text, Severity.BLOCKING))
    job = FoundJob(text, JobId(TRIGGERED, text), text, script, (text,), text, problems=problems)
    alone = msgspec.structs.replace(job, id=None)
    findings = tuple(Finding("x", text, weight, text) for weight in Weight)
    for jobs in ((alone,), (job, job)):
        lines = package_lines(make_package(text, jobs=jobs, findings=findings), width, "UTC", NOW)
        for line in lines:
            assert not ACTS.search(plain_text(line))
            assert cell_len(plain_text(line)) <= width


def test_progress_is_said_with_and_without_an_end() -> None:
    assert "50 %" in plain_text(progress_line(Progress("0", "Unpacking", 500, 1000)))
    assert plain_text(progress_line(Progress("0", "Copying", 2048))) == "Copying  2.0 KB"
    assert "100 %" in plain_text(progress_line(Progress("0", "Unpacking", 2000, 1000)))


# The review


def test_changes_are_counted() -> None:
    states = (FileState.ADDED, FileState.CHANGED, FileState.REMOVED)
    changes = tuple(FileChange(state, state) for state in states)
    preview = JobPreview(JobId(TRIGGERED, "x"), "", 6, changes, 10)
    assert plain_text(counts_line(preview, 6)) == (
        "Changes against v6   12 files: 1 added, 1 changed, 1 removed, 10 same"
    )


def test_keys_of_settings_that_differ_are_named() -> None:
    before, after = {"schedule": "a", "x": 1, "gone": True}, {"schedule": "b", "x": 1, "new": [1]}
    assert settings_difference(before, after) == "schedule  a -> b; gone  True -> (none); new  (none) -> [1]"


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_paths_in_changes(path: str) -> None:
    for change in (FileChange(path, FileState.ADDED, 5), FileChange(path, FileState.CHANGED, 5, 1, 2)):
        text = plain_text(change_line(change, 60))
        assert not ACTS.search(text)
        assert cell_len(text) <= 60


def test_what_can_become_of_a_run() -> None:
    job = JobId(TRIGGERED, "x")
    assert running_choices([JobPreview(job)], 30) == []
    ways = running_choices([JobPreview(job, run="1", live=True)], 30)
    assert [way.value for way in ways] == [WhenRunning.AFTER, WhenRunning.STOP, WhenRunning.NOW]
    assert not any(way.refused for way in ways)
    in_place = running_choices([JobPreview(job, run="1", live=True, in_place=True)], 30)
    assert "runs in its folder" in in_place[2].refused
    continuous = running_choices([JobPreview(JobId(CONTINUOUS, "x"), live=True)], 5)
    assert [way.value for way in continuous] == [WhenRunning.NOW, WhenRunning.STOP]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_differences_are_text(text: str) -> None:
    for line in diff_lines(f"--- a\n+++ b\n@@ -1 +1 @@\n-{text}\n+{text}\n"):
        assert not ACTS.search(plain_text(line))


def test_a_difference_is_counted_and_moved_sideways() -> None:
    diff = "--- a\n+++ b\n@@ -1 +1,2 @@\n-abcdef\n+abc\n+\tx"
    assert counts(diff) == (2, 1)
    assert longest_line(diff) == len("@@ -1 +1,2 @@")
    assert [plain_text(line) for line in diff_lines(diff, 2)[3:]] == ["-cdef", "+c", "+  x"]
