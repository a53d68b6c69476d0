from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.fake_clock import FakeClock
from tests.support.patience import PATIENCE
from tests.support.zoo import HOSTILE, RUN, Raw, make_zip
from tests.unit.engine.deploy.staging_rig import HOSTS, NOW, TOKEN, Rig, codes, finding
from wjtui.engine.config import Config
from wjtui.engine.deploy import checks, intake
from wjtui.engine.deploy.staging import JOURNAL, Staging, empty, staging_folder
from wjtui.model.deploys import Progress, SourceKind, Weight
from wjtui.model.errors import Conflict, InvalidRequest

OTHER = "fedcba9876543210"
GOOD = make_zip(RUN, Raw("data.txt", b"x" * 5000))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


class Gate(FakeClock):
    """A clock that holds the staging thread up as soon as that looks at it."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.reached = threading.Event()
        self.open = threading.Event()

    def monotonic(self) -> float:
        if threading.current_thread() is not threading.main_thread():
            self.reached.set()
            assert self.open.wait(PATIENCE)
        return super().monotonic()


async def held(rig: Rig, gate: Gate) -> asyncio.Task[object]:
    """A stage that has begun, in the middle of its work."""
    rig.staging = Staging(rig.site, rig.config, lambda: HOSTS, gate, rig.told.append)
    staging = asyncio.create_task(rig.staging.stage(rig.file("a.zip", GOOD), TOKEN), name="stage")
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE)
    return staging


async def test_a_package_lies_beside_the_jobs(rig: Rig) -> None:
    package = await rig.staging.stage(rig.file("nightly.zip", GOOD), TOKEN)
    assert package.ok
    assert (package.token, package.kind, package.name) == (TOKEN, SourceKind.ZIP, "nightly.zip")
    assert (package.files, package.size) == (2, 5011)
    staged = rig.staging.get(TOKEN)
    assert staged.package == package
    assert staged.folder == rig.root / "site/wwwroot/app_data/jobs/.wjtui" / TOKEN / "package"
    assert sorted(os.listdir(staged.folder)) == ["data.txt", "run.sh"]
    assert os.access(staged.folder / "run.sh", os.X_OK)


async def test_nobody_else_may_look_into_it(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert (rig.folder / TOKEN).stat().st_mode & 0o777 == 0o700


async def test_a_read_only_wwwroot_is_left_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"WEBSITE_RUN_FROM_PACKAGE": "1"})
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert rig.staging.get(TOKEN).folder == rig.root / "site/jobs/.wjtui" / TOKEN / "package"
    assert not (rig.root / "site/wwwroot").exists()


async def test_everything_is_on_the_disk_before_it_is_said(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[list[str]] = []
    monkeypatch.setattr(intake, "sync_tree", lambda folder: synced.append(sorted(os.listdir(folder))))
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert synced == [["data.txt", "run.sh"]]


@pytest.mark.parametrize("token", ["", "0" * 15, "0" * 65, "0" * 15 + "g", "../" + "0" * 16, "0" * 16 + "\n"])
async def test_a_token_is_hexadecimal_digits(rig: Rig, token: str) -> None:
    with pytest.raises(InvalidRequest, match="16 to 64 hexadecimal digits"):
        await rig.staging.stage(rig.file("a.zip", GOOD), token)
    assert not rig.folder.exists()


async def test_a_token_is_used_once(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    with pytest.raises(Conflict, match="is in use"):
        await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert (rig.staging.get(TOKEN).folder / "run.sh").exists()


async def test_a_token_that_lies_on_the_disk_is_somebody_elses(rig: Rig) -> None:
    (rig.folder / TOKEN).mkdir(parents=True)
    (rig.folder / TOKEN / JOURNAL).write_text("{}")
    with pytest.raises(Conflict, match="already"):
        await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert rig.left() == [TOKEN, f"{TOKEN}/{JOURNAL}"]


async def test_several_are_staged_at_once(rig: Rig) -> None:
    source = rig.file("a.zip", GOOD)
    tokens = [f"{number:016x}" for number in range(5)]
    await asyncio.gather(*(rig.staging.stage(source, token) for token in tokens))
    assert sorted(os.listdir(rig.folder)) == tokens


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_refused_leaves_nothing_and_stays_known(rig: Rig, name: str) -> None:
    package = await rig.staging.stage(rig.file("a.zip", HOSTILE[name].make()), TOKEN)
    assert not package.ok
    assert HOSTILE[name].code in codes(package, Weight.REFUSED)
    assert rig.left() == []
    assert rig.staging.get(TOKEN).package == package
    await rig.staging.discard(TOKEN)
    with pytest.raises(InvalidRequest):
        rig.staging.get(TOKEN)


async def test_nothing_is_staged_under_an_unknown_token(rig: Rig) -> None:
    with pytest.raises(InvalidRequest, match="Nothing is staged"):
        rig.staging.get(TOKEN)
    await rig.staging.discard(TOKEN)


async def test_the_folder_of_a_job_is_one_of_the_package(rig: Rig) -> None:
    job = "app_data/jobs/triggered/one"
    await rig.of_tree({f"{job}/run.sh": "x", "app_data/jobs/continuous/two/run.sh": "x"})
    staged = rig.staging.get(TOKEN)
    assert rig.staging.job_folder(staged, job) == staged.folder / job
    for other in ("", "app_data", "../..", f"{job}/..", f"{job}/"):
        with pytest.raises(InvalidRequest):
            rig.staging.job_folder(staged, other)


async def test_discarded(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    await rig.staging.discard(TOKEN)
    assert rig.left() == []
    assert (rig.sources / "a.zip").exists()


async def test_discarded_while_it_is_being_staged(rig: Rig) -> None:
    gate = Gate()
    staging = await held(rig, gate)
    with pytest.raises(InvalidRequest):
        rig.staging.get(TOKEN)
    discarding = asyncio.create_task(rig.staging.discard(TOKEN), name="discard")
    await asyncio.sleep(0)
    gate.open.set()
    await discarding
    assert rig.left() == []
    with pytest.raises(Conflict, match="discarded"):
        await staging
    await rig.staging.stage(rig.sources / "a.zip", TOKEN)


async def test_cancelled_while_it_is_being_staged(rig: Rig) -> None:
    gate = Gate()
    staging = await held(rig, gate)
    staging.cancel()
    await asyncio.sleep(0)
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await staging
    assert rig.left() == []


async def test_released_it_belongs_to_somebody_else(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    rig.staging.release(TOKEN)
    await rig.staging.discard(TOKEN)
    assert (rig.folder / TOKEN / "package" / "run.sh").exists()
    with pytest.raises(InvalidRequest):
        rig.staging.get(TOKEN)


async def test_after_an_hour_it_is_gone(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    await rig.staging.stage(rig.file("a.zip", GOOD), OTHER)
    rig.staging.kept.add(OTHER)
    await rig.staging.expire(NOW + timedelta(minutes=60))
    assert len(os.listdir(rig.folder)) == 2
    await rig.staging.expire(NOW + timedelta(minutes=61))
    assert os.listdir(rig.folder) == [OTHER]
    with pytest.raises(InvalidRequest):
        rig.staging.get(TOKEN)


async def test_the_progress_is_told(rig: Rig) -> None:
    await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    assert [each.step for each in rig.told] == ["Looking", "Unpacking", "Writing to the disk", "Checking"]
    assert rig.told[1] == Progress(TOKEN, "Unpacking", 0, 5011)


def test_what_an_earlier_engine_has_left_is_removed(rig: Rig) -> None:
    for token, files in {
        "1" * 16: {"owner": "here", "package/run.sh": ""},
        "2" * 16: {"package/run.sh": ""},
        "3" * 16: {"owner": "here", JOURNAL: "{}", "package/run.sh": ""},
        "4" * 16: {"owner": "there", "package/run.sh": ""},
        "5" * 16: {"owner": "there", "package/run.sh": ""},
    }.items():
        for name, text in files.items():
            path = rig.folder / token / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    long_ago = time.time() - 100_000
    os.utime(rig.folder / ("5" * 16), (long_ago, long_ago))
    secondary = staging_folder(rig.site, Config({"WEBSITE_RUN_FROM_PACKAGE": "1"}))
    (secondary / TOKEN / "package").mkdir(parents=True)
    empty(rig.site, rig.config)
    assert sorted(os.listdir(rig.folder)) == ["3" * 16, "4" * 16]
    assert not secondary.exists()


def test_emptying_nothing_is_fine(rig: Rig) -> None:
    empty(rig.site, rig.config)
    assert not rig.root.exists()


@pytest.mark.parametrize("kind", ["zip", "folder", "script"])
async def test_no_room_is_said_before_anything_is_written(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    sources: dict[str, Callable[[], Path]] = {
        "zip": lambda: rig.file("a.zip", GOOD),
        "folder": lambda: rig.tree({"run.sh": "x" * 5000}),
        "script": lambda: rig.file("run.sh", b"x" * 5000),
    }
    monkeypatch.setattr(checks, "free_bytes", lambda place: 4000)
    package = await rig.staging.stage(sources[kind](), TOKEN)
    assert codes(package, Weight.REFUSED) == ["space"]
    assert "3.9 kB are free" in finding(package, "space").text
    assert str(rig.folder) in finding(package, "space").text
    assert rig.left() == []


_FULL = """
import asyncio, resource, sys
from pathlib import Path
from tests.unit.engine.deploy.staging_rig import TOKEN, Rig
from wjtui.model.errors import Conflict

async def main():
    rig = Rig(Path(sys.argv[1]))
    # A limit on the size of files is the quota that needs no rights to be set.
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        await rig.staging.stage(Path(sys.argv[2]), TOKEN)
    except Conflict as conflict:
        print(conflict)
    print(rig.left())

asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_a_disk_that_fills_up_meanwhile_leaves_nothing(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    if kind == "zip":
        source = source / "big.zip"
        source.write_bytes(make_zip(RUN, Raw("noise", os.urandom(600_000), method=0)))
    else:
        (source / "noise").write_bytes(bytes(600_000))
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path), str(source)],
        cwd=Path(__file__).resolve().parents[4],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sentence, left = done.stdout.splitlines()
    assert sentence.startswith(f"There is no room in '{tmp_path}")
    assert "the package takes 586 kB" in sentence
    assert left == "[]"


async def test_a_folder_that_cannot_be_made_is_said(rig: Rig) -> None:
    rig.folder.parent.mkdir(parents=True)
    rig.folder.write_text("in the way")
    with pytest.raises(Conflict, match="Nothing can be staged in"):
        await rig.staging.stage(rig.file("a.zip", GOOD), TOKEN)
    with pytest.raises(InvalidRequest):
        rig.staging.get(TOKEN)
