from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wjtui.engine.damage import Aside
from wjtui.engine.history.store import RunStore
from wjtui.engine.recovery import REASON, close_open_runs, empty_temp
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunStatus
from wjtui.support.locks import FileLock

JOB = JobId(JobType.TRIGGERED, "nightly")
AT = datetime(2016, 5, 19, 21, 49, 38, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, "host", "host")


@pytest.fixture
def store(site: Site) -> RunStore:
    return RunStore(site)


def with_status(store: RunStore, job: JobId, status: RunStatus) -> Run:
    run = store.create(job, AT, "x", "")
    run = Run(run.ref, status, "x", AT)
    store.save(run)
    return run


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.INITIALIZING])
def test_a_run_without_a_holder_is_aborted(site: Site, store: RunStore, status: RunStatus) -> None:
    run = with_status(store, JOB, status)
    output = site.run_folder(run.ref) / "output_log.txt"
    output.write_bytes(b"")
    written = AT + timedelta(minutes=5)
    os.utime(output, (written.timestamp(), written.timestamp()))
    (closed,) = close_open_runs(site, store, Aside(AT)).aborted
    assert (closed.status, closed.ended, closed.reason) == (RunStatus.ABORTED, written, REASON)
    found = store.load(run.ref)
    assert found is not None
    assert (found.status, found.ended) == (RunStatus.ABORTED, written)
    assert close_open_runs(site, store, Aside(AT)).aborted == []


def test_a_run_never_ends_before_it_began(site: Site, store: RunStore) -> None:
    run = with_status(store, JOB, RunStatus.RUNNING)
    os.utime(site.run_folder(run.ref) / "status", (1, 1))
    (closed,) = close_open_runs(site, store, Aside(AT)).aborted
    assert closed.ended == AT


def test_a_run_with_a_holder_goes_on(site: Site, store: RunStore) -> None:
    with_status(store, JOB, RunStatus.RUNNING)
    lock = FileLock(site.job_data(JOB) / "triggeredJob.lock")
    assert lock.acquire()
    assert close_open_runs(site, store, Aside(AT)).aborted == []
    lock.release()
    assert len(close_open_runs(site, store, Aside(AT)).aborted) == 1


def test_a_lock_file_without_a_holder_is_no_lock(site: Site, store: RunStore) -> None:
    with_status(store, JOB, RunStatus.RUNNING)
    (site.job_data(JOB) / "triggeredJob.lock").write_text("run pid 1")
    assert len(close_open_runs(site, store, Aside(AT)).aborted) == 1


def test_finished_runs_and_garbage_stay_as_they_are(site: Site, store: RunStore) -> None:
    done = with_status(store, JOB, RunStatus.FAILED)
    torn = store.create(JOB, AT, "x", "")
    (site.run_folder(torn.ref) / "status").write_bytes(b'{"Status":"Run')
    store.create(JOB, AT, "x", "")
    (site.data / "triggered" / "a-file").write_text("no folder")
    (site.data / "triggered" / "empty").mkdir()
    assert [run.ref for run in close_open_runs(site, store, Aside(AT)).aborted] == [
        store.page(JOB, None, 1)[0].ref
    ]
    assert store.load(done.ref) == done
    assert [run.status for run in store.page(JOB, None, 9)] == [
        RunStatus.ABORTED,
        RunStatus.ABORTED,
        RunStatus.FAILED,
    ]
    (aside,) = site.run_folder(torn.ref).glob("status.damaged-*")
    assert aside.read_bytes() == b'{"Status":"Run'


def test_there_may_be_nothing_to_mend(site: Site, store: RunStore) -> None:
    assert close_open_runs(site, store, Aside(AT)).aborted == []
    empty_temp(site)
    assert not site.data.exists()


def test_working_copies_go_and_the_rest_of_the_folder_stays(site: Site, tmp_path: Path) -> None:
    copy = site.job_temp(JOB)
    copy.mkdir(parents=True)
    (copy / "run.sh").write_text("")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    (site.temp / "JobsShutdown").symlink_to(outside)
    (site.temp / "else").write_text("")
    empty_temp(site)
    assert not copy.exists()
    assert (site.temp / "else").exists()
    assert (outside / "kept").exists()
