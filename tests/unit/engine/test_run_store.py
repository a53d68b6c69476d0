from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wjtui.engine.history.store import RunStore, decode_status, encode_status
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Exit, Run, RunId, RunRef, RunStatus

JOB = JobId(JobType.TRIGGERED, "nightly")
REF = RunRef(JOB, RunId("201605192149381933"))
AT = datetime(2016, 5, 19, 21, 49, 38, 193381, tzinfo=UTC)
WHOLE = Run(
    REF,
    RunStatus.FAILED,
    "External - curl/8.5.0",
    AT,
    ended=AT + timedelta(seconds=2),
    exit=Exit(signal=9),
    arguments='a "b c"',
    pid=7,
    reason="because",
    cpu_seconds=0.5,
    peak_memory=1024,
    errors=3,
)
GARBAGE = {
    "empty": b"",
    "cut": encode_status(WHOLE)[:40],
    "bytes": b"\xff\x00\xfe",
    "null": b"null",
    "array": b"[]",
    "end only": b'{"EndTime":"2016-05-19T21:49:40Z"}',
    "unknown status": b'{"Status":"Never","StartTime":"2016-05-19T21:49:38Z"}',
    "status of a wrong type": b'{"Status":[],"StartTime":"2016-05-19T21:49:38Z"}',
    "time of a wrong type": b'{"Status":"Success","StartTime":5}',
    "no time": b'{"Status":"Success","StartTime":"soon"}',
    "time before all times": b'{"Status":"Success","StartTime":"0001-01-01T00:00:00+14:00"}',
    "exit code of a wrong type": b'{"Status":"Success","StartTime":"2016-05-19T21:49:38Z","ExitCode":"x"}',
    "deep": b'{"a":' + b"[" * 100_000,
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, "host", "host")


def test_status_files_have_kudus_keys_first() -> None:
    run = Run(REF, RunStatus.SUCCESS, "Schedule - * * * * * *", AT, ended=AT)
    assert encode_status(run) == (
        b'{"Trigger":"Schedule - * * * * * *","Status":"Success",'
        b'"StartTime":"2016-05-19T21:49:38.193381Z","EndTime":"2016-05-19T21:49:38.193381Z"}'
    )


def test_a_status_survives_writing_and_reading() -> None:
    assert decode_status(REF, encode_status(WHOLE)) == WHOLE


def test_a_status_of_kudu_is_read() -> None:
    text = b'{"Status":"Running","StartTime":"2016-05-19T21:49:38.1933812Z","Trigger":"External - "}'
    assert decode_status(REF, text) == Run(REF, RunStatus.RUNNING, "External - ", AT)


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_no_status(data: bytes) -> None:
    assert decode_status(REF, data) is None


def test_run_ids_increase_whatever_the_clock_says(site: Site) -> None:
    store = RunStore(site)
    at = (AT, AT, AT - timedelta(hours=2), AT + timedelta(seconds=1))
    made = [store.create(JOB, each, "x", "").ref.run for each in at]
    assert made == sorted(set(made))
    assert made[:3] == ["201605192149381933", "201605192149381934", "201605192149381935"]
    assert store.ids(JOB) == sorted(made, reverse=True)


def test_an_id_that_another_engine_took_is_passed_over(site: Site) -> None:
    store = RunStore(site)
    store.create(JOB, AT, "x", "")
    assert store.ids(JOB)
    folder = site.job_data(JOB)
    stamp = folder.stat().st_mtime_ns
    (folder / "201605192149381934").mkdir()
    os.utime(folder, ns=(stamp, stamp))
    assert store.create(JOB, AT, "x", "").ref.run == "201605192149381935"


def test_pages_skip_what_cannot_be_read(site: Site) -> None:
    store = RunStore(site)
    made = [store.create(JOB, AT + timedelta(seconds=n), str(n), "").ref for n in range(5)]
    (site.run_folder(made[3]) / "status").write_bytes(b"")
    (site.run_folder(made[2]) / "status").unlink()
    (site.job_data(JOB) / "no-run").mkdir()
    assert [run.trigger for run in store.page(JOB, None, 2)] == ["4", "1"]
    assert [run.trigger for run in store.page(JOB, made[1].run, 9)] == ["0"]
    assert store.page(JOB, None, 0) == []
    assert store.load(made[3]) is None
    assert store.latest(JOB) == store.load(made[4])


def test_nothing_is_known_of_a_job_that_never_ran(site: Site) -> None:
    store = RunStore(site)
    assert (store.ids(JOB), store.page(JOB, None, 5), store.latest(JOB)) == ([], [], None)
    assert store.load(REF) is None
    assert store.last_written(REF) is None


@pytest.mark.parametrize(("keep", "left"), [(1, 0), (3, 2), (5, 4), (6, 5), (0, 0)])
def test_pruning_makes_room_for_one(site: Site, keep: int, left: int) -> None:
    store = RunStore(site)
    made = [store.create(JOB, AT + timedelta(seconds=n), "", "").ref for n in range(5)]
    for ref in store.excess(JOB, keep):
        assert store.remove(ref)
    assert store.ids(JOB) == [ref.run for ref in reversed(made)][:left]


def test_the_size_of_the_log_comes_with_the_run(site: Site) -> None:
    store = RunStore(site)
    ref = store.create(JOB, AT, "", "").ref
    (site.run_folder(ref) / "output_log.txt").write_bytes(b"12345")
    run = store.load(ref)
    assert run is not None
    assert run.output_size == 5


def test_open_runs_are_those_without_a_final_status(site: Site) -> None:
    store = RunStore(site)
    made = [store.create(JOB, AT + timedelta(seconds=n), "", "") for n in range(5)]
    for run, status in zip(made, RunStatus, strict=True):
        store.save(Run(run.ref, status, "", AT), durable=True)
    assert [run.status for run in store.open_runs(JOB)] == [RunStatus.RUNNING, RunStatus.INITIALIZING]


def test_when_a_run_was_last_written(site: Site) -> None:
    store = RunStore(site)
    folder = site.run_folder(store.create(JOB, AT, "", "").ref)
    os.utime(folder / "status", (1_000_000_000, 1_000_000_000))
    assert store.last_written(REF) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    (folder / "output_log.txt").write_bytes(b"")
    os.utime(folder / "output_log.txt", (1_100_000_000, 1_100_000_000))
    found = store.last_written(REF)
    assert found == datetime(2004, 11, 9, 11, 33, 20, tzinfo=UTC)
    assert found.tzinfo is UTC
