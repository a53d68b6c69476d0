"""What is sent along with a start, from the call to the run's folder."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wjtui.engine.running.inputs import carry_input, drop_input, keep_input, sweep_inputs, take_input
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.model.starts import MAX_INPUT


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "root", "one", "one")
    found.own.mkdir(parents=True)
    return found


@pytest.fixture
def folder(site: Site) -> Path:
    """Of a run."""
    found = site.data / "triggered" / "import" / "202611210512090000"
    found.mkdir(parents=True)
    return found


def run(input: str) -> Run:
    """The run of ``folder``."""
    ref = RunRef(JobId(JobType.TRIGGERED, "import"), RunId("202611210512090000"))
    return Run(ref, RunStatus.FAILED, "", datetime(2026, 11, 21, tzinfo=UTC), input=input)


def test_it_is_kept_for_nobody_else_and_moved_into_the_folder(site: Site, folder: Path) -> None:
    kept = keep_input(site, b"orders")
    assert kept.read_bytes() == b"orders" and kept != keep_input(site, b"orders")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    taken = take_input(site, str(kept), folder)
    assert taken == str(folder / "input") and Path(taken).read_bytes() == b"orders" and not kept.exists()
    assert take_input(site, taken, folder) == taken


def test_another_instance_may_take_it(site: Site, folder: Path) -> None:
    kept = keep_input(site, b"orders")
    other = Site(site.root, "two", "two")
    assert take_input(other, str(kept), folder) == str(folder / "input") and not kept.exists()


def test_a_retry_has_one_of_its_own(site: Site, folder: Path) -> None:
    first = Path(take_input(site, str(keep_input(site, b"orders")), folder))
    again = folder.with_name("202611210512090001")
    again.mkdir()
    second = Path(take_input(site, str(first), again))
    second.write_bytes(b"changed")
    assert first.read_bytes() == b"orders" and second == again / "input"


def test_a_retry_can_outlive_the_run_before(site: Site, folder: Path) -> None:
    first = Path(take_input(site, str(keep_input(site, b"orders")), folder))
    # As a status says that was written before it was moved.
    kept = carry_input(site, run(str(site.own / "inputs" / "gone")))
    first.unlink()
    assert Path(kept).read_bytes() == b"orders"
    assert Path(take_input(site, kept, folder)).read_bytes() == b"orders"


def test_a_retry_gets_nothing_that_the_job_has_put_in_its_place(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    first = Path(take_input(site, str(keep_input(site, b"orders")), folder))
    again = folder.with_name("202611210512090001")
    again.mkdir()
    (tmp_path / "secret").write_bytes(b"hunter2")
    first.unlink()
    first.symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        take_input(site, str(first), again)
    with pytest.raises(OSError, match="symbolic links"):
        carry_input(site, run(str(first)))
    first.unlink()
    os.mkfifo(first)
    with pytest.raises(OSError, match="no file"):
        carry_input(site, run(str(first)))
    first.unlink()
    first.write_bytes(bytes(MAX_INPUT + 1))
    with pytest.raises(OSError, match="too large"):
        take_input(site, str(first), again)
    assert list(again.iterdir()) == [] and list((site.own / "inputs").iterdir()) == []


def test_a_file_from_elsewhere_is_left_alone(site: Site, folder: Path, tmp_path: Path) -> None:
    message = tmp_path / "spool" / "inputs" / "one" / "inputs" / "input"
    message.parent.mkdir(parents=True)
    message.write_bytes(b"orders")
    assert take_input(site, str(message), folder) == carry_input(site, run(str(message))) == str(message)
    drop_input(site, str(message))
    assert message.read_bytes() == b"orders" and not (folder / "input").exists()


def test_without_an_input_there_is_none_to_carry(site: Site) -> None:
    assert carry_input(site, run("")) == ""
    kept = str(keep_input(site, b"not taken yet"))
    assert carry_input(site, run(kept)) == kept


def test_the_data_of_jobs_may_be_on_another_disk(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", rename)
    kept = keep_input(site, b"orders")
    assert Path(take_input(site, str(kept), folder)).read_bytes() == b"orders" and not kept.exists()


def test_one_that_is_gone_is_refused(site: Site, folder: Path) -> None:
    kept = keep_input(site, b"orders")
    drop_input(site, str(kept))
    drop_input(site, str(kept))
    with pytest.raises(FileNotFoundError):
        take_input(site, str(kept), folder)
    with pytest.raises(FileNotFoundError):
        take_input(site, str(folder.with_name("202611210512080000") / "input"), folder)
    assert not (folder / "input").exists()


def test_what_no_start_waits_for_is_swept(site: Site) -> None:
    sweep_inputs(site, [])
    wanted, left = keep_input(site, b"1"), keep_input(site, b"2")
    other = keep_input(Site(site.root, "two", "two"), b"3")
    sweep_inputs(site, [str(wanted), "", "/elsewhere/x"])
    assert (wanted.exists(), left.exists(), other.exists()) == (True, False, True)
