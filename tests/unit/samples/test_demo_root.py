"""The root that ``wjtui demo`` opens: whole or not there, and every job as the engine should find it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from wjtui import samples
from wjtui.engine.catalog.discover import Definition, define, list_jobs
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.site import Site
from wjtui.model.jobs import Severity
from wjtui.samples import make_demo

CONTINUOUS = {"continuous/heartbeat", "continuous/queue-worker", "continuous/crash-loop"}
TRIGGERED = {
    "triggered/report",
    "triggered/fails",
    "triggered/noisy",
    "triggered/checksums",
    "triggered/batch",
    "triggered/half-uploaded",
}


def definitions(root: Path) -> dict[str, Definition]:
    site = Site(root, "demo", "demo")
    hosts = find_hosts(dict(os.environ))
    return {str(folder.id): define(site, folder, hosts) for folder in list_jobs(site).jobs.values()}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; holds a Python and no Node."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.usefixtures("programs")
def test_every_job_but_the_half_uploaded_one_can_run(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo")
    found = definitions(tmp_path / "demo")
    assert set(found) == CONTINUOUS | TRIGGERED
    assert [name for name, job in found.items() if not job.runnable] == ["triggered/half-uploaded"]
    noisy = {name: job.problems for name, job in found.items() if job.runnable and job.problems}
    assert noisy == {}, "a sample that people copy has nothing to be remarked on"
    (problem,) = found["triggered/half-uploaded"].problems
    assert problem.severity is Severity.BLOCKING
    assert problem.text.startswith("No runnable script")


def test_settings_are_strict_json_and_mean_what_they_say(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo")
    found = definitions(tmp_path / "demo")
    assert found["continuous/crash-loop"].settings.restart_time == 15
    assert found["triggered/report"].settings.schedule == "0 */15 * * * *"
    assert all(job.settings_plain for job in found.values())


def test_the_node_job_comes_where_node_is(tmp_path: Path, programs: Path) -> None:
    (programs / "node").symlink_to(sys.executable)
    make_demo(tmp_path / "demo")
    assert (tmp_path / "demo/site/wwwroot/app_data/jobs/triggered/node-hello/run.js").is_file()


def test_scripts_can_be_executed_and_data_cannot(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo")
    jobs = tmp_path / "demo/site/wwwroot/app_data/jobs"
    scripts = [path for path in jobs.rglob("*") if path.name.startswith("run.")]
    assert len(scripts) >= 8
    for path in (path for path in jobs.rglob("*") if path.is_file()):
        assert bool(path.stat().st_mode & 0o111) is (path in scripts), path


def test_bytecode_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = tmp_path / "jobs"
    shutil.copytree(samples.JOBS, jobs)
    cache = jobs / "triggered/report/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "run.cpython-311.pyc").write_bytes(b"\0")
    monkeypatch.setattr(samples, "JOBS", jobs)
    make_demo(tmp_path / "demo")
    assert not list((tmp_path / "demo").rglob("__pycache__"))


def test_a_root_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    root.mkdir()
    (root / "mine.txt").write_text("mine")
    make_demo(root)
    assert [path.name for path in tmp_path.rglob("*")] == ["demo", "mine.txt"]


def test_folders_above_the_root_are_made(tmp_path: Path) -> None:
    make_demo(tmp_path / "a/b/demo")
    assert (tmp_path / "a/b/demo/site/wwwroot/app_data/jobs/continuous/heartbeat/run.sh").is_file()


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        make_demo(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []
