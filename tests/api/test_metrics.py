from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.exposition import LINE
from tests.support.kudu import Kudu, T, serve_kudu
from tests.support.site_builder import SiteBuilder
from wjtui.api.traffic import MAX_SERIES, Traffic

METRICS = "/api/wjtui/metrics"


def build(site: SiteBuilder) -> None:
    site.triggered("nightly", {"run.sh": "echo hello\n"}, {"schedule": "0 0 2 * * *"})
    site.triggered("broken", {"run.sh": "exit 3\n"})
    site.triggered('odd " name', {"run.sh": "true\n"})
    site.continuous("crashing", {"run.sh": "exit 1\n"})


@pytest.fixture(scope="module")
def kudu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    with serve_kudu(tmp_path_factory.mktemp("metrics"), build) as served:
        yield served


def scrape(kudu: Kudu) -> dict[str, float]:
    """Every figure by its name and labels, as they stand in the text."""
    answer = kudu.http.get(METRICS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, float] = {}
    for line in answer.text.splitlines():
        if line.startswith("# "):
            continue
        assert LINE.fullmatch(line), line
        name, _, value = line.rpartition(" ")
        assert name not in found, name
        found[name] = float(value)
    return found


def test_each_family_is_described_before_its_figures(kudu: Kudu) -> None:
    described: set[str] = set()
    for line in kudu.http.get(METRICS).text.splitlines():
        words = line.split(" ", 3)
        if words[:2] == ["#", "TYPE"]:
            assert words[2] not in described
            described.add(words[2])
        elif words[0] != "#":
            name = line.partition("{")[0].partition(" ")[0]
            assert name in described or name.rpartition("_")[0] in described


def test_what_jobs_did_is_counted(kudu: Kudu) -> None:
    before = scrape(kudu)
    kudu.run("nightly")
    kudu.run("broken")
    kudu.run("broken")
    found = scrape(kudu)
    nightly, broken = 'type="triggered",job="nightly"', 'type="triggered",job="broken"'

    def grown(name: str) -> float:
        return found[name] - before[name]

    assert grown(f'wjtui_runs_total{{{nightly},status="Success"}}') == 1
    assert grown(f'wjtui_runs_total{{{broken},status="Failed"}}') == 2
    assert grown(f"wjtui_run_duration_seconds_count{{{broken}}}") == 2
    assert grown(f"wjtui_run_duration_seconds_sum{{{broken}}}") > 0
    assert found[f"wjtui_job_last_success_timestamp_seconds{{{nightly}}}"] > 1.6e9
    assert f"wjtui_job_last_success_timestamp_seconds{{{broken}}}" not in found
    assert (
        found[f"wjtui_job_next_run_timestamp_seconds{{{nightly}}}"] > found["wjtui_start_timestamp_seconds"]
    )


def test_a_crashing_job_is_seen_to_be_started_again(kudu: Kudu) -> None:
    name = 'wjtui_job_restarts_total{type="continuous",job="crashing"}'
    kudu.until(
        "/api/wjtui/snapshot",
        lambda _: scrape(kudu)[name] >= 1,
    )


def test_facts_of_the_engine_and_its_process(kudu: Kudu) -> None:
    found = scrape(kudu)
    assert found["wjtui_up"] == 1
    assert any(name.startswith('wjtui_build_info{version="') for name in found)
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 1 << 20
    assert found['wjtui_jobs{type="triggered",status="Idle"}'] == 3
    assert found['wjtui_jobs{type="continuous",status="Stopped"}'] == 0


def test_requests_are_counted_by_route_and_status(kudu: Kudu) -> None:
    names = [
        'wjtui_http_requests_total{method="GET",route="/api/triggeredwebjobs/{name}",status="200"}',
        'wjtui_http_requests_total{method="GET",route="/api/triggeredwebjobs/{name}",status="404"}',
        'wjtui_http_requests_total{method="GET",route="/api/wjtui/jobs/{type}/{name}/runs",status="200"}',
        'wjtui_http_requests_total{method="GET",route="unknown",status="404"}',
    ]
    before = scrape(kudu)
    for path in (
        f"{T}/nightly", "/API/TriggeredJobs/nightly/", f"{T}/nobody", f"{T}/no%0abody",
        "/api/wjtui/jobs/triggered/nightly/runs", "/some/where", "/some/where/else",
    ):  # fmt: skip
        kudu.http.get(path)
    found = scrape(kudu)
    assert [found[name] - before.get(name, 0) for name in names] == [2, 2, 1, 2]


def test_event_streams_and_followers_are_counted_while_they_are_open(kudu: Kudu) -> None:
    streams, followers = "wjtui_event_stream_clients", "wjtui_log_followers"
    assert (scrape(kudu)[streams], scrape(kudu)[followers]) == (0, 0)
    log = "/api/wjtui/logs/continuous/crashing?kind=job&follow=1"
    with kudu.http.stream("GET", "/api/wjtui/events") as events, kudu.http.stream("GET", log) as followed:
        assert (events.status_code, followed.status_code) == (200, 200)
        assert (scrape(kudu)[streams], scrape(kudu)[followers]) == (1, 1)
    kudu.until("/api/wjtui/health", lambda _: scrape(kudu)[streams] + scrape(kudu)[followers] == 0)


def test_clients_cannot_make_up_series() -> None:
    traffic = Traffic()
    for number in range(MAX_SERIES + 500):
        traffic.answered(f"METHOD{number}", f"/route{number % 7}", 200)
        traffic.answered("GET", f"/passed/{number}", 200 + number % 50)
    [requests, *_] = traffic.families()
    assert len(requests.samples) <= MAX_SERIES + 10
    assert sum(sample.value for sample in requests.samples) == 2 * (MAX_SERIES + 500)
    methods = {dict(sample.labels)["method"] for sample in requests.samples}
    assert methods == {"GET", "unknown"}
