from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from wjtui.api.kudu.file_errors import Refused, as_refusal
from wjtui.api.kudu.log_names import LogFile, error_lines, logs_behind
from wjtui.api.kudu.vfs_paths import Ground, is_own, split
from wjtui.api.kudu.vfs_read import list_folder, open_file
from wjtui.api.surroundings import Surroundings
from wjtui.support.clock import SystemClock

RID = "201605192149381933"
STAMP = "[05/19/2016 21:49:38 > a1b2c3: "


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_error_lines_come_whole_however_they_are_cut(size: int) -> None:
    lines = [
        (False, f"{STAMP}SYS INFO] Run started\n".encode()),
        (False, f"{STAMP}INFO] fine ERR ] not an error\n".encode()),
        (True, f"{STAMP}ERR ] wrong \xe4\r\n".encode()),
        (True, b"  and more of it\n"),
        (True, b"\n"),
        (False, f"{STAMP}INFO] fine ".encode() + b"x" * 5000 + b"\n"),
        (False, b"its continuation\n"),
        (True, f"{STAMP}ERR ] ".encode() + b"y" * 5000 + b"\n"),
        (True, f"{STAMP}SYS ERR ] Run failed\n".encode()),
        (False, f"{STAMP}WARN] careful\n".encode()),
        (True, f"{STAMP}ERR ] no line end".encode()),
    ]
    whole = b"".join(line for _, line in lines)
    assert b"".join(error_lines(blocks(whole, size))) == b"".join(line for kept, line in lines if kept)


def test_a_line_without_an_end_is_never_held_whole() -> None:
    sizes = []

    def endless() -> Iterator[bytes]:
        yield f"{STAMP}ERR ] ".encode()
        for _ in range(100):
            yield b"x" * 10_000

    for piece in error_lines(endless()):
        sizes.append(len(piece))
    assert sum(sizes) == 1_000_000 + len(f"{STAMP}ERR ] ")
    assert max(sizes) < 11_000


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data/jobs/continuous/w/job.log", [("data/jobs/continuous/w/job_log.txt", False)]),
        ("Data/Jobs/Continuous/w/JOB.LOG", [("Data/Jobs/Continuous/w/job_log.txt", False)]),
        ("data/jobs/triggered/w/job.log", []),
        (f"data/jobs/triggered/w/output_{RID}.log", [(f"data/jobs/triggered/w/{RID}/output_log.txt", False)]),
        (
            f"data/jobs/triggered/w/{RID}/output_{RID}.log",
            [(f"data/jobs/triggered/w/{RID}/output_log.txt", False)],
        ),
        (
            f"data/jobs/triggered/w/error_{RID}.log",
            [
                (f"data/jobs/triggered/w/{RID}/error_log.txt", False),
                (f"data/jobs/triggered/w/{RID}/output_log.txt", True),
            ],
        ),
        (f"data/jobs/triggered/w/201605192149381934/output_{RID}.log", []),
        ("data/jobs/triggered/w/output_1.log", []),
        (f"data/jobs/triggered/w/x/output_{RID}.log", []),
        (f"site/jobs/triggered/w/output_{RID}.log", []),
        ("data/jobs/continuous/job.log", []),
    ],
)
def test_names_that_documents_promise(path: str, found: list[tuple[str, bool]]) -> None:
    assert list(logs_behind(tuple(path.split("/")))) == [LogFile(*each) for each in found]


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("data/wjtui", True),
        ("DATA/WjTui/x/y", True),
        ("data/wjtui2", False),
        ("data", False),
        ("site/wwwroot/data/wjtui", False),
        ("a/.WJTUI/b", True),
        ("site/deployments", False),
        ("site/deployments/hooks", True),
        ("site/deployments/.hooks.1.tmp", True),
        ("site/deployments/Hooks.damaged-1", True),
        ("site/deployments/other", False),
        ("site/hooks", False),
    ],
)
def test_what_is_nobody_elses(path: str, own: bool) -> None:
    assert is_own(tuple(path.split("/"))) is own


@pytest.mark.parametrize("path", ["..", "a/..", "..\\a", "a\\..\\b", "a/..\\..", "a\0b", "../"])
def test_names_that_climb(path: str) -> None:
    with pytest.raises(Refused) as refusal:
        split(path)
    assert refusal.value.status == 404


def test_names_that_do_not() -> None:
    assert split("/a//./b\\c/...") == ["a", "b\\c", "..."]


def ground(root: Path) -> Ground:
    return Ground(Surroundings(root, "one", SystemClock(), root / "temp" / "uploads"))


def test_what_is_its_own_stays_so_behind_links(tmp_path: Path) -> None:
    (tmp_path / "storage" / "wjtui").mkdir(parents=True)
    (tmp_path / "storage" / "jobs").mkdir()
    (tmp_path / "data").symlink_to("storage")
    (tmp_path / "kept").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "deployments").symlink_to("../kept")
    area = ground(tmp_path)
    assert area.find("storage/jobs").real == area.find("data/jobs").real == tmp_path / "storage" / "jobs"
    for path in ("storage/wjtui/x", "data/wjtui/x", "kept/hooks", "site/deployments/hooks", "temp/uploads/x"):
        with pytest.raises(Refused):
            area.find(path)


def test_a_link_that_comes_between_the_look_and_the_opening_leads_nowhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x").write_text("inside")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").write_text("outside")
    area = ground(root)
    real = area.find("a/x").real
    (root / "a").rename(root / "b")
    (root / "a").symlink_to(tmp_path / "out")
    with pytest.raises(Refused):
        open_file(area, real)


def test_sockets_and_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tmp_path, os.O_RDONLY)
        try:
            listening.bind(f"/proc/self/fd/{here}/socket")
        finally:
            os.close(here)
        area = ground(tmp_path)
        assert list_folder(area, area.find(""), "") == b"[]"
        for name in ("pipe", "socket"):
            with pytest.raises((Refused, OSError)) as raised:
                open_file(area, area.find(name).real)
            error = raised.value
            refusal = as_refusal(error) if isinstance(error, OSError) else error
            assert isinstance(refusal, Refused)
            assert refusal.status == 404
