from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kudu import LOOPING, C, Kudu, T, serve_kudu
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder

ARM = {
    "x-ms-geo-location": "West Europe",
    "Referer": "https://management.azure.com/subscriptions/S/resourceGroups/G/providers/Microsoft.Web"
    "/sites/mysite/triggeredwebjobs?api-version=2022-03-01",
}
TRIGGERED = {
    "latest_run",
    "history_url",
    "scheduler_logs_url",
    "name",
    "run_command",
    "runCommand",
    "url",
    "extra_info_url",
    "type",
    "error",
    "using_sdk",
    "settings",
}
CONTINUOUS = TRIGGERED - {"latest_run", "history_url", "scheduler_logs_url"} | {
    "status",
    "detailed_status",
    "log_url",
}


def names(jobs: list[dict[str, Any]]) -> list[str]:
    return [job["name"] for job in jobs]


def test_a_site_without_jobs(tmp_path: Path) -> None:
    with serve_kudu(tmp_path) as kudu:
        tags = set()
        for path in ("/api/webjobs", T, C):
            answer = kudu.http.get(path)
            assert (answer.status_code, answer.json()) == (200, [])
            tags.add(answer.headers["etag"])
        assert len(tags) == 1
        assert kudu.http.get("/azurejobs/").status_code == 200


def test_lists_have_triggered_jobs_first_each_by_name(kudu: Kudu) -> None:
    answer = kudu.http.get("/api/webjobs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    jobs = answer.json()
    triggered, continuous = kudu.http.get(T).json(), kudu.http.get(C).json()
    assert names(jobs) == names(triggered) + names(continuous)
    assert names(triggered) == sorted(names(triggered), key=str.lower)
    assert {"broken", "nightly"} <= set(names(triggered))
    assert "worker" in names(continuous)


def test_objects_have_every_member_and_absolute_urls(kudu: Kudu) -> None:
    nightly = kudu.http.get(f"{T}/nightly").json()
    assert set(nightly) == TRIGGERED
    assert nightly["url"] == f"{kudu.base}{T}/nightly"
    assert nightly["extra_info_url"] == f"{kudu.base}/azurejobs/#/jobs/triggered/nightly"
    assert nightly["settings"] == {"schedule": "0 0 2 * * *", "extra": [1]}
    assert nightly["runCommand"] == nightly["run_command"] == "run.sh"
    worker = kudu.until(f"{C}/worker", lambda job: job["status"] == "Running")
    assert set(worker) == CONTINUOUS
    assert worker["detailed_status"] == "kudu01 - Running\r\n"
    assert worker["log_url"] == f"{kudu.base}/vfs/data/jobs/continuous/worker/job_log.txt"
    broken = kudu.http.get(f"{T}/broken").json()
    assert broken["run_command"] is None
    assert "No runnable script" in broken["error"]
    assert (broken["latest_run"], broken["scheduler_logs_url"]) == (None, None)


def test_other_instances_are_in_the_detailed_status(kudu: Kudu) -> None:
    kudu.put_script("continuous", "shared", "exec sleep 60\n")
    own = kudu.until(f"{C}/shared", lambda job: job["status"] == "Running")
    assert own["detailed_status"] == "kudu01 - Running\r\n"
    other = kudu.root / "data" / "jobs" / "continuous" / "shared" / "status_zzz999"
    other.write_text('{"Status":"InactiveInstance"}')
    both = kudu.http.get(f"{C}/shared").json()
    assert both["detailed_status"] == "kudu01 - Running\r\nzzz999 - InactiveInstance\r\n"
    assert both["status"] == "Running"


@pytest.mark.parametrize(
    "path",
    [
        "/api/triggeredjobs/nightly",
        "/api/jobs/triggered/NIGHTLY/",
        "/JOBS/Triggered/Nightly",
        f"{T}/%6eightly",
    ],
)
def test_one_job_under_every_name_of_its_route(kudu: Kudu, path: str) -> None:
    answer = kudu.http.get(path, params={"api-version": "2022-03-01", "deployer": "x"})
    assert answer.status_code == 200
    assert answer.json()["url"] == f"{kudu.base}{T}/nightly"


@pytest.mark.parametrize(
    "path",
    [
        f"{T}/nobody",
        f"{C}/nightly",
        f"{T}/%2e%2e",
        f"{T}/..%2f..%2fetc",
        f"{T}/a%00b",
        f"{T}/a%0d%0ab",
        f"{T}/.hidden",
        f"{T}/nightly%2Fsettings",
        f"{T}/{'x' * 300}",
        f"{T}/nobody/history",
        f"{T}/nobody/history/201605192149381933",
        f"{T}/nobody/settings",
        f"{C}/nobody/settings",
    ],
)
def test_unknown_jobs_are_404_without_a_body(kudu: Kudu, path: str) -> None:
    answer = kudu.http.get(path)
    assert (answer.status_code, answer.content) == (404, b"")


def test_unknown_routes_are_404_with_the_path(kudu: Kudu) -> None:
    for path in ("/", "/api", "/api/nothing", "/api/jobs/other", f"{T}/nightly/start"):
        answer = kudu.http.get(path)
        assert answer.status_code == 404
        assert path in answer.json()
    # wjtui's own routes answer in their own way.
    assert kudu.http.get("/api/wjtui/nothing").json()["code"] == "not-found"
    assert kudu.http.post("/api/wjtui/snapshot").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/webjobs", "GET, HEAD"),
        ("POST", f"{T}/nightly", "DELETE, GET, HEAD, PUT"),
        ("GET", f"{T}/nightly/run", "POST"),
        ("PUT", f"{T}/nightly/history", "GET, HEAD"),
        ("DELETE", f"{C}/worker/settings", "GET, HEAD, PUT"),
        ("OPTIONS", f"{C}/worker/start", "POST"),
        ("TRACE", f"{C}/worker/passthrough/x", "DELETE, GET, HEAD, PATCH, POST, PUT"),
    ],
)
def test_wrong_methods_are_405_with_what_is_allowed(kudu: Kudu, method: str, path: str, allowed: str) -> None:
    answer = kudu.http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_head_is_get_without_a_body(kudu: Kudu) -> None:
    head, get = kudu.http.head(f"{T}/nightly"), kudu.http.get(f"{T}/nightly")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    """A server whose lists change when the test makes them."""

    def build(site: SiteBuilder) -> None:
        site.triggered("nightly", {"run.sh": "true\n"})
        site.continuous("worker", {"run.sh": LOOPING}, {"is_singleton": False})

    with serve_kudu(tmp_path_factory.mktemp("calm"), build) as served:
        served.until(f"{C}/worker", lambda job: job["status"] == "Running")
        served.run("nightly")
        yield served


def test_tags_and_304(calm: Kudu) -> None:
    for path in ("/api/webjobs", T, C, f"{T}/nightly/history"):
        tag = calm.http.get(path).headers["etag"]
        assert tag.startswith('"') and tag.endswith('"')
        for wanted in (tag, f'"other", {tag}', f"W/{tag}", "*", f'W/"x",W/{tag} , "y"'):
            answer = calm.http.get(path, headers={"If-None-Match": wanted})
            assert (answer.status_code, answer.content) == (304, b""), (path, wanted)
            assert answer.headers["etag"] == tag
        for wanted in ('"other"', "", tag.strip('"'), f'"{tag}"'):
            assert calm.http.get(path, headers={"If-None-Match": wanted}).status_code == 200, wanted
        both = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
        assert calm.http.get(path, headers=both).status_code == 304


def test_a_tag_changes_with_its_list_and_not_with_time(calm: Kudu) -> None:
    calm.put_script("triggered", "tagged", "exec sleep 60\n")
    assert calm.http.put(f"{T}/tagged/settings", json={"stopping_wait_time": 1}).status_code == 200
    calm.until(f"{T}/tagged", lambda job: job["settings"])
    tags = [calm.http.get(T).headers["etag"]]
    place = calm.http.post(f"{T}/tagged/run").headers["location"]
    calm.until(f"{T}/tagged/history", lambda found: found["runs"][0]["status"] == "Running")
    first = calm.http.get(T)
    tags.append(first.headers["etag"])
    # The duration of a run that goes on differs each time.
    again = calm.http.get(T)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.text != first.text
    history = calm.http.get(f"{T}/tagged/history").headers["etag"]
    assert calm.http.post(place + "/cancel").status_code == 202
    calm.until(place, lambda run: run["status"] == "Aborted")
    tags.append(calm.http.get(T).headers["etag"])
    assert calm.http.get(f"{T}/tagged/history").headers["etag"] != history
    assert calm.http.put(f"{T}/tagged/settings", json={"x": 1}).status_code == 200
    calm.until(f"{T}/tagged", lambda job: job["settings"] == {"x": 1})
    tags.append(calm.http.get(T).headers["etag"])
    assert len(set(tags)) == 4
    assert calm.http.delete(f"{T}/tagged").status_code == 200


def test_tags_outlive_the_engine(tmp_path: Path) -> None:
    tags: list[list[str]] = []
    for _ in range(2):
        with serve_kudu(tmp_path) as kudu:
            if not tags:
                kudu.put_script("triggered", "nightly", "true\n")
                kudu.run("nightly")
            answers = [kudu.http.get(path) for path in (T, f"{T}/nightly/history")]
            assert len(answers[1].json()["runs"]) == 1
            tags.append([answer.headers["etag"] for answer in answers])
    assert tags[0] == tags[1]


def test_urls_follow_the_host_header_and_nothing_else(kudu: Kudu) -> None:
    def url(**headers: str) -> str:
        return str(kudu.http.get(f"{T}/nightly", headers=headers).json()["url"])

    assert url(Host="scm.example:8443") == f"http://scm.example:8443{T}/nightly"
    assert url(Host="[::1]:80") == f"http://[::1]:80{T}/nightly"
    for host in ('evil"/x', "a b", "x/../y", "user@host", "<script>", "h:99999999"):
        assert url(Host=host) == f"{kudu.base}{T}/nightly"
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert url(**forwarded) == f"{kudu.base}{T}/nightly"


def test_a_management_proxy_gets_envelopes(kudu: Kudu) -> None:
    answer = kudu.http.get(T, headers=ARM)
    listed = {each["name"]: each for each in answer.json()["value"]}
    found = listed["mysite/nightly"]
    root = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/mysite/triggeredwebjobs"
    assert found["id"] == f"{root}/nightly"
    assert found["type"] == "Microsoft.Web/sites/triggeredwebjobs"
    assert found["location"] == "West Europe"
    assert found["properties"] == kudu.http.get(f"{T}/nightly").json()
    assert answer.headers["etag"] != kudu.http.get(T).headers["etag"]
    one = {**ARM, "Referer": ARM["Referer"].replace("triggeredwebjobs", "triggeredwebjobs/nightly")}
    assert kudu.http.get(f"{T}/nightly", headers=one).json() == found
    bare = kudu.http.get(f"{T}/nightly", headers={"x-ms-geo-location": ""}).json()
    assert (bare["id"], bare["name"], bare["location"]) == (f"{T}/nightly", "nightly", "")
    odd = kudu.http.get(f"{T}/nightly", headers={"x-ms-geo-location": "x", "Referer": "http://[bad"})
    assert odd.status_code == 200


def test_swagger_names_every_triggered_job(kudu: Kudu) -> None:
    found = kudu.http.get("/api/triggeredwebjobsswagger").json()
    assert (found["swagger"], found["host"]) == ("2.0", "placeHolder")
    run = found["paths"]["/api/triggeredjobs/nightly/run"]["post"]
    assert (run["operationId"], run["parameters"][0]["name"]) == ("nightly", "arguments")
    assert "/api/triggeredjobs/worker/run" not in found["paths"]


def test_pages_show_jobs_and_run_nothing(kudu: Kudu) -> None:
    for path in ("/azurejobs/", "/azurejobs", "/azurejobs/jobs/triggered/%3Cb%3E%26'x'"):
        answer = kudu.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text and "<b>" not in answer.text
        assert "&lt;b&gt;&amp;&#x27;x&#x27;" in answer.text
    assert "id='/jobs/triggered/nightly'" in kudu.http.get("/azurejobs/").text
    kudu.run("%3Cb%3E%26'x'")
    assert "Success" in kudu.http.get("/azurejobs/jobs/triggered/%3Cb%3E%26'x'").text
    assert kudu.http.get("/azurejobs/jobs/triggered/nobody").status_code == 404
    assert kudu.http.get("/azurejobs/jobs/sideways/x").status_code == 404


def test_numbers_of_any_size_come_back(kudu: Kudu) -> None:
    kudu.put_script("triggered", "numbers", "true\n")
    text = '{"big":' + "9" * 40 + ',"half":0.5,"none":null}'
    assert kudu.http.put(f"{T}/numbers/settings", content=text.encode()).status_code == 200
    assert json.loads(kudu.http.get(f"{T}/numbers/settings").text) == json.loads(text)


@pytest.mark.parametrize("name", ["%ff%fe", "%ed%a0%80", "%F0%9F%98%80", "%25", "%zz", "%2", "a+b", "%7e"])
def test_names_of_any_bytes_are_answered(kudu: Kudu, name: str) -> None:
    statuses = {
        ("GET", ""): 404,
        ("PUT", ""): 400,
        ("DELETE", ""): 200,
        ("POST", "/run"): 404,
        ("GET", "/history"): 404,
        ("PUT", "/settings"): 404,
    }
    headers = {"Content-Disposition": "attachment; filename=run.sh"}
    for (method, rest), status in statuses.items():
        answer = kudu.http.request(method, f"{T}/{name}{rest}", content=b"{}", headers=headers)
        assert answer.status_code == status, (method, rest, answer.text)
    assert kudu.http.get(f"{C}/{name}/passthrough/x").status_code == 404


def test_raw_requests_that_no_library_sends(kudu: Kudu) -> None:
    for line in (
        b"GET /api/webjobs\xff HTTP/1.1",
        b"GET //api/webjobs HTTP/1.1",
        b"GET http://evil.example/api/webjobs HTTP/1.1",
        b"GET * HTTP/1.1",
        b"PUT /api/triggeredwebjobs/x/../nightly/../../etc HTTP/1.1",
    ):
        with socket.create_connection(("127.0.0.1", kudu.port), PATIENCE) as asking:
            asking.sendall(line + b"\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            assert asking.recv(65536)[:12] in (b"HTTP/1.1 404", b"HTTP/1.1 400"), line
