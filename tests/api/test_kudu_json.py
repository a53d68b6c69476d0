from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Idle, Job, Problem, Running, Script, Severity
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.model.settings import JobSettings
from wjtui.wire.kudu import duration_text, job_json, run_json

BASE = "http://127.0.0.1:8080"
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
STARTED = datetime(2016, 5, 19, 21, 49, 38, 193820, tzinfo=UTC)
ENDED = datetime(2016, 5, 19, 21, 49, 40, 12811, tzinfo=UTC)
RUN = Run(
    RunRef(NIGHTLY, RunId("201605192149381933")),
    RunStatus.SUCCESS,
    "Schedule - 0 0 2 * * *",
    STARTED,
    ENDED,
    output_size=120,
)
RUN_JSON = {
    "id": "201605192149381933",
    "name": "201605192149381933",
    "status": "Success",
    "start_time": "2016-05-19T21:49:38.193820Z",
    "end_time": "2016-05-19T21:49:40.012811Z",
    "duration": "00:00:01.8189910",
    "output_url": f"{BASE}/vfs/data/jobs/triggered/nightly/201605192149381933/output_log.txt",
    "error_url": None,
    "url": f"{BASE}/api/triggeredwebjobs/nightly/history/201605192149381933",
    "job_name": "nightly",
    "trigger": "Schedule - 0 0 2 * * *",
}


def job(job_id: JobId, **fields: object) -> Job:
    values: dict[str, object] = {"phase": Idle(), "script": Script("run.sh", "BashScriptHost", (), "")}
    return Job(job_id, "/jobs", "/data", **(values | fields))  # type: ignore[arg-type]


def test_triggered_job_as_in_the_specification() -> None:
    settings = JobSettings(schedule="0 0 2 * * *", raw={"schedule": "0 0 2 * * *"})
    found = job_json(job(NIGHTLY, latest_run=RUN, settings=settings), BASE, scheduler_log=True)
    assert found == {
        "latest_run": RUN_JSON,
        "history_url": f"{BASE}/api/triggeredwebjobs/nightly/history",
        "scheduler_logs_url": f"{BASE}/vfs/data/jobs/triggered/nightly/job_scheduler.log",
        "name": "nightly",
        "run_command": "run.sh",
        "url": f"{BASE}/api/triggeredwebjobs/nightly",
        "extra_info_url": f"{BASE}/azurejobs/#/jobs/triggered/nightly",
        "type": "triggered",
        "error": None,
        "using_sdk": False,
        "settings": {"schedule": "0 0 2 * * *"},
    }


def test_continuous_job_as_in_the_specification() -> None:
    worker = job(JobId(JobType.CONTINUOUS, "worker"), phase=Running(STARTED, 7))
    assert job_json(worker, BASE, iid="a1b2c3") == {
        "status": "Running",
        "detailed_status": "a1b2c3 - Running\r\n",
        "log_url": f"{BASE}/vfs/data/jobs/continuous/worker/job_log.txt",
        "name": "worker",
        "run_command": "run.sh",
        "url": f"{BASE}/api/continuouswebjobs/worker",
        "extra_info_url": f"{BASE}/azurejobs/#/jobs/continuous/worker",
        "type": "continuous",
        "error": None,
        "using_sdk": False,
        "settings": {},
    }


def test_job_that_never_ran_and_cannot_run_has_its_null_members() -> None:
    problems = (
        Problem("no-script", "No runnable script.", Severity.BLOCKING),
        Problem("n", "fyi", Severity.NOTE),
    )
    found = job_json(job(NIGHTLY, script=None, problems=problems), "")
    assert found["latest_run"] is None
    assert found["run_command"] is None
    assert found["scheduler_logs_url"] is None
    assert found["error"] == "No runnable script."
    assert found["url"] == "/api/triggeredwebjobs/nightly"


def test_run_that_goes_on_ends_in_year_one_and_lasts_until_now() -> None:
    running = Run(RUN.ref, RunStatus.RUNNING, "External - curl/8.5.0", STARTED)
    found = run_json(running, BASE, STARTED + timedelta(seconds=7, microseconds=41200))
    assert found["end_time"] == "0001-01-01T00:00:00"
    assert found["duration"] == "00:00:07.0412000"
    assert found["output_url"] is None
    assert run_json(running, BASE)["duration"] is None


def test_names_are_percent_encoded_in_urls_and_plain_in_members() -> None:
    odd = JobId(JobType.CONTINUOUS, "my job #1/ü")
    found = job_json(job(odd), "")
    assert found["name"] == "my job #1/ü"
    assert found["url"] == "/api/continuouswebjobs/my%20job%20%231%2F%C3%BC"


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(), "00:00:00"),
        (timedelta(seconds=59, microseconds=1), "00:00:59.0000010"),
        (timedelta(hours=23, minutes=59, seconds=59), "23:59:59"),
        (timedelta(days=12, hours=3, microseconds=500000), "12.03:00:00.5000000"),
        (timedelta(seconds=-5), "00:00:00"),
    ],
)
def test_durations(duration: timedelta, text: str) -> None:
    assert duration_text(duration) == text
