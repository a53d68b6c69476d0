from __future__ import annotations

import pytest

from wjtui.engine.deploy.ground import Ground, judge, judge_together, refusals_of
from wjtui.model.deploys import Finding, FoundJob, Package, PlannedJob, SourceKind, Weight, WhenRunning
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Problem, Severity

JOB = JobId(JobType.TRIGGERED, "report")
PLANNED = PlannedJob(JOB)
THERE = Ground(JOB)


def judged(
    ground: Ground, planned: PlannedJob = PLANNED, running: WhenRunning = WhenRunning.NOW
) -> dict[str, Weight]:
    return {each.code: each.weight for each in judge(planned, FoundJob(), ground, running)}


def test_a_new_job_and_a_replaced_one_are_in_order() -> None:
    assert judged(Ground()) == judged(THERE) == {"name": Weight.PASSED}


@pytest.mark.parametrize("name", ["", "-a", "a b", "é", "x" * 64, "Acme.Worker"])
def test_names_that_may_not_be_created(name: str) -> None:
    job = PlannedJob(JobId(JobType.TRIGGERED, name))
    assert judged(Ground(), job) == {"name": Weight.REFUSED}


def test_a_name_that_discovery_found_may_be_replaced() -> None:
    job = JobId(JobType.TRIGGERED, "Acme.Worker")
    assert judged(Ground(job), PlannedJob(job)) == {"name": Weight.PASSED}


def test_a_refused_name_says_how_it_is_spelt() -> None:
    ground = Ground(JobId(JobType.TRIGGERED, "RePort"))
    [finding] = judge(PLANNED, FoundJob(), ground, WhenRunning.NOW)
    assert finding.code == "name-case" and "'RePort'" in finding.text


def test_everything_is_told_at_once() -> None:
    ground = Ground(
        twin=True,
        busy="is being deleted",
        obstacle=Finding("place", "In the way.", Weight.REFUSED),
        disabled=True,
        needed=2,
        free=1,
    )
    planned = PlannedJob(JobId(JobType.CONTINUOUS, "no way"), settings_text="{")
    assert judged(ground, planned) == {
        "name": Weight.REFUSED,
        "place": Weight.REFUSED,
        "other-type": Weight.WARNING,
        "settings-invalid": Weight.REFUSED,
        "busy": Weight.REFUSED,
        "disabled": Weight.WARNING,
        "space": Weight.REFUSED,
    }


@pytest.mark.parametrize(
    ("running", "in_place", "weight"),
    [
        (WhenRunning.NOW, False, Weight.WARNING),
        (WhenRunning.NOW, True, Weight.REFUSED),
        (WhenRunning.AFTER, True, Weight.WARNING),
        (WhenRunning.STOP, True, Weight.WARNING),
    ],
)
def test_a_run_that_is_going(running: WhenRunning, in_place: bool, weight: Weight) -> None:
    ground = Ground(JOB, run="202611211734158708", in_place=in_place, live=True)
    assert judged(ground, running=running)["running"] is weight


def test_a_version_that_keeps_disable_job_says_nothing_of_it() -> None:
    assert "disabled" not in judged(Ground(JOB, disabled=True, stays_disabled=True))


def test_what_cannot_run_is_refused_once_it_is_wanted() -> None:
    found = FoundJob(problems=(Problem("no-script", "No runnable script.", Severity.BLOCKING),))
    findings = judge(PLANNED, found, Ground(), WhenRunning.NOW)
    assert [each.text for each in findings if each.weight is Weight.REFUSED] == ["No runnable script."]


def test_two_jobs_of_one_name_or_one_folder() -> None:
    other = PlannedJob(JobId(JobType.TRIGGERED, "REPORT"), "b")
    third = PlannedJob(JobId(JobType.TRIGGERED, "third"))
    refused = judge_together((PLANNED, other, third))
    assert {job.id.name: each.code for job, each in refused.items()} == {
        "REPORT": "name-twice",
        "third": "folder-twice",
    }


def test_refusals_of_folders_that_nobody_wants_do_not_count() -> None:
    refused = [
        Finding("x", "one", Weight.REFUSED, "jobs/a/run.sh"),
        Finding("x", "two", Weight.REFUSED, "jobs/ab"),
        Finding("x", "three", Weight.REFUSED),
    ]
    jobs = (FoundJob("jobs/a"), FoundJob("jobs/ab"))
    package = Package("0" * 16, SourceKind.ZIP, "x.zip", jobs, findings=tuple(refused))
    wanted = refusals_of(package, [PlannedJob(JOB, "jobs/ab")])
    assert [each.text for each in wanted] == ["two", "three"]


def test_a_package_without_settings_says_what_will_count_no_more() -> None:
    planned, found = PlannedJob(JOB), FoundJob()
    ground = Ground(JOB, keys=("schedule", "x-owner", "env", "misfire", "enabled"))
    [lost] = [each for each in judge(planned, found, ground, WhenRunning.NOW) if each.code == "settings-lost"]
    assert lost.weight is Weight.WARNING and lost.path == "settings.job"
    assert "'schedule', 'x-owner', 'env', 'misfire' and 1 more will count no more" in lost.text
    for other in (
        judge(planned, FoundJob(settings_text="{}"), ground, WhenRunning.NOW),
        judge(PlannedJob(JOB, settings_text=""), found, ground, WhenRunning.NOW),
        judge(planned, found, Ground(JOB), WhenRunning.NOW),
    ):
        assert all(each.code != "settings-lost" for each in other), "said by somebody, or nothing is lost"
