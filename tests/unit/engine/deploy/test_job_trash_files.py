from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.cut_short import cut_short
from wjtui.engine.config import Config
from wjtui.engine.deploy import moves
from wjtui.engine.deploy.job_trash import JobTrash
from wjtui.engine.deploy.recovery import recover
from wjtui.engine.site import Site
from wjtui.model.identity import JobId, JobType

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JOB = JobId(JobType.CONTINUOUS, "worker")
NEIGHBOUR = JobId(JobType.CONTINUOUS, "worker-two")
RUN = "202611211734158708"


class Scene:
    """A job with everything that a job can have, and one whose name begins like it."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root, "one", "one")
        self.trash = JobTrash(self.site)
        self.folder = self.site.primary / "continuous" / "worker"
        versions = self.site.shared / "versions" / "continuous" / "worker"
        logs = self.site.app_logs
        self.files = [
            self.folder / "run.sh",
            self.folder / "lib" / "tool.py",
            self.site.job_data(JOB) / RUN / "status",
            versions / "1" / "files" / "run.sh",
            logs / "webjob-continuous-worker-one.log",
            logs / "webjob-continuous-worker-one.log.1",
            logs / "webjob-continuous-worker-other.log",
        ]
        self.others = [
            self.site.job_data(NEIGHBOUR) / "job_log.txt",
            logs / "webjob-continuous-worker-two-one.log",
        ]
        for path in (*self.files, *self.others, self.site.shared / "other" / "engine.lock"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(path.name)

    def write_down(self, *, keep_history: bool = False) -> str:
        return self.trash.write_down(JOB, self.folder, NOW, keep_history=keep_history)

    def delete(self) -> str:
        id = self.write_down()
        self.trash.hide(id)
        self.trash.take_in(id)
        return id

    def restore(self, id: str) -> None:
        self.trash.give_back(id)
        self.trash.show(id)
        self.trash.drop(id)

    @property
    def there(self) -> int:
        """How many of the job's files are in place."""
        return sum(path.is_file() for path in self.files)

    @property
    def left(self) -> list[str]:
        return [path.name for path in self.folder.parent.iterdir() if path.name.startswith(".")]


@pytest.fixture(params=["rename", "copy"])
def crossing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one file system, and where every move crosses two."""
    if request.param == "copy":
        real = Path.rename

        def rename(self: Path, target: Path) -> Path:
            if self.parent != Path(target).parent:
                raise OSError(18, "Invalid cross-device link")
            return real(self, target)

        monkeypatch.setattr(Path, "rename", rename)


def test_everything_of_a_job_goes_and_comes_back(tmp_path: Path, crossing: None) -> None:
    scene = Scene(tmp_path)
    id = scene.delete()
    assert scene.there == 0 and all(path.is_file() for path in scene.others)
    [trashed] = scene.trash.contents(NOW)
    assert (trashed.id, trashed.job, trashed.files, trashed.runs) == (id, JOB, len(scene.files), 1)
    assert trashed.size == sum(len(path.name) for path in scene.files)
    scene.restore(id)
    assert scene.there == len(scene.files) and scene.left == []
    assert scene.trash.contents(NOW) == [] and not (scene.trash.folder / id).exists()


def test_two_at_one_instant_have_two_ids(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert scene.write_down() != scene.write_down()


def test_a_name_of_255_bytes_fits(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    job = JobId(JobType.TRIGGERED, "é" * 127)
    folder = scene.site.primary / "triggered" / job.name
    folder.mkdir(parents=True)
    id = scene.trash.write_down(job, folder, NOW, keep_history=False)
    scene.trash.hide(id)
    assert scene.trash.take_in(id).job == job and not folder.exists()


def test_wherever_a_deletion_is_killed_recovery_ends_it(
    tmp_path: Path, crossing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Scene] = []

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        scenes.append(Scene(tmp_path / "root"))
        id = scenes[-1].write_down()

        def work() -> None:
            scenes[-1].trash.hide(id)
            scenes[-1].trash.take_in(id)

        return work

    def check(number: int) -> None:
        scene = scenes[-1]
        recover(scene.site, Config({}, None))
        assert scene.there == 0, number
        [trashed] = scene.trash.contents(NOW)
        assert scene.left == []
        scene.restore(trashed.id)
        assert scene.there == len(scene.files), number

    assert cut_short(monkeypatch, begin, check) >= 8


def test_wherever_a_return_is_killed_recovery_ends_it(
    tmp_path: Path, crossing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Scene] = []

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        scenes.append(Scene(tmp_path / "root"))
        id = scenes[-1].delete()
        return lambda: scenes[-1].restore(id)

    def check(number: int) -> None:
        scene = scenes[-1]
        recover(scene.site, Config({}, None))
        lying = scene.trash.contents(NOW)
        assert scene.left == []
        if lying:  # killed before the return was written down
            assert scene.there == 0, number
            scene.restore(lying[0].id)
        assert scene.there == len(scene.files), number

    assert cut_short(monkeypatch, begin, check) >= 8


def test_a_name_that_is_taken_keeps_the_files_in_the_trash(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    id = scene.delete()
    scene.folder.mkdir()
    with pytest.raises(FileExistsError):
        scene.trash.give_back(id)
    recover(scene.site, Config({}, None))
    assert (scene.trash.folder / id / "files" / "run.sh").is_file()
    scene.folder.rmdir()
    recover(scene.site, Config({}, None))
    assert scene.there == len(scene.files)


def test_data_that_is_there_again_stays(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    id = scene.delete()
    newer = scene.site.job_data(JOB) / "newer"
    newer.mkdir(parents=True)
    scene.restore(id)
    assert newer.is_dir() and (scene.folder / "run.sh").is_file()


def test_it_is_emptied_after_seven_days(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    id = scene.delete()
    week = NOW + timedelta(days=7)
    assert scene.trash.empty(week - timedelta(seconds=1)) == 0
    assert scene.trash.find(id, week - timedelta(seconds=1)) is not None
    assert scene.trash.find(id, week) is None and scene.trash.contents(week) == []
    assert scene.trash.empty(week) == 1
    assert list(scene.trash.folder.iterdir()) == []


def test_what_is_no_entry_is_left_out(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.delete()
    for name, text in (("broken", "{"), ("empty", "{}"), ("list", "[]")):
        (scene.trash.folder / name).mkdir()
        (scene.trash.folder / name / "entry.json").write_text(text)
    (scene.trash.folder / "file").write_text("")
    assert len(scene.trash.contents(NOW)) == 1
    assert scene.trash.empty(NOW + timedelta(days=9)) == 1
    assert (scene.trash.folder / "broken").is_dir()


def test_a_read_only_folder_is_removed_too(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "file").touch()
    (folder / "in").chmod(0o555)
    folder.chmod(0o555)
    moves.remove(folder)
    assert not folder.exists()
    moves.remove(folder)


def test_links_move_as_links_and_special_files_are_left_behind(tmp_path: Path) -> None:
    import os

    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_text("text")
    (source / "link").symlink_to("file")
    os.mkfifo(source / "pipe")
    moves.copy(source, tmp_path / "target")
    assert os.readlink(tmp_path / "target" / "link") == "file"
    assert not (tmp_path / "target" / "pipe").exists()
    assert moves.measure(source).files == 3
