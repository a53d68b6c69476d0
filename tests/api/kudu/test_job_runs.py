from __future__ import annotations

import errno
import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.kudu import C, Kudu, T, make_zip_bytes, serve_kudu, serve_kudu_here

ARM = {"x-ms-geo-location": "x"}
ID = "201605192149381933"


def begin(kudu: Kudu, name: str, text: str = "exec sleep 60\n") -> str:
    """Make a job with little grace and begin a run; returns where it is."""
    kudu.put_script("triggered", name, text)
    assert kudu.http.put(f"{T}/{name}/settings", json={"stopping_wait_time": 1}).status_code == 200
    kudu.until(f"{T}/{name}", lambda job: job["settings"])
    answer = kudu.http.post(f"{T}/{name}/run")
    assert (answer.status_code, answer.content) == (202, b"")
    where = answer.headers["location"]
    kudu.until(where, lambda run: run["status"] == "Running")
    return where


def test_a_run_from_its_start_to_its_history(kudu: Kudu) -> None:
    kudu.put_script("triggered", "ran", 'echo "args:$*"\n')
    answer = kudu.http.post(
        "/jobs/Triggered/RAN/run?arguments=a%20%22b%20c%22+d&api-version=1",
        headers={"User-Agent": "curl/8.5.0"},
    )
    assert (answer.status_code, answer.content) == (202, b"")
    where = answer.headers["location"]
    assert re.fullmatch(re.escape(f"{kudu.base}{T}/ran/history/") + r"\d{18}", where)
    run = kudu.until(where, lambda run: run["status"] == "Success")
    assert set(run) == {
        "id",
        "name",
        "status",
        "start_time",
        "end_time",
        "duration",
        "output_url",
        "error_url",
        "url",
        "job_name",
        "trigger",
    }
    assert (run["url"], run["job_name"], run["name"]) == (where, "ran", run["id"])
    assert run["trigger"] == "External - curl/8.5.0"
    assert run["error_url"] is None
    assert run["output_url"].endswith("/output_log.txt")
    assert re.fullmatch(r"(\d+\.)?\d\d:\d\d:\d\d(\.\d{7})?", run["duration"])
    for key in ("start_time", "end_time"):
        assert run[key].endswith("Z") and datetime.fromisoformat(run[key]).tzinfo is not None
    log = kudu.root / "data" / "jobs" / "triggered" / "ran" / run["id"] / "output_log.txt"
    assert "args:a b c d" in log.read_text()
    second = kudu.run("ran")
    assert kudu.http.get(f"{T}/ran/history").json() == {"runs": [second, run]}
    assert kudu.http.get(f"{T}/ran").json()["latest_run"] == second


def test_no_user_agent_and_one_without_end(kudu: Kudu) -> None:
    kudu.put_script("triggered", "agents", "true\n")
    for agent, told in (("", ""), ("x" * 4000, "x" * 512)):
        answer = kudu.http.post(f"{T}/agents/run", headers={"User-Agent": agent})
        run = kudu.until(answer.headers["location"], lambda run: run["status"] == "Success")
        assert run["trigger"] == f"External - {told}"


def test_a_job_that_never_ran_has_an_empty_history(kudu: Kudu) -> None:
    assert kudu.http.get(f"{T}/broken/history").json() == {"runs": []}
    assert kudu.http.get(f"{T}/nightly/history/{ID}").status_code == 404
    assert kudu.http.get(f"{C}/worker/history").status_code == 404


@pytest.mark.parametrize("run", ["%2e%2e", "x", "1", ID + "0", "%00", "..%2f..%2fx", "٠" * 18])
def test_runs_that_cannot_be_are_404_without_a_body(kudu: Kudu, run: str) -> None:
    answer = kudu.http.get(f"{T}/nightly/history/{run}")
    assert answer.status_code == 404
    assert kudu.http.post(f"{T}/nightly/history/{run}/cancel").status_code == 404


def test_a_run_while_one_is_going_is_409(kudu: Kudu) -> None:
    where = begin(kudu, "busy")
    running = kudu.http.get(where).json()
    assert running["end_time"] == "0001-01-01T00:00:00"
    assert running["duration"] is not None
    answer = kudu.http.post(f"{T}/busy/run")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "already running" in answer.text
    assert len(kudu.http.get(f"{T}/busy/history").json()["runs"]) == 1
    answer = kudu.http.post(f"{where}/cancel")
    assert (answer.status_code, answer.content) == (202, b"")
    kudu.until(where, lambda run: run["status"] == "Aborted")
    assert kudu.http.post(f"{where}/cancel").status_code == 409


def test_runs_that_are_refused(kudu: Kudu) -> None:
    assert kudu.http.post(f"{T}/nobody/run").status_code == 404
    assert kudu.http.post(f"{T}/worker/run").status_code == 404
    answer = kudu.http.post(f"{T}/broken/run")
    assert (answer.status_code, "broken" in answer.text) == (409, True)
    # Of no byte that is percent-encoded, so that the request's head is not too long for the server.
    answer = kudu.http.post(f"{T}/nightly/run?arguments=" + "x" * (32 * 1024 + 1))
    assert (answer.status_code, "32 KiB" in answer.text) == (400, True)
    assert kudu.http.get(f"{T}/nightly/history").json()["runs"] == []


def test_everything_stopped_by_configuration(tmp_path: Path) -> None:
    with serve_kudu(
        tmp_path,
        lambda site: [  # type: ignore[arg-type]
            site.triggered("t", {"run.sh": "true\n"}),
            site.continuous("c", {"run.sh": "sleep 60\n"}),
        ],
        environment={"WEBJOBS_STOPPED": "1"},
    ) as kudu:
        answer = kudu.http.post(f"{T}/t/run")
        assert (answer.status_code, "stopped" in answer.text) == (409, True)
        assert answer.headers["content-type"].startswith("text/plain")
        answer = kudu.http.post(f"{C}/c/start")
        assert (answer.status_code, "stopped" in answer.json()["Message"]) == (409, True)
        assert kudu.http.get(f"{C}/c").json()["status"] == "Stopped"


def test_a_run_that_cannot_be_written_down_is_409_in_json(kudu: Kudu) -> None:
    kudu.put_script("triggered", "unwritable", "true\n")
    data = kudu.root / "data" / "jobs" / "triggered" / "unwritable"
    if data.is_dir():
        data.rmdir()
    data.write_text("a file where a folder must be")
    answer = kudu.http.post(f"{T}/unwritable/run")
    assert answer.status_code == 409
    assert "unwritable" in answer.json()["Message"]
    data.unlink()


def test_arguments_of_the_settings_count_where_none_are_given(kudu: Kudu) -> None:
    kudu.put_script("triggered", "argued", 'echo "args:$*" > "$WEBJOBS_DATA_PATH/args"\n')
    assert kudu.http.put(f"{T}/argued/settings", json={"arguments": "from settings"}).status_code == 200
    kudu.until(f"{T}/argued", lambda job: job["settings"])
    said = kudu.root / "data" / "jobs" / "triggered" / "argued" / "args"
    kudu.run("argued")
    assert said.read_text() == "args:from settings\n"
    kudu.run("argued", arguments="given")
    assert said.read_text() == "args:given\n"


def test_an_error_log_of_old_is_shown(kudu: Kudu) -> None:
    kudu.put_script("triggered", "legacy", "true\n")
    run = kudu.run("legacy")
    folder = kudu.root / "data" / "jobs" / "triggered" / "legacy" / run["id"]
    (folder / "error_log.txt").write_text("old\n")
    url = f"{kudu.base}/vfs/data/jobs/triggered/legacy/{run['id']}/error_log.txt"
    assert kudu.http.get(run["url"]).json()["error_url"] == url
    assert kudu.http.get(f"{T}/legacy").json()["latest_run"]["error_url"] == url
    assert kudu.http.get(f"{T}/legacy/history").json()["runs"][0]["error_url"] == url


def test_a_management_proxy_starts_and_lists_runs(kudu: Kudu) -> None:
    kudu.put_script("triggered", "proxied", "true\n")
    answer = kudu.http.post(f"{T}/proxied/run", headers=ARM)
    assert (answer.status_code, answer.content) == (200, b"")
    run = kudu.until(answer.headers["location"], lambda run: run["status"] == "Success")
    root = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/s/triggeredwebjobs/proxied"
    headers = {**ARM, "Referer": f"https://management.azure.com{root}/history?api-version=1"}
    [found] = kudu.http.get(f"{T}/proxied/history", headers=headers).json()["value"]
    assert found == {
        "id": f"{root}/history/{run['id']}",
        "name": f"s/proxied/{run['id']}",
        "type": "Microsoft.Web/sites/triggeredwebjobs/history",
        "location": "x",
        "properties": run,
    }
    headers["Referer"] = f"https://management.azure.com{root}/history/{run['id']}"
    assert kudu.http.get(f"{T}/proxied/history/{run['id']}", headers=headers).json() == found


def keep_going(kudu: Kudu, name: str) -> str:
    """Make a continuous job with little grace; returns its path."""
    package = make_zip_bytes({"run.sh": "exec sleep 60\n", "settings.job": '{"stopping_wait_time": 0}'})
    headers = {"Content-Type": "application/zip", "Content-Disposition": "attachment; filename=job.zip"}
    assert kudu.http.put(f"{C}/{name}", content=package, headers=headers).status_code == 200
    kudu.until(f"{C}/{name}", lambda job: job["status"] == "Running")
    return f"{C}/{name}"


def test_start_stop_and_restart(kudu: Kudu) -> None:
    path = keep_going(kudu, "moved")
    for verb, status in zip(
        ("stop", "stop", "start", "start", "restart", "stop"),
        ("Stopped", "Stopped", "Running", "Running", "Running", "Stopped"),
        strict=True,
    ):
        answer = kudu.http.post(f"/jobs/Continuous/Moved/{verb}/")
        assert (answer.status_code, answer.content) == (200, b"")
        kudu.until(path, lambda job, status=status: job["status"] == status)  # type: ignore[misc]
    answer = kudu.http.post(f"{path}/restart")
    assert (answer.status_code, "moved" in answer.json()["Message"]) == (409, True)
    for verb in ("start", "stop", "restart"):
        answer = kudu.http.post(f"{C}/nobody/{verb}")
        assert (answer.status_code, answer.content) == (404, b"")


def test_names_with_dots_can_be_started_and_stopped(kudu: Kudu) -> None:
    path = f"{C}/ext(acme.worker)"
    kudu.until(path, lambda job: job["status"] == "Running")
    assert kudu.http.post(f"{path}/stop").status_code == 200
    kudu.until(path, lambda job: job["status"] == "Stopped")
    assert kudu.http.post(f"{path}/start").status_code == 200
    kudu.until(path, lambda job: job["status"] == "Running")


def test_a_stop_that_the_disk_refuses_is_409_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(reason: int) -> None:
        def fail(folder: Path, disabled: bool) -> None:
            raise OSError(reason, os.strerror(reason), str(folder / "disable.job"))

        monkeypatch.setattr("wjtui.engine.running.supervisor.set_disabled", fail)

    with serve_kudu_here(tmp_path, lambda site: None) as kudu:
        path = keep_going(kudu, "stuck")
        refuse(errno.EACCES)
        answer = kudu.http.post(f"{path}/stop")
        assert (answer.status_code, "disable.job" in answer.json()["Message"]) == (409, True)
        refuse(errno.EROFS)
        answer = kudu.http.post(f"{path}/stop")
        assert (answer.status_code, "disable.job" in answer.json()["Message"]) == (503, True)


SETTINGS = [
    '{"is_singleton":true}',
    '{"ShutdownGraceTimeInSeconds":7}',
    '{\n  "schedule": "0 */2 * * * *",\n  "unknown": {"deep": [1, null, "ü"]}\n}\n',
    "{}",
]


@pytest.mark.parametrize("kind", ["triggered", "continuous"])
def test_settings_are_replaced_whole_and_come_back_as_they_were(kudu: Kudu, kind: str) -> None:
    base = f"/api/{kind}webjobs/set-{kind}"
    kudu.put_script(kind, f"set-{kind}", "exec sleep 60\n")
    assert kudu.http.get(f"{base}/settings").json() == {}
    for text in SETTINGS:
        answer = kudu.http.put(f"{base.upper()}/Settings/", content=text.encode())
        assert (answer.status_code, answer.content) == (200, b"")
        found = kudu.http.get(f"{base}/settings")
        assert found.headers["content-type"] == "application/json; charset=utf-8"
        assert found.json() == json.loads(text)
        lies = kudu.site.jobs / kind / f"set-{kind}" / "settings.job"
        assert lies.read_text() == text


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"x"', b"1", b"{", b'{"a":NaN}', b"\xff\xfe", b"{} {}", b"[" * 100_000]
)
def test_settings_that_are_no_object_are_400_and_change_nothing(kudu: Kudu, body: bytes) -> None:
    answer = kudu.http.put(f"{T}/nightly/settings", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert kudu.http.get(f"{T}/nightly/settings").json() == {"schedule": "0 0 2 * * *", "extra": [1]}


def test_settings_of_unknown_jobs_and_of_damaged_files(kudu: Kudu) -> None:
    for path in (f"{T}/nobody/settings", f"{C}/nobody/settings"):
        assert kudu.http.get(path).status_code == 404
        assert kudu.http.put(path, content=b"{}").status_code == 404
    assert kudu.http.get(f"{T}/damaged/settings").json() == {}
    assert kudu.http.get(f"{T}/damaged").json()["settings"] == {}


def test_a_management_proxy_puts_settings_alone(kudu: Kudu) -> None:
    kudu.put_script("triggered", "armed", "echo here\n")
    envelope = {"id": "x", "properties": {"settings": {"schedule": "0 0 4 * * *", "own": 1}}}
    answer = kudu.http.put("/api/triggeredwebjobs/ARMED", json=envelope, headers=ARM)
    assert answer.status_code == 200
    assert answer.json()["properties"]["settings"] == {"schedule": "0 0 4 * * *", "own": 1}
    assert (kudu.site.jobs / "triggered" / "armed" / "run.sh").read_text() == "echo here\n"
    bodies: list[Any] = [{}, {"properties": {}}, {"properties": {"settings": "x"}}, []]
    for body in bodies:
        assert kudu.http.put(f"{T}/armed", json=body, headers=ARM).status_code == 400
    assert kudu.http.put(f"{T}/nobody", json=envelope, headers=ARM).status_code == 404
    assert kudu.http.get(f"{T}/armed/settings").json() == {"schedule": "0 0 4 * * *", "own": 1}
