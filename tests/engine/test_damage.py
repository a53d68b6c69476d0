"""Every state file, damaged in every way: the engine starts, sets it aside, and no job suffers (R14)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from wjtui.engine.history.launches import encode_launches
from wjtui.engine.history.store import RunStore
from wjtui.model.jobs import Job, Running
from wjtui.model.runs import Exit, Launch, RunStatus

AT = datetime(2020, 1, 1, 12, tzinfo=UTC)
LOOP = "while :; do sleep 0.05; done\n"
SETTINGS = {"stopping_wait_time": 0}


def in_place_of(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else where ``path`` is or would be."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "in the way").write_text("")


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": cut,
    "emptied": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(os.urandom(5000) + b"\n"),
    "zeros": lambda path: path.write_bytes(bytes(4096)),
    "deep": lambda path: path.write_bytes(b'{"a":' + b"[" * 100_000 + b"\n"),
    "folder": lambda path: in_place_of(path, make_folder),
    "fifo": lambda path: in_place_of(path, os.mkfifo),
}
FILES = {
    "status": "data/jobs/triggered/nightly/202001011200000000/status",
    "launches": "data/jobs/continuous/worker/launches.jsonl",
    "phase": "data/jobs/continuous/worker/status_one",
    "settings": "data/wjtui/site_settings.json",
    "card": "data/wjtui/one/engine.json",
    "run lock": "data/jobs/triggered/nightly/triggeredJob.lock",
    "instance lock": "data/jobs/continuous/worker/.instance_one.lock",
    "singleton lock": "data/jobs/continuous/worker/singleton.job.lock",
    "job log": "data/jobs/continuous/worker/job_log.txt",
    "application log": "LogFiles/Application/webjob-continuous-worker-one.log",
}
CHECKED = {"status", "launches", "phase", "settings"}
"""Files whose content matters; the others only have to be files."""


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


async def every_job_works(rig: Rig) -> list[str]:
    """Start an engine, see both jobs work, and return its notices."""
    nightly = rig.site.triggered("nightly", {"run.sh": "echo done\n"})
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, SETTINGS | {"is_singleton": True})
    engine = await rig.start()
    await job_when(engine, worker, runs)
    ended = await run_to_end(engine, nightly, await engine.service.run(nightly))
    assert ended.status is RunStatus.SUCCESS
    assert "done" in rig.output(ended.ref)
    return [notice.text for notice in (await engine.service.snapshot()).notices if notice.code == "damaged"]


def lay_out(rig: Rig) -> None:
    """What an earlier engine left in good order."""
    for path in FILES.values():
        (rig.root / path).parent.mkdir(parents=True, exist_ok=True)
        (rig.root / path).write_bytes(b"x\n")
    (rig.root / FILES["status"]).write_bytes(b'{"Status":"Success","StartTime":"2020-01-01T12:00:00Z"}')
    (rig.root / FILES["launches"]).write_bytes(
        encode_launches([Launch(AT, number, AT, Exit(0)) for number in (1, 2)])
    )
    (rig.root / FILES["phase"]).write_bytes(b'{"Status":"Stopped"}')
    (rig.root / FILES["settings"]).write_bytes(b'{"WEBJOBS_HISTORY_SIZE":"7"}')


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))


async def test_nothing_is_set_aside_that_is_in_good_order(rig: Rig) -> None:
    lay_out(rig)
    assert await every_job_works(rig) == []
    assert list(rig.root.rglob("*.damaged-*")) == []


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
async def test_a_damaged_file(rig: Rig, file: str, damage: str) -> None:
    lay_out(rig)
    path = rig.root / FILES[file]
    DAMAGES[damage](path)
    notices = await every_job_works(rig)
    stands_in = damage in ("folder", "fifo")
    # No launches are launches too; half of the file is the first one and an unfinished line.
    harmless = file == "launches" and damage in ("emptied", "cut")
    # A killed engine's card is worth nothing: only a folder cannot simply be removed.
    aside = damage == "folder" if file == "card" else stands_in or (file in CHECKED and not harmless)
    assert len(copies(path)) == aside
    assert [path.name in text for text in notices] == [True] * aside


async def test_a_run_with_a_damaged_status_stays_in_the_history(rig: Rig) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    site = rig.make().site
    store = RunStore(site)
    left = [store.create(job, AT, "x", "") for _ in range(2)]
    (site.run_folder(left[0].ref) / "status").write_bytes(b"\0" * 100)
    (site.run_folder(left[0].ref) / "output_log.txt").write_text("kept\n")
    shutil.rmtree(site.run_folder(left[1].ref))
    site.run_folder(left[1].ref).write_text("no folder")
    engine = await rig.start()
    (run,) = await engine.service.runs(job)
    assert (run.ref, run.status, run.started) == (left[0].ref, RunStatus.ABORTED, AT)
    assert run.reason == "its status file was damaged"
    assert run.output_size == 5
    await run_to_end(engine, job, await engine.service.run(job))
    assert len(copies(site.run_folder(left[1].ref))) == 1


@pytest.mark.parametrize(
    "folder",
    [
        "data/jobs",
        "data/jobs/triggered",
        "data/jobs/continuous",
        "data/jobs/triggered/nightly",
        "data/jobs/continuous/worker",
        "data/wjtui/one/temp",
        "data/wjtui/one/temp/jobs",
        "LogFiles",
        "LogFiles/Application",
    ],
)
async def test_a_file_where_a_folder_should_be(rig: Rig, folder: str) -> None:
    in_place_of(rig.root / folder, lambda path: path.write_text("in the way"))
    notices = await every_job_works(rig)
    assert (rig.root / folder).is_dir()
    # Working copies are made anew: nothing in them is worth keeping.
    kept = folder != "data/wjtui/one/temp/jobs"
    assert len(copies(rig.root / folder)) == len(notices) == kept


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["settings.job", "disable.job"])
async def test_the_files_of_a_user_are_never_renamed(rig: Rig, name: str, damage: str) -> None:
    job = rig.site.continuous("worker-too", {"run.sh": LOOP}, SETTINGS)
    path = rig.site.folder(job) / name
    path.write_bytes(b'{"stopping_wait_time": 0}')
    DAMAGES[damage](path)
    assert await every_job_works(rig) == []
    engine = rig.started
    # A fifo can be read by nobody and copied by nobody: that job says so and waits.
    copied = name == "settings.job" and damage != "fifo"
    shown = await job_when(
        engine, job, runs if copied else lambda job: name == "settings.job" or job.disabled
    )
    assert any(problem.code.startswith("settings-") for problem in shown.problems) == (name == "settings.job")
    assert path.exists()
    assert list(path.parent.glob("*damaged*")) == []


async def test_of_one_file_three_damaged_ones_stay(rig: Rig) -> None:
    path = rig.root / FILES["settings"]
    path.parent.mkdir(parents=True)
    for year in (2001, 2002, 2003):
        in_place_of(path.with_name(f"{path.name}.damaged-{year}0101T000000"), make_folder)
    path.write_bytes(b"{")
    await rig.start()
    assert [copy.name[-15:-11] for copy in copies(path)] == ["2002", "2003", str(datetime.now(UTC).year)]


async def test_the_source_folder_may_be_something_else(rig: Rig) -> None:
    shutil.rmtree(rig.site.jobs)
    rig.site.jobs.write_text("in the way")
    engine = await rig.start()
    texts = [notice.text for notice in (await engine.service.snapshot()).notices]
    assert any("for jobs cannot be made (File exists)" in text for text in texts)
