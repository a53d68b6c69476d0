from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from wjtui.engine.catalog.discover import Definition, define, list_jobs
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.running import workdir, working_copy
from wjtui.engine.running.workdir import Prepared, SystemLine, Workdir, WorkdirFailed
from wjtui.engine.site import Site
from wjtui.logs.line import Level
from wjtui.model.identity import JobId, JobType
from wjtui.support.clock import SystemClock

JOB = JobId(JobType.TRIGGERED, "job")
CHANGED = "Job directory change detected: Job file "


class Bench:
    """One job, its folder and its working copies."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root, "test", "test")
        self.folder = root / "site/wwwroot/app_data/jobs/triggered/job"
        self.folder.mkdir(parents=True)
        self.temp = self.site.job_temp(JOB)
        self.workdir = Workdir(self.temp, SystemClock())
        self.ended = 0
        self.copies_when_ended: list[int] = []

    def put(self, path: str, content: str | bytes = "", mode: int = 0o644) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)
        return file

    @property
    def definition(self) -> Definition:
        return define(self.site, list_jobs(self.site).jobs[JOB.key], find_hosts(dict(os.environ)))

    async def end_leftovers(self) -> None:
        self.ended += 1
        self.copies_when_ended.append(len(self.copies))

    @property
    def copies(self) -> list[str]:
        return os.listdir(self.temp) if self.temp.exists() else []

    async def prepare(self) -> Prepared:
        return await self.workdir.prepare(self.definition, self.end_leftovers)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def texts(prepared: Prepared) -> list[str]:
    return [line.text for line in prepared.lines]


async def test_the_first_launch_copies_everything(bench: Bench) -> None:
    bench.put("run.sh", "echo\n", 0o755)
    bench.put("lib/data.bin", b"\0\xff", 0o600)
    (bench.folder / "empty").mkdir()
    os.utime(bench.folder / "lib/data.bin", ns=(10**18, 10**18 + 1))
    os.utime(bench.folder / "lib", ns=(10**18, 10**18 + 2))
    found = await bench.prepare()
    assert found.root.parent == bench.temp
    assert re.fullmatch(r"[a-z0-9]{8}\.[a-z0-9]{3}", found.root.name)
    assert found.cwd == found.root
    assert found.lines == ()
    assert (found.root / "lib/data.bin").read_bytes() == b"\0\xff"
    assert (found.root / "lib/data.bin").stat().st_mtime_ns == 10**18 + 1
    assert (found.root / "lib").stat().st_mtime_ns == 10**18 + 2
    assert (found.root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (found.root / "lib/data.bin").stat().st_mode & 0o777 == 0o600
    assert (found.root / "empty").is_dir()
    assert bench.ended == 1


async def test_without_a_change_the_copy_is_used_again(bench: Bench) -> None:
    bench.put("run.sh", "echo\n")
    first = await bench.prepare()
    second = await bench.prepare()
    assert second == first
    assert bench.ended == 1
    assert bench.copies == [first.root.name]


async def test_files_that_only_the_copy_has_do_not_count(bench: Bench) -> None:
    bench.put("run.sh")
    first = await bench.prepare()
    (first.root / "made by the job.log").write_text("x")
    assert (await bench.prepare()).root == first.root
    assert (first.root / "made by the job.log").exists()


async def test_the_working_directory_is_that_of_a_nested_script(bench: Bench) -> None:
    bench.put("inner/deep/run.sh")
    found = await bench.prepare()
    assert found.cwd == found.root / "inner" / "deep"
    assert (found.cwd / "run.sh").exists()


def wait_for_a_tick(folder: Path) -> None:
    """Change times move with the kernel's tick: two changes within one cannot be told apart."""
    probe = folder / "probe"
    probe.touch()
    start = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == start:
        probe.touch()


def touch(bench: Bench, copy: Path) -> None:
    later = (bench.folder / "a.txt").stat().st_mtime_ns + 10**9
    os.utime(bench.folder / "a.txt", ns=(later, later))


def rewrite_with_the_same_size_and_time(bench: Bench, copy: Path) -> None:
    before = (bench.folder / "a.txt").stat()
    (bench.folder / "a.txt").unlink()
    (bench.folder / "a.txt").write_text("TEXT")
    os.utime(bench.folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))


def grow_with_the_same_time(bench: Bench, copy: Path) -> None:
    before = (bench.folder / "a.txt").stat()
    (bench.folder / "a.txt").write_text("longer text")
    os.utime(bench.folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))


def spoil_the_copy(bench: Bench, copy: Path) -> None:
    (copy / "a.txt").write_text("written by the job")


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (touch, "'a.txt' timestamp differs between source and working directories."),
        (
            rewrite_with_the_same_size_and_time,
            "'a.txt' timestamp differs between source and working directories.",
        ),
        (grow_with_the_same_time, "'a.txt' size differs between source and working directories."),
        (spoil_the_copy, "'a.txt' size differs between source and working directories."),
        (
            lambda bench, copy: os.utime(copy / "a.txt", (1, 1)),
            "'a.txt' timestamp differs between source and working directories.",
        ),
        (
            lambda bench, copy: bench.put("lib/new.txt"),
            "'lib/new.txt' exists in source directory but not in working directory.",
        ),
        (
            lambda bench, copy: (copy / "a.txt").unlink(),
            "'a.txt' exists in source directory but not in working directory.",
        ),
        (
            lambda bench, copy: shutil.rmtree(copy),
            "'a.txt' exists in source directory but not in working directory.",
        ),
        (lambda bench, copy: (bench.folder / "a.txt").unlink(), "'a.txt' has been deleted."),
        (
            lambda bench, copy: (bench.folder / "a.txt").rename(bench.folder / "A.txt"),
            "'A.txt' exists in source directory but not in working directory.",
        ),
    ],
)
async def test_what_makes_a_new_copy_and_what_is_logged(
    bench: Bench, act: Callable[[Bench, Path], object], line: str
) -> None:
    bench.put("run.sh", "echo\n")
    bench.put("a.txt", "text")
    first = await bench.prepare()
    wait_for_a_tick(bench.site.root)
    act(bench, first.root)
    second = await bench.prepare()
    assert second.lines == (SystemLine(Level.INFO, CHANGED + line),)
    assert second.root != first.root
    assert bench.copies == [second.root.name]
    assert sorted(os.listdir(second.root)) == sorted(os.listdir(bench.folder))
    assert bench.ended == 2
    assert (await bench.prepare()).root == second.root


async def test_leftovers_are_ended_before_the_old_copy_goes(bench: Bench) -> None:
    file = bench.put("run.sh")
    await bench.prepare()
    file.write_text("changed")
    await bench.prepare()
    assert bench.copies_when_ended == [0, 1]


async def test_after_an_engine_restart_old_copies_are_not_used(bench: Bench) -> None:
    bench.put("run.sh")
    first = await bench.prepare()
    bench.workdir = Workdir(bench.temp, SystemClock())
    second = await bench.prepare()
    assert second.root != first.root
    assert bench.copies == [second.root.name]
    assert second.lines == ()
    assert bench.ended == 2


async def test_an_old_copy_that_cannot_be_deleted_is_a_warning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = bench.put("run.sh")
    first = await bench.prepare()
    file.write_text("changed")

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", fail)
    second = await bench.prepare()
    assert [line.level for line in second.lines] == [Level.INFO, Level.WARN]
    assert "Permission denied" in second.lines[1].text
    assert (second.root / "run.sh").read_text() == "changed"
    assert sorted(bench.copies) == sorted([first.root.name, second.root.name])


async def test_in_place_nothing_is_copied_and_leftovers_end_before_each_launch(bench: Bench) -> None:
    bench.put("sub/run.js")
    for count in (1, 2):
        found = await bench.prepare()
        assert (found.root, found.cwd) == (bench.folder, bench.folder / "sub")
        assert found.lines == ()
        assert bench.ended == count
    assert bench.copies == []


@pytest.mark.parametrize(
    ("name", "before", "after", "flaws"),
    [
        ("run.sh", b"echo a\r\necho b\r\n", b"echo a\necho b\n", "CRLF line ends"),
        ("run.sh", b"\xef\xbb\xbfecho\n", b"echo\n", "a byte order mark"),
        ("run.sh", b"\xef\xbb\xbf#!/bin/sh\r\n", b"#!/bin/sh\n", "a byte order mark and CRLF line ends"),
        ("run", b"#!/bin/sh\r\necho\r\n", b"#!/bin/sh\necho\n", "CRLF line ends"),
    ],
)
async def test_the_entry_script_of_the_copy_is_mended(
    bench: Bench, name: str, before: bytes, after: bytes, flaws: str
) -> None:
    source = bench.put(name, before, 0o755)
    bench.put("other.sh", b"echo\r\n")
    os.utime(source, ns=(10**18, 10**18))
    found = await bench.prepare()
    (line,) = found.lines
    assert line.level is Level.INFO
    assert f"'{name}' has {flaws}" in line.text
    copy = found.root / name
    assert copy.read_bytes() == after
    assert copy.stat().st_mtime_ns == 10**18
    assert copy.stat().st_mode & 0o777 == 0o755
    assert source.read_bytes() == before
    assert (found.root / "other.sh").read_bytes() == b"echo\r\n"


async def test_a_mended_script_is_not_changed_for_ever(bench: Bench) -> None:
    bench.put("run.sh", b"echo\r\n")
    first = await bench.prepare()
    second = await bench.prepare()
    assert (second.root, second.lines) == (first.root, ())
    bench.put("run.sh", b"echo more\r\n")
    third = await bench.prepare()
    assert texts(third)[0].startswith(CHANGED + "'run.sh' size differs")
    assert (third.root / "run.sh").read_bytes() == b"echo more\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.sh", b"echo\n"),
        ("run.sh", b"#!/bin/sh\ntail +3 $0\r\n\0\x01\r\n"),
        ("run.py", b"#!/usr/bin/env python3\r\nprint()\r\n"),
        ("run", b"\x7fELF\r\n\xef"),
    ],
)
async def test_other_scripts_are_copied_as_they_are(bench: Bench, name: str, content: bytes) -> None:
    bench.put(name, content, 0o755)
    found = await bench.prepare()
    assert (found.root / name).read_bytes() == content
    assert found.lines == ()


async def test_a_linked_entry_script_is_mended_where_it_leads(bench: Bench) -> None:
    bench.put("lib/real.sh", b"echo\r\n")
    (bench.folder / "run.sh").symlink_to("lib/real.sh")
    first = await bench.prepare()
    assert (first.root / "run.sh").is_symlink()
    assert (first.root / "lib/real.sh").read_bytes() == b"echo\n"
    assert (await bench.prepare()).root == first.root


async def test_a_read_only_script_is_mended_too(bench: Bench) -> None:
    bench.put("run.sh", b"echo\r\n", 0o444)
    found = await bench.prepare()
    assert (found.root / "run.sh").read_bytes() == b"echo\n"
    assert (found.root / "run.sh").stat().st_mode & 0o777 == 0o444


async def test_in_place_the_script_is_left_alone_with_a_warning(bench: Bench) -> None:
    source = bench.put("run.sh", b"echo\r\n")
    bench.put("settings.job", '{"is_in_place": true}')
    (line,) = (await bench.prepare()).lines
    assert line.level is Level.WARN
    assert "CRLF" in line.text
    assert "is_in_place" in line.text
    assert source.read_bytes() == b"echo\r\n"


async def test_links_inside_the_job_lead_inside_the_copy(bench: Bench) -> None:
    bench.put("run.sh")
    bench.put("lib/v2/x.txt", "two")
    (bench.folder / "lib/current").symlink_to("v2")
    (bench.folder / "absolute").symlink_to(bench.folder / "lib" / "v2")
    (bench.folder / "roundabout").symlink_to("../job/lib/v2")
    (bench.folder / "lib/up").symlink_to("../run.sh")
    (bench.folder / "dangling").symlink_to("not yet there")
    found = await bench.prepare()
    assert os.readlink(found.root / "lib/current") == "v2"
    assert os.readlink(found.root / "lib/up") == "../run.sh"
    assert os.readlink(found.root / "dangling") == "not yet there"
    shutil.rmtree(bench.folder / "lib")
    for name in ("lib/current", "absolute", "roundabout"):
        assert (found.root / name / "x.txt").read_text() == "two"
    assert (found.root / "lib/up").resolve() == (found.root / "run.sh").resolve()


async def test_links_are_compared_like_files(bench: Bench) -> None:
    bench.put("run.sh")
    (bench.folder / "link").symlink_to("run.sh")
    first = await bench.prepare()
    assert (await bench.prepare()).root == first.root
    (bench.folder / "link").unlink()
    (bench.folder / "link").symlink_to("./run.sh")
    second = await bench.prepare()
    assert texts(second)[0].startswith(CHANGED + "'link' ")
    assert os.readlink(second.root / "link") == "./run.sh"


@pytest.mark.parametrize("target", ["/etc/passwd", "../other", "../../../../..", "../job2/x"])
async def test_a_link_out_of_the_job_fails_the_launch(bench: Bench, target: str) -> None:
    bench.put("run.sh")
    (bench.folder.parent / "job2").mkdir()
    (bench.folder / "link").symlink_to(target)
    with pytest.raises(WorkdirFailed) as caught:
        await bench.prepare()
    text = str(caught.value)
    assert text.startswith("Failed to copy job files: ")
    assert "'link'" in text
    assert f"'{target}'" in text
    assert bench.copies == []


async def test_a_linked_job_folder_is_copied(bench: Bench, tmp_path: Path) -> None:
    bench.put("run.sh", "echo\n")
    (bench.folder / "link").symlink_to("run.sh")
    bench.folder.rename(tmp_path / "deployed")
    bench.folder.symlink_to(tmp_path / "deployed")
    found = await bench.prepare()
    assert (found.root / "run.sh").read_text() == "echo\n"
    assert os.readlink(found.root / "link") == "run.sh"


def make_socket(path: Path) -> None:
    # The name of a socket is limited to about 100 bytes.
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(("make", "kind"), [(os.mkfifo, "a named pipe"), (make_socket, "a socket")])
async def test_special_files_fail_the_launch(bench: Bench, make: Callable[[Path], None], kind: str) -> None:
    bench.put("run.sh")
    make(bench.folder / "special")
    with pytest.raises(WorkdirFailed, match=f"'special' is {kind}"):
        await bench.prepare()
    assert bench.copies == []


async def test_a_failing_copy_is_tried_three_times(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put("run.sh", "echo\n")
    tries: list[Path] = []
    real = working_copy.copy_tree

    def flaky(source: Path, target: Path, stop: threading.Event) -> dict[str, working_copy.Copied]:
        tries.append(target)
        if len(tries) < 3:
            raise OSError(28, "No space left on device", str(target))
        return real(source, target, stop)

    monkeypatch.setattr(workdir, "copy_tree", flaky)
    found = await bench.prepare()
    assert len(tries) == 3
    assert (found.root / "run.sh").exists()


async def test_a_copy_that_fails_three_times_fails_the_launch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.txt")
    bench.put("run.sh")
    tries: list[str] = []

    def full(source: str, target: str, **options: object) -> None:
        tries.append(source)
        Path(target).write_text("half")
        raise OSError(28, "No space left on device", target)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(WorkdirFailed, match=r"^Failed to copy job files: .*No space left on device"):
            await bench.prepare()
    assert len(tries) == 3
    assert bench.copies == []
    assert (await bench.prepare()).root.exists()


async def test_a_folder_that_went_away_fails_the_launch_and_keeps_the_copy(
    bench: Bench, tmp_path: Path
) -> None:
    bench.put("run.sh")
    definition = bench.definition
    first = await bench.workdir.prepare(definition, bench.end_leftovers)
    bench.folder.rename(tmp_path / "away")
    with pytest.raises(WorkdirFailed, match=r"^Failed to copy job files: .*No such file"):
        await bench.workdir.prepare(definition, bench.end_leftovers)
    assert (first.root / "run.sh").exists()
    (tmp_path / "away").rename(bench.folder)
    assert (await bench.prepare()).root == first.root


async def test_a_job_without_a_script_cannot_be_prepared(bench: Bench) -> None:
    bench.put("README.md")
    with pytest.raises(WorkdirFailed, match="no script"):
        await bench.prepare()


async def test_a_folder_that_may_not_be_written_to_can_be_deleted_again(bench: Bench) -> None:
    bench.put("run.sh")
    bench.put("lib/a.txt")
    (bench.folder / "lib").chmod(0o555)
    try:
        found = await bench.prepare()
        assert (found.root / "lib").stat().st_mode & 0o777 == 0o755
    finally:
        (bench.folder / "lib").chmod(0o755)


async def test_set_user_id_is_not_copied(bench: Bench) -> None:
    bench.put("run.sh", "", 0o4755)
    found = await bench.prepare()
    assert (found.root / "run.sh").stat().st_mode & 0o7777 == 0o755


async def test_a_cancelled_copy_leaves_nothing_behind(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        bench.put(f"{number}.txt")
    bench.put("run.sh")
    copying, go_on = threading.Event(), threading.Event()
    real = shutil.copyfile
    copied: list[str] = []

    def slow(source: str, target: str, **options: bool) -> object:
        copied.append(source)
        copying.set()
        go_on.wait(20)
        return real(source, target, **options)

    monkeypatch.setattr(shutil, "copyfile", slow)
    task = asyncio.create_task(bench.prepare(), name="prepare")
    await asyncio.to_thread(copying.wait, 20)
    task.cancel()
    # The cancellation has to arrive before the copy goes on to its next file.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(copied) == 1
    assert bench.copies == []


async def test_discard_deletes_every_copy(bench: Bench) -> None:
    bench.put("run.sh")
    await bench.prepare()
    await bench.workdir.discard()
    assert not bench.temp.exists()
    await bench.workdir.discard()
