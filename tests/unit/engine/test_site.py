from __future__ import annotations

from pathlib import Path

import pytest

from wjtui.engine.engine import EngineOptions, make_site
from wjtui.engine.site import Site, expand_variables, instance_of, short_instance
from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef
from wjtui.support.any_case import child_in_any_case, resolve_in_any_case

WORKER = JobId(JobType.CONTINUOUS, "worker")
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
RUN = RunId("201605192149381933")


@pytest.mark.parametrize(
    ("there", "asked", "found"),
    [
        (["App_Data"], "app_data", "App_Data"),
        (["App_Data", "app_data"], "app_data", "app_data"),
        (["App_Data", "APP_DATA"], "app_data", "APP_DATA"),
        (["APP_DATA", "app_data"], "App_Data", "app_data"),
        ([], "app_data", "app_data"),
        (["app_data2"], "app_data", "app_data"),
    ],
)
def test_one_segment_in_any_case(tmp_path: Path, there: list[str], asked: str, found: str) -> None:
    for name in there:
        (tmp_path / name).mkdir()
    assert child_in_any_case(tmp_path, asked) == tmp_path / found


def test_every_segment_is_matched(tmp_path: Path) -> None:
    (tmp_path / "Site" / "WWWroot" / "App_Data" / "Jobs" / "Continuous").mkdir(parents=True)
    site = Site(tmp_path, "host", "host")
    primary, secondary = site.sources(JobType.CONTINUOUS)
    assert primary == tmp_path / "Site" / "WWWroot" / "App_Data" / "Jobs" / "Continuous"
    assert secondary == tmp_path / "Site" / "jobs" / "continuous"
    assert resolve_in_any_case(tmp_path, "a", "b") == tmp_path / "a" / "b"


def test_the_root_of_jobs_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "not of the engine")
    environment = {"WEBJOBS_ROOT_PATH": "my/$WHERE", "WHERE": "there"}
    relative = make_site(EngineOptions(tmp_path, "h", environment))
    assert relative.primary == tmp_path / "site" / "wwwroot" / "my" / "there"
    assert Site(tmp_path, "h", "h", jobs_root="/srv/jobs").primary == Path("/srv/jobs")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A/b", "x/b"),
        ("${A}b", "xb"),
        ("$AB/$", "$AB/$"),
        ("${A B}", "blank"),
        ("/srv/$A$A", "/srv/xx"),
        ("$EMPTY", ""),
        ("", ""),
    ],
)
def test_variables_are_those_of_the_engine(text: str, expanded: str) -> None:
    assert expand_variables(text, {"A": "x", "A B": "blank", "EMPTY": ""}) == expanded


@pytest.mark.parametrize(
    ("environment", "given", "short"),
    [
        ({"WEBSITE_INSTANCE_ID": "a1b2c3d4e5"}, None, "a1b2c3"),
        ({"WEBSITE_INSTANCE_ID": "abc"}, None, "abc"),
        ({"WEBSITE_INSTANCE_ID": "a1b2c3d4e5"}, "mine", "mine"),
        ({}, "../x", "_x"),
        ({}, "...", "_"),
        ({}, "a b/c", "a_b_c"),
    ],
)
def test_short_instance(environment: dict[str, str], given: str | None, short: str) -> None:
    assert short_instance(instance_of(environment, given), environment, given) == short


def test_the_host_name_serves_whole() -> None:
    instance = instance_of({"WEBSITE_INSTANCE_ID": ""})
    assert short_instance("a-long-host-name", {"WEBSITE_INSTANCE_ID": ""}) == "a-long-host-name"
    assert instance


def test_logs(tmp_path: Path) -> None:
    site = Site(tmp_path, "host", "iid")
    data = tmp_path / "data" / "jobs"
    assert site.log_path(LogRef(WORKER)) == (
        tmp_path / "LogFiles" / "Application" / "webjob-continuous-worker-iid.log"
    )
    assert site.log_path(LogRef(WORKER, kind=LogKind.JOB)) == data / "continuous" / "worker" / "job_log.txt"
    assert site.log_path(LogRef(NIGHTLY, RUN)) == data / "triggered" / "nightly" / RUN / "output_log.txt"
    assert site.log_path(LogRef(NIGHTLY, kind=LogKind.SCHEDULER)).name == "job_scheduler.log"
    assert site.run_folder(RunRef(NIGHTLY, RUN)) == data / "triggered" / "nightly" / RUN


def test_the_mark_tells_roots_and_instances_apart(tmp_path: Path) -> None:
    marks = {Site(root, name, name).mark for root in (tmp_path, tmp_path / "b") for name in ("one", "two")}
    assert len(marks) == 4
    assert all(len(mark) == 32 for mark in marks)


def test_a_temp_folder_of_ones_own_is_told_apart_by_engine(tmp_path: Path) -> None:
    one = Site(tmp_path, "one", "one", temp="/var/tmp")
    two = Site(tmp_path, "two", "two", temp="/var/tmp")
    assert one.temp.parent == two.temp.parent == Path("/var/tmp")
    assert one.temp != two.temp
    assert Site(tmp_path, "one", "one").temp.is_relative_to(tmp_path)
