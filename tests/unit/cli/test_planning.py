from __future__ import annotations

import json

import pytest

from tests.support.fake_changes import make_package
from tests.support.fake_service import make_job
from wjtui.cli.planning import Wanted, make_plan
from wjtui.model.deploys import FoundJob, WhenRunning
from wjtui.model.errors import InvalidName, InvalidRequest
from wjtui.model.identity import JobId, JobType

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
SEVERAL = make_package(
    jobs=(
        FoundJob("app_data/jobs/triggered/a", JobId(TRIGGERED, "a")),
        FoundJob("app_data/jobs/continuous/b", JobId(CONTINUOUS, "b")),
    )
)


def test_the_name_of_the_source_and_the_type_that_was_given() -> None:
    plan = make_plan(make_package(), Wanted(TRIGGERED), [])
    assert [(str(job.id), job.at, job.settings_text) for job in plan.jobs] == [
        ("triggered/nightly", "", None)
    ]
    assert plan.running is WhenRunning.NOW and plan.fix_line_ends


def test_a_schedule_makes_it_a_triggered_job_and_is_written_into_its_settings() -> None:
    package = make_package(jobs=(FoundJob(name="n", settings_text='{\n  "x-owner": "ops"\n}\n'),))
    plan = make_plan(package, Wanted(schedule="0 0 3 * * *", assignments=("idle_timeout=600",)), [])
    assert plan.jobs[0].id == JobId(TRIGGERED, "n")
    assert json.loads(plan.jobs[0].settings_text or "") == {
        "x-owner": "ops",
        "idle_timeout": 600,
        "schedule": "0 0 3 * * *",
    }


def test_the_type_may_be_left_out_where_one_job_of_that_name_is_there() -> None:
    plan = make_plan(make_package(), Wanted(), [make_job("nightly", kind=CONTINUOUS)])
    assert plan.jobs[0].id == JobId(CONTINUOUS, "nightly")
    with pytest.raises(InvalidRequest, match="--type triggered"):
        make_plan(make_package(), Wanted(), [])
    both = [make_job("nightly"), make_job("nightly", kind=CONTINUOUS)]
    with pytest.raises(InvalidRequest, match="--type triggered"):
        make_plan(make_package(), Wanted(), both)


def test_a_job_that_is_there_may_have_a_name_that_the_rule_refuses() -> None:
    known = [make_job("Acme.Worker", kind=CONTINUOUS)]
    assert make_plan(make_package(), Wanted(name="Acme.Worker"), known).jobs[0].id.name == "Acme.Worker"
    with pytest.raises(InvalidName, match=r"Acme\.Worker"):
        make_plan(make_package(), Wanted(TRIGGERED, name="Acme.Worker"), [])


def test_a_package_of_several_jobs_brings_all_of_them_or_those_that_were_named() -> None:
    assert [job.id.name for job in make_plan(SEVERAL, Wanted(), []).jobs] == ["a", "b"]
    chosen = make_plan(SEVERAL, Wanted(only=("Continuous/B",)), [])
    assert [(job.at, job.id.name) for job in chosen.jobs] == [("app_data/jobs/continuous/b", "b")]
    with pytest.raises(InvalidRequest, match="holds no job 'c': it holds triggered/a, continuous/b"):
        make_plan(SEVERAL, Wanted(only=("c",)), [])


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(TRIGGERED, only=("a",)), "--only is for packages"),
        (Wanted(CONTINUOUS, schedule="0 0 3 * * *"), "no schedule"),
        (Wanted(TRIGGERED, assignments=("nothing",)), "no KEY=VALUE"),
        (Wanted(TRIGGERED, name="../up"), "cannot be a job's name"),
    ],
)
def test_what_does_not_go_together(wanted: Wanted, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        make_plan(make_package(), wanted, [])


def test_a_name_for_several_jobs_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="says types and names"):
        make_plan(SEVERAL, Wanted(name="x"), [])


def test_a_source_without_a_name_needs_one() -> None:
    with pytest.raises(InvalidRequest, match="--name report"):
        make_plan(make_package(jobs=(FoundJob(),)), Wanted(TRIGGERED), [])
