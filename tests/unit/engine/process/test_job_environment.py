"""The environment of a job process (spec 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from wjtui.engine.process.environment import job_environment, run_variables, secret_names
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunId, RunRef, RunStatus

FACTS: dict[str, Any] = {
    "inherited": {},
    "site_settings": {},
    "job_settings": {},
    "kind": "continuous",
    "name": "my-job",
    "working_folder": "/temp/copy",
    "data_folder": "/srv/data/jobs/continuous/my-job",
    "shutdown_file": "/temp/shutdown/x",
    "root": "/srv/site",
    "wwwroot": "/srv/site/site/wwwroot",
    "engine": "0123456789abcdef",
    "instance": "host-1",
    "host_name": "host",
}


def environment(**changes: Any) -> dict[str, str]:
    return job_environment(**(FACTS | changes))


def test_a_continuous_job_finds_every_variable_of_its_kind() -> None:
    assert environment(port=4711) == {
        "WEBJOBS_PATH": "/temp/copy",
        "WEBJOBS_NAME": "my-job",
        "WEBJOBS_TYPE": "continuous",
        "WEBJOBS_DATA_PATH": "/srv/data/jobs/continuous/my-job",
        "WEBJOBS_RUN_ID": "",
        "WEBJOBS_COMMAND_ARGUMENTS": "",
        "WEBJOBS_SHUTDOWN_FILE": "/temp/shutdown/x",
        "WEBJOBS_PORT": "4711",
        "WEBROOT_PATH": "/srv/site/site/wwwroot",
        "HOME": "/srv/site",
        "WEBSITE_ALWAYS_ON_JOB_RUNNING_my-job": "true",
        "WJTUI_JOB": "continuous/my-job",
        "WJTUI_ENGINE": "0123456789abcdef",
        "PYTHONUNBUFFERED": "1",
        "WEBSITE_INSTANCE_ID": "host-1",
        "WEBSITE_HOSTNAME": "host",
    }


def test_a_run_finds_what_is_its_own() -> None:
    job = JobId(JobType.TRIGGERED, "import")
    run = Run(
        RunRef(job, RunId("202601010000000001")), RunStatus.INITIALIZING, "", datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert run_variables(run, "/run/result.json") == {
        "WEBJOBS_ATTEMPT": "1",
        "WEBJOBS_RESULT_FILE": "/run/result.json",
    }
    run = msgspec.structs.replace(run, attempt=2, input="/run/input", correlation="4f1c")
    origin = RunRef(JobId(JobType.TRIGGERED, "fetch"), RunId("202601010000000000"))
    told = run_variables(run, "/run/result.json", origin, "Success")
    assert told == {
        "WEBJOBS_ATTEMPT": "3",
        "WEBJOBS_RESULT_FILE": "/run/result.json",
        "WEBJOBS_INPUT_FILE": "/run/input",
        "WEBJOBS_CORRELATION_ID": "4f1c",
        "WEBJOBS_ORIGIN_JOB": "fetch",
        "WEBJOBS_ORIGIN_RUN": "202601010000000000",
        "WEBJOBS_ORIGIN_STATUS": "Success",
    }
    outer = dict.fromkeys(told, "of an outer engine")
    assert not told.keys() & environment(inherited=outer).keys()
    own = {"WEBJOBS_ATTEMPT": "of the settings", "OWN": "1"}
    found = environment(kind="triggered", inherited=outer, job_settings=own, of_run=told)
    assert found["OWN"] == "1" and told.items() <= found.items()


def test_a_triggered_job_finds_its_run_and_no_port() -> None:
    found = environment(kind="triggered", run_id="202601010000000000", arguments='a "b c"')
    assert found["WEBJOBS_TYPE"] == "triggered"
    assert found["WEBJOBS_RUN_ID"] == "202601010000000000"
    assert found["WEBJOBS_COMMAND_ARGUMENTS"] == 'a "b c"'
    assert found["WEBSITE_TRIGGERED_JOB_RUNNING_my-job"] == "true"
    assert found["WJTUI_JOB"] == "triggered/my-job"
    assert "WEBJOBS_PORT" not in found
    assert not any(name.startswith("WEBSITE_ALWAYS_ON_JOB_RUNNING_") for name in found)


def test_later_sources_win_and_the_engine_wins_last() -> None:
    found = environment(
        inherited={"A": "1", "B": "1", "C": "1", "HOME": "/home/me"},
        site_settings={"B": "2", "C": "2", "WEBJOBS_NAME": "other"},
        job_settings={"C": "3", "HOME": "/elsewhere", "WJTUI_JOB": "triggered/other"},
    )
    assert (found["A"], found["B"], found["C"]) == ("1", "2", "3")
    assert found["HOME"] == "/srv/site"
    assert found["WEBJOBS_NAME"] == "my-job"
    assert found["WJTUI_JOB"] == "continuous/my-job"


def test_secrets_and_the_variables_of_an_outer_job_do_not_come_through() -> None:
    found = environment(
        inherited={
            "WJTUI_USER": "me",
            "WJTUI_PASSWORD": "secret",
            "WJTUI_GUARDIAN": "1",
            "WJTUI_LAUNCH": "4000000000000001",
            "WJTUI_ENGINE": "outer",
            "WJTUI_JOB": "triggered/outer",
            "WEBJOBS_PORT": "1",
            "WEBJOBS_SHUTDOWN_FILE": "/outer",
            "WEBJOBS_RUN_ID": "202601010000000000",
            "WEBSITE_TRIGGERED_JOB_RUNNING_outer": "true",
            "WEBSITE_ALWAYS_ON_JOB_RUNNING_outer": "true",
            "WEBJOBS_RESTART_TIME": "10",
            "WJTUI_ROOT": "/srv/site",
        }
    )
    assert set(found) - set(environment()) == {"WEBJOBS_RESTART_TIME", "WJTUI_ROOT"}
    assert "secret" not in found.values()
    assert "outer" not in "".join(found.values())


@pytest.mark.parametrize("source", ["inherited", "site_settings", "job_settings"])
def test_what_the_user_says_about_buffering_and_host_name_stays(source: str) -> None:
    found = environment(**{source: {"PYTHONUNBUFFERED": "", "WEBSITE_HOSTNAME": "shop.example"}})
    assert found["PYTHONUNBUFFERED"] == ""
    assert found["WEBSITE_HOSTNAME"] == "shop.example"


def test_what_no_process_can_have_is_left_out() -> None:
    found = environment(
        job_settings={"": "x", "A=B": "x", "C\0": "x", "D": "x\0", "E": "\ud800", "F\ud800": "x", "G": "g=\n"}
    )
    assert found == environment() | {"G": "g=\n"}


def test_bytes_that_are_no_text_come_through() -> None:
    assert environment(inherited={"P": "/a\udcff"})["P"] == "/a\udcff"


@pytest.mark.parametrize(
    "name",
    ["API_KEY", "apikey", "CLIENT_SECRET", "GH_TOKEN", "DB_PASSWORD", "MYSQL_PWD", "db_pass", "SQLCONNSTR_A"],
)
def test_names_that_look_like_secrets(name: str) -> None:
    assert secret_names({name: "x", "PATH": "/bin"}, {}) == (name,)


@pytest.mark.parametrize("name", ["PWD", "OLDPWD", "PATH", "HOME", "WEBJOBS_NAME", "PYTHONUNBUFFERED"])
def test_names_that_do_not(name: str) -> None:
    assert secret_names({name: "/srv"}, {}) == ()


def test_values_of_the_site_are_secrets_whatever_their_name() -> None:
    assert secret_names({"GREETING": "hello", "COLOUR": "red"}, {"GREETING": "hello"}) == ("GREETING",)


@pytest.mark.parametrize("value", ["redis://:hush@host/0", "postgres://me:hush@db:5432/x"])
def test_addresses_with_a_password_are_secrets(value: str) -> None:
    environment = {"B": value, "A": "https://host:8080/a@b", "C": "git://me@host/x"}
    assert secret_names(environment, {}) == ("B",)
